"""The command ``autograd-mini debug``: run a learner's script, then step through its tape."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import click

from autograd_mini.debugging.debugger import Debugger
from autograd_mini.debugging.dialogue import Dialogue
from autograd_mini.errors import AutogradError
from autograd_mini.recording import Tape, record
from autograd_mini.tensors import Tensor

NAMES = ("loss", "y")


@click.command(
    context_settings={
        "help_option_names": ["-h", "--help"],
        "ignore_unknown_options": True,  # they are the script's
        "allow_interspersed_args": False,
    }
)
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def debug(script: Path, arguments: tuple[str, ...]) -> None:
    """Run SCRIPT and step through the tape of its last backward().

    If it calls none: the tape of its tensor named loss, else of y. Type h for the commands. When
    the input is not a terminal, commands are read from it, one a line.

    Example: autograd-mini debug train.py
    """
    debugger = run(script, arguments)
    if debugger is None:
        raise AutogradError(
            f"{script}: it called no backward(), and left no tensor named loss or y that requires "
            f"a gradient, so there is no tape to step through"
        )
    Dialogue(debugger, ask=_ask, show=click.echo).run()


def _ask(prompt: str) -> str:
    if sys.stdin.isatty():
        return input(prompt)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    click.echo(prompt + line.rstrip("\n"))
    return line


def run(script: Path, arguments: tuple[str, ...] = ()) -> Debugger | None:
    """Run a script as ``python script.py`` would; return a debugger of its last backward().

    Each backward() is kept as it was, because the optimizer changes the weights right after it.
    Raises SystemExit with status 1, after the script's own traceback, if the script fails.
    """
    main = ModuleType("__main__")
    main.__file__ = str(script.absolute())
    with _as_main(main, [str(script), *arguments]), record() as tape, _watched(tape) as last:
        try:
            exec(_compiled(script), main.__dict__)
        except SystemExit as end:
            if end.code not in (None, 0):
                click.echo(f"{script} ended itself with exit status {end.code}", err=True)
        except Exception as error:
            click.echo(_own_traceback(error), err=True, nl=False)
            sys.exit(1)
        debugger = last[0] if last else _of_named_tensor(vars(main))
    if debugger is not None:
        debugger.name_variables(vars(main))
    return debugger


def _of_named_tensor(variables: dict[str, Any]) -> Debugger | None:
    for name in NAMES:
        value = variables.get(name)
        if isinstance(value, Tensor) and value.requires_grad and not value.is_leaf:
            return Debugger(value)
    return None


def _compiled(script: Path) -> CodeType:
    return compile(script.read_bytes(), str(script), "exec")


@contextmanager
def _as_main(main: ModuleType, argv: list[str]) -> Iterator[None]:
    """Let the script find its arguments, its neighbours and itself."""
    before = sys.argv, sys.path[:], sys.modules["__main__"]
    sys.argv = argv
    sys.path.insert(0, str(Path(argv[0]).resolve().parent))
    sys.modules["__main__"] = main
    try:
        yield
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"] = before


@contextmanager
def _watched(tape: Tape) -> Iterator[list[Debugger]]:
    """Give a list that holds a debugger of the last backward(), made as it began."""
    last: list[Debugger] = []
    backward = Tensor.backward

    def watched(self: Tensor, gradient: Any = None, *args: Any, **kwargs: Any) -> None:
        last[:] = [Debugger(self, gradient)]
        backward(self, gradient, *args, **kwargs)
        tape.rows.clear()  # a long training must not be kept whole

    Tensor.backward = watched  # type: ignore[method-assign]
    try:
        yield last
    finally:
        Tensor.backward = backward  # type: ignore[method-assign]


def _own_traceback(error: Exception) -> str:
    """Return the traceback without the frames of this package and of NumPy."""
    shown = traceback.TracebackException.from_exception(error)
    frames = (
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_globals.get("__name__", "").startswith(("autograd_mini.", "numpy."))
    )
    shown.stack = traceback.StackSummary.extract(frames)
    return "".join(shown.format(chain=False))

"""``autograd-mini check FILE.py:function``: the gradient check of a student's own function."""

import ast
import difflib
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import numpy as np

from autograd_mini.checking.checker import gradcheck
from autograd_mini.checking.curve import gradcheck_curve
from autograd_mini.errors import AutogradError
from autograd_mini.tensors import Tensor

MODULE = "checked_file"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("target", metavar="FILE.py:FUNCTION")
@click.option("--order", type=click.IntRange(1, 2), default=1, help="2: gradient of the gradient.")
@click.option("--fast", is_flag=True, help="Three random directions instead of every entry.")
@click.option("--curve", is_flag=True, help="Draw the error against the step size too.")
def check(target: str, order: int, fast: bool, curve: bool) -> None:
    """Check the gradient of a function by differences; if it is wrong, name the wrong rule.

    The values to check it at are the default arguments: float numbers, lists and arrays become
    tensors, all else is passed as it is.

    \b
        # losses.py
        import numpy as np
        def loss(w=[0.5, -1.2], b=0.3):
            return np.tanh(w * 2.0 + b).sum()
    \b
        autograd-mini check losses.py:loss

    A function without arguments returns what ag.gradcheck takes: a function and its inputs, for
    example "return loss, model", where loss(model) is a tensor.

    Ends with 0 if the gradient is good, 1 if it is not, 2 if there is nothing to check.
    """
    path, name = _split(target)
    with _importable(path):
        function, inputs = _question(_function(_module(path), path, name), path, name)
        try:
            report = gradcheck(
                function, inputs, order=order, mode="directions" if fast else "entries"
            )
            picture = str(gradcheck_curve(function, inputs)) if curve else ""
        except Exception as error:
            raise click.ClickException(_told(error, path)) from None
    click.echo(str(report))
    if picture:
        click.echo(f"\n{picture}")
    if not report:
        click.get_current_context().exit(1)
    click.echo("the gradient is good")


def _split(target: str) -> tuple[Path, str]:
    file, _, name = target.rpartition(":")
    if not file or not name.isidentifier():
        raise click.UsageError(
            f"{target!r} does not name a function; write FILE.py:FUNCTION, as in losses.py:loss"
        )
    path = Path(file)
    if not path.is_file():
        near = difflib.get_close_matches(path.name, _files_beside(path), n=1)
        guess = f"; did you mean {path.with_name(near[0])}?" if near else ""
        raise click.UsageError(f"there is no file {file}{guess}")
    return path, name


def _files_beside(path: Path) -> list[str]:
    return [file.name for file in path.parent.glob("*.py")] if path.parent.is_dir() else []


@contextmanager
def _importable(path: Path) -> Iterator[None]:
    """Let the file import its neighbours while it is looked at."""
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
        sys.modules.pop(MODULE, None)


def _module(path: Path) -> ModuleType:
    try:
        ast.parse(path.read_bytes(), str(path))
        spec = spec_from_file_location(MODULE, path)
        if spec is None or spec.loader is None:
            raise click.UsageError(f"{path} is not a Python file")
        module = module_from_spec(spec)
        sys.modules[MODULE] = module
        spec.loader.exec_module(module)
    except SyntaxError as error:
        text = (error.text or "").strip()
        raise click.UsageError(f"{path}, line {error.lineno}: {error.msg}: {text}") from None
    except (click.ClickException, OSError):
        raise
    except (Exception, SystemExit) as error:
        raise click.UsageError(f"cannot run the file: {_told(error, path)}") from None
    return module


def _function(module: ModuleType, path: Path, name: str) -> Callable[..., Any]:
    found = getattr(module, name, None)
    if found is None:
        names = [key for key, value in vars(module).items() if inspect.isfunction(value)]
        near = difflib.get_close_matches(name, names, n=1)
        guess = f"did you mean {near[0]}?" if near else f"it has {', '.join(names) or 'none'}."
        raise click.UsageError(f"{path} has no function {name}; {guess}")
    if not callable(found):
        raise click.UsageError(f"{name} in {path} is a {type(found).__name__}, not a function")
    function: Callable[..., Any] = found
    return function


def _question(
    function: Callable[..., Any], path: Path, name: str
) -> tuple[Callable[..., Any], Any]:
    """Return what ``gradcheck`` is to be called with."""
    parameters = inspect.signature(function).parameters.values()
    if not parameters:
        try:
            question = function()
        except Exception as error:
            raise click.ClickException(_told(error, path)) from None
        if not isinstance(question, tuple) or len(question) != 2 or not callable(question[0]):
            raise click.UsageError(
                f"{name} takes no arguments, so it should return a function and its inputs, as in "
                f"return loss, model; or give it arguments with default values"
            )
        return question
    bare = [p.name for p in parameters if p.default is p.empty and p.kind not in (2, 4)]
    if bare:
        raise click.UsageError(
            f"{name} has no default value for {', '.join(bare)}; the values to check it at are the "
            f"default arguments, as in def {name}({bare[0]}=[0.5, -1.2])"
        )
    values = {p.name: _tensor(p.default) for p in parameters if p.default is not p.empty}
    if not any(isinstance(value, Tensor) for value in values.values()):
        raise click.UsageError(
            f"{name} has no float among its default arguments, so there is nothing to "
            f"differentiate in; write 1.0 instead of 1"
        )
    return lambda arguments: function(**arguments), values


def _tensor(value: Any) -> Any:
    """Make a float64 Tensor of float numbers, lists and arrays; leave all else as it is."""
    if isinstance(value, float | list | np.ndarray):
        array = np.asarray(value)
        return Tensor(array, dtype=np.float64) if array.dtype.kind == "f" else value
    return value


def _told(error: BaseException, path: Path) -> str:
    """Return an exception of the student's code in one line, with their line of the file."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == path.resolve()]
    where = f"{path}, line {lines[-1]}" if lines else str(path)
    kind = "" if isinstance(error, AutogradError) else f"{type(error).__name__}: "
    return f"{where}: {kind}{' '.join(str(error).split())}"

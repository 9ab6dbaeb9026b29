"""The command line: one group whose commands live with the packages that they belong to.

Commands are found by name and imported only when called, so that ``--help`` stays quick.
"""

import difflib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from autograd_mini import __version__
from autograd_mini.errors import AutogradError

COMMANDS = {
    "bench": ("autograd_mini.tutorials.bench.command", "Time it against NumPy by hand, PyTorch."),
    "check": ("autograd_mini.checking.command", "Check your gradient; name the wrong rule."),
    "debug": ("autograd_mini.debugging.command", "Step through your script's tape, row by row."),
    "doctor": ("autograd_mini.tutorials.doctor", "Say what is installed and what will draw."),
    "explain": ("autograd_mini.explaining.command", "Show a function's derivative and its rule."),
    "tour": ("autograd_mini.tutorials.tour", "Train on real digits; check, draw and explain it."),
    "tutorial": ("autograd_mini.tutorials.cli", "Lessons whose exercises check your code."),
}
INTERRUPTED = 130


class Commands(click.Group):
    """A group that imports a command when it is called, and answers mistakes in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[name][0]), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in sorted(COMMANDS.items())])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            guess = f"did you mean {near[0]!r}? " if near else ""
            ctx.fail(f"no command {args[0]!r}; {guess}the commands are {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any
    ) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a pipe on Windows has no letter for ∂
        try:
            done = super().main(args, standalone_mode=False, **extra)
        except click.UsageError as mistake:
            _end(mistake.format_message(), mistake.exit_code)
        except click.ClickException as failure:
            _end(failure.format_message(), failure.exit_code)
        except (click.Abort, KeyboardInterrupt):
            _end("interrupted", INTERRUPTED)
        except OSError as failure:
            where = f"{failure.filename}: " if failure.filename else ""
            _end(f"{where}{failure.strerror or failure}", 1)
        except AutogradError as failure:
            _end(str(failure), 1)
        sys.exit(done if isinstance(done, int) else 0)


def _end(message: str, status: int) -> NoReturn:
    click.echo(f"autograd-mini: {message}", err=True)
    sys.exit(status)


def _wants_color() -> bool | None:
    """Follow NO_COLOR and FORCE_COLOR; None leaves it to whether a terminal is there."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


@click.group(
    cls=Commands,
    name="autograd-mini",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="autograd-mini")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Automatic differentiation that shows what it does.

    \b
    Begin with:  autograd-mini tour
    Then learn:  autograd-mini tutorial list
    """
    ctx.color = _wants_color()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())

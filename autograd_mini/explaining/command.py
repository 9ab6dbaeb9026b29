"""The command ``autograd-mini explain``."""

from importlib import import_module

import click

from autograd_mini.errors import ArgumentError
from autograd_mini.explaining.explanation import explain as explained
from autograd_mini.explaining.explanation import markdown


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False)
@click.option("--all", "show_all", is_flag=True, help="List all functions by family.")
@click.option("--markdown", "as_markdown", is_flag=True, help="List them as a Markdown page.")
def explain(name: str | None, show_all: bool, as_markdown: bool) -> None:
    """Show a function's derivative, its rule and where it stands.

    NAME is a function such as multiply, relu or np.linalg.norm. Without it, all are listed.

    Example: autograd-mini explain multiply
    """
    if name and (show_all or as_markdown):
        raise click.UsageError("give a name or a list option, not both")
    if as_markdown:
        click.echo(markdown(), nl=False)
        return
    import_module("autograd_mini.nn")  # whose layers declare primitives of their own
    try:
        click.echo(explained(name))
    except ArgumentError as error:
        raise click.UsageError(str(error)) from None

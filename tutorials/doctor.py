"""``autograd-mini doctor``: what is installed, what will draw, where output goes."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

import autograd_mini
from autograd_mini.tutorials.tour import DEFAULT_OUTPUT

LIBRARIES = ("numpy", "matplotlib", "graphviz", "click", "tqdm")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def doctor() -> None:
    """Say what is installed, which engine will draw graphs, and where output goes."""
    from autograd_mini.viz.graphs.engines import drawing_engine

    engine = drawing_engine()
    lines = {
        "autograd_mini": f"{autograd_mini.__version__}, {Path(autograd_mini.__file__).parent}",
        "python": f"{platform.python_version()}, {sys.executable}",
        "system": platform.platform(),
        **{library: _version(library) for library in LIBRARIES},
        "default dtype": str(autograd_mini.get_default_dtype()),
        "graphs drawn by": str(engine),
        "output goes to": f"{Path(DEFAULT_OUTPUT).resolve()} (tour; change with -o)",
    }
    width = max(map(len, lines))
    for name, what in lines.items():
        click.echo(f"{name.ljust(width)}  {what}")


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return f"missing; install it with: python -m pip install {library}"

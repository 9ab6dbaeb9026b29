"""How the command is called here: bare, by a path, or as ``python -m autograd_mini``."""

import os
import shutil
import sys
from pathlib import Path

_NAME = "autograd-mini"


def command_name(folder: Path | None = None) -> str:
    """Return what to type in ``folder``, by default the current one, to run the command again.

    ``autograd-mini`` where the shell finds it; else the path it was called by, such as
    ``.venv/bin/autograd-mini``; ``python -m autograd_mini`` if it was called so.

    >>> command_name()
    'autograd-mini'
    """
    called = Path(sys.argv[0])
    if called.parts[-2:] == ("autograd_mini", "__main__.py"):
        return f"{python_name(folder)} -m autograd_mini"
    return _typed(called, folder) if called.stem == _NAME else _NAME


def python_name(folder: Path | None = None) -> str:
    """Return what to type in ``folder`` to start the Python that is running now."""
    return _typed(Path(sys.executable), folder)


def _typed(program: Path, folder: Path | None) -> str:
    """Return the bare name if the shell finds ``program`` by it, else its shortest path."""
    program = Path(os.path.abspath(program))  # links stay: an environment's Python is one
    name = program.name.removesuffix(".exe")
    found = shutil.which(name)
    if found and os.path.samefile(os.path.dirname(found), program.parent):
        return name
    path = str(program)
    try:
        relative = os.path.relpath(program, (folder or Path.cwd()).resolve())
    except ValueError:  # on another drive of Windows
        relative = path
    if os.path.dirname(relative) == "":
        relative = os.path.join(os.curdir, relative)
    path = min(relative, path, key=len)
    return f'"{path}"' if " " in path else path

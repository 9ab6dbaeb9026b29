"""Showing a picture where its user is: below the notebook's cell, or in the browser."""

import os
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Any


def show_picture(picture: Any, name: str) -> None:
    """Show an object that has ``_repr_svg_`` and ``save``.

    Without a notebook it is saved as ``name``, ``….svg``, in a new temporary folder; the path is
    printed, and opened where there is a screen.
    """
    if _in_notebook():
        sys.modules["IPython"].display.display(picture)
        return
    path = picture.save(Path(tempfile.mkdtemp(prefix="autograd-mini-")) / name)
    print(path)
    if _has_screen():
        webbrowser.open(path.as_uri())


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def _has_screen() -> bool:
    """Tell whether a window can open; without one, Linux would start a text browser here."""
    on_linux = sys.platform.startswith("linux")
    return not on_linux or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

"""What every chart can do: be printed, saved, and shown in a notebook or from the REPL."""

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd_mini.viz.picture_files import picture_path, write_whole
from autograd_mini.viz.showing import show_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMS = ("svg", "png", "pdf")
"""What a chart can be saved as."""


class Chart:
    """Something with a ``figure()`` and a ``text()``."""

    def figure(self) -> "Figure":
        raise NotImplementedError

    def text(self, color: bool | None = None) -> str:
        raise NotImplementedError

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to ``path``, ``.svg``, ``.png`` or ``.pdf``, and return the path.

        The file appears whole or not at all; the same chart gives the same bytes.
        Raises ArgumentError for another extension, FileError where it cannot be written.
        """
        target = picture_path(path, FORMS)
        write_whole(target, figure_bytes(self.figure(), target.suffix.lower().lstrip(".")))
        return target

    def _repr_svg_(self) -> str:
        svg = figure_bytes(self.figure(), "svg").decode()
        return svg[svg.index("<svg") :]

    def show(self) -> None:
        """Show the picture: in a notebook below the cell, else in the browser.

        Without a notebook it is written to a temporary file, whose path is printed.
        """
        show_picture(self, "chart.svg")

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__


def figure_bytes(figure: "Figure", form: str) -> bytes:
    """Return a matplotlib figure as ``form``: svg, png or pdf, the same bytes each time."""
    import matplotlib

    undated: dict[str, Any] = {
        "svg": {"Date": None},
        "pdf": {"CreationDate": None},
        "png": {"Software": None},
    }
    page = BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "autograd_mini", "svg.fonttype": "path"}):
        figure.savefig(page, format=form, dpi=150, metadata=undated[form])
    return page.getvalue()

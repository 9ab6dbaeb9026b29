"""The percent format: one Python file as a row of prose and code cells.

``# %% [markdown]`` opens prose (each line behind ``# ``), ``# %%`` opens code; so does a line of
prose that is no comment. The same file runs under plain Python, opens as cells in editors, and is
what ``tutorial run`` plays.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from autograd_mini.cli_name import command_name
from autograd_mini.errors import AutogradError

_OPENING = re.compile(r"# %%(?P<rest>.*)")


@dataclass(frozen=True)
class Cell:
    """One cell: prose (Markdown) or code, with the number of its first line in the file."""

    is_prose: bool
    source: str
    line: int


def read_cells(file: Path) -> list[Cell]:
    """Return the cells of ``file``; lines before the first opening are a code cell of their own.

    Raises AutogradError for a file that is not text.
    """
    cells: list[Cell] = []
    body: list[str] = []
    is_prose, first = False, 1

    def close_cell() -> None:
        source = "\n".join(_without_marks(body) if is_prose else body)
        if source.strip():
            blank = len(source) - len(source.lstrip("\n"))
            cells.append(Cell(is_prose, source.strip("\n"), first + blank))

    for number, line in enumerate(_text_of(file).splitlines(), start=1):
        if opening := _OPENING.fullmatch(line):
            close_cell()
            body, first = [], number + 1
            is_prose = "[markdown]" in opening["rest"]
        elif is_prose and line.strip() and not line.startswith("#"):
            close_cell()
            body, first, is_prose = [line], number, False
        else:
            body.append(line)
    close_cell()
    return cells


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise AutogradError(
            f"line {line} of {file} is not text in UTF-8: save the file as UTF-8, or let "
            f"`{command_name()} tutorial reset` bring the original back"
        ) from None


def _without_marks(lines: list[str]) -> list[str]:
    return [line.removeprefix("#").removeprefix(" ") for line in lines]

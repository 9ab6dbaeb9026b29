"""The percent format: one Python file as a row of prose and code cells.

``# %% [markdown]`` opens prose (each line behind ``# ``), ``# %%`` opens code. The same file runs
under plain Python, opens as cells in editors, and is what ``tutorial run`` plays.
"""

import re
from dataclasses import dataclass
from pathlib import Path

_OPENING = re.compile(r"# %%(?P<rest>.*)")


@dataclass(frozen=True)
class Cell:
    """One cell: prose (Markdown) or code, with the number of its first line in the file."""

    is_prose: bool
    source: str
    line: int


def read_cells(file: Path) -> list[Cell]:
    """Return the cells of ``file``; lines before the first opening are a code cell of their own."""
    cells: list[Cell] = []
    body: list[str] = []
    is_prose, first = False, 1

    def close_cell() -> None:
        source = "\n".join(_without_marks(body) if is_prose else body)
        if source.strip():
            blank = len(source) - len(source.lstrip("\n"))
            cells.append(Cell(is_prose, source.strip("\n"), first + blank))

    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if opening := _OPENING.fullmatch(line):
            close_cell()
            body, first = [], number + 1
            is_prose = "[markdown]" in opening["rest"]
        else:
            body.append(line)
    close_cell()
    return cells


def _without_marks(lines: list[str]) -> list[str]:
    return [line.removeprefix("#").removeprefix(" ") for line in lines]

"""The tape as the textbook prints it: one line a row, primal beside adjoint.

The layout follows Baydin, Pearlmutter, Radul and Siskind 2018, "Automatic differentiation in
machine learning: a survey", tables 2 and 3.
"""

from collections.abc import Sequence

from autograd_mini.brief import brief
from autograd_mini.rows import Array, Row

HEADINGS = ("row", "operation", "shape", "primal", "adjoint")
RELEASED = "released: too large to stay after backward; ag.record() or retain_graph=True keeps it"
WIDEST = 28
"""Longer operations are cut, so that a row fits a terminal of 80 columns."""


def textbook_table(
    rows: list[Row],
    head: int | None = None,
    tail: int | None = None,
    tangents: dict[Row, Array] | None = None,
) -> str:
    """Return ``rows`` as a table: name, operation, shape, primal, adjoint.

    With ``tangents``, of some rows, there is a column for them; the others' are 0.

    Inputs are named by their row, literals by their value. Small arrays are shown whole, larger
    ones by mean and spread. ``head`` and ``tail`` cut the middle out of a long tape.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> y.backward()
    >>> print(ag.tape(y))
    row  operation           shape  primal  adjoint
    v0   leaf                ()     3       6
    v1   = multiply(v0, v0)  ()     9       1
    """
    names = {row: f"v{i}" for i, row in enumerate(rows)}
    headings: tuple[str, ...] = HEADINGS
    lines: list[tuple[str, ...]] = [_cells(row, names) for row in rows]
    if tangents is not None:
        shown = [brief(tangents.get(row, 0)) for row in rows]
        headings = (*HEADINGS[:-1], "tangent", HEADINGS[-1])
        lines = [(*cells[:-1], t, cells[-1]) for cells, t in zip(lines, shown, strict=True)]
    if head is not None or tail is not None:
        n_head, n_tail = head or 0, tail or 0
        n_hidden = len(lines) - n_head - n_tail
        if n_hidden > 0:
            hidden = ("⋮", f"{n_hidden} more rows", *[""] * (len(headings) - 2))
            lines = [*lines[:n_head], hidden, *lines[len(lines) - n_tail :]]
    notes = [RELEASED] if any("released" in line for line in lines) else []
    return "\n".join([*aligned([headings, *lines]), *notes])


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines whose columns stand below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def operation_text(row: Row, names: dict[Row, str]) -> str:
    """Return a row's operation and inputs; ``names`` are those of the rows that it may mention."""
    if row.is_leaf:
        return f"{row.operation} {row.name}".rstrip()
    inputs = [
        names.get(parent, "·") if parent is not None else brief(array)
        for parent, array in zip(row.parents, row.inputs, strict=True)
    ]
    metadata = [
        f"{key}={brief(v)}" for key, v in row.kwargs.items() if v is not None and v is not False
    ]
    return _clipped(f"= {row.operation}({', '.join(inputs + metadata)})")


def _cells(row: Row, names: dict[Row, str]) -> tuple[str, ...]:
    adjoint = row.adjoint
    if adjoint is None and row.grad is not None:
        adjoint = row.grad.data
    if adjoint is None:
        shown = "released" if row.spent else "·" if row.requires_grad else "–"
    else:
        shown = brief(adjoint)
    return names[row], operation_text(row, names), str(row.shape), brief(row.output), shown


def _clipped(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 2]}…)"

"""Module boxes: which rows of a tape ran in one call of a module.

A box is an unbroken run of operations inside a scope. A module that is called twice gets two boxes,
so that shrinking every box to a point leaves a graph without cycles: operations are sorted by time,
and a run of a sorted list cannot both feed and need what lies outside of it.
"""

from collections.abc import Sequence

from autograd_mini.rows import Row
from autograd_mini.viz.graphs.diagram import Box
from autograd_mini.viz.text import clip

DEEPEST = 8
"""Scopes nested deeper than this share the box of their ancestor."""


def module_boxes(rows: list[Row]) -> tuple[tuple[Box, ...], dict[Row, int]]:
    """Return the boxes of a tape, parents first, and the index of the innermost box of each row.

    Parameters stand in the innermost box that holds all operations which use them. Inputs and
    constants stand outside, wherever they were first used; so do rows without a scope.
    """
    boxes: list[Box] = []
    box_of: dict[Row, int] = {}
    open_parts: list[str] = []
    open_boxes: list[int] = []
    for row in rows:
        if row.is_leaf:
            continue
        parts = row.scope.split(".")[:DEEPEST] if row.scope else []
        n_open = n_common(parts, open_parts)
        del open_boxes[n_open:]
        for n in range(n_open, len(parts)):
            name = clip(".".join(parts[: n + 1]))
            boxes.append(Box(name, open_boxes[-1] if open_boxes else None))
            open_boxes.append(len(boxes) - 1)
        open_parts = parts
        if open_boxes:
            box_of[row] = open_boxes[-1]
    _place_parameters(rows, boxes, box_of)
    return tuple(boxes), box_of


def _place_parameters(rows: list[Row], boxes: list[Box], box_of: dict[Row, int]) -> None:
    homes: dict[Row, list[int]] = {}
    for row in rows:
        chain = ancestry(box_of.get(row), boxes)
        for parent in row.parents:
            if parent is not None and parent.is_leaf and parent.requires_grad:
                home = homes.get(parent, chain)
                homes[parent] = home[: n_common(home, chain)]
    for leaf, chain in homes.items():
        if chain and (leaf.name or leaf.scope):
            box_of[leaf] = chain[-1]


def ancestry(box: int | None, boxes: Sequence[Box]) -> list[int]:
    """Return the boxes around and including ``box``, outermost first."""
    chain = []
    while box is not None:
        chain.append(box)
        box = boxes[box].parent
    return chain[::-1]


def n_common(one: Sequence[object], other: Sequence[object]) -> int:
    """Return with how many equal elements both begin."""
    n = 0
    while n < min(len(one), len(other)) and one[n] == other[n]:
        n += 1
    return n

"""Plain nodes, edges and boxes: what a picture shows, before anything decides how it looks.

``snapshot.py`` takes them from a tape; ``dot.py``, ``drawing.py`` and ``outline.py`` show them.
"""

from dataclasses import dataclass
from typing import Literal

LINE = 62
"""Characters that a line in a node may have, unless one fact is longer."""
SEPARATOR = "  │  "

Kind = Literal["parameter", "leaf", "constant", "operation"]


@dataclass(frozen=True)
class Node:
    """One row of the tape, ready to be shown.

    ``name``: its place on the tape, ``v3``, as in the textbook table. ``kind``: a parameter is a
    leaf with a name of its own. ``title``: the call, or the parameter's name. ``formula``: what the
    primitive computes. ``value`` and ``gradient``: the numbers of small arrays, a summary of large
    ones, or why there are none. ``magnitude``: the gradient's 2-norm; None when it is not known.
    ``marks``: troubles to point at. ``line``: where it ran, if that was recorded. ``box``: the
    index of the innermost box around it, ``scope``: the name of that module.
    """

    name: str
    kind: Kind
    is_output: bool
    title: str
    formula: str
    shape: tuple[int, ...]
    dtype: str
    value: str
    gradient: str
    magnitude: float | None
    marks: tuple[str, ...]
    scope: str
    line: str
    box: int | None

    @property
    def body(self) -> tuple[str, ...]:
        """The lines under the title, as few as hold all facts side by side."""
        facts = (self.formula, f"{self.shape} {self.dtype}", self.line, self.value, self.gradient)
        lines: list[str] = []
        for fact in filter(None, facts):
            if lines and len(lines[-1]) + len(SEPARATOR) + len(fact) <= LINE:
                lines[-1] += SEPARATOR + fact
            else:
                lines.append(fact)
        return tuple(lines)


@dataclass(frozen=True)
class Edge:
    """One argument of an operation: ``tail`` and ``head`` are indices of nodes.

    ``label``: the local derivative in the names of the rows. ``number``: its value where both sides
    are scalars. ``differentiable``: gradients flow back along it.
    """

    tail: int
    head: int
    number: str
    label: str
    differentiable: bool


@dataclass(frozen=True)
class Box:
    """A module's run: the nodes that point at it were recorded in ``scope``, inside ``parent``."""

    scope: str
    parent: int | None


@dataclass(frozen=True)
class Diagram:
    """All that a picture shows. ``notes``: sentences about the state of the whole graph."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    boxes: tuple[Box, ...]
    notes: tuple[str, ...]

"""How each kind of node looks, in any engine, and the legend that says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from textwrap import wrap

from autograd_mini.viz.graphs.diagram import Diagram, Node
from autograd_mini.viz.graphs.palette import (
    BOX_LINE,
    CONSTANT,
    FAINT,
    INK,
    NOT_FINITE,
    TROUBLE,
    ZERO,
    Scale,
    scale_of,
    shade,
)
from autograd_mini.viz.graphs.slopes import BAR
from autograd_mini.viz.text import power_of_ten

N_CELLS = 9
"""Cells of the legend's colour bar."""
LONGEST_LINE = 72
"""Characters in a line of notes."""


@dataclass(frozen=True)
class Look:
    """``border`` is the line's width in points; ``double`` draws it twice."""

    rounded: bool
    double: bool
    dashed: bool
    border: float
    line: str
    ink: str


LOOKS = {
    "parameter": Look(False, True, False, 1.0, INK, INK),
    "leaf": Look(False, False, False, 1.8, INK, INK),
    "constant": Look(False, False, True, 1.0, FAINT, "#555555"),
    "operation": Look(True, False, False, 1.0, INK, INK),
    "output": Look(True, False, False, 3.0, INK, INK),
    "trouble": Look(True, False, False, 2.6, TROUBLE, INK),
}

MODULE = Look(True, False, False, 1.0, BOX_LINE, BOX_LINE)
THIN = Look(False, False, False, 0.8, INK, INK)
BARE = Look(False, False, False, 0.0, INK, INK)


def look_of(node: Node) -> Look:
    """Return how ``node`` looks."""
    if node.marks:
        return LOOKS["trouble"]
    return LOOKS["output" if node.is_output else node.kind]


def fill_of(node: Node, scale: Scale | None) -> str:
    """Return the colour of ``node``: its gradient's magnitude on the scale."""
    if node.kind == "constant" or node.marks:
        return CONSTANT
    return (scale or Scale(0, 1)).colour(node.magnitude)


@dataclass(frozen=True)
class Legend:
    """``cells``: colours from small to large; ``ticks``: what the first and the last stand for.

    ``kinds``: names of the looks that occur. ``zero``: some gradient is exactly 0. ``not_finite``:
    some gradient is NaN or infinite.
    """

    notes: tuple[str, ...]
    scale: Scale | None
    kinds: tuple[str, ...]
    zero: bool
    not_finite: bool

    @property
    def cells(self) -> list[str]:
        return [shade(i / (N_CELLS - 1)) for i in range(N_CELLS)]

    @property
    def extras(self) -> list[tuple[str, str]]:
        """Colours outside of the scale, and what they mean."""
        zero = [(ZERO, "exactly 0")] * self.zero
        return zero + [(NOT_FINITE, "NaN or infinite")] * self.not_finite

    @property
    def ticks(self) -> tuple[str, str]:
        assert self.scale is not None
        return power_of_ten(self.scale.low), power_of_ten(self.scale.high)


def legend_of(diagram: Diagram) -> Legend:
    """Return what the legend of ``diagram`` has to explain."""
    present = {node.kind for node in diagram.nodes} | {"output"}
    if any(node.marks for node in diagram.nodes):
        present.add("trouble")
    magnitudes = [node.magnitude for node in diagram.nodes]
    notes = [*diagram.notes, *_meanings(edge.label for edge in diagram.edges)]
    return Legend(
        notes=tuple(line for note in notes for line in wrap(note, LONGEST_LINE)),
        scale=scale_of(magnitudes),
        kinds=tuple(kind for kind in LOOKS if kind in present),
        zero=0.0 in magnitudes,
        not_finite=any(m is not None and not isfinite(m) for m in magnitudes),
    )


def _meanings(labels: Iterable[str]) -> list[str]:
    """Return what the signs on the edges stand for, where they are not the usual ones."""
    barred = [label for label in labels if BAR in label]
    if not barred:
        return []
    adds = "; += adds up what each edge brings" * any("+=" in label for label in barred)
    return [f"v{BAR} is the gradient of v{adds}"]

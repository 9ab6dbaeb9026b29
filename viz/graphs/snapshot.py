"""From a tape to plain nodes and edges: what every row is called, holds and passes back."""

from collections import Counter
from math import isnan
from typing import Any

import numpy as np

from autograd_mini.brief import brief
from autograd_mini.rows import SMALL, Array, Released, Row
from autograd_mini.viz.graphs.boxes import module_boxes
from autograd_mini.viz.graphs.diagram import Diagram, Edge, Kind, Node
from autograd_mini.viz.graphs.nonfinite import gradient_marks, value_marks
from autograd_mini.viz.graphs.slopes import edge_label, scalar_slope
from autograd_mini.viz.text import clip, gradient_text, norm, value_text

KEEP = "keep them with record() or backward(retain_graph=True)"
NOT_RUN = "backward has not run: there are no gradients yet"
LONGEST_TITLE = 48
LONGEST_OPTION = 16
FEW_MARKS = 3


def snapshot(rows: list[Row]) -> Diagram:
    """Return nodes, edges, boxes and notes of a tape, ``rows`` with the output last."""
    output = rows[-1]
    swept = output.spent or output.adjoint is not None
    gradients = _gradients(rows) if swept else {}
    boxes, box_of = module_boxes(rows)
    index = {row: i for i, row in enumerate(rows)}
    forward_marks = value_marks(rows)
    backward_marks = gradient_marks(rows, gradients)
    nodes = []
    for i, row in enumerate(rows):
        gradient = gradients.get(row)
        marks = (forward_marks.get(row), backward_marks.get(row))
        nodes.append(
            Node(
                name=f"v{i}",
                kind=_kind(row),
                is_output=row is output,
                title=_title(row, index),
                formula=_formula(row),
                shape=row.shape,
                dtype=str(row.dtype),
                value=_value(row.output),
                gradient=_gradient(row, gradient, swept),
                magnitude=None if gradient is None else norm(gradient),
                marks=tuple(mark for mark in marks if mark),
                scope=boxes[box_of[row]].scope if row in box_of else "",
                line=clip(row.line or ""),
                box=box_of.get(row),
            )
        )
    return Diagram(tuple(nodes), tuple(_edges(rows, index)), boxes, tuple(_notes(nodes, swept)))


def _gradients(rows: list[Row]) -> dict[Row, Array]:
    """Return the adjoints of the last backward; of a leaf without one, its ``.grad``."""
    found: dict[Row, Array] = {}
    for row in rows:
        if row.adjoint is not None:
            found[row] = row.adjoint
        elif row.grad is not None:
            found[row] = row.grad.data
    return found


def _kind(row: Row) -> Kind:
    if row.primitive is not None:
        return "operation"
    if not row.requires_grad:
        return "constant"
    return "parameter" if row.name else "leaf"


def _title(row: Row, index: dict[Row, int]) -> str:
    """Return ``v2 = multiply(v1, 3)``, or ``v0 parameter weight``."""
    name = f"v{index[row]}"
    if row.primitive is None:
        return clip(f"{name} {_kind(row)} {row.name}".rstrip(), LONGEST_TITLE)
    with np.errstate(all="ignore"):
        inputs = [
            brief(array) if parent is None else f"v{index[parent]}"
            for parent, array in zip(row.parents, row.inputs, strict=True)
        ]
        metadata = [
            f"{key}={_option(value)}"
            for key, value in row.kwargs.items()
            if value is not None and value is not False
        ]
    return clip(f"{name} = {row.operation}({', '.join(inputs + metadata)})", LONGEST_TITLE)


def _option(value: Any) -> str:
    text = brief(value)
    return text if len(text) <= LONGEST_OPTION else "…"


def _formula(row: Row) -> str:
    return clip(row.primitive.doc.partition(";")[0].strip()) if row.primitive is not None else ""


def _value(output: Any) -> str:
    return "value released" if isinstance(output, Released) else value_text(output)


def _gradient(row: Row, gradient: Array | None, swept: bool) -> str:
    """Return what is known of the gradient, or why nothing is."""
    if gradient is not None:
        return gradient_text(gradient)
    if not row.requires_grad:
        return ""
    if not swept:
        grad = row.grad
        return "" if grad is None else f"earlier .grad: {gradient_text(grad.data)}"
    return "gradient released" if row.output.size > SMALL else "no gradient came here"


def _notes(nodes: list[Node], swept: bool) -> list[str]:
    """Return the state of the graph in sentences."""
    notes = [] if swept else [NOT_RUN]
    released = [
        f"large {what}s"
        for what in ("value", "gradient")
        if any(getattr(node, what) == f"{what} released" for node in nodes)
    ]
    if released:
        notes.append(f"{' and '.join(released)} were released after backward; {KEEP}")
    marked = [(node, mark) for node in nodes for mark in node.marks]
    notes += [f"{mark.replace('here', 'by')} {node.title}" for node, mark in marked[:FEW_MARKS]]
    if not marked and any("NaN" in node.value or _is_nan(node.magnitude) for node in nodes):
        notes.append(f"NaN: the values that would tell where it was made were released; {KEEP}")
    return notes


def _is_nan(magnitude: float | None) -> bool:
    return magnitude is not None and isnan(magnitude)


def _edges(rows: list[Row], index: dict[Row, int]) -> list[Edge]:
    pairs = [
        (row, position, parent)
        for row in rows
        for position, parent in enumerate(row.parents)
        if parent is not None
    ]
    uses = Counter(parent for _, _, parent in pairs)
    return [
        Edge(
            tail=index[parent],
            head=index[row],
            number=scalar_slope(row, position) if parent.requires_grad else "",
            label=edge_label(row, position, index, uses[parent]) if parent.requires_grad else "",
            differentiable=parent.requires_grad,
        )
        for row, position, parent in pairs
    ]

"""Derivatives as values: gradients returned instead of stored, of any order."""

from collections.abc import Sequence
from typing import Any

from autograd_mini.errors import GraphError
from autograd_mini.tensors import Tensor, constant, cotangents


def grad(
    y: Tensor,
    xs: Tensor | Sequence[Tensor],
    grad_outputs: Any = None,
    create_graph: bool = False,
    retain_graph: bool | None = None,
) -> list[Tensor]:
    """Return ∂y/∂x for each x, without touching ``.grad``.

    ``xs``: leaves or results on the way to ``y``. ``grad_outputs``: the cotangent of ``y``, of its
    shape; 1 for a single element. ``create_graph``: the gradients are tracked and can be
    differentiated again. ``retain_graph``: keep the graph; by default as ``create_graph``.

    Raises GraphError if an x does not lead to ``y``, or the graph is spent.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(2.0, requires_grad=True)
    >>> (slope,) = ag.grad(x**3, [x], create_graph=True)
    >>> (curvature,) = ag.grad(slope, [x])
    >>> slope.item(), curvature.item()
    (12.0, 12.0)
    """
    targets = [xs] if isinstance(xs, Tensor) else list(xs)
    rows = [x.row for x in targets]
    found = cotangents(y, grad_outputs, rows, retain_graph, create_graph, "grad")
    for position, row in enumerate(rows):
        if row not in found:
            raise GraphError(
                f"grad: the tensor at position {position}, of shape {row.shape}, does not lead to "
                f"y, or does not require a gradient"
            )
    made_by = "grad without create_graph=True"
    return [found[row] if create_graph else constant(found[row], made_by) for row in rows]

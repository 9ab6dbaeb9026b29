"""Forward mode along a recorded tape: how every row changes when one input does.

The tangent of a row is Σ J·t over its inputs, J the local Jacobian and t an input's tangent. A rule
gives gᵀJ, which is linear in g; its derivative with respect to g, in the direction t, is J·t
(J. Townsend 2017, "A new trick for calculating Jacobian vector products").
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_mini.modes import enable_grad
from autograd_mini.rows import Array, Row
from autograd_mini.sweep import pull, reverse_sweep
from autograd_mini.tensors import Tensor


def tangents(rows: Iterable[Row], along: Row) -> dict[Row, Array]:
    """Return the tangents of the ``rows``, oldest first, that depend on ``along``.

    All elements of ``along`` move together, at speed 1; of a scalar that is ∂row/∂along.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> tangents(ag.tape(y), x.row)[y.row]
    array(6., dtype=float32)
    """
    found = {along: np.ones_like(along.output)}
    for row in rows:
        parts = [
            _pushed(row, position, found[parent])
            for position, parent in enumerate(row.parents)
            if parent is not None and parent in found
        ]
        if parts:
            found[row] = np.asarray(np.sum(parts, axis=0), row.dtype)
    return found


def _pushed(row: Row, position: int, tangent: Array) -> Array:
    """Return J·t for one input of a row."""
    inputs: list[Any] = list(row.inputs)
    inputs[position] = Tensor(inputs[position], requires_grad=True)
    g = Tensor(np.zeros_like(row.output), requires_grad=True)
    with enable_grad():
        slope = (pull(row, position, g, row.output, tuple(inputs)) * tangent).sum()
        if not slope.requires_grad:
            return np.zeros_like(row.output)
        sent = reverse_sweep(slope.row, np.ones_like(slope._array), [g.row])
    pushed: Array = sent.get(g.row, np.zeros_like(row.output))
    return pushed

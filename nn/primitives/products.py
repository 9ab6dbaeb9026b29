"""A product with a weight matrix, and the bias: what a layer does, in one row of the tape."""

from typing import Any

import numpy as np

from autograd_mini.fusion import fused
from autograd_mini.rows import Array


def _definition(x: Any, weight: Any, bias: Any) -> Any:
    out = x @ weight.T
    return out if bias is None else out + bias


def _forward(x: Array, weight: Array, bias: Array | None) -> tuple[Array, tuple[()]]:
    return _definition(x, weight, bias), ()


def _backward(
    g: Array,
    saved: tuple[()],
    wanted: tuple[bool, ...],
    x: Array,
    weight: Array,
    bias: Array | None,
) -> tuple[Array | None, ...]:
    rows = g.reshape(-1, g.shape[-1])
    return (
        g @ weight if wanted[0] else None,
        rows.T @ x.reshape(-1, x.shape[-1]) if wanted[1] else None,
        np.ones(len(rows), g.dtype) @ rows if wanted[2] else None,
    )


linear = fused(
    _definition,
    name="linear",
    doc="z = x·weightᵀ + bias; ∂z/∂x = weight; ∂z/∂weight = x; ∂z/∂bias = 1",
    forward=_forward,
    backward=_backward,
)

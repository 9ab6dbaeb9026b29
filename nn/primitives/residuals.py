"""Losses of a residual d = x − y, one row on the tape instead of a handful."""

from typing import Any

import numpy as np

from autograd_mini.fusion import fused
from autograd_mini.ops import activations, arithmetic, elementwise, reductions


def _both(slope: Any, wanted: tuple[bool, ...], x: Any, y: Any) -> tuple[Any, ...]:
    """Return what flows back to x and to y: opposite signs of one slope."""
    return (
        slope.astype(x.dtype, copy=False) if wanted[0] else None,
        np.negative(slope).astype(y.dtype, copy=False) if wanted[1] else None,
    )


def _squares(x: Any, y: Any, *, mean: bool) -> Any:
    squares = elementwise.square(arithmetic.subtract(x, y))
    return reductions.mean(squares) if mean else reductions.sum(squares)


def _squares_forward(x: Any, y: Any, *, mean: bool) -> tuple[Any, Any]:
    residual = x - y
    squares = np.square(residual)
    return squares.mean() if mean else squares.sum(), residual


def _squares_backward(
    g: Any, residual: Any, wanted: tuple[bool, ...], x: Any, y: Any, *, mean: bool
) -> tuple[Any, ...]:
    return _both(residual * (g * (2 / residual.size if mean else 2)), wanted, x, y)


squared_error = fused(
    _squares,
    name="squared_error",
    doc="z = Σ (x − y)², or its mean; ∂z/∂x = 2(x − y); ∂z/∂y = −2(x − y)",
    forward=_squares_forward,
    backward=_squares_backward,
)


def _huber(x: Any, y: Any, *, delta: float) -> Any:
    residual = arithmetic.subtract(x, y)
    cut = activations.hardtanh(residual, min_val=-delta, max_val=delta)
    return cut * (residual - cut / 2)


def _huber_forward(x: Any, y: Any, *, delta: float) -> tuple[Any, Any]:
    residual = x - y
    cut = np.clip(residual, -delta, delta)
    return cut * (residual - cut / 2), cut


def _huber_backward(
    g: Any, cut: Any, wanted: tuple[bool, ...], x: Any, y: Any, *, delta: float
) -> tuple[Any, ...]:
    return _both(g * cut, wanted, x, y)


huber = fused(
    _huber,
    name="huber",
    doc="z = c·(d − c/2), where d = x − y and c is d cut off at ±delta: d²/2, and straight lines "
    "beyond; ∂z/∂x = c; ∂z/∂y = −c",
    forward=_huber_forward,
    backward=_huber_backward,
)

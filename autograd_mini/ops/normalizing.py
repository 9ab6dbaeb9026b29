"""Softmax and its logarithm, fused so that no exponential overflows."""

from typing import Any

import numpy as np

from autograd_mini.ops.reductions import axis_out_of_range
from autograd_mini.registry import primitive


def below_largest(x: Any, axis: int) -> Any:
    """Return x minus its largest element, a constant that softmax does not see."""
    return np.subtract(x, np.max(x, axis=axis, keepdims=True, initial=-np.inf))


def _softmax(x: Any, axis: int = -1) -> Any:
    powers = np.exp(below_largest(x, axis))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def _log_softmax(x: Any, axis: int = -1) -> Any:
    z = below_largest(x, axis)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))


softmax = primitive(
    _softmax,
    name="softmax",
    doc="z = eˣ / Σ eˣ; ∂z/∂x = diag(z) − z·zᵀ",
    complain=axis_out_of_range,
    x=lambda g, out, x, *, axis=-1: out * (g - np.sum(g * out, axis=axis, keepdims=True)),
)
log_softmax = primitive(
    _log_softmax,
    name="log_softmax",
    doc="z = x − ln Σ eˣ; ∂z/∂x = I − 1·softmax(x)ᵀ",
    complain=axis_out_of_range,
    x=lambda g, out, x, *, axis=-1: g - np.exp(out) * np.sum(g, axis=axis, keepdims=True),
)

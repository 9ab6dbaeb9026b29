"""Binary cross entropy, of probabilities and of logits.

Of probabilities, a composition of logarithms would be NaN where a prediction is certain. Of
logits, e^−|x| serves the value and the slope, and neither loses a digit.
"""

from typing import Any

import numpy as np

from autograd_mini.fusion import fused
from autograd_mini.ops.activations import log_sigmoid
from autograd_mini.registry import primitive


def _surprise(x: Any, y: Any) -> Any:
    with np.errstate(divide="ignore"):  # ln 0 = −∞, which the bound makes −100
        certain, not_certain = np.log(x), np.log1p(-x)
    return -(y * np.maximum(certain, -100) + (1 - y) * np.maximum(not_certain, -100))


binary_cross_entropy = primitive(
    _surprise,
    name="binary_cross_entropy",
    doc="z = −y·ln x − (1 − y)·ln(1 − x), no logarithm below −100; "
    "∂z/∂x = (x − y)/(x·(1 − x)), the denominator at least 1e-12; ∂z/∂y = ln(1 − x) − ln x",
    x=lambda g, out, x, y: g * (x - y) / np.maximum(x * (1 - x), 1e-12),
    y=lambda g, out, x, y: g * (np.log1p(-x) - np.log(x)),
)


def _definition(x: Any, y: Any) -> Any:
    return -(y * log_sigmoid(x) + (1 - y) * log_sigmoid(np.negative(x)))


def _forward(x: Any, y: Any) -> tuple[Any, Any]:
    decay = np.exp(-np.abs(x))
    return np.log1p(decay) + (np.maximum(x, 0) - x * y), decay


def _backward(g: Any, decay: Any, wanted: tuple[bool, ...], x: Any, y: Any) -> tuple[Any, ...]:
    slope_x = slope_y = None
    if wanted[0]:
        probability = np.maximum(decay, x >= 0) / (1 + decay)  # σ(x), without a branch
        slope_x = (g * (probability - y)).astype(x.dtype, copy=False)
    if wanted[1]:
        slope_y = (-g * x).astype(y.dtype, copy=False)
    return slope_x, slope_y


binary_cross_entropy_with_logits = fused(
    _definition,
    name="binary_cross_entropy_with_logits",
    doc="z = ln(1 + eˣ) − x·y; ∂z/∂x = σ(x) − y; ∂z/∂y = −x",
    forward=_forward,
    backward=_backward,
)

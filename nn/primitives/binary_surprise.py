"""Binary cross entropy, of probabilities and of logits.

Composed of logarithms it would lose digits, or be NaN, where a prediction is certain.
"""

from typing import Any

import numpy as np

from autograd_mini.ops.activations import sigmoid
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


def _surprise_of_logits(x: Any, y: Any) -> Any:
    return np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))


binary_cross_entropy_with_logits = primitive(
    _surprise_of_logits,
    name="binary_cross_entropy_with_logits",
    doc="z = ln(1 + eˣ) − x·y; ∂z/∂x = σ(x) − y; ∂z/∂y = −x",
    x=lambda g, out, x, y: g * (sigmoid(x) - y),
    y=lambda g, out, x, y: -g * x,
)

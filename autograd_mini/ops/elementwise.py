"""Rules for functions of one array, element by element, and for choosing between elements."""

from typing import Any

import numpy as np

from autograd_mini.ops.arithmetic import not_broadcastable
from autograd_mini.registry import primitive

negative = primitive(np.negative, doc="z = −x; ∂z/∂x = −1", x=lambda g, out, x: -g)
positive = primitive(np.positive, doc="z = x; ∂z/∂x = 1", x=lambda g, out, x: g)
absolute = primitive(
    np.absolute,
    doc="z = |x|; ∂z/∂x = sign x, 0 at 0",
    branch=np.sign,
    x=lambda g, out, x: g * np.sign(x),
)
sqrt = primitive(np.sqrt, doc="z = √x; ∂z/∂x = 1/(2z)", x=lambda g, out, x: g / (2 * out))
square = primitive(np.square, doc="z = x²; ∂z/∂x = 2x", x=lambda g, out, x: g * (2 * x))
reciprocal = primitive(np.reciprocal, doc="z = 1/x; ∂z/∂x = −z²", x=lambda g, out, x: -g * out**2)
exp = primitive(np.exp, doc="z = eˣ; ∂z/∂x = z", x=lambda g, out, x: g * out)
expm1 = primitive(np.expm1, doc="z = eˣ − 1; ∂z/∂x = z + 1", x=lambda g, out, x: g * (out + 1))
log = primitive(np.log, doc="z = ln x; ∂z/∂x = 1/x", x=lambda g, out, x: g / x)
log1p = primitive(np.log1p, doc="z = ln(1 + x); ∂z/∂x = 1/(1 + x)", x=lambda g, out, x: g / (1 + x))
sin = primitive(np.sin, doc="z = sin x; ∂z/∂x = cos x", x=lambda g, out, x: g * np.cos(x))
cos = primitive(np.cos, doc="z = cos x; ∂z/∂x = −sin x", x=lambda g, out, x: -g * np.sin(x))
tanh = primitive(np.tanh, doc="z = tanh x; ∂z/∂x = 1 − z²", x=lambda g, out, x: g * (1 - out * out))


def _sigmoid(x: Any) -> Any:
    decay = np.exp(-np.abs(x))  # at most 1, so nothing overflows
    return np.where(x >= 0, 1, decay) / (1 + decay)


sigmoid = primitive(
    _sigmoid,
    name="sigmoid",
    doc="z = 1/(1 + e⁻ˣ); ∂z/∂x = z·(1 − z)",
    x=lambda g, out, x: g * out * (1 - out),
)


def _relu(x: Any) -> Any:
    return np.maximum(x, 0)


relu = primitive(
    _relu,
    name="relu",
    doc="z = max(x, 0); ∂z/∂x = [x > 0], 0 at 0",
    branch=np.sign,
    x=lambda g, out, x: g * (x > 0),
)


def _clip(x: Any, a_min: Any = None, a_max: Any = None) -> Any:
    return np.clip(x, a_min, a_max)


def _below(x: Any, a_min: Any) -> Any:
    return np.zeros(np.shape(x), dtype=bool) if a_min is None else x < a_min


def _above(x: Any, a_max: Any) -> Any:
    return np.zeros(np.shape(x), dtype=bool) if a_max is None else x > a_max


clip = primitive(
    _clip,
    name="clip",
    doc="z = min(max(x, a_min), a_max); ∂z/∂x = [a_min ≤ x ≤ a_max]; ∂z/∂a_min = [x < a_min]; "
    "∂z/∂a_max = [x > a_max]",
    overrides=[np.clip],
    broadcasts=True,
    branch=lambda x, a_min, a_max: np.subtract(_above(x, a_max), _below(x, a_min), dtype=int),
    complain=lambda x, a_min, a_max: not_broadcastable(x, a_min) or not_broadcastable(x, a_max),
    x=lambda g, out, x, a_min, a_max: np.where(_below(x, a_min) | _above(x, a_max), 0, g),
    a_min=lambda g, out, x, a_min, a_max: np.where(_below(x, a_min), g, 0),
    a_max=lambda g, out, x, a_min, a_max: np.where(_above(x, a_max), g, 0),
)


def _where(condition: Any, x: Any, y: Any) -> Any:
    return np.where(condition, x, y)


where = primitive(
    _where,
    name="where",
    doc="z = x where condition, else y; ∂z/∂x = [condition]; ∂z/∂y = [not condition]",
    overrides=[np.where],
    broadcasts=True,
    branch=lambda condition, x, y: np.asarray(condition, dtype=bool),
    complain=lambda condition, x, y: (
        not_broadcastable(x, y)
        or not_broadcastable(condition, x)
        or not_broadcastable(condition, y)
    ),
    x=lambda g, out, condition, x, y: np.where(condition, g, 0),
    y=lambda g, out, condition, x, y: np.where(condition, 0, g),
)

cast = primitive(
    lambda x, dtype: np.asarray(x, dtype=dtype),
    name="cast",
    doc="z = x in another dtype; ∂z/∂x = 1",
    x=lambda g, out, x, *, dtype: g,
)

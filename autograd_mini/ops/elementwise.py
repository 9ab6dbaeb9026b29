"""Rules for functions of one array, element by element, and for choosing between elements."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_mini.ops.arithmetic import not_broadcastable, power
from autograd_mini.registry import Primitive, composed, primitive

negative = primitive(np.negative, doc="z = −x; ∂z/∂x = −1", x=lambda g, out, x: -g)
positive = primitive(np.positive, doc="z = x; ∂z/∂x = 1", x=lambda g, out, x: g)
absolute = primitive(
    np.absolute,
    doc="z = |x|; ∂z/∂x = sign x, 0 at 0",
    branch=np.sign,
    x=lambda g, out, x: g * np.sign(x),
)
fabs = primitive(
    np.fabs,
    doc="z = |x|; ∂z/∂x = sign x, 0 at 0",
    branch=np.sign,
    x=lambda g, out, x: g * np.sign(x),
)
sqrt = primitive(np.sqrt, doc="z = √x; ∂z/∂x = 1/(2z)", x=lambda g, out, x: g / (2 * out))
cbrt = primitive(
    np.cbrt, doc="z = ∛x; ∂z/∂x = 1/(3z²)", x=lambda g, out, x: g / (3 * np.square(out))
)
square = primitive(np.square, doc="z = x²; ∂z/∂x = 2x", x=lambda g, out, x: g * (2 * x))
reciprocal = primitive(np.reciprocal, doc="z = 1/x; ∂z/∂x = −z²", x=lambda g, out, x: -g * out**2)
exp = primitive(np.exp, doc="z = eˣ; ∂z/∂x = z", x=lambda g, out, x: g * out)
exp2 = primitive(np.exp2, doc="z = 2ˣ; ∂z/∂x = z·ln 2", x=lambda g, out, x: g * out * math.log(2))
expm1 = primitive(np.expm1, doc="z = eˣ − 1; ∂z/∂x = z + 1", x=lambda g, out, x: g * (out + 1))
log = primitive(np.log, doc="z = ln x; ∂z/∂x = 1/x", x=lambda g, out, x: g / x)
log2 = primitive(
    np.log2, doc="z = log₂ x; ∂z/∂x = 1/(x·ln 2)", x=lambda g, out, x: g / (x * math.log(2))
)
log10 = primitive(
    np.log10, doc="z = log₁₀ x; ∂z/∂x = 1/(x·ln 10)", x=lambda g, out, x: g / (x * math.log(10))
)
log1p = primitive(np.log1p, doc="z = ln(1 + x); ∂z/∂x = 1/(1 + x)", x=lambda g, out, x: g / (1 + x))
sin = primitive(np.sin, doc="z = sin x; ∂z/∂x = cos x", x=lambda g, out, x: g * np.cos(x))
cos = primitive(np.cos, doc="z = cos x; ∂z/∂x = −sin x", x=lambda g, out, x: -g * np.sin(x))
tan = primitive(np.tan, doc="z = tan x; ∂z/∂x = 1 + z²", x=lambda g, out, x: g * (1 + out * out))
# (1 − x)·(1 + x) is 1 − x², without its cancellation near ±1; hypot(1, x) is √(1 + x²), without
# its overflow.
arcsin = primitive(
    np.arcsin,
    doc="z = arcsin x; ∂z/∂x = 1/√(1 − x²)",
    x=lambda g, out, x: g / np.sqrt((1 - x) * (1 + x)),
)
arccos = primitive(
    np.arccos,
    doc="z = arccos x; ∂z/∂x = −1/√(1 − x²)",
    x=lambda g, out, x: -g / np.sqrt((1 - x) * (1 + x)),
)
arctan = primitive(
    np.arctan,
    doc="z = arctan x; ∂z/∂x = 1/(1 + x²)",
    x=lambda g, out, x: g / np.hypot(1, x) / np.hypot(1, x),
)
sinh = primitive(np.sinh, doc="z = sinh x; ∂z/∂x = cosh x", x=lambda g, out, x: g * np.cosh(x))
cosh = primitive(np.cosh, doc="z = cosh x; ∂z/∂x = sinh x", x=lambda g, out, x: g * np.sinh(x))
tanh = primitive(np.tanh, doc="z = tanh x; ∂z/∂x = 1 − z²", x=lambda g, out, x: g * (1 - out * out))
arcsinh = primitive(
    np.arcsinh,
    doc="z = arsinh x; ∂z/∂x = 1/√(x² + 1)",
    x=lambda g, out, x: g / np.hypot(1, x),
)
arccosh = primitive(
    np.arccosh,
    doc="z = arcosh x; ∂z/∂x = 1/√(x² − 1)",
    x=lambda g, out, x: g / (np.sqrt(x - 1) * np.sqrt(x + 1)),
)
arctanh = primitive(
    np.arctanh,
    doc="z = artanh x; ∂z/∂x = 1/(1 − x²)",
    x=lambda g, out, x: g / ((1 - x) * (1 + x)),
)


def _by_element(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """Return a function of one number as a function of arrays; a Python loop, so not fast."""
    each = np.frompyfunc(function, 1, 1)
    return lambda x: np.asarray(each(x), dtype=np.result_type(x, np.float16))


erf = primitive(
    _by_element(math.erf),
    name="erf",
    doc="z = 2/√π · ∫₀ˣ e^(−t²) dt; ∂z/∂x = 2/√π · e^(−x²)",
    x=lambda g, out, x: g * np.exp(-x * x) * (2 / math.sqrt(math.pi)),
)
erfc = primitive(
    _by_element(math.erfc),
    name="erfc",
    doc="z = 1 − erf x, exact where erf x is near 1; ∂z/∂x = −2/√π · e^(−x²)",
    x=lambda g, out, x: -g * np.exp(-x * x) * (2 / math.sqrt(math.pi)),
)


def _sinc(x: Any, order: int = 0) -> Any:
    """Return the derivative of ``np.sinc`` of this order, as exact at 0 as elsewhere.

    Near 0, by the Fourier integral ∫₀¹ cos(πtx) dt, derived under the integral; elsewhere, by
    deriving x·sinc x = sin(πx)/π as a product.
    """
    if order == 0:
        return np.sinc(x)
    nodes, weights = np.polynomial.legendre.leggauss(24)
    t = np.pi * (nodes + 1) / 2
    phase = order * np.pi / 2
    near = np.abs(x) < 1
    waves = np.cos(np.multiply.outer(np.where(near, x, 0), t) + phase)
    integral = waves @ (t**order * weights / 2)
    far = np.where(near, 1, x)
    product = (
        np.pi ** (order - 1) * np.sin(np.pi * far + phase) - order * _sinc(far, order - 1)
    ) / far
    return np.where(near, integral, product).astype(np.result_type(x, np.float16))


sinc: Primitive = primitive(
    _sinc,
    name="sinc",
    doc="z = sin(πx)/(πx), 1 at 0; ∂z/∂x = (cos(πx) − z)/x, 0 at 0",
    overrides=[np.sinc],
    x=lambda g, out, x, *, order=0: g * sinc(x, order=order + 1),
)


def _nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


nan_to_num = primitive(
    _nan_to_num,
    name="nan_to_num",
    doc="z = x, numbers for NaN and ±∞; ∂z/∂x = [x is finite]",
    overrides=[np.nan_to_num],
    branch=lambda x, **_: np.isfinite(x),
    x=lambda g, out, x, *, nan=0.0, posinf=None, neginf=None: g * np.isfinite(x),
)


def _clip(x: Any, a_min: Any = None, a_max: Any = None) -> Any:
    return np.clip(x, a_min, a_max)


def _above(x: Any, a_min: Any, a_max: Any) -> Any:
    """Tell where z is a_max, which also wins where a_min exceeds it."""
    if a_max is None:
        return np.zeros(np.shape(x), dtype=bool)
    return (x > a_max) | (False if a_min is None else np.greater(a_min, a_max))


def _below(x: Any, a_min: Any, a_max: Any) -> Any:
    """Tell where z is a_min."""
    if a_min is None:
        return np.zeros(np.shape(x), dtype=bool)
    return (x < a_min) & ~_above(x, a_min, a_max)


def _between(x: Any, a_min: Any, a_max: Any) -> Any:
    return ~(_below(x, a_min, a_max) | _above(x, a_min, a_max))


clip = primitive(
    _clip,
    name="clip",
    doc="z = min(max(x, a_min), a_max); ∂z/∂x = [a_min ≤ x ≤ a_max]; ∂z/∂a_min = [z is a_min]; "
    "∂z/∂a_max = [z is a_max]",
    overrides=[np.clip],
    broadcasts=True,
    branch=lambda x, a_min, a_max: np.subtract(
        _above(x, a_min, a_max), _below(x, a_min, a_max), dtype=int
    ),
    complain=lambda x, a_min, a_max: not_broadcastable(x, a_min) or not_broadcastable(x, a_max),
    x=lambda g, out, x, a_min, a_max: np.where(_between(x, a_min, a_max), g, 0),
    a_min=lambda g, out, x, a_min, a_max: np.where(_below(x, a_min, a_max), g, 0),
    a_max=lambda g, out, x, a_min, a_max: np.where(_above(x, a_min, a_max), g, 0),
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
    lambda x, dtype: np.array(x, dtype=dtype),
    name="cast",
    doc="z = x in another dtype; ∂z/∂x = 1",
    x=lambda g, out, x, *, dtype: g,
)


@composed(np.float_power)
def float_power(x: Any, y: Any) -> Any:
    """Return x to the power y, in float64 at least, as NumPy does.

    >>> import autograd_mini as ag
    >>> float_power(ag.tensor([2, 3]), -1).tolist()
    [0.5, 0.3333333333333333]
    """
    return power(cast(x, dtype=np.dtype(float)), cast(y, dtype=np.dtype(float)))

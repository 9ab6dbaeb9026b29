"""Rules for + − × ÷ and the other two-sided elementwise functions.

All are NumPy ufuncs: the sweep sums their cotangents over broadcast axes.
"""

from typing import Any

import numpy as np

from autograd_mini.registry import primitive


def not_broadcastable(x: Any, y: Any) -> str | None:
    """Return what to say of two shapes that do not broadcast, None if they do."""
    a, b = np.shape(x), np.shape(y)
    for i, (n, m) in enumerate(zip(reversed(a), reversed(b), strict=False), start=1):
        if n != m and 1 not in (n, m):
            axes = "the last axes" if i == 1 else f"axes {-i}"
            return (
                f"shapes {a} and {b} do not broadcast; {axes} {n} and {m} differ. Reshape one of "
                f"them so that the axes, counted from the right, are equal or 1"
            )
    return None


def _order(x: Any, y: Any) -> Any:
    """Return 1, 0 or −1 where x is larger than y, equal or smaller."""
    return np.greater(x, y).astype(int) - np.less(x, y)


add = primitive(
    np.add,
    doc="z = x + y; ∂z/∂x = 1; ∂z/∂y = 1",
    complain=not_broadcastable,
    x=lambda g, out, x, y: g,
    y=lambda g, out, x, y: g,
)
subtract = primitive(
    np.subtract,
    doc="z = x − y; ∂z/∂x = 1; ∂z/∂y = −1",
    complain=not_broadcastable,
    x=lambda g, out, x, y: g,
    y=lambda g, out, x, y: -g,
)
multiply = primitive(
    np.multiply,
    doc="z = x·y; ∂z/∂x = y; ∂z/∂y = x",
    complain=not_broadcastable,
    x=lambda g, out, x, y: g * y,
    y=lambda g, out, x, y: g * x,
)
divide = primitive(
    np.divide,
    doc="z = x / y; ∂z/∂x = 1/y; ∂z/∂y = −z/y",
    complain=not_broadcastable,
    x=lambda g, out, x, y: g / y,
    y=lambda g, out, x, y: -g * out / y,
)
remainder = primitive(
    np.remainder,
    doc="z = x − y·⌊x/y⌋; ∂z/∂x = 1; ∂z/∂y = −⌊x/y⌋",
    branch=np.floor_divide,
    complain=not_broadcastable,
    x=lambda g, out, x, y: g,
    y=lambda g, out, x, y: -g * np.floor_divide(x, y),
)
mod = remainder
fmod = primitive(
    np.fmod,
    doc="z = x − y·trunc(x/y); ∂z/∂x = 1; ∂z/∂y = −trunc(x/y)",
    branch=lambda x, y: np.rint(np.subtract(x, np.fmod(x, y)) / y),
    complain=not_broadcastable,
    x=lambda g, out, x, y: g,
    y=lambda g, out, x, y: -g * np.rint((x - out) / y),
)
# y − (y ≠ 0) is y − 1 except at y = 0, where x⁰ is constant: its slope is 0, at x = 0 too.
power = primitive(
    np.power,
    doc="z = xʸ; ∂z/∂x = y·xʸ⁻¹; ∂z/∂y = z·ln x",
    complain=not_broadcastable,
    x=lambda g, out, x, y: g * y * x ** (y - (y != 0)),
    y=lambda g, out, x, y: g * out * np.log(x + (x == 0)),
)
# A tie is halved; a NaN passes the cotangent to both, as it passed itself to the result.
maximum = primitive(
    np.maximum,
    doc="z = max(x, y); ∂z/∂x = [x > y], ½ at a tie; ∂z/∂y = [y > x], ½ at a tie",
    branch=_order,
    complain=not_broadcastable,
    x=lambda g, out, x, y: np.where(x == y, g / 2, np.where(x < y, 0, g)),
    y=lambda g, out, x, y: np.where(x == y, g / 2, np.where(y < x, 0, g)),
)
minimum = primitive(
    np.minimum,
    doc="z = min(x, y); ∂z/∂x = [x < y], ½ at a tie; ∂z/∂y = [y < x], ½ at a tie",
    branch=_order,
    complain=not_broadcastable,
    x=lambda g, out, x, y: np.where(x == y, g / 2, np.where(x > y, 0, g)),
    y=lambda g, out, x, y: np.where(x == y, g / 2, np.where(y > x, 0, g)),
)
fmax = primitive(
    np.fmax,
    doc="z = max(x, y), the other one where one is NaN; ∂z/∂x = [x > y or y is NaN], ½ at a tie; "
    "∂z/∂y = [y > x or x is NaN], ½ at a tie",
    branch=_order,
    complain=not_broadcastable,
    x=lambda g, out, x, y: np.where(x == y, g / 2, np.where((x > y) | np.isnan(y), g, 0)),
    y=lambda g, out, x, y: np.where(x == y, g / 2, np.where((y > x) | np.isnan(x), g, 0)),
)
fmin = primitive(
    np.fmin,
    doc="z = min(x, y), the other one where one is NaN; ∂z/∂x = [x < y or y is NaN], ½ at a tie; "
    "∂z/∂y = [y < x or x is NaN], ½ at a tie",
    branch=_order,
    complain=not_broadcastable,
    x=lambda g, out, x, y: np.where(x == y, g / 2, np.where((x < y) | np.isnan(y), g, 0)),
    y=lambda g, out, x, y: np.where(x == y, g / 2, np.where((y < x) | np.isnan(x), g, 0)),
)
hypot = primitive(
    np.hypot,
    doc="z = √(x² + y²); ∂z/∂x = x/z, 0 at the origin; ∂z/∂y = y/z, 0 at the origin",
    complain=not_broadcastable,
    x=lambda g, out, x, y: g * x / (out + (out == 0)),
    y=lambda g, out, x, y: g * y / (out + (out == 0)),
)


def _radius(y: Any, x: Any) -> Any:
    """Return the distance from the origin, but 1 at the origin, so that one can divide by it."""
    r = np.hypot(y, x)
    return r + (r == 0)


arctan2 = primitive(
    np.arctan2,
    doc="z = the angle of the point (x, y); ∂z/∂y = x/(x² + y²), 0 at the origin; "
    "∂z/∂x = −y/(x² + y²), 0 at the origin",
    branch=lambda y, x: np.signbit(y) & np.less(x, 0),
    complain=not_broadcastable,
    y=lambda g, out, y, x: g * x / _radius(y, x) / _radius(y, x),
    x=lambda g, out, y, x: -g * y / _radius(y, x) / _radius(y, x),
)


def above_minus_infinity(out: Any) -> Any:
    """Return ``out`` with 0 for −∞, the sum of two zeros, so that its slopes are 0 and not NaN."""
    return np.where(out == -np.inf, 0, out)


logaddexp = primitive(
    np.logaddexp,
    doc="z = ln(eˣ + eʸ); ∂z/∂x = eˣ⁻ᶻ, 0 where z = −∞; ∂z/∂y = eʸ⁻ᶻ, 0 where z = −∞",
    complain=not_broadcastable,
    x=lambda g, out, x, y: g * np.exp(x - above_minus_infinity(out)),
    y=lambda g, out, x, y: g * np.exp(y - above_minus_infinity(out)),
)
logaddexp2 = primitive(
    np.logaddexp2,
    doc="z = log₂(2ˣ + 2ʸ); ∂z/∂x = 2ˣ⁻ᶻ, 0 where z = −∞; ∂z/∂y = 2ʸ⁻ᶻ, 0 where z = −∞",
    complain=not_broadcastable,
    x=lambda g, out, x, y: g * np.exp2(x - above_minus_infinity(out)),
    y=lambda g, out, x, y: g * np.exp2(y - above_minus_infinity(out)),
)

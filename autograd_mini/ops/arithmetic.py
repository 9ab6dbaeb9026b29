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
# y − (y ≠ 0) is y − 1 except at y = 0, where x⁰ is constant: its slope is 0, at x = 0 too.
power = primitive(
    np.power,
    doc="z = xʸ; ∂z/∂x = y·xʸ⁻¹; ∂z/∂y = z·ln x",
    complain=not_broadcastable,
    x=lambda g, out, x, y: g * y * x ** (y - (y != 0)),
    y=lambda g, out, x, y: g * out * np.log(x + (x == 0)),
)
# heaviside(d, ½) is 1, ½ or 0 for d > 0, = 0, < 0: ties share the gradient.
maximum = primitive(
    np.maximum,
    doc="z = max(x, y); ∂z/∂x = [x > y], ½ at a tie; ∂z/∂y = [y > x], ½ at a tie",
    branch=lambda x, y: np.sign(np.subtract(x, y)),
    complain=not_broadcastable,
    x=lambda g, out, x, y: g * np.heaviside(x - y, 0.5),
    y=lambda g, out, x, y: g * np.heaviside(y - x, 0.5),
)
minimum = primitive(
    np.minimum,
    doc="z = min(x, y); ∂z/∂x = [x < y], ½ at a tie; ∂z/∂y = [y < x], ½ at a tie",
    branch=lambda x, y: np.sign(np.subtract(x, y)),
    complain=not_broadcastable,
    x=lambda g, out, x, y: g * np.heaviside(y - x, 0.5),
    y=lambda g, out, x, y: g * np.heaviside(x - y, 0.5),
)

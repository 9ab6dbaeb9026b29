"""Rules for products of matrices."""

from typing import Any

import numpy as np

from autograd_mini.registry import primitive


def _swap(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _matmul_vjp_x(g: Any, out: Any, x: Any, y: Any) -> Any:
    if y.ndim == 1:
        return (g if x.ndim == 1 else np.expand_dims(g, -1)) * y
    if x.ndim == 1:
        return np.matmul(np.expand_dims(g, -2), _swap(y))[..., 0, :]
    return np.matmul(g, _swap(y))


def _matmul_vjp_y(g: Any, out: Any, x: Any, y: Any) -> Any:
    if x.ndim == 1:
        return g * x if y.ndim == 1 else np.expand_dims(x, -1) * np.expand_dims(g, -2)
    if y.ndim == 1:
        return np.matmul(_swap(x), np.expand_dims(g, -1))[..., 0]
    return np.matmul(_swap(x), g)


def _not_multipliable(x: Any, y: Any) -> str | None:
    a, b = np.shape(x), np.shape(y)
    if not a or not b:
        return f"{a} @ {b}: a number has no rows or columns; multiply with *"
    rows = b[-2] if len(b) > 1 else b[-1]
    if a[-1] == rows:
        return f"{a} @ {b}: the axes before the last two do not broadcast"
    hint = "; did you mean w.T?" if len(b) == 2 and b[-1] == a[-1] else ""
    if not hint and len(a) == 2 and a[-2] == rows:
        hint = "; did you mean x.T on the left?"
    return f"{a} @ {b}: {a[-1]} columns against {rows} rows{hint}"


matmul = primitive(
    np.matmul,
    doc="z = x @ y; ∂z/∂x = ḡ @ yᵀ; ∂z/∂y = xᵀ @ ḡ",
    complain=_not_multipliable,
    x=_matmul_vjp_x,
    y=_matmul_vjp_y,
)

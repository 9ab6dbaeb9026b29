"""Rules for functions that reduce axes: sum, mean, max, min, var, logsumexp."""

from math import prod
from typing import Any

import numpy as np

from autograd_mini.registry import primitive

Axis = int | tuple[int, ...] | None


def _axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Return the reduced axes as non-negative numbers."""
    if axis is None:
        return tuple(range(ndim))
    return tuple(a % ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def _keep(value: Any, x: Any, axis: Axis) -> Any:
    """Give a reduced value its reduced axes back, with length 1, so that it broadcasts over x."""
    axes = _axes(axis, x.ndim)
    return np.reshape(value, tuple(1 if i in axes else n for i, n in enumerate(x.shape)))


def _count(x: Any, axis: Axis) -> int:
    return prod(x.shape[a] for a in _axes(axis, x.ndim))


def _spread(g: Any, x: Any, axis: Axis) -> Any:
    return np.broadcast_to(_keep(g, x, axis), x.shape)


def axis_out_of_range(x: Any, *, axis: Any = None, **_: Any) -> str | None:
    """Return what to say of a reduction that NumPy refused."""
    shape = np.shape(x)
    axes = axis if isinstance(axis, tuple) else (axis,)
    for a in axes:
        if isinstance(a, int) and not -len(shape) <= a < len(shape):
            allowed = f"use {-len(shape)}..{len(shape) - 1}" if shape else "it has no axes"
            return f"axis {a} is out of range for shape {shape}; {allowed}"
    if np.size(x) == 0:
        return f"nothing to reduce in shape {shape}; it has no elements on the reduced axes"
    return None


sum = primitive(  # noqa: A001 (NumPy's name)
    np.sum,
    doc="z = Σ x; ∂z/∂x = 1",
    complain=axis_out_of_range,
    x=lambda g, out, x, *, axis=None, keepdims=False: _spread(g, x, axis),
)
mean = primitive(
    np.mean,
    doc="z = Σ x / n; ∂z/∂x = 1/n",
    complain=axis_out_of_range,
    x=lambda g, out, x, *, axis=None, keepdims=False: _spread(g / _count(x, axis), x, axis),
)


def _extremum_vjp(g: Any, out: Any, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    winners = np.equal(x, _keep(out, x, axis))
    share = winners / np.sum(winners, axis=axis, keepdims=True).astype(x.dtype)
    return _keep(g, x, axis) * share


def _winners(x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    return np.equal(x, np.max(x, axis=axis, keepdims=True))


def _losers(x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    return np.equal(x, np.min(x, axis=axis, keepdims=True))


max = primitive(  # noqa: A001 (NumPy's name)
    np.max,
    doc="z = max x; ∂z/∂x = [x = z], shared by ties",
    overrides=[np.amax],
    branch=_winners,
    complain=axis_out_of_range,
    x=_extremum_vjp,
)
min = primitive(  # noqa: A001 (NumPy's name)
    np.min,
    doc="z = min x; ∂z/∂x = [x = z], shared by ties",
    overrides=[np.amin],
    branch=_losers,
    complain=axis_out_of_range,
    x=_extremum_vjp,
)


def _var_vjp(
    g: Any, out: Any, x: Any, *, axis: Axis = None, ddof: int = 0, keepdims: bool = False
) -> Any:
    deviation = x - np.mean(x, axis=axis, keepdims=True)
    return _keep(g, x, axis) * deviation * (2 / (_count(x, axis) - ddof))


var = primitive(
    np.var,
    doc="z = Σ (x − mean)² / (n − ddof); ∂z/∂x = 2(x − mean)/(n − ddof)",
    complain=axis_out_of_range,
    x=_var_vjp,
)


def _logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    largest = np.max(x, axis=axis, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0)
    with np.errstate(divide="ignore"):  # the logarithm of an empty sum of exponentials is −∞
        out = largest + np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=axis)


logsumexp = primitive(
    _logsumexp,
    name="logsumexp",
    doc="z = ln Σ eˣ; ∂z/∂x = eˣ⁻ᶻ",
    complain=axis_out_of_range,
    x=lambda g, out, x, *, axis=None, keepdims=False: (
        _keep(g, x, axis) * np.exp(x - _keep(out, x, axis))
    ),
)

"""Rules for functions that reduce axes: sum, mean, prod, max, min, var, median, trace, …"""

from math import prod
from typing import Any

import numpy as np

from autograd_mini.errors import ShapeError
from autograd_mini.ops.arithmetic import above_minus_infinity, divide, multiply
from autograd_mini.registry import composed, primitive

Axis = int | tuple[int, ...] | None


def _axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Return the reduced axes as non-negative numbers."""
    if axis is None or ndim == 0:  # NumPy takes axis 0 of a number for no axis
        return tuple(range(ndim))
    return tuple(a % ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def keep(value: Any, x: Any, axis: Axis) -> Any:
    """Give a reduced value its reduced axes back, with length 1, so that it broadcasts over x."""
    axes = _axes(axis, x.ndim)
    return np.reshape(value, tuple(1 if i in axes else n for i, n in enumerate(x.shape)))


def _count(x: Any, axis: Axis) -> int:
    return prod(x.shape[a] for a in _axes(axis, x.ndim))


def _spread(g: Any, x: Any, axis: Axis) -> Any:
    return np.broadcast_to(keep(g, x, axis), x.shape)


def joined(x: Any, axis: Axis) -> Any:
    """Return ``x`` with its reduced axes joined into one, the last."""
    axes = _axes(axis, x.ndim)
    kept = tuple(i for i in range(x.ndim) if i not in axes)
    shape = (*(x.shape[i] for i in kept), _count(x, axis))
    return np.reshape(np.transpose(x, kept + axes), shape)


def parted(terms: Any, x: Any, axis: Axis) -> Any:
    """Undo ``joined``."""
    axes = _axes(axis, x.ndim)
    order = tuple(i for i in range(x.ndim) if i not in axes) + axes
    terms = np.reshape(terms, tuple(x.shape[i] for i in order))
    return np.transpose(terms, tuple(order.index(i) for i in range(x.ndim)))


def axis_out_of_range(x: Any, *, axis: Any = None, **_: Any) -> str | None:
    """Return what to say of a reduction that NumPy refused."""
    shape = np.shape(x)
    axes = axis if isinstance(axis, tuple) else (axis,)
    for a in axes:
        if isinstance(a, int) and not -len(shape) <= a < len(shape):
            allowed = f"use {-len(shape)}..{len(shape) - 1}" if shape else "it has no axes"
            return f"axis {a} is out of range for shape {shape}; {allowed}"
    named = [a % len(shape) for a in axes if isinstance(a, int)]
    if len(set(named)) < len(named):
        return f"axis {axis} names an axis of shape {shape} twice"
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
    x=lambda g, out, x, *, axis=None, keepdims=False: _spread(g / (_count(x, axis) or 1), x, axis),
)


def _extremum_vjp(g: Any, out: Any, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    winners = np.equal(x, keep(out, x, axis)) | np.isnan(x)
    share = winners / np.sum(winners, axis=axis, keepdims=True).astype(x.dtype)
    return keep(g, x, axis) * share


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


amax, amin = max, min


@composed(np.ptp)
def ptp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return the distance from the least to the largest element.

    >>> import autograd_mini as ag
    >>> ag.ptp(ag.tensor([3.0, 1.0, 7.0]))
    tensor(6.)
    """
    return max(x, axis=axis, keepdims=keepdims) - min(x, axis=axis, keepdims=keepdims)


def _var_vjp(
    g: Any, out: Any, x: Any, *, axis: Axis = None, ddof: int = 0, keepdims: bool = False
) -> Any:
    deviation = x - np.mean(x, axis=axis, keepdims=True)
    return keep(g, x, axis) * deviation * 2 / _freedom(x, axis, ddof)


def _std_vjp(
    g: Any, out: Any, x: Any, *, axis: Axis = None, ddof: int = 0, keepdims: bool = False
) -> Any:
    deviation = x - np.mean(x, axis=axis, keepdims=True)
    slope = deviation / keep(out + (out == 0), x, axis)
    return keep(g, x, axis) * slope / _freedom(x, axis, ddof)


def _freedom(x: Any, axis: Axis, ddof: int) -> int:
    """Return n − ddof, not below 0 (as NumPy, which then divides by 0 and says so)."""
    n = _count(x, axis) - ddof
    return n * (n > 0)


var = primitive(
    np.var,
    doc="z = Σ (x − mean)² / (n − ddof); ∂z/∂x = 2(x − mean)/(n − ddof)",
    complain=axis_out_of_range,
    x=_var_vjp,
)
std = primitive(
    np.std,
    doc="z = √(Σ (x − mean)² / (n − ddof)); ∂z/∂x = (x − mean)/((n − ddof)·z), 0 where z = 0",
    complain=axis_out_of_range,
    x=_std_vjp,
)


@composed(np.average)
def average(x: Any, axis: Axis = None, weights: Any = None, *, keepdims: bool = False) -> Any:
    """Return Σ w·x / Σ w, or the mean without ``weights``.

    ``weights``: of x's shape, or of the shape of the axes ``axis``, in their order.
    Both x and the weights have gradients. Where the weights sum to 0 the result is ±∞ or NaN.

    Raises ShapeError for weights of another shape.

    >>> import autograd_mini as ag
    >>> ag.average(ag.tensor([1.0, 4.0]), weights=[2.0, 1.0])
    tensor(2.)
    """
    if weights is None:
        return mean(x, axis=axis, keepdims=keepdims)
    shape, ndim = np.shape(x), np.ndim(x)
    if not hasattr(weights, "shape"):  # a list's numbers take the dtype of a Tensor, not an array
        weights = np.asarray(weights, x.dtype if hasattr(x, "requires_grad") else None)
    if weights.shape != shape:
        axes = () if axis is None else _axes(axis, ndim)
        if weights.shape != tuple(shape[a] for a in axes):
            raise ShapeError(
                f"average: weights of shape {weights.shape} fit neither shape {shape} nor its axes "
                f"{axis}; give one weight for each element, or for each place on the axes"
            )
        weights = np.transpose(weights, tuple(sorted(range(len(axes)), key=axes.__getitem__)))
        weights = np.reshape(weights, tuple(shape[i] if i in axes else 1 for i in range(ndim)))
    total = sum(np.broadcast_to(weights, shape), axis=axis, keepdims=keepdims)
    return divide(sum(multiply(x, weights), axis=axis, keepdims=keepdims), total)


def _rank(x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return which place each element of the reduced axes takes when they are sorted."""
    return np.argsort(np.argsort(joined(x, axis), axis=-1, kind="stable"), axis=-1)


def _median_vjp(g: Any, out: Any, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    rank, n = _rank(x, axis=axis), _count(x, axis)
    share = (np.equal(rank, (n - 1) // 2).astype(x.dtype) + np.equal(rank, n // 2)) / 2
    return keep(g, x, axis) * parted(share.astype(x.dtype), x, axis)


median = primitive(
    np.median,
    doc="z = the middle of sorted x, the mean of two middles; "
    "∂z/∂x = 1 at the middle, ½ at each of two; of ties, the first is the smaller one",
    branch=_rank,
    complain=axis_out_of_range,
    x=_median_vjp,
)


def _places(x: Any, axis: int) -> Any:
    """Return 0, 1, 2, … along ``axis``, of length 1 on the others."""
    axis %= x.ndim
    n = x.shape[axis]
    return np.reshape(np.arange(n), tuple(n if i == axis else 1 for i in range(x.ndim)))


trace = primitive(
    np.trace,
    doc="z = Σ x on the diagonal; ∂z/∂x = 1 on the diagonal, else 0",
    complain=lambda x, *, offset=0, axis1=0, axis2=1: (
        f"a trace needs two different axes, got axis1={axis1} and axis2={axis2} of shape "
        f"{np.shape(x)}"
    ),
    x=lambda g, out, x, *, offset=0, axis1=0, axis2=1: np.where(
        _places(x, axis1) + offset == _places(x, axis2),
        np.expand_dims(g, (axis1 % x.ndim, axis2 % x.ndim)),
        0,
    ),
)


def _logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    x = np.asarray(x)
    x = x.astype(np.result_type(x, np.float16), copy=False)
    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    largest = np.where(np.isfinite(largest), largest, 0)
    with np.errstate(divide="ignore"):  # the logarithm of an empty sum of exponentials is −∞
        out = largest + np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=axis)


logsumexp = primitive(
    _logsumexp,
    name="logsumexp",
    doc="z = ln Σ eˣ; ∂z/∂x = eˣ⁻ᶻ, 0 where z = −∞",
    complain=axis_out_of_range,
    x=lambda g, out, x, *, axis=None, keepdims=False: (
        keep(g, x, axis) * np.exp(x - above_minus_infinity(keep(out, x, axis)))
    ),
)

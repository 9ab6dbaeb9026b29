"""Rules for running sums and products along an axis, and for the product of all."""

from typing import Any

import numpy as np

from autograd_mini.ops.reductions import Axis, axis_out_of_range, joined, keep, parted
from autograd_mini.registry import primitive


def _cumsum_vjp(g: Any, out: Any, x: Any, *, axis: int | None = None) -> Any:
    backward = (slice(None),) * (0 if axis is None else axis % g.ndim) + (slice(None, None, -1),)
    return np.reshape(np.cumsum(g[backward], axis=axis)[backward], x.shape)


cumsum = primitive(
    np.cumsum,
    doc="z = Σ x up to each place; ∂z/∂x = 1 there and before",
    complain=axis_out_of_range,
    x=_cumsum_vjp,
)


def _ahead(x: Any, step: int) -> Any:
    """Return, at each place of the last axis, what is ``step`` places further; 0 past the end."""
    return np.concatenate([x[..., step:], np.zeros_like(x[..., :step])], axis=-1)


def _recurrence(g: Any, x: Any) -> Any:
    """Return r of rᵢ = gᵢ + xᵢ₊₁·rᵢ₊₁, from the last to the first.

    Each round doubles the number of terms, so n places take log₂ n rounds; nothing is divided.
    """
    r, factor, step = g, _ahead(x, 1), 1
    while step < g.shape[-1]:
        r = r + factor * _ahead(r, step)
        factor = factor * _ahead(factor, step)
        step *= 2
    return r


def _exclusive_cumprod(x: Any) -> Any:
    """Return the product of all that is before each place of the last axis."""
    before = np.concatenate([np.ones_like(x[..., :1]), x[..., :-1]], axis=-1)
    return np.cumprod(before, axis=-1)


def _cumprod_vjp(g: Any, out: Any, x: Any, *, axis: int | None = None) -> Any:
    axis = -1 if axis is None else axis
    terms = np.swapaxes(np.reshape(x, g.shape), axis, -1)
    slopes = _exclusive_cumprod(terms) * _recurrence(np.swapaxes(g, axis, -1), terms)
    return np.reshape(np.swapaxes(slopes, axis, -1), x.shape)


cumprod = primitive(
    np.cumprod,
    doc="z = Π x up to each place; ∂z/∂x = the product of the others, there and before",
    complain=axis_out_of_range,
    x=_cumprod_vjp,
)


def _prod_vjp(g: Any, out: Any, x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    terms = joined(x, axis)
    others = _exclusive_cumprod(terms) * _exclusive_cumprod(terms[..., ::-1])[..., ::-1]
    return keep(g, x, axis) * parted(others, x, axis)


prod = primitive(
    np.prod,
    doc="z = Π x; ∂z/∂x = the product of the others",
    complain=axis_out_of_range,
    x=_prod_vjp,
)

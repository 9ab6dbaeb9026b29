"""Rules for functions that move elements without changing them: reshape, transpose, concatenate."""

from collections.abc import Sequence
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from autograd_mini.ops.reductions import axis_out_of_range
from autograd_mini.registry import primitive

Shape = int | tuple[int, ...]


def _misfit(x: Any, *, shape: Shape) -> str | None:
    old = np.shape(x)
    new = tuple(shape) if isinstance(shape, Sequence) else (shape,)
    known = prod(n for n in new if n != -1)
    if new.count(-1) > 1:
        return f"only one axis of {new} may be -1"
    size = prod(old)
    if -1 in new:
        return (
            f"{size} elements of {old} do not fit into {new}: {size} is not a multiple of {known}"
        )
    return f"{size} elements of {old} do not fit into {new} = {known}"


reshape = primitive(
    lambda x, shape: np.reshape(x, shape),
    name="reshape",
    doc="z = x in another shape; ∂z/∂x = 1",
    overrides=[np.reshape],
    complain=_misfit,
    x=lambda g, out, x, *, shape: np.reshape(g, x.shape),
)


def _bad_axes(x: Any, *, axes: Any = None) -> str | None:
    return f"axes {axes} are not a permutation of the {np.ndim(x)} axes of shape {np.shape(x)}"


def _transpose_vjp(g: Any, out: Any, x: Any, *, axes: Sequence[int] | None = None) -> Any:
    return np.transpose(g, None if axes is None else np.argsort([a % x.ndim for a in axes]))


transpose = primitive(
    np.transpose,
    doc="z = x with permuted axes; ∂z/∂x = 1",
    complain=_bad_axes,
    x=_transpose_vjp,
)
swapaxes = primitive(
    np.swapaxes,
    doc="z = x with two axes swapped; ∂z/∂x = 1",
    complain=lambda x, *, axis1, axis2: axis_out_of_range(x, axis=(axis1, axis2)),
    x=lambda g, out, x, *, axis1, axis2: np.swapaxes(g, axis1, axis2),
)
broadcast_to = primitive(
    lambda x, shape: np.broadcast_to(x, shape),
    name="broadcast_to",
    doc="z = x copied along new axes; ∂z/∂x = 1, summed over the copies",
    overrides=[np.broadcast_to],
    broadcasts=True,
    complain=lambda x, *, shape: f"shape {np.shape(x)} cannot be stretched to {shape}",
    x=lambda g, out, x, *, shape: g,
)
expand_dims = primitive(
    np.expand_dims,
    doc="z = x with an axis of length 1 added; ∂z/∂x = 1",
    complain=lambda x, *, axis: (
        f"axis {axis} is out of range for a result of {np.ndim(x) + np.size(axis)} axes"
    ),
    x=lambda g, out, x, *, axis: np.reshape(g, x.shape),
)
squeeze = primitive(
    np.squeeze,
    doc="z = x without axes of length 1; ∂z/∂x = 1",
    complain=lambda x, *, axis=None: (
        axis_out_of_range(x, axis=axis)
        or f"axis {axis} of shape {np.shape(x)} is not of length 1, so it cannot be dropped"
    ),
    x=lambda g, out, x, *, axis=None: np.reshape(g, x.shape),
)


def _slices(arrays: tuple[Any, ...], axis: int) -> list[tuple[slice, ...]]:
    """Return where each array lies in the concatenation."""
    axis %= arrays[0].ndim
    ends = accumulate(a.shape[axis] for a in arrays)
    before = (slice(None),) * axis
    return [(*before, slice(end - a.shape[axis], end)) for a, end in zip(arrays, ends, strict=True)]


def _mismatch(*arrays: Any, axis: int = 0) -> str | None:
    if not arrays:
        return "the list is empty; give at least one array"
    first = np.shape(arrays[0])
    if not first:
        return "numbers have no axis to be joined on; use stack"
    for position, array in enumerate(arrays):
        shape = np.shape(array)
        if len(shape) != len(first):
            return f"{first} and {shape} at position {position} have different numbers of axes"
        if not -len(first) <= axis < len(first):
            return axis_out_of_range(arrays[0], axis=axis)
        if any(
            n != m
            for i, (n, m) in enumerate(zip(first, shape, strict=True))
            if i != axis % len(first)
        ):
            return f"shapes differ outside axis {axis}: {first}, {shape} at position {position}"
    return None


def _concatenate(arrays: Any, axis: int = 0) -> Any:
    if axis is None:
        raise TypeError("axis=None would flatten the arrays; ravel() them first")
    return np.concatenate(arrays, axis=axis)


concatenate = primitive(
    _concatenate,
    name="concatenate",
    doc="z = arrays joined on an axis; ∂z/∂arrays = 1 on their part of z",
    overrides=[np.concatenate],
    complain=_mismatch,
    together=lambda g, out, *arrays, axis=0: [g[place] for place in _slices(arrays, axis)],
    arrays=lambda i, g, out, *arrays, axis=0: g[_slices(arrays, axis)[i]],
)


def _unequal(*arrays: Any, axis: int = 0) -> str | None:
    if not arrays:
        return "the list is empty; give at least one array"
    first = np.shape(arrays[0])
    for position, array in enumerate(arrays):
        if np.shape(array) != first:
            return f"all shapes must be equal: {first}, {np.shape(array)} at position {position}"
    return f"axis {axis} is out of range for a result of {len(first) + 1} axes"


stack = primitive(
    lambda arrays, axis=0: np.stack(arrays, axis=axis),
    name="stack",
    doc="z = arrays joined on a new axis; ∂z/∂arrays = 1 on their part of z",
    overrides=[np.stack],
    complain=_unequal,
    together=lambda g, out, *arrays, axis=0: [
        g[(slice(None),) * (axis % out.ndim) + (i,)] for i in range(len(arrays))
    ],
    arrays=lambda i, g, out, *arrays, axis=0: g[(slice(None),) * (axis % out.ndim) + (i,)],
)

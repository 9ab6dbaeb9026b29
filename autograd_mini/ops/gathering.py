"""Functions that read elements by their numbers along an axis, made of indexing."""

from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, ShapeError
from autograd_mini.ops.axes import arraylike, normal_axis, ravel
from autograd_mini.registry import composed


@composed(np.take)
def take(x: Any, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Any:
    """Return the elements with these ``indices`` along ``axis``; of all of ``x`` without it.

    What is read twice receives both gradients. ``mode``: indices outside "raise" IndexingError,
    "wrap" round or are "clip"-ped to the ends.

    >>> import autograd_mini as ag
    >>> ag.take(ag.tensor([1.0, 2.0, 3.0]), [2, 0, 2])
    tensor([3., 1., 3.])
    """
    x = ravel(x) if axis is None else arraylike(x)
    axis = normal_axis("take", x, 0 if axis is None else axis)
    places = np.asarray(indices)
    if places.size and places.dtype.kind not in "biu":
        raise DTypeError(f"take: indices must be integers, got {places.dtype}")
    places = places.astype(np.intp)
    if mode not in ("raise", "wrap", "clip"):
        raise ArgumentError(f"take: mode must be 'raise', 'wrap' or 'clip', got {mode!r}")
    if mode == "wrap":
        places = places % x.shape[axis]
    if mode == "clip":
        places = np.clip(places, 0, x.shape[axis] - 1)
    return x[(slice(None),) * axis + (places,)]


@composed(np.take_along_axis)
def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """Return zᵢⱼ = x at (indicesᵢⱼ, j) for axis 0, and likewise for others.

    ``indices`` has as many axes as ``x``, and equal or broadcasting lengths off ``axis``: what
    ``argsort`` and (with keepdims) ``argmax`` give. Without ``axis``, ``x`` is read in one row.

    Raises ShapeError for another number of axes.

    >>> import autograd_mini as ag
    >>> x = ag.tensor([[3.0, 1.0, 2.0]])
    >>> ag.take_along_axis(x, np.argsort(x), axis=1)
    tensor([[1., 2., 3.]])
    """
    x = ravel(x) if axis is None else arraylike(x)
    axis = normal_axis("take_along_axis", x, 0 if axis is None else axis)
    places = np.asarray(indices)
    if places.ndim != x.ndim:
        raise ShapeError(
            f"take_along_axis: indices of shape {places.shape} must have {x.ndim} axes, as many as "
            f"shape {x.shape}"
        )
    grid = np.ogrid[tuple(map(slice, x.shape))]
    return x[tuple(places if i == axis else along for i, along in enumerate(grid))]

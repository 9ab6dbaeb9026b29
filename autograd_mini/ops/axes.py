"""Functions that rename, add and join axes, made of reshape, transpose and broadcast_to."""

from typing import Any

import numpy as np

from autograd_mini.errors import ShapeError
from autograd_mini.ops.reductions import axis_out_of_range
from autograd_mini.ops.shaping import broadcast_to, reshape, swapaxes, transpose
from autograd_mini.registry import composed


def arraylike(x: Any) -> Any:
    """Return ``x``, or the array of it if it is a number or a list."""
    return x if hasattr(x, "shape") else np.asarray(x)


def normal_axis(function: str, x: Any, axis: int) -> int:
    """Return ``axis`` counted from the left. Raises ShapeError if ``x`` does not have it."""
    complaint = axis_out_of_range(x, axis=axis) if np.ndim(x) else f"shape {()} has no axes"
    if complaint and not -np.ndim(x) <= axis < np.ndim(x):
        raise ShapeError(f"{function}: {complaint}")
    return axis % np.ndim(x)


@composed(np.ravel)
def ravel(x: Any) -> Any:
    """Return the elements of ``x`` in one row.

    >>> import autograd_mini as ag
    >>> ag.ravel(ag.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([1., 2., 3., 4.])
    """
    return reshape(x, -1)


@composed(np.matrix_transpose, np.linalg.matrix_transpose)
def matrix_transpose(x: Any) -> Any:
    """Return ``x`` with its last two axes swapped: (…, m, n) to (…, n, m).

    Raises ShapeError for fewer than two axes.

    >>> import autograd_mini as ag
    >>> ag.matrix_transpose(ag.ones(5, 2, 3)).shape
    (5, 3, 2)
    """
    if np.ndim(x) < 2:
        raise ShapeError(f"matrix_transpose: it needs at least 2 axes, got shape {np.shape(x)}")
    return swapaxes(x, -1, -2)


@composed(np.moveaxis)
def moveaxis(x: Any, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> Any:
    """Return ``x`` with the axes ``source`` moved to the positions ``destination``.

    Raises ShapeError for axes that ``x`` does not have, repeated or unequal in number.

    >>> import autograd_mini as ag
    >>> ag.moveaxis(ag.ones(2, 3, 4), 0, -1).shape
    (3, 4, 2)
    """
    old, new = (
        [normal_axis("moveaxis", x, axis) for axis in np.ravel(axes).tolist()]
        for axes in (source, destination)
    )
    if not len(old) == len(new) == len(set(old)) == len(set(new)):
        raise ShapeError(
            f"moveaxis: source {source} and destination {destination} must name equally many axes, "
            f"each once"
        )
    order = [axis for axis in range(np.ndim(x)) if axis not in old]
    for position, axis in sorted(zip(new, old, strict=True)):
        order.insert(position, axis)
    return transpose(x, order)


@composed(np.rollaxis)
def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    """Return ``x`` with ``axis`` moved in front of the axis that is at ``start`` now.

    >>> import autograd_mini as ag
    >>> ag.rollaxis(ag.ones(2, 3, 4), 2, 1).shape
    (2, 4, 3)
    """
    n = np.ndim(x)
    axis = normal_axis("rollaxis", x, axis)
    if not -n <= start <= n:
        raise ShapeError(f"rollaxis: start {start} is out of range; use {-n}..{n}")
    start = start + n if start < 0 else start
    return moveaxis(x, axis, start - (axis < start))


@composed(np.atleast_1d)
def atleast_1d(*arrays: Any) -> Any:
    """Return each array with at least one axis; a tuple of them if there are several.

    >>> import autograd_mini as ag
    >>> ag.atleast_1d(ag.tensor(2.0))
    tensor([2.])
    """
    return _each(lambda x: x if x.ndim else reshape(x, (1,)), arrays)


@composed(np.atleast_2d)
def atleast_2d(*arrays: Any) -> Any:
    """Return each array with at least two axes, new ones in front; a tuple if there are several.

    >>> import autograd_mini as ag
    >>> ag.atleast_2d(ag.tensor([1.0, 2.0])).shape
    (1, 2)
    """
    return _each(lambda x: x if x.ndim > 1 else reshape(x, (1, x.size)), arrays)


@composed(np.atleast_3d)
def atleast_3d(*arrays: Any) -> Any:
    """Return each array with at least three axes: (n,) becomes (1, n, 1), (m, n) (m, n, 1).

    >>> import autograd_mini as ag
    >>> ag.atleast_3d(ag.ones(2, 3)).shape
    (2, 3, 1)
    """
    return _each(
        lambda x: x if x.ndim > 2 else reshape(atleast_2d(x), (*atleast_2d(x).shape, 1)), arrays
    )


def _each(change: Any, arrays: tuple[Any, ...]) -> Any:
    changed = tuple(change(arraylike(x)) for x in arrays)
    return changed[0] if len(changed) == 1 else changed


@composed(np.broadcast_arrays)
def broadcast_arrays(*arrays: Any) -> tuple[Any, ...]:
    """Return all arrays stretched to the shape that they have together.

    Raises ShapeError for shapes that do not broadcast.

    >>> import autograd_mini as ag
    >>> [x.shape for x in ag.broadcast_arrays(ag.ones(2, 1), ag.ones(3))]
    [(2, 3), (2, 3)]
    """
    shapes = [np.shape(x) for x in arrays]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeError(
            f"broadcast_arrays: shapes {', '.join(map(str, shapes))} do not broadcast; counted "
            f"from the right, their axes must be equal or 1"
        ) from None
    return tuple(broadcast_to(x, shape) for x in arrays)

"""Rules for functions that turn, shift, pad, mask and sort elements."""

from typing import Any

import numpy as np

from autograd_mini.errors import ShapeError, UnsupportedError
from autograd_mini.ops.axes import arraylike, moveaxis, normal_axis
from autograd_mini.ops.gathering import take
from autograd_mini.ops.indexing import scatter_add
from autograd_mini.ops.reductions import axis_out_of_range
from autograd_mini.ops.shaping import broadcast_to, concatenate, reshape
from autograd_mini.registry import composed, primitive

Axis = int | tuple[int, ...] | None

flip = primitive(
    np.flip,
    doc="z = x with axes reversed; ∂z/∂x = 1, at the mirrored place",
    complain=axis_out_of_range,
    x=lambda g, out, x, *, axis=None: np.flip(g, axis),
)
roll = primitive(
    np.roll,
    doc="z = x shifted round on axes; ∂z/∂x = 1, shifted back",
    complain=lambda x, *, shift, axis=None: axis_out_of_range(x, axis=axis),
    x=lambda g, out, x, *, shift, axis=None: np.roll(g, np.negative(shift), axis),
)
rot90 = primitive(
    np.rot90,
    doc="z = x turned by k quarters; ∂z/∂x = 1, turned back",
    complain=lambda x, *, k=1, axes=(0, 1): (
        f"axes {axes} must be two different ones of shape {np.shape(x)}"
    ),
    x=lambda g, out, x, *, k=1, axes=(0, 1): np.rot90(g, -k, axes),
)


def _tril(x: Any, k: int = 0) -> Any:
    _need_an_axis("tril", x)
    return np.tril(x, k)


def _triu(x: Any, k: int = 0) -> Any:
    _need_an_axis("triu", x)
    return np.triu(x, k)


def _need_an_axis(function: str, x: Any) -> None:
    if not np.ndim(x):
        raise ShapeError(f"{function}: it needs at least 1 axis, got shape ()")


tril = primitive(
    _tril,
    name="tril",
    doc="z = x below and on the k-th diagonal, else 0; ∂z/∂x = [column ≤ row + k]",
    overrides=[np.tril],
    broadcasts=True,
    x=lambda g, out, x, *, k=0: np.tril(g, k),
)
triu = primitive(
    _triu,
    name="triu",
    doc="z = x above and on the k-th diagonal, else 0; ∂z/∂x = [column ≥ row + k]",
    overrides=[np.triu],
    broadcasts=True,
    x=lambda g, out, x, *, k=0: np.triu(g, k),
)


def _sort_vjp(g: Any, out: Any, x: Any, *, axis: int | None = -1) -> Any:
    if axis is None:
        return np.reshape(_sort_vjp(g, out, np.ravel(x)), x.shape)
    places = np.argsort(np.argsort(x, axis=axis, kind="stable"), axis=axis)
    return np.take_along_axis(g, places, axis)


sort = primitive(
    lambda x, axis=-1: np.sort(x, axis),
    name="sort",
    doc="z = x in rising order; ∂z/∂x = 1 at its place in z, ties in the order of x",
    overrides=[np.sort],
    branch=lambda x, *, axis=-1: np.argsort(x, axis=axis, kind="stable"),
    complain=axis_out_of_range,
    x=_sort_vjp,
)


def _inside(shape: tuple[int, ...], widths: tuple[tuple[int, int], ...]) -> tuple[slice, ...]:
    return tuple(slice(before, before + n) for n, (before, _) in zip(shape, widths, strict=True))


_pad_constant = primitive(
    lambda x, widths, value: np.pad(x, widths, constant_values=value),
    name="pad",
    doc="z = x with a constant around it; ∂z/∂x = 1, inside",
    x=lambda g, out, x, *, widths, value: g[_inside(x.shape, widths)],
)


@composed(np.pad)
def pad(x: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Any:
    """Return ``x`` with ``pad_width`` elements added before and after each axis.

    ``pad_width``: n, (before, after), or one such pair for each axis. ``mode``: "constant", "edge",
    "reflect", "symmetric" or "wrap"; the last four repeat elements of ``x``, which then receive the
    gradients of all their copies.

    Raises ShapeError for widths that do not fit the axes, UnsupportedError for another mode.

    >>> import autograd_mini as ag
    >>> ag.pad(ag.tensor([1.0, 2.0]), (1, 2))
    tensor([0., 1., 2., 0., 0.])
    """
    x = arraylike(x)
    try:
        pairs = np.broadcast_to(pad_width, (x.ndim, 2)).tolist()
        if np.min(pairs, initial=0) < 0:
            raise ValueError
    except ValueError:
        raise ShapeError(
            f"pad: pad_width {pad_width} does not fit shape {x.shape}; give n, (before, after), or "
            f"a pair for each of the {x.ndim} axes, none negative"
        ) from None
    widths = tuple((before, after) for before, after in pairs)
    if not x.ndim:
        return x
    if mode == "constant":
        return _pad_constant(x, widths=widths, value=constant_values)
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise UnsupportedError(
            f"pad: mode {mode!r} has no derivative rule; use 'constant', 'edge', 'reflect', "
            f"'symmetric' or 'wrap'"
        )
    for axis, width in enumerate(widths):
        if any(width):
            x = take(x, np.pad(np.arange(x.shape[axis]), width, mode=mode), axis)  # type: ignore[call-overload]
    return x


@composed(np.fliplr)
def fliplr(x: Any) -> Any:
    """Return ``x`` with its second axis reversed: left becomes right.

    >>> import autograd_mini as ag
    >>> ag.fliplr(ag.tensor([[1.0, 2.0]]))
    tensor([[2., 1.]])
    """
    if np.ndim(x) < 2:
        raise ShapeError(f"fliplr: it needs at least 2 axes, got shape {np.shape(x)}; use flip")
    return flip(x, 1)


@composed(np.flipud)
def flipud(x: Any) -> Any:
    """Return ``x`` with its first axis reversed: up becomes down.

    >>> import autograd_mini as ag
    >>> ag.flipud(ag.tensor([1.0, 2.0]))
    tensor([2., 1.])
    """
    _need_an_axis("flipud", x)
    return flip(x, 0)


@composed(np.tile)
def tile(x: Any, reps: Any) -> Any:
    """Return ``x`` laid out again and again, ``reps`` times along each axis.

    Raises ShapeError for negative ``reps``.

    >>> import autograd_mini as ag
    >>> ag.tile(ag.tensor([1.0, 2.0]), 2)
    tensor([1., 2., 1., 2.])
    """
    times = np.ravel(reps).tolist()
    if any(count < 0 for count in times):
        raise ShapeError(f"tile: reps must not be negative, got {reps}")
    shape = (1,) * (len(times) - np.ndim(x)) + np.shape(x)
    times = [1] * (len(shape) - len(times)) + times
    pairs = list(zip(times, shape, strict=True))
    ones = reshape(x, tuple(k for _, n in pairs for k in (1, n)))
    copies = broadcast_to(ones, tuple(k for pair in pairs for k in pair))
    return reshape(copies, tuple(r * n for r, n in pairs))


@composed(np.repeat)
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Return ``x`` with each element along ``axis`` repeated: all as often, or each its own count.

    Without ``axis``, the elements of ``x`` in one row.

    Raises ShapeError for counts that are not one for each element.

    >>> import autograd_mini as ag
    >>> ag.repeat(ag.tensor([1.0, 2.0]), [1, 3])
    tensor([1., 2., 2., 2.])
    """
    length = np.size(x) if axis is None else np.shape(x)[normal_axis("repeat", x, axis)]
    try:
        places = np.repeat(np.arange(length), np.asarray(repeats))
    except ValueError:
        raise ShapeError(
            f"repeat: repeats {repeats} must be one count, or one for each of the {length} "
            f"elements, none negative"
        ) from None
    return take(x, places, axis)


@composed(np.diagonal)
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Return the diagonal of two axes, as the last axis: zₖ = xₖ,ₖ₊ₒ.

    Raises ShapeError for less than two axes, or twice the same.

    >>> import autograd_mini as ag
    >>> ag.diagonal(ag.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([1., 4.])
    """
    x = moveaxis(arraylike(x), (axis1, axis2), (-2, -1))
    rows, columns = x.shape[-2:]
    start = max(-offset, 0)
    count = max(min(rows - start, columns - max(offset, 0)), 0)
    row = np.arange(start, start + count)
    return x[..., row, row + offset]


@composed(np.linalg.diagonal)
def _diagonal_of_matrices(x: Any, /, *, offset: int = 0) -> Any:
    return diagonal(x, offset, -2, -1)


@composed(np.diag)
def diag(x: Any, k: int = 0) -> Any:
    """Return the matrix with ``x``, (n,), on its k-th diagonal; of a matrix, its k-th diagonal.

    Raises ShapeError for other numbers of axes.

    >>> import autograd_mini as ag
    >>> ag.diag(ag.tensor([1.0, 2.0]))
    tensor([[1., 0.],
            [0., 2.]])
    """
    x = arraylike(x)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ShapeError(f"diag: it needs 1 or 2 axes, got shape {x.shape}; use diagonal")
    n = x.size + abs(k)
    row = np.arange(x.size) + max(-k, 0)
    return scatter_add(x, (row, row + k), (n, n))


@composed(np.diff)
def diff(
    x: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue
) -> Any:
    """Return the differences of neighbours along ``axis``, ``n`` times over.

    ``prepend``, ``append``: values to join to ``x`` before. Raises ShapeError for negative ``n``.

    >>> import autograd_mini as ag
    >>> ag.diff(ag.tensor([1.0, 4.0, 9.0]))
    tensor([3., 5.])
    """
    if n < 0:
        raise ShapeError(f"diff: the order n must not be negative, got {n}")
    x = arraylike(x)
    axis = normal_axis("diff", x, axis)
    ends = [end for end in (prepend, x, append) if end is not np._NoValue]
    if len(ends) > 1:
        shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
        x = concatenate([broadcast_to(e, shape) if np.ndim(e) == 0 else e for e in ends], axis)
    before = (slice(None),) * axis
    for _ in range(n):
        x = x[(*before, slice(1, None))] - x[(*before, slice(None, -1))]
    return x

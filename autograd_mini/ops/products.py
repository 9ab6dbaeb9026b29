"""Rules for products: matmul, and dot, inner, outer, tensordot, kron, cross made of it."""

from math import prod
from typing import Any

import numpy as np

from autograd_mini.errors import ShapeError
from autograd_mini.ops.axes import arraylike, matrix_transpose, moveaxis, normal_axis, ravel
from autograd_mini.ops.shaping import reshape, transpose
from autograd_mini.registry import composed, primitive

Axes = int | tuple[Any, Any]


def _matmul_vjp_x(g: Any, out: Any, x: Any, y: Any) -> Any:
    if y.ndim == 1:
        return (g if x.ndim == 1 else np.expand_dims(g, -1)) * y
    if x.ndim == 1:
        return np.matmul(np.expand_dims(g, -2), matrix_transpose(y))[..., 0, :]
    return np.matmul(g, matrix_transpose(y))


def _matmul_vjp_y(g: Any, out: Any, x: Any, y: Any) -> Any:
    if x.ndim == 1:
        return g * x if y.ndim == 1 else np.expand_dims(x, -1) * np.expand_dims(g, -2)
    if y.ndim == 1:
        return np.matmul(matrix_transpose(x), np.expand_dims(g, -1))[..., 0]
    return np.matmul(matrix_transpose(x), g)


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
    overrides=[np.linalg.matmul],
    complain=_not_multipliable,
    x=_matmul_vjp_x,
    y=_matmul_vjp_y,
)


@composed(np.dot)
def dot(x: Any, y: Any) -> Any:
    """Return Σₖ x…ₖ y…ₖ…, over the last axis of ``x`` and the last but one (or only) of ``y``.

    A number multiplies. Of matrices and vectors it is matmul. Of more axes, the result has all
    remaining axes of ``x``, then those of ``y``; matmul would pair them instead.

    Raises ShapeError for unequal lengths.

    >>> import autograd_mini as ag
    >>> ag.dot(ag.tensor([1.0, 2.0]), ag.tensor([3.0, 4.0]))
    tensor(11.)
    """
    a, b = np.shape(x), np.shape(y)
    if not a or not b:
        return np.multiply(x, y)
    rows = b[-2] if len(b) > 1 else b[-1]
    if a[-1] != rows:
        raise ShapeError(f"dot: {_not_multipliable(x, y)}")
    if len(b) < 3:
        return matmul(x, y)
    return tensordot(x, y, axes=(-1, -2))


@composed(np.vdot)
def vdot(x: Any, y: Any) -> Any:
    """Return Σ x·y over all elements, of any shapes with equally many.

    >>> import autograd_mini as ag
    >>> ag.vdot(ag.ones(2, 2), ag.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor(10.)
    """
    if np.size(x) != np.size(y):
        raise ShapeError(
            f"vdot: shapes {np.shape(x)} and {np.shape(y)} have {np.size(x)} and {np.size(y)} "
            f"elements; the numbers must be equal"
        )
    return matmul(ravel(x), ravel(y))


@composed(np.inner)
def inner(x: Any, y: Any) -> Any:
    """Return Σₖ x…ₖ y…ₖ over the last axes, for every pair of the others. A number multiplies.

    Raises ShapeError for last axes of unequal length.

    >>> import autograd_mini as ag
    >>> ag.inner(ag.ones(2, 3), ag.ones(4, 3)).shape
    (2, 4)
    """
    a, b = np.shape(x), np.shape(y)
    if not a or not b:
        return np.multiply(x, y)
    if a[-1] != b[-1]:
        raise ShapeError(f"inner: the last axes of {a} and {b} have {a[-1]} and {b[-1]} elements")
    return tensordot(x, y, axes=(-1, -1))


@composed(np.outer, np.linalg.outer)
def outer(x: Any, y: Any) -> Any:
    """Return zᵢⱼ = xᵢ·yⱼ, (m, n), of the m and n elements in one row each.

    >>> import autograd_mini as ag
    >>> ag.outer(ag.tensor([1.0, 2.0]), ag.tensor([3.0, 4.0]))
    tensor([[3., 4.],
            [6., 8.]])
    """
    return reshape(x, (-1, 1)) * reshape(y, (1, -1))


@composed(np.tensordot, np.linalg.tensordot)
def tensordot(x: Any, y: Any, axes: Any = 2) -> Any:
    """Return the sum of products over pairs of axes; the result has the other axes of both.

    ``axes``: n, for the last n of ``x`` with the first n of ``y``; or (those of x, those of y).

    Raises ShapeError for axes of unequal number or length.

    >>> import autograd_mini as ag
    >>> ag.tensordot(ag.ones(2, 3, 4), ag.ones(4, 3), axes=([1, 2], [1, 0])).shape
    (2,)
    """
    x, y = arraylike(x), arraylike(y)
    if np.ndim(axes) == 0 and not isinstance(axes, list | tuple):
        left, right = list(range(x.ndim - axes, x.ndim)), list(range(axes))
    else:
        left, right = (np.ravel(a).tolist() for a in axes)
    left = [normal_axis("tensordot", x, int(a)) for a in left]
    right = [normal_axis("tensordot", y, int(a)) for a in right]
    summed = [x.shape[a] for a in left]
    if summed != [y.shape[a] for a in right]:
        raise ShapeError(
            f"tensordot: axes {left} of {x.shape} and {right} of {y.shape} do not pair; they must "
            f"be equal in number and in length"
        )
    free_x = [a for a in range(x.ndim) if a not in left]
    free_y = [a for a in range(y.ndim) if a not in right]
    shape = [x.shape[a] for a in free_x] + [y.shape[a] for a in free_y]
    rows = prod(x.shape[a] for a in free_x)
    columns = prod(y.shape[a] for a in free_y)
    z = matmul(
        reshape(transpose(x, free_x + left), (rows, prod(summed))),
        reshape(transpose(y, right + free_y), (prod(summed), columns)),
    )
    return reshape(z, tuple(shape))


@composed(np.kron)
def kron(x: Any, y: Any) -> Any:
    """Return the Kronecker product: ``x`` with each element replaced by it times ``y``.

    >>> import autograd_mini as ag
    >>> ag.kron(ag.tensor([1.0, 10.0]), ag.tensor([1.0, 2.0]))
    tensor([ 1.,  2., 10., 20.])
    """
    n = max(np.ndim(x), np.ndim(y))
    a, b = ((1,) * (n - np.ndim(z)) + np.shape(z) for z in (x, y))
    apart = reshape(x, tuple(k for length in a for k in (length, 1)))
    between = reshape(y, tuple(k for length in b for k in (1, length)))
    return reshape(apart * between, tuple(p * q for p, q in zip(a, b, strict=True)))


@composed(np.cross)
def cross(
    x: Any, y: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """Return the vectors at right angles to ``x`` and ``y``: z₀ = x₁y₂ − x₂y₁, and so on round.

    ``axisa``, ``axisb``, ``axisc``: where the three components of x, y and z lie; ``axis``: of all.

    Raises ShapeError for other numbers of components than 3.

    >>> import autograd_mini as ag
    >>> ag.cross(ag.tensor([1.0, 0.0, 0.0]), ag.tensor([0.0, 1.0, 0.0]))
    tensor([0., 0., 1.])
    """
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    x, y = moveaxis(arraylike(x), axisa, -1), moveaxis(arraylike(y), axisb, -1)
    if x.shape[-1] != 3 or y.shape[-1] != 3:
        raise ShapeError(
            f"cross: vectors must have 3 components, got {x.shape[-1]} and {y.shape[-1]}"
        )
    one, two = [1, 2, 0], [2, 0, 1]
    return moveaxis(x[..., one] * y[..., two] - x[..., two] * y[..., one], -1, axisc)


@composed(np.linalg.cross)
def _cross_of_axis(x: Any, y: Any, /, *, axis: int = -1) -> Any:
    return cross(x, y, axis=axis)

"""Norms of vectors and matrices: one rule for Σ|x|ᵖ, the others made of max, sum and svd."""
# ruff: noqa: A002, A006 (ord is NumPy's name)

from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.ops import reductions
from autograd_mini.ops.axes import moveaxis
from autograd_mini.ops.decompositions import svdvals
from autograd_mini.ops.elementwise import absolute
from autograd_mini.ops.reductions import Axis, axis_out_of_range, keep
from autograd_mini.ops.shaping import expand_dims, squeeze
from autograd_mini.registry import composed, primitive

Order = float | str | None


def _norm_vjp(
    g: Any, out: Any, x: Any, *, ord: Any = None, axis: Axis = None, keepdims: bool = False
) -> Any:
    z = keep(out, x, axis)
    unit = x / (z + (z == 0))
    if ord not in (None, 2):
        unit = np.sign(x) * np.abs(unit) ** (ord - 1)
    return keep(g, x, axis) * unit


_norm = primitive(
    lambda x, ord=None, axis=None, keepdims=False: np.linalg.norm(x, ord, axis, keepdims),
    name="norm",
    doc="z = (Σ |x|ᵖ)^(1/p), p = ord or 2; ∂z/∂x = sign x·(|x|/z)ᵖ⁻¹, 0 for the zero vector",
    complain=axis_out_of_range,
    x=_norm_vjp,
)


@composed(np.linalg.norm)
def norm(x: Any, ord: Order = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """Return a norm of ``x``: of all of it, of the vectors on an axis, or of matrices on two.

    ``ord`` for vectors: None or 2 for √Σx², 1 for Σ|x|, inf for max|x|, -inf for min|x|, another
    p for (Σ|x|ᵖ)^(1/p). For matrices: None or "fro" for √Σx², 1 (inf) for the largest column (row)
    sum of |x|, -1 (-inf) for the smallest; 2 (-2) for the largest (smallest) singular value, "nuc"
    for the sum of all.
    The gradient of a zero vector's norm is 0, not NaN; in a maximum, ties share the gradient.

    Raises ArgumentError for another ``ord``, ShapeError for more than two axes with an ``ord``.

    >>> import autograd_mini as ag
    >>> x = ag.tensor([3.0, 4.0], requires_grad=True)
    >>> ag.norm(x).backward()
    >>> x.grad
    tensor([0.6, 0.8])
    """
    axes = tuple(range(np.ndim(x))) if axis is None else axis
    axes = axes if isinstance(axes, tuple) else (axes,)
    if axis is None and (ord is None or (ord, len(axes)) in ((2, 1), ("fro", 2))):
        return _norm(x, keepdims=keepdims)
    if ord is None and len(axes) <= 2:
        return _norm(x, axis=axis, keepdims=keepdims)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes[0], keepdims)
    if len(axes) == 2:
        return _matrix_norm(x, ord, axes, keepdims)
    raise ShapeError(
        f"norm: ord={ord!r} is for vectors and matrices, not for {len(axes)} axes of shape "
        f"{np.shape(x)}; say which with axis="
    )


def _vector_norm(x: Any, ord: Any, axis: int, keepdims: bool) -> Any:
    if ord in (np.inf, -np.inf):
        return (reductions.max if ord > 0 else reductions.min)(
            absolute(x), axis=axis, keepdims=keepdims
        )
    if ord == 1:
        return reductions.sum(absolute(x), axis=axis, keepdims=keepdims)
    if isinstance(ord, str) or ord == 0:
        raise ArgumentError(f"norm: ord={ord!r} is no norm of a vector; give a number, or inf")
    return _norm(x, ord=ord, axis=axis, keepdims=keepdims)


def _matrix_norm(x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if ord == "fro":
        return _norm(x, axis=axes, keepdims=keepdims)
    if ord in (2, -2, "nuc"):
        stretches = svdvals(moveaxis(x, axes, (-2, -1)))
        reduce = {2: reductions.max, -2: reductions.min, "nuc": reductions.sum}[ord]
        total = reduce(stretches, axis=-1)
        return expand_dims(total, tuple(a % np.ndim(x) for a in axes)) if keepdims else total
    if ord not in (1, -1, np.inf, -np.inf):
        raise ArgumentError(
            f"norm: ord={ord!r} is no norm of a matrix; give 'fro', 'nuc', 2, -2, 1, -1, inf or "
            f"-inf"
        )
    across, along = axes if abs(ord) == 1 else axes[::-1]
    totals = reductions.sum(absolute(x), axis=across, keepdims=True)
    extreme = (reductions.max if ord > 0 else reductions.min)(totals, axis=along, keepdims=True)
    return extreme if keepdims else squeeze(extreme, axis=axes)

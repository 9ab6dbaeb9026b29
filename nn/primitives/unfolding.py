"""Unfolding images into columns and folding columns back into images: each is the other's adjoint.

A column holds the elements under one place of a window; the product of a kernel's rows with all
columns is a convolution.
"""

from math import prod

from autograd_mini.nn.primitives.windows import (
    Array,
    Sizes,
    Window,
    add_up,
    columns_of,
    empty,
    memory,
    without_padding,
)
from autograd_mini.registry import Primitive, primitive


def _unfold(x: Array, window: Window) -> Array:
    columns = columns_of(x, window)
    n_axes = len(window.kernel)
    *places, n = columns.shape[1 + n_axes :]
    out = empty(n, prod(columns.shape[: 1 + n_axes]), (prod(places),), x.dtype)
    memory(out).reshape(columns.shape)[...] = columns
    return out


def _fold(x: Array, window: Window, size: Sizes) -> Array:
    channels = x.shape[1] // prod(window.kernel)
    full = empty(len(x), channels, window.padded(size), x.dtype)
    full[...] = 0
    columns = window.columns(memory(full))
    add_up(memory(x).reshape(columns.shape), columns, window)
    return without_padding(full, window, size)


unfold_columns: Primitive = primitive(
    _unfold,
    name="unfold_columns",
    doc="z = the elements of x under every place of the window; ∂z/∂x = 1 wherever x occurs",
    x=lambda g, out, x, *, window: fold_columns(g, window=window, size=x.shape[2:]),
)
fold_columns: Primitive = primitive(
    _fold,
    name="fold_columns",
    doc="z = Σ x of the columns that this element occurs in; ∂z/∂x = 1 where x is added",
    x=lambda g, out, x, *, window, size: unfold_columns(g, window=window),
)

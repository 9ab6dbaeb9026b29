"""Convolution and its two adjoints: each one's derivatives are the other two.

All three are parts of one sum that is linear in the image x, the kernel w and the cotangent g of
the result,

    S = Σ g[n, o, p] · w[o, c, k] · x[n, c, p·stride + k·dilation − padding],

where p runs over the places of the window and k over its elements. Leaving one of the three out of
the product gives what belongs to it: ``convolve`` is ∂S/∂g, ``convolve_transpose`` ∂S/∂x and
``convolve_weight`` ∂S/∂w. So differentiating any of them leads to the other two, in every order.
(V. Dumoulin, F. Visin 2016, "A guide to convolution arithmetic for deep learning", chapters 2–4.)

Each is a matrix product with the columns of the image, the elements under every place of the window
(K. Chellapilla, S. Puri, P. Simard 2006, "High performance convolutional neural networks for
document processing", section 3), block by block, so that no more than a block of columns exists.
"""

from math import prod
from typing import Any

import numpy as np

from autograd_mini.nn.primitives.windows import (
    Array,
    Sizes,
    Window,
    add_up,
    blocks,
    columns_of,
    empty,
    memory,
    without_padding,
)
from autograd_mini.registry import Primitive, primitive


def _in_groups(x: Array, groups: int) -> Array:
    """Return memory (C, …) as (groups, C/groups, the rest flattened)."""
    return x.reshape(groups, len(x) // groups, prod(x.shape[1:]))


def _as_matrix(block: Array, n_rows: int, groups: int) -> Array:
    return block.reshape(groups, n_rows, block.size // (groups * n_rows))


def _convolve(x: Array, w: Array, b: Array | None, window: Window, groups: int) -> Array:
    columns = columns_of(x, window)
    *places, n = columns.shape[1 + len(window.kernel) :]
    out = empty(n, len(w), tuple(places), np.result_type(x, w))
    result = _in_groups(memory(out), groups)
    matrix = _in_groups(w, groups)
    bias = None if b is None else b.reshape(groups, -1, 1)
    for covered, block in blocks(columns):
        part = result[..., covered]
        np.matmul(matrix, _as_matrix(block, matrix.shape[2], groups), out=part)
        if bias is not None:
            part += bias
    return out


def _convolve_transpose(
    x: Array, w: Array, b: Array | None, window: Window, groups: int, size: Sizes
) -> Array:
    matrix = _in_groups(w, groups).swapaxes(1, 2)
    image = _in_groups(memory(x), groups)
    full = empty(len(x), w.shape[1] * groups, window.padded(size), np.result_type(x, w))
    full[...] = 0
    for covered, block in blocks(window.columns(memory(full))):
        terms = np.matmul(matrix, image[..., covered]).reshape(block.shape)
        add_up(terms, block, window)
    z = without_padding(full, window, size)
    if b is not None:
        z += b.reshape(-1, *(1,) * len(size))
    return z


def _convolve_weight(x: Array, g: Array, window: Window, groups: int) -> Array:
    columns = columns_of(x, window)
    cotangent = _in_groups(memory(g), groups)
    n_rows = columns.shape[0] // groups * prod(window.kernel)
    total = np.zeros((groups, n_rows, cotangent.shape[1]), np.result_type(x, g))
    for covered, block in blocks(columns):
        total += _as_matrix(block, n_rows, groups) @ cotangent[..., covered].swapaxes(1, 2)
    shape = g.shape[1], columns.shape[0] // groups, *window.kernel
    return total.swapaxes(1, 2).reshape(shape)


def _per_channel(g: Any) -> Any:
    """Return what the bias of every channel receives."""
    return np.sum(g, axis=(0, *range(2, g.ndim)))


convolve: Primitive = primitive(
    _convolve,
    name="convolve",
    doc="z = Σ w·x under the window + b; ∂z/∂x = w, where the window lay on x; "
    "∂z/∂w = x under the window; ∂z/∂b = 1",
    x=lambda g, out, x, w, b, *, window, groups: convolve_transpose(
        g, w, None, window=window, groups=groups, size=x.shape[2:]
    ),
    w=lambda g, out, x, w, b, *, window, groups: convolve_weight(
        x, g, window=window, groups=groups
    ),
    b=lambda g, out, x, w, b, *, window, groups: _per_channel(g),
)
convolve_transpose: Primitive = primitive(
    _convolve_transpose,
    name="convolve_transpose",
    doc="z = Σ w·x of all windows that lie on z + b; ∂z/∂x = w; ∂z/∂w = x; ∂z/∂b = 1",
    x=lambda g, out, x, w, b, *, window, groups, size: convolve(
        g, w, None, window=window, groups=groups
    ),
    w=lambda g, out, x, w, b, *, window, groups, size: convolve_weight(
        g, x, window=window, groups=groups
    ),
    b=lambda g, out, x, w, b, *, window, groups, size: _per_channel(g),
)
convolve_weight: Primitive = primitive(
    _convolve_weight,
    name="convolve_weight",
    doc="z = Σ g·x under the window, over examples and places; ∂z/∂x = g; ∂z/∂g = x",
    x=lambda cotangent, out, x, g, *, window, groups: convolve_transpose(
        g, cotangent, None, window=window, groups=groups, size=x.shape[2:]
    ),
    g=lambda cotangent, out, x, g, *, window, groups: convolve(
        x, cotangent, None, window=window, groups=groups
    ),
)

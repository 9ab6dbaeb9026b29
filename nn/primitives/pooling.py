"""Pooling: the largest element or the sum under a window, and what their derivatives need.

A result has the memory order of what it is made from, so that the fast order is kept (see
``windows.py``). Windows are pooled along one axis after the other: 2k steps for k×k, not k².
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from autograd_mini.methods import plain
from autograd_mini.nn.primitives.windows import Array, Sizes, Window, in_order_of, taps
from autograd_mini.registry import Primitive, primitive


def _pooled(x: Array, window: Window, combine: np.ufunc, start: float) -> Array:
    """Combine ``start`` and the elements under each place of the window."""
    size = x.shape[2:]
    for axis, (n, along) in enumerate(zip(window.places(size), taps(window, size), strict=True), 2):
        before = (slice(None),) * axis
        if len(along) > 1 and all(places == slice(0, n) for places, _ in along):
            (_, first), (_, second), *rest = along
            out = combine(x[(*before, first)], x[(*before, second)])
        else:
            rest = list(along)
            out = np.full_like(x, start, shape=(*x.shape[:axis], n, *x.shape[axis + 1 :]))
        for places, elements in rest:
            part = out[(*before, places)]
            combine(part, x[(*before, elements)], out=part)
        x = out
    return x


def _spread(g: Array, window: Window, size: Sizes) -> Array:
    """Add each element of ``g`` to all elements of a space of ``size`` under its window."""
    for axis, (n, along) in enumerate(zip(size, taps(window, size), strict=True), 2):
        before = (slice(None),) * axis
        out = np.zeros_like(g, shape=(*g.shape[:axis], n, *g.shape[axis + 1 :]))
        for places, elements in along:
            out[(*before, elements)] += g[(*before, places)]
        g = out
    return g


def _winners(x: Array, out: Array, window: Window) -> Iterator[tuple[Any, Any, Array]]:
    """Yield, for each element of the kernel: the places, the elements there, and where it won.

    The first of equal elements wins, so that every place has one winner.
    """
    undecided = np.ones_like(out, dtype=bool)
    for tap in product(*taps(window, x.shape[2:])):
        places: Any = (..., *(place for place, _ in tap))
        elements: Any = (..., *(element for _, element in tap))
        won = x[elements] == out[places]
        won &= undecided[places]
        undecided[places] ^= won
        yield places, elements, won


def _put_at_winners(g: Array, x: Array, out: Array, window: Window) -> Array:
    g = in_order_of(out, g)
    z = np.zeros_like(x, dtype=g.dtype)
    disjoint = window.is_disjoint
    for places, elements, won in _winners(x, out, window):
        if disjoint:
            np.multiply(g[places], won, out=z[elements])
        else:
            z[elements] += g[places] * won
    return z


def _take_at_winners(h: Array, x: Array, out: Array, window: Window) -> Array:
    h = in_order_of(x, h)
    z = np.zeros_like(out, dtype=h.dtype)
    for places, elements, won in _winners(x, out, window):
        z[places] += h[elements] * won
    return z


def _winner_numbers(x: Any, *, window: Window) -> Array:
    """Return the number of the winning element of the kernel at each place."""
    x = plain(x)
    out = _pooled(x, window, np.maximum, -np.inf)
    numbers = np.zeros_like(out, dtype=int)
    for number, (places, _, won) in enumerate(_winners(x, out, window)):
        numbers[places] += number * won
    return numbers


max_pool: Primitive = primitive(
    lambda x, window: _pooled(x, window, np.maximum, -np.inf),
    name="max_pool",
    doc="z = max x under the window; ∂z/∂x = 1 at the first largest element, else 0",
    branch=_winner_numbers,
    x=lambda g, out, x, *, window: put_at_winners(g, plain(x), plain(out), window=window),
)
put_at_winners: Primitive = primitive(
    _put_at_winners,
    name="put_at_winners",
    doc="z = Σ g of the windows whose first largest element of x this is; ∂z/∂g = 1 there",
    g=lambda cotangent, z, g, x, out, *, window: take_at_winners(cotangent, x, out, window=window),
)
take_at_winners: Primitive = primitive(
    _take_at_winners,
    name="take_at_winners",
    doc="z = h where the window's first largest element of x is; ∂z/∂h = 1 there, else 0",
    h=lambda g, z, h, x, out, *, window: put_at_winners(g, x, out, window=window),
)
sum_pool: Primitive = primitive(
    lambda x, window: _pooled(x, window, np.add, 0),
    name="sum_pool",
    doc="z = Σ x under the window; ∂z/∂x = 1 for every window that it lies under",
    x=lambda g, out, x, *, window: spread(g, window=window, size=x.shape[2:]),
)
spread: Primitive = primitive(
    _spread,
    name="spread",
    doc="z = Σ x of the windows that z lies under; ∂z/∂x = 1 for every element under the window",
    x=lambda g, out, x, *, window, size: sum_pool(g, window=window),
)

"""Windows that slide over space, and the memory order in which sliding is fast.

Arrays have the shape (N, C, *size): examples, channels, then any number of spatial axes. In memory
the examples come last, (C, *size, N): a row of pixels is then one long run over all examples, which
shifted copies and sums go through at full speed, and a matrix product over channels gives the next
layer's input in the same order, without a transpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Sizes = tuple[int, ...]

BLOCK = 2**19
"""Elements of the columns that are made at once: 2 MiB of float32."""


@dataclass(frozen=True)
class Window:
    """``kernel`` elements along each spatial axis, ``dilation`` apart, moved by ``stride``.

    ``padding``: how far beyond the edges, (before, after), it may reach.
    """

    kernel: Sizes
    stride: Sizes
    padding: tuple[tuple[int, int], ...]
    dilation: Sizes

    def places(self, size: Sizes) -> Sizes:
        """Return how many places it takes along each axis of a space of ``size``."""
        return tuple(
            (n + before + after - d * (k - 1) - 1) // s + 1
            for n, k, s, (before, after), d in zip(
                size, self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )

    def columns(self, padded: Array) -> Array:
        """Return a view (C, *kernel, *places, N) of memory (C, *size, N) that has its padding."""
        channels, *size, n = padded.shape
        per_channel, *steps, per_example = padded.strides
        places = [
            (m - d * (k - 1) - 1) // s + 1
            for m, k, s, d in zip(size, self.kernel, self.stride, self.dilation, strict=True)
        ]
        strides = (
            per_channel,
            *(step * d for step, d in zip(steps, self.dilation, strict=True)),
            *(step * s for step, s in zip(steps, self.stride, strict=True)),
            per_example,
        )
        return np.ndarray((channels, *self.kernel, *places, n), padded.dtype, padded, 0, strides)

    @property
    def is_padded(self) -> bool:
        return any(map(any, self.padding))

    @property
    def is_disjoint(self) -> bool:
        """Whether no element lies under two places."""
        spans = (d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))
        return all(span <= s for span, s in zip(spans, self.stride, strict=True))

    def inside(self, size: Sizes) -> tuple[slice, ...]:
        """Return where a space of ``size`` lies in its padded one."""
        return tuple(
            slice(before, before + n) for n, (before, _) in zip(size, self.padding, strict=True)
        )

    def padded(self, size: Sizes) -> Sizes:
        """Return the size of the space with its padding."""
        return tuple(n + sum(pair) for n, pair in zip(size, self.padding, strict=True))


@lru_cache(maxsize=1024)
def taps(window: Window, size: Sizes) -> tuple[tuple[tuple[slice, slice], ...], ...]:
    """Return, for each axis and each element of the kernel, what it touches in a space of ``size``.

    A pair of slices: the places where this element lies inside, and the elements that it lies on
    there.
    """
    return tuple(
        tuple(_tap(offset * d - before, s, n, places) for offset in range(k))
        for k, s, d, (before, _), n, places in zip(
            window.kernel,
            window.stride,
            window.dilation,
            window.padding,
            size,
            window.places(size),
            strict=True,
        )
    )


def _tap(shift: int, stride: int, n: int, places: int) -> tuple[slice, slice]:
    """Return the places whose element, ``shift`` after the place's start, is one of 0 to n − 1."""
    first = max(0, -(shift // stride))
    last = max(first, min(places, (n - 1 - shift) // stride + 1))
    start = first * stride + shift
    return slice(first, last), slice(start, start + (last - first) * stride, stride)


def empty(n: int, channels: int, size: Sizes, dtype: Any) -> Array:
    """Return a new array of shape (n, channels, *size), with the examples last in memory."""
    dtype = np.dtype(dtype)
    lengths = (channels, *size, n)
    strides = [dtype.itemsize * prod(lengths[i + 1 :]) for i in range(len(lengths))]
    return np.ndarray((n, channels, *size), dtype, strides=(strides[-1], *strides[:-1]))


def memory(x: Array) -> Array:
    """Return ``x``, (N, C, *size), as contiguous memory (C, *size, N); copied if it is not so."""
    return np.ascontiguousarray(x.transpose(*range(1, x.ndim), 0))


def columns_of(x: Array, window: Window) -> Array:
    """Return the view (C, *kernel, *places, N) of ``x``, (N, C, *size), padded with zeros."""
    x = memory(x)
    if window.is_padded:
        channels, *size, n = x.shape
        padded = np.zeros((channels, *window.padded(tuple(size)), n), x.dtype)
        padded[(slice(None), *window.inside(tuple(size)))] = x
        x = padded
    return window.columns(x)


def add_up(terms: Array, columns: Array, window: Window) -> None:
    """Add ``terms`` to the view ``columns``, in which elements under several places occur often."""
    for offsets in np.ndindex(*window.kernel):
        element = (slice(None), *offsets)
        columns[element] += terms[element]


def without_padding(full: Array, window: Window, size: Sizes) -> Array:
    """Return the part of ``full``, of shape (N, C, *padded), that is not padding."""
    inside: Any = (..., *window.inside(size))
    return full[inside].copy(order="K") if window.is_padded else full


def in_order_of(model: Array, x: Array) -> Array:
    """Return ``x`` in the memory order of ``model``, which has its shape; copied if it differs."""
    if x.strides == model.strides:
        return x
    copy = np.empty_like(model, dtype=x.dtype)
    copy[...] = x
    return copy


def blocks(columns: Array) -> Iterator[tuple[slice, Array]]:
    """Cut ``columns``, (C, *kernel, *places, N), into views of at most about BLOCK elements.

    Each comes with the slice of the places times N, flattened, that it covers.
    """
    n_axes = columns.ndim // 2 - 1
    *places, n = columns.shape[n_axes + 1 :]
    cost = prod(columns.shape[: n_axes + 1]) * n
    axis = n_axes - 1
    while axis and cost * places[axis] <= BLOCK:
        cost *= places[axis]
        axis -= 1
    step = max(1, BLOCK // max(cost, 1))
    run = prod(places[axis + 1 :]) * n
    position = 0
    for *head, start in product(*map(range, places[:axis]), range(0, places[axis], step)):
        stop = min(start + step, places[axis])
        following = position + (stop - start) * run
        index: Any = (slice(None),) * (n_axes + 1) + (*head, slice(start, stop))
        yield slice(position, following), columns[index]
        position = following

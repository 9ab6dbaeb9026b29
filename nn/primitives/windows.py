"""Windows that slide over space, and the memory order in which sliding is fast.

Arrays have the shape (N, C, *size): examples, channels, then any number of spatial axes. In memory
the examples come last, (C, *size, N): a row of pixels is then one long run over all examples, which
shifted copies and sums go through at full speed, and a matrix product over channels gives the next
layer's input in the same order, without a transpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Sizes = tuple[int, ...]

BLOCK = 2**18
"""Elements of the columns that are made at once: 1 MiB of float32 stays in a core's cache."""


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

    def taps(self, size: Sizes) -> list[list[tuple[slice, slice]]]:
        """Return, for each axis and each element of the kernel, what it touches inside the space.

        A pair of slices: the places where this element lies inside, and the elements that it lies
        on there.
        """
        places = self.places(size)
        return [
            [self._tap(axis, offset, size[axis], places[axis]) for offset in range(k)]
            for axis, k in enumerate(self.kernel)
        ]

    def _tap(self, axis: int, offset: int, n: int, places: int) -> tuple[slice, slice]:
        stride = self.stride[axis]
        shift = offset * self.dilation[axis] - self.padding[axis][0]  # of place 0
        first = max(0, -(shift // stride))
        last = max(first, min(places, (n - 1 - shift) // stride + 1))
        start = first * stride + shift
        return slice(first, last), slice(start, start + (last - first) * stride, stride)

    def columns(self, padded: Array) -> Array:
        """Return a view (C, *kernel, *places, N) of memory (C, *size, N) that has its padding."""
        channels, *size, n = padded.shape
        per_channel, *steps, per_example = padded.strides
        bare = Window(self.kernel, self.stride, ((0, 0),) * len(size), self.dilation)
        return np.lib.stride_tricks.as_strided(
            padded,
            (channels, *self.kernel, *bare.places(tuple(size)), n),
            (
                per_channel,
                *(step * d for step, d in zip(steps, self.dilation, strict=True)),
                *(step * s for step, s in zip(steps, self.stride, strict=True)),
                per_example,
            ),
        )

    @property
    def is_padded(self) -> bool:
        return any(map(any, self.padding))

    def inside(self, size: Sizes) -> tuple[slice, ...]:
        """Return where a space of ``size`` lies in its padded one."""
        return tuple(
            slice(before, before + n) for n, (before, _) in zip(size, self.padding, strict=True)
        )

    def padded(self, size: Sizes) -> Sizes:
        """Return the size of the space with its padding."""
        return tuple(n + sum(pair) for n, pair in zip(size, self.padding, strict=True))


def empty(n: int, channels: int, size: Sizes, dtype: Any) -> Array:
    """Return a new array of shape (n, channels, *size), with the examples last in memory."""
    dtype = np.dtype(dtype)
    lengths = (channels, *size, n)
    strides = [dtype.itemsize * prod(lengths[i + 1 :]) for i in range(len(lengths))]
    return np.ndarray((n, channels, *size), dtype, strides=(strides[-1], *strides[:-1]))


def memory(x: Array) -> Array:
    """Return ``x``, (N, C, *size), as contiguous memory (C, *size, N); copied if it is not so."""
    return np.ascontiguousarray(np.moveaxis(x, 0, -1))


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

"""Pooling: the largest or the mean element under a window, over one or two spatial axes."""
# ruff: noqa: A002 (PyTorch's argument names)

from functools import lru_cache
from typing import Any

import numpy as np

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ArgumentError, ShapeError, UnsupportedError
from autograd_mini.nn.arguments import as_numeric, per_axis, require
from autograd_mini.nn.functional.spaces import AXES, check_room, hashable
from autograd_mini.nn.primitives.pooling import max_pool, sum_pool
from autograd_mini.nn.primitives.windows import Sizes, Window

PerAxis = int | tuple[int, ...]


def max_pool1d(
    input: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return ``max_pool2d`` over one spatial axis: of (N, C, L), or (C, L).

    >>> max_pool1d([[[1.0, 3.0, 2.0, 0.0]]], 2)
    tensor([[[3., 2.]]])
    """
    options = stride, padding, dilation, ceil_mode, return_indices
    return _max_pool("MaxPool1d", 1, input, kernel_size, *options)


def max_pool2d(
    input: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element under a window at each of its places.

    The gradient goes to the first of equal largest elements, row by row, and to it alone, as in
    PyTorch. (``ag.max`` shares it between them.)

    Shapes: input (N, C, H, W) or (C, H, W), result (…, H′, W′) with
    H′ = ⌊(H + 2·padding − dilation·(kernel_size − 1) − 1)/stride⌋ + 1. ``stride`` is by default
    ``kernel_size``: windows side by side. ``padding``, at most half of the kernel, lets windows
    reach beyond the edges, where there is nothing to be the largest. ``ceil_mode`` rounds up: the
    last window may reach beyond the far edge if it starts before it.

    Raises ShapeError for other axes or a window larger than the input; ArgumentError for numbers
    that cannot be; UnsupportedError for ``return_indices``.

    >>> import autograd_mini as ag
    >>> max_pool2d(ag.tensor([[[[1.0, 2.0, 5.0], [4.0, 3.0, 0.0]]]]), 2, stride=1)
    tensor([[[[4., 5.]]]])
    """
    options = stride, padding, dilation, ceil_mode, return_indices
    return _max_pool("MaxPool2d", 2, input, kernel_size, *options)


def avg_pool1d(
    input: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """Return ``avg_pool2d`` over one spatial axis: of (N, C, L), or (C, L).

    >>> avg_pool1d([[[1.0, 3.0, 2.0, 0.0]]], 2)
    tensor([[[2., 1.]]])
    """
    options = stride, padding, ceil_mode, count_include_pad, None
    return _avg_pool("AvgPool1d", 1, input, kernel_size, *options)


def avg_pool2d(
    input: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """Return the mean of the elements under a window at each of its places.

    Shapes, ``stride``, ``padding`` and ``ceil_mode``: as in ``max_pool2d``, without dilation.
    ``count_include_pad``: the zeros of the padding count as elements. ``divisor_override``: divide
    the sums by this number.

    Raises ShapeError for other axes or a window larger than the input, ArgumentError for numbers
    that cannot be.

    >>> import autograd_mini as ag
    >>> avg_pool2d(ag.tensor([[[[1.0, 2.0], [4.0, 3.0]]]]), 2)
    tensor([[[[2.5]]]])
    """
    options = stride, padding, ceil_mode, count_include_pad, divisor_override
    return _avg_pool("AvgPool2d", 2, input, kernel_size, *options)


def adaptive_avg_pool1d(input: Any, output_size: PerAxis) -> Any:
    """Return ``adaptive_avg_pool2d`` over one spatial axis: of (N, C, L), or (C, L).

    >>> adaptive_avg_pool1d([[[1.0, 3.0, 2.0]]], 2)  # of elements 0, 1 and of 1, 2
    tensor([[[2. , 2.5]]])
    """
    return _adaptive_avg_pool("AdaptiveAvgPool1d", 1, input, output_size)


def adaptive_avg_pool2d(input: Any, output_size: int | tuple[int | None, ...] | None) -> Any:
    """Return the means of the cells of a grid of ``output_size`` over the input.

    Along an axis of n elements cut into m cells, cell i is the mean of the elements ⌊i·n/m⌋ to
    ⌈(i + 1)·n/m⌉ − 1; cells overlap where m does not divide n. A size of 1 is the mean of all.

    Shapes: input (N, C, H, W) or (C, H, W), result (…, H′, W′) for ``output_size`` H′, or
    (H′, W′); None keeps the axis.

    Raises ShapeError for other axes, ArgumentError for sizes that cannot be.

    >>> import autograd_mini as ag
    >>> adaptive_avg_pool2d(ag.tensor([[[[1.0, 2.0], [4.0, 3.0]]]]), (2, 1))
    tensor([[[[1.5],
              [3.5]]]])
    """
    return _adaptive_avg_pool("AdaptiveAvgPool2d", 2, input, output_size)


def _max_pool(
    name: str,
    n_axes: int,
    input: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    dilation: PerAxis,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    refuse_indices(name, return_indices)
    x = _spaces(name, input, n_axes)
    movement = (hashable(given) for given in (kernel_size, stride, padding, dilation))
    window = _pooling_window(name, x.shape[2:], *movement, ceil_mode)
    return _like(input, max_pool(x, window=window))


def refuse_indices(name: str, return_indices: bool) -> None:
    """Raise UnsupportedError if indices are asked for."""
    if return_indices:
        raise UnsupportedError(
            f"{name}: return_indices is not supported, as there is no unpooling to use them; leave "
            f"it out"
        )


def _avg_pool(
    name: str,
    n_axes: int,
    input: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Any:
    x = _spaces(name, input, n_axes)
    size = x.shape[2:]
    movement = (hashable(given) for given in (kernel_size, stride, padding))
    window = _pooling_window(name, size, *movement, 1, ceil_mode)
    divisor: Any = divisor_override
    if divisor is None:
        margins = per_axis(f"{name}: padding", padding, n_axes, least=0)
        divisor = _counts(window, size, margins if count_include_pad else (0,) * n_axes, x.dtype)
    elif isinstance(divisor, bool) or not isinstance(divisor, int) or divisor == 0:
        raise ArgumentError(
            f"{name}: divisor_override must be an integer other than 0, got {divisor!r}"
        )
    return _like(input, sum_pool(x, window=window) / divisor)


def _counts(window: Window, size: Sizes, margins: Sizes, dtype: Any) -> Any:
    """Return how many elements lie under each place, in the space and the margins around it."""
    counts = np.ones(1)
    for axis, places in enumerate(window.places(size)):
        first = np.arange(places) * window.stride[axis] - window.padding[axis][0]
        last = np.minimum(first + window.kernel[axis], size[axis] + margins[axis])
        counts = np.multiply.outer(counts, last - np.maximum(first, -margins[axis]))
    counts = counts[0]
    return float(counts.flat[0]) if np.ptp(counts) == 0 else counts.astype(dtype)


def _adaptive_avg_pool(
    name: str, n_axes: int, input: Any, output_size: int | tuple[int | None, ...] | None
) -> Any:
    x = _spaces(name, input, n_axes)
    sizes = output_size if isinstance(output_size, list | tuple) else (output_size,) * n_axes
    given = x.shape[2:]
    if len(sizes) == n_axes:
        sizes = tuple(n if m is None else m for m, n in zip(sizes, given, strict=True))
    wanted = per_axis(f"{name}: output_size", sizes, n_axes, least=1)
    if 0 in given:
        raise ShapeError(f"{name}: there is nothing to average in input of shape {x.shape}")
    if all(n % m == 0 for n, m in zip(given, wanted, strict=True)):
        kernel = tuple(n // m for n, m in zip(given, wanted, strict=True))
        return _avg_pool(name, n_axes, input, kernel, None, 0, False, True, None)
    for axis, (n, m) in enumerate(zip(given, wanted, strict=True), 2):
        cells = _cells(n, m).astype(x.dtype)
        sums = np.moveaxis(x, axis, -1) @ cells
        x = np.moveaxis(sums / cells.sum(axis=0), -1, axis)
    return _like(input, x)


def _cells(n: int, m: int) -> Any:
    """Return the (n, m) matrix that says which of n elements lie in which of m cells."""
    cell, element = np.arange(m), np.arange(n)[:, None]
    return (element >= cell * n // m) & (element < -(-(cell + 1) * n // m))


def _spaces(name: str, input: Any, n_axes: int) -> Any:
    """Return ``input`` as floats of shape (N, C, *size)."""
    x = as_numeric(f"{name}: the input", input)
    if x.ndim not in (n_axes + 1, n_axes + 2):
        raise ShapeError(
            f"{name} expects (batch, channels, {AXES[n_axes]}), got input of shape "
            f"{tuple(x.shape)}"
            + "; add batch and channel axes with x[None, None]"
            * (x.ndim == n_axes)
        )
    x = x if x.dtype.kind == "f" else x.astype(get_default_dtype())
    return x if x.ndim == n_axes + 2 else x[None]


def _like(input: Any, pooled: Any) -> Any:
    """Return the result without a batch axis if ``input`` had none."""
    return pooled if pooled.ndim == np.ndim(input) else pooled[0]


@lru_cache(maxsize=1024, typed=True)
def _pooling_window(
    name: str,
    size: Sizes,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    dilation: PerAxis,
    ceil_mode: bool,
) -> Window:
    n_axes = len(size)
    kernel = per_axis(f"{name}: kernel_size", kernel_size, n_axes, least=1)
    strides = kernel if stride is None else per_axis(f"{name}: stride", stride, n_axes, least=1)
    margins = per_axis(f"{name}: padding", padding, n_axes, least=0)
    dilations = per_axis(f"{name}: dilation", dilation, n_axes, least=1)
    spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True))
    for margin, span in zip(margins, spans, strict=True):
        require(
            f"{name}: padding",
            padding,
            margin <= span // 2,
            f"at most half of the kernel, which spans {'×'.join(map(str, spans))}",
        )
    pairs = tuple(
        (p, p + (_overhang(n + 2 * p, span, s, n + p) if ceil_mode else 0))
        for n, span, s, p in zip(size, spans, strides, margins, strict=True)
    )
    window = Window(kernel, strides, pairs, dilations)
    check_room(name, window, size)
    return window


def _overhang(room: int, span: int, stride: int, edge: int) -> int:
    """Return how far the last window reaches beyond ``room``, if it starts before ``edge``."""
    start = -(-(room - span) // stride) * stride
    return max(0, start + span - room) if start < edge else 0

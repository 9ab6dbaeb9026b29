"""Convolutions and their transposes, over one or two spatial axes."""
# ruff: noqa: A002 (PyTorch's argument names)

from functools import lru_cache
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.nn.arguments import per_axis, require
from autograd_mini.nn.functional.spaces import as_images, check_room, hashable
from autograd_mini.nn.primitives.convolution import convolve, convolve_transpose
from autograd_mini.nn.primitives.windows import Sizes, Window
from autograd_mini.tensors import Tensor

PerAxis = int | tuple[int, ...]


def conv1d(
    input: Any,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: PerAxis = 1,
    padding: PerAxis | str = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Any:
    """Return ``conv2d`` over one spatial axis.

    Shapes: input (N, C, L), weight (O, C/groups, k), bias (O,), result (N, O, L′).

    >>> import autograd_mini as ag
    >>> conv1d([[[1.0, 2.0, 4.0]]], ag.tensor([[[-1.0, 1.0]]]))  # differences of neighbours
    tensor([[[1., 2.]]])
    """
    return _convolution("Conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Any,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: PerAxis = 1,
    padding: PerAxis | str = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Any:
    """Slide ``weight`` over the input and return the sum of products at every place.

    z[n, o, i, j] = b[o] + Σ w[o, c, k, l] · x[n, c, i·stride + k·dilation − padding, …]

    (strictly a cross-correlation: the kernel is not flipped).

    Shapes: input (N, C, H, W), weight (O, C/groups, kh, kw), bias (O,), result (N, O, H′, W′) with
    H′ = ⌊(H + 2·padding − dilation·(kh − 1) − 1)/stride⌋ + 1. ``stride``, ``padding`` and
    ``dilation`` are numbers or pairs; ``padding`` adds zeros on both sides, is "valid" for none, or
    "same" to keep the size, for stride 1. ``groups``: as many parts of the channels, each with the
    outputs of its own. A single example needs a batch axis too: x[None].

    Raises ShapeError for other axes or channels, or a kernel larger than the input; ArgumentError
    for numbers that cannot be.

    Source: V. Dumoulin, F. Visin 2016, "A guide to convolution arithmetic for deep learning".

    >>> import autograd_mini as ag
    >>> conv2d(ag.ones(1, 1, 3, 3), ag.ones(1, 1, 2, 2), padding="same")
    tensor([[[[4., 4., 2.],
              [4., 4., 2.],
              [2., 2., 1.]]]])
    """
    return _convolution("Conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Any,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    output_padding: PerAxis = 0,
    groups: int = 1,
    dilation: PerAxis = 1,
) -> Any:
    """Return ``conv_transpose2d`` over one spatial axis.

    Shapes: input (N, C, L), weight (C, O/groups, k), bias (O,), result (N, O, L′).

    >>> import autograd_mini as ag
    >>> conv_transpose1d([[[1.0, 5.0]]], ag.tensor([[[1.0, 2.0]]]), stride=2)
    tensor([[[ 1.,  2.,  5., 10.]]])
    """
    return _transposed(
        "ConvTranspose1d", 1, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose2d(
    input: Any,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    output_padding: PerAxis = 0,
    groups: int = 1,
    dilation: PerAxis = 1,
) -> Any:
    """Let every element paint the kernel, times itself, onto a larger image; overlaps add up.

    It is the transpose of ``conv2d`` as a linear map, ⟨conv2d(x, w), g⟩ = ⟨x, conv_transpose2d(g,
    w)⟩, and so what carries gradients back through one.

    Shapes: input (N, C, H, W), weight (C, O/groups, kh, kw), bias (O,), result (N, O, H′, W′) with
    H′ = (H − 1)·stride − 2·padding + dilation·(kh − 1) + 1 + output_padding. ``padding`` is what is
    cut off on both sides; ``output_padding``, smaller than ``stride``, lengthens the far end, as
    ``stride`` sizes of an image are convolved to the same one.

    Raises ShapeError and ArgumentError as ``conv2d`` does.

    Source: V. Dumoulin, F. Visin 2016, "A guide to convolution arithmetic for deep learning",
    chapter 4.

    >>> import autograd_mini as ag
    >>> conv_transpose2d(ag.tensor([[[[1.0, 3.0]]]]), ag.ones(1, 1, 1, 2))
    tensor([[[[1., 4., 3.]]]])
    """
    return _transposed(
        "ConvTranspose2d", 2, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def _convolution(
    name: str,
    n_axes: int,
    input: Any,
    weight: Tensor,
    bias: Tensor | None,
    stride: PerAxis,
    padding: PerAxis | str,
    dilation: PerAxis,
    groups: int,
) -> Any:
    _check_weight(name, n_axes, weight, groups)
    _check_bias(name, bias, weight.shape[0])
    x = as_images(name, input, n_axes, weight.shape[1] * groups, weight.dtype)
    movement = (hashable(given) for given in (stride, padding, dilation))
    window = _fitting_window(name, x.shape[2:], weight.shape[2:], *movement)
    return convolve(x, weight, bias, window=window, groups=groups)


def _transposed(
    name: str,
    n_axes: int,
    input: Any,
    weight: Tensor,
    bias: Tensor | None,
    stride: PerAxis,
    padding: PerAxis,
    output_padding: PerAxis,
    groups: int,
    dilation: PerAxis,
) -> Any:
    _check_weight(name, n_axes, weight, groups)
    _check_bias(name, bias, weight.shape[1] * groups)
    x = as_images(name, input, n_axes, weight.shape[0], weight.dtype)
    if isinstance(padding, str):
        raise ArgumentError(
            f"{name}: padding must be an integer or {n_axes} of them, got {padding!r}"
        )
    window = convolution_window(name, weight.shape[2:], stride, padding, dilation)
    extra = per_axis(f"{name}: output_padding", output_padding, n_axes, least=0)
    if any(e >= s for e, s in zip(extra, window.stride, strict=True)):
        raise ArgumentError(
            f"{name}: output_padding must be smaller than stride, got {output_padding} with a "
            f"stride of {stride}"
        )
    size = transposed_size(window, x.shape[2:], extra)
    if min(size) < 1:
        raise ShapeError(
            f"{name}: of an input of shape {tuple(x.shape)}, padding {padding} cuts off all, and "
            f"leaves a size of {size}; use less padding"
        )
    return convolve_transpose(x, weight, bias, window=window, groups=groups, size=size)


def transposed_size(window: Window, size: Sizes, extra: Sizes) -> Sizes:
    """Return the size of a transposed convolution's result, from that of its input."""
    return tuple(
        (n - 1) * s - sum(pair) + d * (k - 1) + 1 + e
        for n, s, pair, d, k, e in zip(
            size, window.stride, window.padding, window.dilation, window.kernel, extra, strict=True
        )
    )


def convolution_window(
    name: str, kernel: Sizes, stride: PerAxis, padding: PerAxis | str, dilation: PerAxis
) -> Window:
    """Return the window of a convolution, of what users give for it."""
    n_axes = len(kernel)
    strides = per_axis(f"{name}: stride", stride, n_axes, least=1)
    dilations = per_axis(f"{name}: dilation", dilation, n_axes, least=1)
    pairs: tuple[tuple[int, int], ...]
    if padding == "same":
        if strides != (1,) * n_axes:
            raise ArgumentError(
                f"{name}: padding='same' keeps the size with a stride of 1 only, got stride "
                f"{stride}; give the padding in numbers"
            )
        spans = [d * (k - 1) for k, d in zip(kernel, dilations, strict=True)]
        pairs = tuple((span // 2, span - span // 2) for span in spans)
    elif padding == "valid":
        pairs = ((0, 0),) * n_axes
    elif isinstance(padding, str):
        raise ArgumentError(f"{name}: padding must be 'same', 'valid' or numbers, got {padding!r}")
    else:
        pairs = tuple((p, p) for p in per_axis(f"{name}: padding", padding, n_axes, least=0))
    return Window(tuple(kernel), strides, pairs, dilations)


@lru_cache(maxsize=1024, typed=True)
def _fitting_window(
    name: str,
    size: Sizes,
    kernel: Sizes,
    stride: PerAxis,
    padding: PerAxis | str,
    dilation: PerAxis,
) -> Window:
    window = convolution_window(name, kernel, stride, padding, dilation)
    check_room(name, window, size)
    return window


def _check_weight(name: str, n_axes: int, weight: Tensor, groups: int) -> None:
    if weight.ndim != n_axes + 2 or 0 in weight.shape:
        raise ShapeError(
            f"{name}: the weight must have {n_axes + 2} axes, output channels, input channels and "
            f"a kernel, none empty, got shape {tuple(weight.shape)}"
        )
    whole = isinstance(groups, int | np.integer) and groups > 0
    require(f"{name}: groups", groups, whole, "an integer, at least 1")
    if weight.shape[0] % groups:
        raise ArgumentError(
            f"{name}: groups must divide the channels, got {groups} groups for {weight.shape[0]} "
            f"channels of the weight, of shape {tuple(weight.shape)}"
        )


def _check_bias(name: str, bias: Tensor | None, channels: int) -> None:
    if bias is not None and tuple(bias.shape) != (channels,):
        raise ShapeError(
            f"{name}: the bias must have shape ({channels},), one number for each output channel, "
            f"got {tuple(bias.shape)}"
        )

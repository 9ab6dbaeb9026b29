"""Images as columns of neighbourhoods, and back."""
# ruff: noqa: A002 (PyTorch's argument names)

from math import prod
from typing import Any

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric, per_axis
from autograd_mini.nn.functional.convolutions import convolution_window
from autograd_mini.nn.functional.spaces import check_room
from autograd_mini.nn.primitives.unfolding import fold_columns, unfold_columns

PerAxis = int | tuple[int, ...]


def unfold(
    input: Any,
    kernel_size: PerAxis,
    dilation: PerAxis = 1,
    padding: PerAxis = 0,
    stride: PerAxis = 1,
) -> Any:
    """Return the elements under every place of a window as columns ("im2col").

    A convolution is then one matrix product: ``weight.reshape(O, -1) @ unfold(x, kernel_size)``.

    Shapes: input (N, C, H, W), result (N, C·kh·kw, H′·W′), places in rows as in ``conv2d``.

    Raises ShapeError for other axes or a window larger than the input, ArgumentError for numbers
    that cannot be.

    Source: K. Chellapilla, S. Puri, P. Simard 2006, "High performance convolutional neural networks
    for document processing", section 3.

    >>> import autograd_mini as ag
    >>> unfold(ag.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]), 2)
    tensor([[[1., 2.],
             [2., 3.],
             [4., 5.],
             [5., 6.]]])
    """
    x = as_numeric("unfold: the input", input)
    if x.ndim != 4:
        raise ShapeError(
            f"unfold expects (batch, channels, H, W), got input of shape {tuple(x.shape)}"
        )
    x = x if x.dtype.kind == "f" else x.astype(get_default_dtype())
    kernel = per_axis("unfold: kernel_size", kernel_size, 2, least=1)
    window = convolution_window("unfold", kernel, stride, padding, dilation)
    check_room("unfold", window, x.shape[2:])
    return unfold_columns(x, window=window)


def fold(
    input: Any,
    output_size: PerAxis,
    kernel_size: PerAxis,
    dilation: PerAxis = 1,
    padding: PerAxis = 0,
    stride: PerAxis = 1,
) -> Any:
    """Return images of ``output_size`` from columns of neighbourhoods; overlaps add up.

    It is the adjoint of ``unfold``, not its inverse: an element that lies under three places is the
    sum of three.

    Shapes: input (N, C·kh·kw, L), result (N, C, H, W) for ``output_size`` (H, W), with L the number
    of places that the window takes there.

    Raises ShapeError if the columns do not fit, ArgumentError for numbers that cannot be.

    >>> import autograd_mini as ag
    >>> fold(ag.ones(1, 4, 2), (2, 3), 2)
    tensor([[[[1., 2., 1.],
              [1., 2., 1.]]]])
    """
    x = as_numeric("fold: the input", input)
    x = x if x.dtype.kind == "f" else x.astype(get_default_dtype())
    kernel = per_axis("fold: kernel_size", kernel_size, 2, least=1)
    size = per_axis("fold: output_size", output_size, 2, least=1)
    window = convolution_window("fold", kernel, stride, padding, dilation)
    check_room("fold", window, size)
    places = prod(window.places(size))
    if x.ndim != 3 or x.shape[1] % prod(kernel) or x.shape[2] != places:
        raise ShapeError(
            f"fold expects (batch, channels·{prod(kernel)}, {places}) for a kernel of {kernel} and "
            f"images of {size}, got input of shape {tuple(x.shape)}"
        )
    return fold_columns(x, window=window, size=size)

"""Layers that slide a kernel over space."""

from collections.abc import Callable, Sequence
from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.nn import init
from autograd_mini.nn.applied import Applied
from autograd_mini.nn.arguments import per_axis, require
from autograd_mini.nn.functional.convolutions import convolution_window, transposed_size
from autograd_mini.nn.functional.padding import MODES
from autograd_mini.nn.functional.spaces import as_images
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter
from autograd_mini.nn.primitives.windows import Window

PerAxis = int | tuple[int, ...]
PADDING_MODES = ("zeros", *(mode for mode in MODES if mode != "constant"))


class _Convolution(Module):
    """What convolutions and their transposes have in common: a kernel, and how it moves."""

    n_axes: int
    _function: Callable[..., Any]
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: PerAxis,
        stride: PerAxis = 1,
        padding: PerAxis | str = 0,
        dilation: PerAxis = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        kind = type(self).__name__
        for name, n in [
            ("in_channels", in_channels),
            ("out_channels", out_channels),
            ("groups", groups),
        ]:
            whole = isinstance(n, int | np.integer) and not isinstance(n, bool) and n > 0
            require(f"{kind}: {name}", n, whole, "a positive integer")
        if in_channels % groups or out_channels % groups:
            raise ArgumentError(
                f"{kind}: groups must divide the channels, got {groups} groups for {in_channels} "
                f"channels in and {out_channels} out"
            )
        wanted = f"one of {', '.join(PADDING_MODES)}"
        require(f"{kind}: padding_mode", padding_mode, padding_mode in PADDING_MODES, wanted)
        self.in_channels = int(in_channels)
        self.out_channels = int(out_channels)
        self.kernel_size = per_axis(f"{kind}: kernel_size", kernel_size, self.n_axes, least=1)
        window = convolution_window(kind, self.kernel_size, stride, padding, dilation)
        self.stride = window.stride
        self.padding: PerAxis | str = (
            padding if isinstance(padding, str) else tuple(before for before, _ in window.padding)
        )
        self.dilation = window.dilation
        self.groups = int(groups)
        self.padding_mode = padding_mode
        dtype = dtype or get_default_dtype()
        self.weight = Parameter(np.empty((*self._channels(), *self.kernel_size), dtype))
        self.register_parameter("bias", Parameter(np.empty(out_channels, dtype)) if bias else None)
        self.reset_parameters(generator)

    def _channels(self) -> tuple[int, int]:
        return self.out_channels, self.in_channels // self.groups

    def _window(self) -> Window:
        movement = self.stride, self.padding, self.dilation
        return convolution_window(type(self).__name__, self.kernel_size, *movement)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw the initial weight and bias again."""
        init.kaiming_uniform_(self.weight, a=sqrt(5), generator=generator)
        if self.bias is not None:
            bound = 1 / sqrt(prod(self.weight.shape[1:]))
            init.uniform_(self.bias, -bound, bound, generator)

    def extra_repr(self) -> str:
        """Return PyTorch's: the sizes, and what differs from the defaults."""
        ones, zeros = (1,) * self.n_axes, (0,) * self.n_axes
        options = [
            ("padding", self.padding, zeros),
            ("dilation", self.dilation, ones),
            ("output_padding", getattr(self, "output_padding", zeros), zeros),
            ("groups", self.groups, 1),
            ("bias", self.bias is not None, True),
            ("padding_mode", self.padding_mode, "zeros"),
        ]
        return ", ".join(
            [
                f"{self.in_channels}, {self.out_channels}",
                f"kernel_size={self.kernel_size}",
                f"stride={self.stride}",
                *(f"{name}={value}" for name, value, default in options if value != default),
            ]
        )


class _Direct(_Convolution):
    """A convolution, whose padding may be 'same' and may repeat the input."""

    def forward(self, x: Any) -> Any:
        padding = self.padding
        if self.padding_mode != "zeros":
            x, padding = self._extended(x), 0
        rest = self.stride, padding, self.dilation, self.groups
        return self._function(x, self.weight, self.bias, *rest)

    def _extended(self, x: Any) -> Any:
        """Return ``x`` with the padding that is made of its own elements."""
        x = as_images(type(self).__name__, x, self.n_axes, self.in_channels, self.weight.dtype)
        widths = [n for pair in reversed(self._window().padding) for n in pair]
        return F.pad(x, widths, self.padding_mode)


class Conv1d(_Direct):
    """Slide a kernel along one axis: see ``Conv2d``.

    Shapes: x (N, in_channels, L), weight (out_channels, in_channels/groups, kernel_size), bias
    (out_channels,), y (N, out_channels, L′).

    >>> import autograd_mini as ag
    >>> Conv1d(2, 3, kernel_size=3, padding="same")(ag.zeros(5, 2, 10)).shape
    (5, 3, 10)
    """

    n_axes = 1
    _function = staticmethod(F.conv1d)


class Conv2d(_Direct):
    """Slide a kernel over images: every output is the same weighted sum of a neighbourhood.

    y[n, o, i, j] = b[o] + Σ w[o, c, k, l] · x[n, c, i·stride + k·dilation − padding, …].

    Shapes: x (N, in_channels, H, W), weight (out_channels, in_channels/groups, kh, kw), bias
    (out_channels,), y (N, out_channels, H′, W′) with
    H′ = ⌊(H + 2·padding − dilation·(kh − 1) − 1)/stride⌋ + 1.
    ``kernel_size``, ``stride``, ``padding``, ``dilation``: a number, or one for each axis.
    ``padding`` may be "valid" for none, or "same" to keep the size with a stride of 1.
    ``padding_mode``: what lies beyond the edges: "zeros", or elements of the input: "reflect",
    "replicate", "circular". ``groups``: the channels in as many parts, each with its own outputs;
    with groups=in_channels every channel is convolved by itself.
    Weight and bias start from U(−1/√n, 1/√n), n = in_channels/groups·kh·kw, as PyTorch's do;
    ``generator`` draws them, by default ``ag.default_generator()``.

    PyTorch also takes one example (C, H, W). Here it needs its batch axis, x[None]: so a batch
    (N, H, W) that lacks its channel axis is not mistaken for an example of N channels.

    Raises ShapeError for other axes or channels of x, or if the kernel does not fit into it;
    ArgumentError for numbers that cannot be.

    Source: Y. LeCun et al. 1989, "Backpropagation applied to handwritten zip code recognition".

    >>> import autograd_mini as ag
    >>> layer = Conv2d(3, 8, kernel_size=5, stride=2)
    >>> layer(ag.zeros(16, 3, 32, 32)).shape
    (16, 8, 14, 14)
    >>> layer
    Conv2d(3, 8, kernel_size=(5, 5), stride=(2, 2))
    """

    n_axes = 2
    _function = staticmethod(F.conv2d)


class _Transposed(_Convolution):
    """A transposed convolution, which enlarges."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: PerAxis,
        stride: PerAxis = 1,
        padding: PerAxis = 0,
        output_padding: PerAxis = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: PerAxis = 1,
        padding_mode: str = "zeros",
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        kind = type(self).__name__
        if padding_mode != "zeros":
            raise ArgumentError(f"{kind}: padding_mode must be 'zeros', got {padding_mode!r}")
        per_axis(f"{kind}: padding", padding, self.n_axes, least=0)
        extra = per_axis(f"{kind}: output_padding", output_padding, self.n_axes, least=0)
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            dtype=dtype,
            generator=generator,
        )
        self.output_padding = extra

    def _channels(self) -> tuple[int, int]:
        return self.in_channels, self.out_channels // self.groups

    def forward(self, x: Any, output_size: Sequence[int] | None = None) -> Any:
        """Return the enlarged x; ``output_size``, (H′, W′), chooses ``output_padding``."""
        extra = self.output_padding if output_size is None else self._extra(x, output_size)
        rest = self.stride, self.padding, extra, self.groups, self.dilation
        return self._function(x, self.weight, self.bias, *rest)

    def _extra(self, x: Any, output_size: Sequence[int]) -> tuple[int, ...]:
        """Return the output padding that leads to ``output_size``."""
        kind = type(self).__name__
        x = as_images(kind, x, self.n_axes, self.in_channels, self.weight.dtype)
        wanted = tuple(output_size)[-self.n_axes :]
        least = transposed_size(self._window(), x.shape[2:], (0,) * self.n_axes)
        most = tuple(n + s - 1 for n, s in zip(least, self.stride, strict=True))
        if len(wanted) != self.n_axes or not all(
            a <= n <= z for a, n, z in zip(least, wanted, most, strict=True)
        ):
            raise ShapeError(
                f"{kind}: output_size must be from {least} to {most} for input of shape "
                f"{tuple(x.shape)}, got {output_size}"
            )
        return tuple(n - a for n, a in zip(wanted, least, strict=True))


class ConvTranspose1d(_Transposed):
    """Paint a kernel along one axis: see ``ConvTranspose2d``.

    Shapes: x (N, in_channels, L), weight (in_channels, out_channels/groups, kernel_size), bias
    (out_channels,), y (N, out_channels, L′).

    >>> import autograd_mini as ag
    >>> ConvTranspose1d(3, 2, kernel_size=2, stride=2)(ag.zeros(5, 3, 10)).shape
    (5, 2, 20)
    """

    n_axes = 1
    _function = staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_Transposed):
    """Enlarge images: every element paints the kernel, times itself, and overlaps add up.

    As a linear map it is the transpose of the ``Conv2d`` with the same numbers, which explains
    them: ``padding`` is cut off, ``stride`` spreads. (It is not the inverse, although it has been
    called deconvolution.)

    Shapes: x (N, in_channels, H, W), weight (in_channels, out_channels/groups, kh, kw), bias
    (out_channels,), y (N, out_channels, H′, W′) with
    H′ = (H − 1)·stride − 2·padding + dilation·(kh − 1) + 1 + output_padding.
    ``output_padding``, smaller than ``stride``, lengthens the far end, because ``stride`` sizes of
    an image are convolved to the same one; or give ``output_size=(H′, W′)`` in the call.
    ``groups``, ``dilation``, initial values and errors: as for ``Conv2d``.

    Source: V. Dumoulin, F. Visin 2016, "A guide to convolution arithmetic for deep learning",
    chapter 4.

    >>> import autograd_mini as ag
    >>> layer = ConvTranspose2d(8, 3, kernel_size=4, stride=2, padding=1)
    >>> layer(ag.zeros(16, 8, 14, 14)).shape
    (16, 3, 28, 28)
    """

    n_axes = 2
    _function = staticmethod(F.conv_transpose2d)


class Unfold(Applied, function=F.unfold):
    """The elements under every place of a window as columns: a convolution is then a product.

    Shapes: x (N, C, H, W), y (N, C·kh·kw, H′·W′), see ``functional.unfold``.

    >>> import autograd_mini as ag
    >>> Unfold(kernel_size=3)(ag.zeros(8, 2, 5, 6)).shape
    (8, 18, 12)
    """

    def __init__(
        self,
        kernel_size: PerAxis,
        dilation: PerAxis = 1,
        padding: PerAxis = 0,
        stride: PerAxis = 1,
    ) -> None:
        super().__init__(kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)


class Fold(Applied, function=F.fold):
    """Images from columns of neighbourhoods, whose overlaps add up: the adjoint of ``Unfold``.

    Shapes: x (N, C·kh·kw, L), y (N, C, H, W) for ``output_size`` (H, W), see ``functional.fold``.

    >>> import autograd_mini as ag
    >>> Fold(output_size=(5, 6), kernel_size=3)(ag.zeros(8, 18, 12)).shape
    (8, 2, 5, 6)
    """

    def __init__(
        self,
        output_size: PerAxis,
        kernel_size: PerAxis,
        dilation: PerAxis = 1,
        padding: PerAxis = 0,
        stride: PerAxis = 1,
    ) -> None:
        super().__init__(
            output_size=output_size,
            kernel_size=kernel_size,
            dilation=dilation,
            padding=padding,
            stride=stride,
        )

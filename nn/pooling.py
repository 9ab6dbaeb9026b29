"""Layers that make images smaller: the largest or the mean element under a window."""

from typing import Any

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.nn.applied import Applied
from autograd_mini.nn.arguments import per_axis
from autograd_mini.nn.functional.pools import refuse_indices

PerAxis = int | tuple[int, ...]


class _Pool(Applied):
    """Base of layers with a window."""

    n_axes: int

    def __init__(
        self, kernel_size: PerAxis, stride: PerAxis | None, padding: PerAxis, **options: Any
    ) -> None:
        kind = type(self).__name__
        stride = kernel_size if stride is None else stride
        per_axis(f"{kind}: kernel_size", kernel_size, self.n_axes, least=1)
        per_axis(f"{kind}: stride", stride, self.n_axes, least=1)
        per_axis(f"{kind}: padding", padding, self.n_axes, least=0)
        super().__init__(kernel_size=kernel_size, stride=stride, padding=padding, **options)


class _MaxPool(_Pool):
    def __init__(
        self,
        kernel_size: PerAxis,
        stride: PerAxis | None = None,
        padding: PerAxis = 0,
        dilation: PerAxis = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        refuse_indices(type(self).__name__, return_indices)
        per_axis(f"{type(self).__name__}: dilation", dilation, self.n_axes, least=1)
        super().__init__(kernel_size, stride, padding, dilation=dilation, ceil_mode=ceil_mode)


class MaxPool1d(_MaxPool, function=F.max_pool1d):
    """The largest element under a window that moves along one axis: see ``MaxPool2d``.

    Shapes: x (N, C, L) or (C, L), y (…, L′).

    >>> MaxPool1d(2)([[[1.0, 3.0, 2.0, 0.0]]])
    tensor([[[3., 2.]]])
    """

    n_axes = 1


class MaxPool2d(_MaxPool, function=F.max_pool2d):
    """The largest element under a window at each of its places.

    The gradient goes to the first of equal largest elements, row by row, as in PyTorch.

    Shapes: x (N, C, H, W) or (C, H, W), y (…, H′, W′) with
    H′ = ⌊(H + 2·padding − dilation·(kernel_size − 1) − 1)/stride⌋ + 1, or rounded up with
    ``ceil_mode``. ``stride`` is by default ``kernel_size``; ``padding`` is at most half of it.

    Raises ShapeError for other axes or a window larger than x, ArgumentError for numbers that
    cannot be, UnsupportedError for ``return_indices``.

    >>> import autograd_mini as ag
    >>> MaxPool2d(2)(ag.tensor([[[[1.0, 2.0], [4.0, 3.0]]]]))
    tensor([[[[4.]]]])
    """

    n_axes = 2


class AvgPool1d(_Pool, function=F.avg_pool1d):
    """The mean of the elements under a window that moves along one axis: see ``AvgPool2d``.

    Shapes: x (N, C, L) or (C, L), y (…, L′).

    >>> AvgPool1d(2)([[[1.0, 3.0, 2.0, 0.0]]])
    tensor([[[2., 1.]]])
    """

    n_axes = 1

    def __init__(
        self,
        kernel_size: PerAxis,
        stride: PerAxis | None = None,
        padding: PerAxis = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        options = {"ceil_mode": ceil_mode, "count_include_pad": count_include_pad}
        super().__init__(kernel_size, stride, padding, **options)


class AvgPool2d(_Pool, function=F.avg_pool2d):
    """The mean of the elements under a window at each of its places.

    Shapes, ``stride``, ``padding`` and ``ceil_mode``: as for ``MaxPool2d``, without dilation.
    ``count_include_pad``: the zeros of the padding count as elements. ``divisor_override``: divide
    the sums by this number.

    Raises ShapeError for other axes or a window larger than x, ArgumentError for numbers that
    cannot be.

    >>> import autograd_mini as ag
    >>> AvgPool2d(2)(ag.tensor([[[[1.0, 2.0], [4.0, 3.0]]]]))
    tensor([[[[2.5]]]])
    """

    n_axes = 2

    def __init__(
        self,
        kernel_size: PerAxis,
        stride: PerAxis | None = None,
        padding: PerAxis = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        options = {
            "ceil_mode": ceil_mode,
            "count_include_pad": count_include_pad,
            "divisor_override": divisor_override,
        }
        super().__init__(kernel_size, stride, padding, **options)


class _AdaptivePool(Applied):
    def __init__(self, output_size: int | tuple[int | None, ...] | None) -> None:
        super().__init__(output_size=output_size)


class AdaptiveAvgPool1d(_AdaptivePool, function=F.adaptive_avg_pool1d):
    """The means of the cells of a grid along one axis: see ``AdaptiveAvgPool2d``.

    Shapes: x (N, C, L) or (C, L), y (…, output_size).

    >>> AdaptiveAvgPool1d(2)([[[1.0, 3.0, 2.0]]])
    tensor([[[2. , 2.5]]])
    """


class AdaptiveAvgPool2d(_AdaptivePool, function=F.adaptive_avg_pool2d):
    """The means of the cells of a grid of ``output_size`` over x, whatever the size of x.

    With output_size 1 it is the mean over all of each channel, where many networks go over from
    images to features (M. Lin, Q. Chen, S. Yan 2013, "Network in network", section 3.2).

    Shapes: x (N, C, H, W) or (C, H, W), y (…, H′, W′) for ``output_size`` H′, or (H′, W′); None
    keeps the axis. Cell i of m along n elements is the mean of ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉ − 1.

    Raises ShapeError for other axes, ArgumentError for sizes that cannot be.

    >>> import autograd_mini as ag
    >>> AdaptiveAvgPool2d(1)(ag.tensor([[[[1.0, 2.0], [4.0, 3.0]]]]))
    tensor([[[[2.5]]]])
    """

"""Layers that normalize: batch, instance, group, layer and RMS normalization."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric, is_number, require
from autograd_mini.nn.functional.normalizations import (
    check_eps,
    check_groups,
    check_last_axes,
    check_several_in_batch,
    check_several_in_instance,
    trailing_shape,
)
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter
from autograd_mini.tensors import Tensor


class _Normalization(Module):
    """What all have: ``eps``, and the parameters weight and bias where they are wanted."""

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self, shape: tuple[int, ...], affine: bool, bias: bool, dtype: DTypeLike | None
    ) -> None:
        super().__init__()
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            made = Parameter(np.empty(shape, dtype or get_default_dtype())) if wanted else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to ones and the bias to zeros again."""
        for parameter, value in ((self.weight, 1), (self.bias, 0)):
            if parameter is not None:
                parameter.data[...] = value


# ── by channels, with running statistics ──────────────────────────────────────────────────────────


class _RunningNormalization(_Normalization):
    """Normalization of each channel that may remember the statistics of its batches."""

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None
    momentum: float | None
    _shapes: ClassVar[dict[int, str]]
    """What an input may be, by its number of axes; the channels are called C."""

    def __init__(
        self,
        num_features: int,
        eps: float,
        affine: bool,
        track_running_stats: bool,
        bias: bool,
        dtype: DTypeLike | None,
    ) -> None:
        name = type(self).__name__
        whole = isinstance(num_features, int | np.integer) and num_features > 0
        require(f"{name}: num_features", num_features, whole, "a positive integer")
        check_eps(name, eps)
        super().__init__((num_features,), affine, bias, dtype)
        self.num_features = num_features
        self.eps = eps
        self.affine = affine
        self.track_running_stats = track_running_stats
        dtype = dtype or get_default_dtype()
        for buffer, start in (
            ("running_mean", np.zeros(num_features, dtype)),
            ("running_var", np.ones(num_features, dtype)),
            ("num_batches_tracked", 0),
        ):
            self.register_buffer(buffer, Tensor(start) if track_running_stats else None)

    def reset_running_stats(self) -> None:
        """Forget the batches seen: mean 0, variance 1."""
        starts = (self.running_mean, 0), (self.running_var, 1), (self.num_batches_tracked, 0)
        for buffer, start in starts:
            if buffer is not None:
                buffer.data[...] = start

    def _checked(self, x: Any) -> Any:
        """Return x, numbers in lists as a Tensor; raise ShapeError for another shape."""
        name = type(self).__name__
        x = as_numeric(f"{name}: the input", x)
        form = self._shapes.get(x.ndim)
        if form is None or x.shape[form.split(", ").index("C")] != self.num_features:
            forms = " or ".join(f"({form})" for form in self._shapes.values())
            raise ShapeError(
                f"{name} expects input of shape {forms} with C = {self.num_features}, got "
                f"{tuple(x.shape)}"
            )
        return x

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_RunningNormalization):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        bias: bool = True,
        dtype: DTypeLike | None = None,
    ) -> None:
        good = momentum is None or (is_number(momentum) and 0 <= momentum <= 1)
        wanted = "a number from 0 to 1, or None"
        require(f"{type(self).__name__}: momentum", momentum, good, wanted)
        super().__init__(num_features, eps, affine, track_running_stats, bias, dtype)
        self.momentum = momentum

    def forward(self, x: Any) -> Any:
        x = self._checked(x)
        by_batch = self.training or self.running_mean is None
        if by_batch:
            check_several_in_batch(type(self).__name__, x, "call eval()")
        count = self.num_batches_tracked if self.training else None
        momentum = self.momentum
        if momentum is None:
            momentum = 1.0 if count is None else 1 / (1 + int(count))
        parts = self.running_mean, self.running_var, self.weight, self.bias
        out = F.batch_norm(x, *parts, by_batch, momentum, self.eps)
        if count is not None:
            count.data[...] += 1
        return out


class BatchNorm1d(_BatchNorm):
    """y = weight·(x − mean)/√(var + eps) + bias, mean and var of each feature over the batch.

    In training the statistics are the batch's own, and running averages of them are kept:
    r ← (1 − momentum)·r + momentum·batch's, with the unbiased variance; with ``momentum=None``
    the plain average of all batches. After ``eval()`` the running ones take their place; without
    ``track_running_stats`` the batch's are always used. A bias in the layer before has no effect.

    Shapes: x (N, C) or (N, C, L), weight and bias (C,). Without ``affine`` there is neither, with
    ``bias=False`` no bias.

    Raises ShapeError for other shapes and for one value per channel in training, ArgumentError for
    arguments out of range.

    Source: S. Ioffe & C. Szegedy 2015, "Batch normalization: accelerating deep network training by
    reducing internal covariate shift", algorithms 1 and 2.

    >>> from autograd_mini import nn
    >>> norm = nn.BatchNorm1d(1, eps=0)
    >>> norm([[1.0], [3.0]]).detach()
    tensor([[-1.],
            [ 1.]])
    >>> norm.running_mean, norm.running_var
    (tensor([0.2]), tensor([1.1]))
    """

    _shapes: ClassVar = {2: "N, C", 3: "N, C, L"}


class BatchNorm2d(_BatchNorm):
    """Batch normalization of images (N, C, H, W), each channel over batch and space.

    All else is as in ``BatchNorm1d``.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.BatchNorm2d(3)(ag.zeros(4, 3, 8, 8)).shape
    (4, 3, 8, 8)
    """

    _shapes: ClassVar = {4: "N, C, H, W"}


class BatchNorm3d(_BatchNorm):
    """Batch normalization of volumes (N, C, D, H, W), each channel over batch and space.

    All else is as in ``BatchNorm1d``.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.BatchNorm3d(3)(ag.zeros(2, 3, 4, 4, 4)).shape
    (2, 3, 4, 4, 4)
    """

    _shapes: ClassVar = {5: "N, C, D, H, W"}


class _InstanceNorm(_RunningNormalization):
    momentum: float

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        bias: bool = True,
        dtype: DTypeLike | None = None,
    ) -> None:
        good = is_number(momentum) and 0 <= momentum <= 1
        require(f"{type(self).__name__}: momentum", momentum, good, "a number from 0 to 1")
        super().__init__(num_features, eps, affine, track_running_stats, bias, dtype)
        self.momentum = momentum

    def forward(self, x: Any) -> Any:
        x = self._checked(x)
        alone = not self._shapes[x.ndim].startswith("N")
        if alone:
            x = x[None]
        by_instance = self.training or self.running_mean is None
        if by_instance:
            check_several_in_instance(type(self).__name__, x)
        parts = self.running_mean, self.running_var, self.weight, self.bias
        out = F.instance_norm(x, *parts, by_instance, self.momentum, self.eps)
        return out[0] if alone else out


class InstanceNorm1d(_InstanceNorm):
    """y = weight·(x − mean)/√(var + eps) + bias, for each channel of each example over its length.

    Weight and bias exist with ``affine``. With ``track_running_stats`` averages of the statistics
    are kept as ``BatchNorm1d`` does, and take their place after ``eval()``.

    Shapes: x (N, C, L) or (C, L). Errors as of ``BatchNorm1d``.

    Source: D. Ulyanov, A. Vedaldi & V. Lempitsky 2016, "Instance normalization: the missing
    ingredient for fast stylization", section 2.

    >>> from autograd_mini import nn
    >>> nn.InstanceNorm1d(2, eps=0)([[[1.0, 3.0], [0.0, 20.0]]])
    tensor([[[-1.,  1.],
             [-1.,  1.]]])
    """

    _shapes: ClassVar = {3: "N, C, L", 2: "C, L"}


class InstanceNorm2d(_InstanceNorm):
    """Instance normalization of images (N, C, H, W) or (C, H, W), as ``InstanceNorm1d``.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.InstanceNorm2d(3)(ag.zeros(4, 3, 8, 8)).shape
    (4, 3, 8, 8)
    """

    _shapes: ClassVar = {4: "N, C, H, W", 3: "C, H, W"}


# ── within each example ───────────────────────────────────────────────────────────────────────────


class GroupNorm(_Normalization):
    """y = weight·(x − mean)/√(var + eps) + bias, for each group of channels of each example.

    Shapes: x (N, C, …) with C = ``num_channels``, a multiple of ``num_groups``; weight and bias
    (C,). One group is layer normalization with weights by channel, C groups are instance
    normalization.

    Raises ArgumentError for channels that do not fall into equal groups, ShapeError for other
    inputs.

    Source: Y. Wu & K. He 2018, "Group normalization", equations 1, 2 and 7.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.GroupNorm(2, 6)(ag.zeros(4, 6, 8, 8)).shape
    (4, 6, 8, 8)
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        bias: bool = True,
        dtype: DTypeLike | None = None,
    ) -> None:
        whole = isinstance(num_channels, int | np.integer) and num_channels > 0
        require("GroupNorm: num_channels", num_channels, whole, "a positive integer")
        check_groups("GroupNorm", num_groups, num_channels)
        check_eps("GroupNorm", eps)
        super().__init__((num_channels,), affine, bias, dtype)
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine

    def forward(self, x: Any) -> Any:
        x = as_numeric("GroupNorm: the input", x)
        if x.ndim < 2 or x.shape[1] != self.num_channels:
            raise ShapeError(
                f"GroupNorm expects input of shape (N, C, …) with C = {self.num_channels}, got "
                f"{tuple(x.shape)}"
            )
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LayerNorm(_Normalization):
    """y = weight·(x − mean)/√(var + eps) + bias, mean and var over the last axes of each example.

    Shapes: x (…, *normalized_shape), weight and bias ``normalized_shape``; an integer means one
    axis. Without ``elementwise_affine`` there is neither, with ``bias=False`` no bias.

    Raises ShapeError for other last axes.

    Source: J. L. Ba, J. R. Kiros & G. E. Hinton 2016, "Layer normalization", equation 3.

    >>> from autograd_mini import nn
    >>> nn.LayerNorm(2, eps=0)([[1.0, 3.0], [0.0, 20.0]]).detach()
    tensor([[-1.,  1.],
            [-1.,  1.]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: DTypeLike | None = None,
    ) -> None:
        check_eps("LayerNorm", eps)
        shape = trailing_shape("LayerNorm", normalized_shape)
        super().__init__(shape, elementwise_affine, bias, dtype)
        self.normalized_shape = shape
        self.eps = eps
        self.elementwise_affine = elementwise_affine

    def forward(self, x: Any) -> Any:
        x = as_numeric("LayerNorm: the input", x)
        check_last_axes("LayerNorm", x, self.normalized_shape)
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class RMSNorm(_Normalization):
    """y = weight·x/√(mean(x²) + eps), the mean over the last axes: layer normalization's scaling.

    Shapes: x (…, *normalized_shape), weight ``normalized_shape``. ``eps``: by default the machine
    epsilon of x.

    Raises ShapeError for other last axes.

    Source: B. Zhang & R. Sennrich 2019, "Root mean square layer normalization", equation 4.

    >>> from autograd_mini import nn
    >>> nn.RMSNorm(2, eps=0)([[1.0, 1.0], [0.0, 0.0001]]).shape
    (2, 2)
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: DTypeLike | None = None,
    ) -> None:
        if eps is not None:
            check_eps("RMSNorm", eps)
        shape = trailing_shape("RMSNorm", normalized_shape)
        super().__init__(shape, elementwise_affine, bias=False, dtype=dtype)
        self.normalized_shape = shape
        self.eps = eps
        self.elementwise_affine = elementwise_affine

    def forward(self, x: Any) -> Any:
        x = as_numeric("RMSNorm: the input", x)
        check_last_axes("RMSNorm", x, self.normalized_shape)
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )

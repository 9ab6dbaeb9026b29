"""Normalization: bring activations to mean 0 and variance 1, then scale and shift them."""
# ruff: noqa: A002 (PyTorch's argument names)

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ArgumentError, DTypeError, ShapeError
from autograd_mini.fusion import Fused
from autograd_mini.methods import plain
from autograd_mini.nn.arguments import as_numeric, is_number, require
from autograd_mini.nn.primitives import normalization
from autograd_mini.nn.primitives.cells import Cells
from autograd_mini.tensors import Tensor


def layer_norm(
    input: Any,
    normalized_shape: int | Sequence[int],
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
) -> Any:
    """Return weight·(x − mean)/√(var + eps) + bias, mean and var over the last axes of each x.

    Shapes: ``input`` (…, *normalized_shape); ``weight``, ``bias``: ``normalized_shape``, an integer
    for one axis.

    Raises ShapeError if the last axes are others, DTypeError for integers.

    Source: J. L. Ba, J. R. Kiros & G. E. Hinton 2016, "Layer normalization", equation 3.

    >>> layer_norm(ag.tensor([1.0, 3.0]), 2, eps=0.0)
    tensor([-1.,  1.])
    """
    check_eps("layer_norm", eps)
    shape = trailing_shape("layer_norm", normalized_shape)
    x = _floats("layer_norm", input, weight, bias)
    check_last_axes("layer_norm", x, shape)
    _check_parameters("layer_norm", shape, weight=weight, bias=bias)
    return normalization.layer_norm(x, weight, bias, n_axes=len(shape), eps=float(eps))


def rms_norm(
    input: Any,
    normalized_shape: int | Sequence[int],
    weight: Any = None,
    eps: float | None = None,
) -> Any:
    """Return weight·x/√(mean(x²) + eps), the mean over the last axes.

    ``eps``: by default the machine epsilon of x. Shapes and errors as of ``layer_norm``.

    Source: B. Zhang & R. Sennrich 2019, "Root mean square layer normalization", equation 4.

    >>> rms_norm(ag.tensor([3.0, 4.0]), 2, eps=0.0) * np.sqrt(12.5)
    tensor([3., 4.])
    """
    shape = trailing_shape("rms_norm", normalized_shape)
    x = _floats("rms_norm", input, weight)
    check_last_axes("rms_norm", x, shape)
    _check_parameters("rms_norm", shape, weight=weight)
    if eps is None:
        eps = float(np.finfo(x.dtype).eps)
    check_eps("rms_norm", eps)
    axes = tuple(range(-len(shape), 0))
    normal = x / ag.sqrt(ag.mean(ag.square(x), axis=axes, keepdims=True) + eps)
    return normal if weight is None else normal * weight


def group_norm(
    input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """Return weight·(x − mean)/√(var + eps) + bias, mean and var of each example and group.

    Shapes: ``input`` (N, C, …), whose C channels fall into ``num_groups`` of equal size; ``weight``
    and ``bias`` (C,).

    Raises ArgumentError if C cannot be divided so, ShapeError for one value in a group or fewer
    than two axes, DTypeError for integers.

    Source: Y. Wu & K. He 2018, "Group normalization", equations 1, 2 and 7.

    >>> group_norm(ag.tensor([[1.0, 3.0, 0.0, 20.0]]), 2, eps=0.0)
    tensor([[-1.,  1., -1.,  1.]])
    """
    check_eps("group_norm", eps)
    x = _floats("group_norm", input, weight, bias)
    check_channel_axis("group_norm", x)
    check_groups("group_norm", num_groups, x.shape[1])
    if x.shape[0] * x.shape[1] // num_groups * prod(x.shape[2:]) == 1:
        raise ShapeError(
            f"group_norm needs more than one value in a group, got input of shape {x.shape} for "
            f"{num_groups} groups; take fewer groups"
        )
    _check_parameters("group_norm", x.shape[1:2], weight=weight, bias=bias)
    return normalization.group_norm(x, weight, bias, groups=num_groups, eps=float(eps))


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Return weight·(x − mean)/√(var + eps) + bias, mean and var of each channel.

    In training these are the batch's own, var being the mean of squares; and ``running_mean`` and
    ``running_var``, if given, are updated in place: r ← (1 − momentum)·r + momentum·batch's, with
    the unbiased variance. Outside training the running ones take the place of the batch's.

    Shapes: ``input`` (N, C) or (N, C, …); all else (C,). A memory order with the batch innermost,
    as convolutions leave it, is kept.

    Raises ShapeError for one value per channel in training and for other shapes, ArgumentError
    without running statistics outside training, DTypeError for integers.

    Source: S. Ioffe & C. Szegedy 2015, "Batch normalization", algorithms 1 and 2.

    >>> batch_norm(ag.tensor([[1.0], [3.0]]), None, None, training=True, eps=0.0)
    tensor([[-1.],
            [ 1.]])
    """
    check_eps("batch_norm", eps)
    x = _floats("batch_norm", input, weight, bias)
    check_channel_axis("batch_norm", x)
    _check_parameters(
        "batch_norm",
        x.shape[1:2],
        running_mean=running_mean,
        running_var=running_var,
        weight=weight,
        bias=bias,
    )
    if not training:
        if running_mean is None or running_var is None:
            raise ArgumentError(
                "batch_norm: outside training it needs running_mean and running_var; give both, or "
                "training=True"
            )
        return _by_running_statistics(x, running_mean, running_var, weight, bias, eps)
    check_several_in_batch("batch_norm", x, "training=False")
    out = normalization.batch_norm(x, weight, bias, eps=float(eps))
    _update(normalization.batch_norm, out, x, running_mean, running_var, momentum, eps=float(eps))
    return out


def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Return weight·(x − mean)/√(var + eps) + bias, mean and var of each example and channel.

    ``running_mean`` and ``running_var`` are updated as by ``batch_norm``, with the average of the
    examples' statistics; without ``use_input_stats`` they take their place.

    Shapes: ``input`` (N, C, …), all else (C,). Errors as of ``batch_norm``.

    Source: D. Ulyanov, A. Vedaldi & V. Lempitsky 2016, "Instance normalization", section 2.

    >>> instance_norm(ag.tensor([[[1.0, 3.0], [0.0, 20.0]]]), eps=0.0)
    tensor([[[-1.,  1.],
             [-1.,  1.]]])
    """
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, eps=eps)
    check_eps("instance_norm", eps)
    x = _floats("instance_norm", input, weight, bias)
    check_channel_axis("instance_norm", x)
    _check_parameters(
        "instance_norm",
        x.shape[1:2],
        running_mean=running_mean,
        running_var=running_var,
        weight=weight,
        bias=bias,
    )
    check_several_in_instance("instance_norm", x)
    metadata = {"groups": x.shape[1], "eps": float(eps)}
    out = normalization.group_norm(x, weight, bias, **metadata)
    _update(normalization.group_norm, out, x, running_mean, running_var, momentum, **metadata)
    return out


def _by_running_statistics(
    x: Any, running_mean: Any, running_var: Any, weight: Any, bias: Any, eps: float
) -> Any:
    """Return z with statistics that are constants: one scale and one shift for each channel."""
    mean, variance = (
        np.asarray(plain(running), dtype=x.dtype) for running in (running_mean, running_var)
    )
    scale = 1 / np.sqrt(variance + eps)
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    shape = (-1,) + (1,) * (x.ndim - 2)
    return x * ag.reshape(scale, shape) + ag.reshape(shift, shape)


def _update(
    primitive: Fused,
    out: Any,
    x: Any,
    running_mean: Any,
    running_var: Any,
    momentum: float,
    **metadata: Any,
) -> None:
    """Blend the statistics that ``primitive`` has found for ``out`` into the running ones."""
    if running_mean is None and running_var is None:
        return
    recorded = isinstance(out, Tensor) and out.requires_grad
    array = plain(x)
    mean, variance = (
        out.row.saved if recorded else primitive.forward(array, None, None, **metadata)[1]
    )
    cells = Cells.of(array, metadata.get("groups"))
    n = array.size // mean.size
    for running, new in ((running_mean, mean), (running_var, variance * (n / (n - 1)))):
        if running is not None:
            values = running.data if isinstance(running, Tensor) else running
            values *= 1 - momentum
            values += momentum * cells.average(new, "N").reshape(-1)


def check_channel_axis(name: str, x: Any) -> None:
    """Raise ShapeError unless x has a batch axis and a channel axis."""
    if x.ndim < 2:
        raise ShapeError(f"{name} expects input of shape (N, C, …), got {x.shape}")


def check_eps(name: str, eps: Any) -> None:
    """Raise ArgumentError unless ``eps`` is a number, at least 0."""
    require(f"{name}: eps", eps, is_number(eps) and eps >= 0, "a finite number, at least 0")


def check_groups(name: str, num_groups: Any, n_channels: int) -> None:
    """Raise ArgumentError unless the channels fall into ``num_groups`` of equal size."""
    whole = isinstance(num_groups, int | np.integer) and num_groups > 0
    if not whole or n_channels % num_groups:
        raise ArgumentError(
            f"{name}: {n_channels} channels do not fall into {num_groups!r} groups of equal size"
        )


def check_last_axes(name: str, x: Any, shape: tuple[int, ...]) -> None:
    """Raise ShapeError unless the last axes of x are ``shape``."""
    if tuple(x.shape[-len(shape) :]) != shape:
        wanted = ", ".join(map(str, shape))
        raise ShapeError(f"{name} expects input of shape (…, {wanted}), got {tuple(x.shape)}")


def check_several_in_batch(name: str, x: Any, instead: str) -> None:
    """Raise ShapeError unless the batch has several values of each channel."""
    if x.size <= x.shape[1]:
        raise ShapeError(
            f"{name} needs more than one value per channel in training, got input of shape "
            f"{tuple(x.shape)}; take a larger batch, or {instead}"
        )


def check_several_in_instance(name: str, x: Any) -> None:
    """Raise ShapeError unless each channel of an example has several values."""
    if prod(x.shape[2:]) <= 1:
        raise ShapeError(
            f"{name} needs more than one value per channel and example, got input of shape "
            f"{tuple(x.shape)}"
        )


def trailing_shape(name: str, normalized_shape: Any) -> tuple[int, ...]:
    """Return ``normalized_shape``, an integer or several, as a tuple.

    Raises ArgumentError for anything else.
    """
    several = isinstance(normalized_shape, Sequence) and not isinstance(normalized_shape, str)
    shape = tuple(normalized_shape) if several else (normalized_shape,)
    whole = bool(shape) and all(isinstance(n, int | np.integer) and n > 0 for n in shape)
    wanted = "a positive integer or several"
    require(f"{name}: normalized_shape", normalized_shape, whole, wanted)
    return tuple(map(int, shape))


def _floats(name: str, input: Any, *parameters: Any) -> Any:
    """Return the input as floats, as wide as those of the parameters."""
    x = as_numeric(f"{name}: the input", input)
    if x.dtype.kind != "f":
        raise DTypeError(f"{name}: the input must be floats, got {x.dtype}; write x.astype(float)")
    wide = np.result_type(*(p.dtype for p in (x, *parameters) if hasattr(p, "dtype")))
    return x if x.dtype == wide else x.astype(wide)


def _check_parameters(name: str, shape: tuple[int, ...], **parameters: Any) -> None:
    for argument, values in parameters.items():
        if values is not None and tuple(np.shape(values)) != tuple(shape):
            raise ShapeError(
                f"{name}: {argument} must have shape {tuple(shape)}, got {tuple(np.shape(values))}"
            )

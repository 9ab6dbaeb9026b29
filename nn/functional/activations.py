"""Activation functions, elementwise and over an axis.

Kinks: each docstring says which slope is taken where there are two; they are PyTorch's choices.

``inplace`` is PyTorch's argument for overwriting the input to save memory. Here values are never
overwritten, because the tape has saved them: it is accepted, so that ``nn.ReLU(inplace=True)`` of
a familiar script runs, and the result, a new tensor, is the same with it and without it.
"""
# ruff: noqa: A002 (PyTorch's argument names)

from typing import Any

from numpy.typing import DTypeLike

import autograd_mini as ag
from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric, is_number, require, warn_caller
from autograd_mini.tensors import Tensor


def relu(input: Any, inplace: bool = False) -> Any:
    """Return max(x, 0), elementwise. The slope at 0 is 0.

    >>> relu(ag.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return ag.relu(input)


def relu6(input: Any, inplace: bool = False) -> Any:
    """Return min(max(x, 0), 6), elementwise. The slope at 0 and at 6 is 0.

    >>> relu6(ag.tensor([-1.0, 2.0, 7.0]))
    tensor([0., 2., 6.])
    """
    return ag.hardtanh(input, min_val=0.0, max_val=6.0)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """Return x where x > 0, else negative_slope·x. The slope at 0 is ``negative_slope``.

    >>> leaky_relu(ag.tensor([-1.0, 2.0]), 0.1)
    tensor([-0.1,  2. ])
    """
    return ag.leaky_relu(input, negative_slope=negative_slope)


def prelu(input: Any, weight: Any) -> Any:
    """Return x where x > 0, else w·x, with a learnt w. The slope in x at 0 is w.

    Shapes: ``input`` (N, C, …); ``weight`` (1,), or (C,) with a slope for each channel.

    Raises ShapeError for another number of slopes.

    >>> prelu(ag.tensor([[-1.0, -1.0]]), ag.tensor([0.25, 0.5]))
    tensor([[-0.25, -0.5 ]])
    """
    x, w = as_numeric("prelu: the input", input), as_numeric("prelu: the weight", weight)
    channels = x.shape[1] if len(x.shape) > 1 else 1
    if w.shape not in ((), (1,), (channels,)):
        raise ShapeError(
            f"prelu: weight must have one slope, or one for each of {channels} channels (axis 1 "
            f"of the input {x.shape}), got shape {w.shape}"
        )
    slopes = w.reshape(-1, *(1,) * max(0, len(x.shape) - 2)) if x.shape else w.reshape(())
    return ag.where(x > 0, x, slopes * x)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """Return x where x > 0, else alpha·(eˣ − 1). The slope at 0 is ``alpha``.

    >>> round(elu(ag.tensor(-1.0)).item(), 4)
    -0.6321
    """
    return ag.elu(input, alpha=alpha)


def selu(input: Any, inplace: bool = False) -> Any:
    """Return 1.0507·x where x > 0, else 1.7581·(eˣ − 1). The slope at 0 is 1.7581.

    >>> round(selu(ag.tensor(-1.0)).item(), 4)
    -1.1113
    """
    return ag.selu(input)


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """Return x where x > 0, else alpha·(e^(x/alpha) − 1). The slope at 0 is 1 for every alpha.

    Raises ArgumentError unless alpha > 0.

    >>> round(celu(ag.tensor(-1.0), alpha=2.0).item(), 4)
    -0.7869
    """
    require("celu: alpha", alpha, is_number(alpha) and alpha > 0, "a positive number")
    return ag.elu(as_numeric("celu: the input", input) / alpha) * alpha


def gelu(input: Any, approximate: str = "none") -> Any:
    """Return x·Φ(x), where Φ(x) is the share of a standard normal distribution below x.

    ``approximate="tanh"``: x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, at most 5e-4 away.

    Raises ArgumentError for another ``approximate``.

    >>> round(gelu(ag.tensor(-1.0)).item(), 4)
    -0.1587
    """
    return ag.gelu(input, approximate=approximate)


def silu(input: Any, inplace: bool = False) -> Any:
    """Return x·σ(x), σ the sigmoid; also called swish.

    >>> round(silu(ag.tensor(-1.0)).item(), 4)
    -0.2689
    """
    return ag.silu(input)


def mish(input: Any, inplace: bool = False) -> Any:
    """Return x·tanh(ln(1 + eˣ)).

    >>> round(mish(ag.tensor(-1.0)).item(), 4)
    -0.3034
    """
    x = as_numeric("mish: the input", input)
    return x * ag.tanh(ag.softplus(x))


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Return ln(1 + e^(beta·x))/beta, a smooth max(x, 0); x itself where beta·x > threshold.

    >>> round(softplus(ag.tensor(0.0)).item(), 4)
    0.6931
    """
    return ag.softplus(input, beta=beta, threshold=threshold)


def softsign(input: Any) -> Any:
    """Return x/(1 + |x|).

    >>> softsign(ag.tensor([-1.0, 3.0]))
    tensor([-0.5 ,  0.75])
    """
    return ag.softsign(input)


def softshrink(input: Any, lambd: float = 0.5) -> Any:
    """Return x moved by ``lambd`` towards 0, and 0 where |x| ≤ lambd. The slope at ±lambd is 0.

    Raises ArgumentError unless lambd ≥ 0.

    >>> softshrink(ag.tensor([-2.0, 0.3, 2.0]))
    tensor([-1.5,  0. ,  1.5])
    """
    require("softshrink: lambd", lambd, is_number(lambd) and lambd >= 0, "a number, at least 0")
    x = as_numeric("softshrink: the input", input)
    return ag.relu(x - lambd) - ag.relu(-lambd - x)


def hardshrink(input: Any, lambd: float = 0.5) -> Any:
    """Return x where |x| > lambd, else 0. The slope at ±lambd, where it jumps, is 0.

    >>> hardshrink(ag.tensor([-2.0, 0.3, 2.0]))
    tensor([-2.,  0.,  2.])
    """
    x = as_numeric("hardshrink: the input", input)
    return x * ((x > lambd) | (x < -lambd))


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """Return x where x > threshold, else ``value``. The slope at the threshold is 0.

    >>> threshold(ag.tensor([0.5, 2.0]), threshold=1.0, value=-1.0)
    tensor([-1.,  2.])
    """
    x = as_numeric("threshold: the input", input)
    return ag.where(x > threshold, x, value)


def tanh(input: Any) -> Any:
    """Return (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ), elementwise.

    >>> tanh(ag.tensor([0.0]))
    tensor([0.])
    """
    return ag.tanh(input)


def tanhshrink(input: Any) -> Any:
    """Return x − tanh x, elementwise.

    >>> round(tanhshrink(ag.tensor(2.0)).item(), 4)
    1.036
    """
    x = as_numeric("tanhshrink: the input", input)
    return x - ag.tanh(x)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """Return min(max(x, min_val), max_val). The slope at both is 0.

    >>> hardtanh(ag.tensor([-2.0, 0.5, 2.0]))
    tensor([-1. ,  0.5,  1. ])
    """
    return ag.hardtanh(input, min_val=min_val, max_val=max_val)


def sigmoid(input: Any) -> Any:
    """Return 1/(1 + e⁻ˣ), elementwise.

    >>> sigmoid(ag.tensor([0.0]))
    tensor([0.5])
    """
    return ag.sigmoid(input)


def logsigmoid(input: Any) -> Any:
    """Return ln σ(x) = −ln(1 + e⁻ˣ), without overflow.

    >>> logsigmoid(ag.tensor([-1000.0]))
    tensor([-1000.])
    """
    return ag.log_sigmoid(input)


def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """Return min(max(x + 3, 0), 6)/6. The slope at −3 and at 3 is 0.

    >>> hardsigmoid(ag.tensor([-3.0, 0.0, 3.0]))
    tensor([0. , 0.5, 1. ])
    """
    return relu6(as_numeric("hardsigmoid: the input", input) + 3) / 6


def hardswish(input: Any, inplace: bool = False) -> Any:
    """Return x·min(max(x + 3, 0), 6)/6. The slope at −3 is 0, at 3 it is 1.

    >>> hardswish(ag.tensor([1.5, 4.0]))
    tensor([1.125, 4.   ])
    """
    x = as_numeric("hardswish: the input", input)
    return x * hardsigmoid(x)


def glu(input: Any, dim: int = -1) -> Any:
    """Return a·σ(b), where a and b are the halves of the axis ``dim``.

    Raises ShapeError if there is no such axis, or its length is odd.

    >>> glu(ag.tensor([1.0, 2.0, 0.0, 0.0]))
    tensor([0.5, 1. ])
    """
    x = _with_axis("glu", input, dim)
    if x.shape[dim] % 2:
        raise ShapeError(f"glu: axis {dim} of shape {x.shape} has no halves, its length is odd")
    a, b = ag.split(x, 2, axis=dim)
    return a * ag.sigmoid(b)


def softmax(input: Any, dim: int | None = None, dtype: DTypeLike | None = None) -> Any:
    """Return eˣ/Σeˣ, whose sum over the axis ``dim`` is 1.

    ``dtype``: cast the input first. Without ``dim`` it warns and takes PyTorch's old choice: axis 0
    for 0, 1 or 3 axes, else axis 1.

    Raises ShapeError if there is no such axis.

    >>> softmax(ag.tensor([0.0, 0.0]), dim=0)
    tensor([0.5, 0.5])
    """
    x, axis = _logits("softmax", input, dim, dtype)
    return ag.softmax(x, axis=axis)


def softmin(input: Any, dim: int | None = None, dtype: DTypeLike | None = None) -> Any:
    """Return softmax(−x): the smallest element gets the largest share. As ``softmax``.

    >>> softmin(ag.tensor([0.0, 1000.0]), dim=0)
    tensor([1., 0.])
    """
    x, axis = _logits("softmin", input, dim, dtype)
    return ag.softmax(-x, axis=axis)


def log_softmax(input: Any, dim: int | None = None, dtype: DTypeLike | None = None) -> Any:
    """Return x − ln Σeˣ over the axis ``dim``: the logarithm of ``softmax`` without overflow.

    >>> log_softmax(ag.tensor([0.0, 1000.0]), dim=0)
    tensor([-1000.,     0.])
    """
    x, axis = _logits("log_softmax", input, dim, dtype)
    return ag.log_softmax(x, axis=axis)


def _logits(name: str, input: Any, dim: int | None, dtype: DTypeLike | None) -> tuple[Tensor, int]:
    if dim is None:
        n_axes = len(as_numeric(f"{name}: the input", input).shape)
        dim = 0 if n_axes in (0, 1, 3) else 1
        warn_caller(
            f"{name}: it was not told over which axis the sum is to be 1, and takes axis {dim} of "
            f"{n_axes}; write dim={dim}, or dim=-1 for the last"
        )
    x = _with_axis(name, input, dim)
    return x if dtype is None else x.astype(dtype), dim


def _with_axis(name: str, input: Any, dim: int) -> Tensor:
    value = as_numeric(f"{name}: the input", input)
    x: Tensor = value if isinstance(value, Tensor) else ag.tensor(value)
    if not -x.ndim <= dim < x.ndim:
        raise ShapeError(f"{name}: there is no axis {dim} in shape {x.shape}")
    return x

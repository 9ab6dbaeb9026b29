"""Activation functions, elementwise and over an axis."""

from typing import Any

import autograd_mini as ag
from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.tensors import Tensor


def relu(x: Any) -> Any:
    """Return max(x, 0), elementwise. The derivative at 0 is 0.

    >>> relu(ag.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return ag.relu(x)


def tanh(x: Any) -> Any:
    """Return (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ), elementwise.

    >>> tanh(ag.tensor([0.0]))
    tensor([0.])
    """
    return ag.tanh(x)


def sigmoid(x: Any) -> Any:
    """Return 1/(1 + e⁻ˣ), elementwise.

    >>> sigmoid(ag.tensor([0.0]))
    tensor([0.5])
    """
    return ag.sigmoid(x)


def softmax(x: Any, dim: int = -1) -> Any:
    """Return eˣ/Σeˣ, whose sum over the axis ``dim`` is 1.

    >>> softmax(ag.tensor([0.0, 0.0]))
    tensor([0.5, 0.5])
    """
    return ag.softmax(_logits("softmax", x, dim), axis=dim)


def log_softmax(x: Any, dim: int = -1) -> Any:
    """Return x − ln Σeˣ over the axis ``dim``: the logarithm of ``softmax`` without overflow.

    >>> log_softmax(ag.tensor([0.0, 1000.0]))
    tensor([-1000.,     0.])
    """
    return ag.log_softmax(_logits("log_softmax", x, dim), axis=dim)


def _logits(name: str, x: Any, dim: int) -> Tensor:
    x = as_numeric(f"{name}: the input", x)
    logits: Tensor = x if isinstance(x, Tensor) else ag.tensor(x)
    if not -logits.ndim <= dim < logits.ndim:
        raise ShapeError(f"{name}: there is no axis {dim} in shape {logits.shape}")
    return logits

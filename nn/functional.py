"""What the modules compute, as functions; by custom ``import autograd_mini.nn.functional as F``.

All are composed of the engine's primitives, so their derivatives are the engine's too.
"""

from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric, require
from autograd_mini.ops.normalizing import class_labels
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


def linear(x: Any, weight: Tensor, bias: Tensor | None = None) -> Any:
    """Return x @ weightᵀ + bias.

    Shapes: x (…, n_in), weight (n_out, n_in), bias (n_out,), result (…, n_out).

    Raises ShapeError if the last axis of x is not n_in, DTypeError if x is not made of numbers.

    >>> linear([[1.0, 2.0]], ag.tensor([[3.0, 4.0]]), ag.tensor([5.0]))
    tensor([[16.]])
    """
    x = as_numeric("Linear: the input", x)
    n_in = weight.shape[-1]
    if not x.ndim or x.shape[-1] != n_in:
        raise ShapeError(
            f"Linear expects {n_in} features on the last axis, got input of shape {x.shape}"
        )
    out = x @ weight.T
    return out if bias is None else out + bias


def dropout(
    x: Any, p: float = 0.5, training: bool = True, generator: np.random.Generator | None = None
) -> Any:
    """Set each element to 0 with probability ``p`` and divide the rest by 1 − p.

    So the mean stays, and the variance of a constant c becomes c²·p/(1 − p). Outside training
    x passes unchanged. ``generator``: by default ``ag.default_generator()``.

    Raises ArgumentError unless 0 ≤ p ≤ 1.

    Source: N. Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from
    overfitting"; section 10 gives this inverted form.

    >>> dropout(ag.ones(4), p=0.5, generator=np.random.default_rng(1))
    tensor([2., 2., 0., 2.])
    """
    check_probability("dropout", p)
    if not training or p == 0:
        return x
    x = as_numeric("dropout: the input", x)
    draws = (generator or ag.default_generator()).random(x.shape)
    kept = (draws >= p).astype(x.dtype)
    return x * (kept if p == 1 else kept / (1 - p))


def check_probability(name: str, p: Any) -> None:
    """Raise ArgumentError unless ``p`` is a number from 0 to 1."""
    is_number = isinstance(p, int | float | np.number)
    require(f"{name}: p", p, is_number and 0 <= p <= 1, "a number from 0 to 1")


def cross_entropy(input: Any, target: Any, *, reduction: str = "mean") -> Any:  # noqa: A002
    """Return −ln softmax(z)[y], the surprise at the right class, per example or reduced.

    L = ln Σ_c e^{z_c} − z_y, for logits z: do not apply softmax first.

    Shapes: ``input`` (N, C), the logits; ``target`` (N,), the labels: integers 0..C−1 in a list,
    array or Tensor.
    ``reduction``: "mean" or "sum" over the examples, or "none" for the (N,) losses.

    Raises ArgumentError for a label outside 0..C−1, DTypeError for labels that are not integers,
    ShapeError for other shapes and an empty batch.

    >>> cross_entropy(ag.tensor([[0.0, 0.0], [0.0, 0.0]]), [0, 1])
    tensor(0.6931472)
    """
    check_reduction("cross_entropy", reduction)
    logits = as_numeric("cross_entropy: the logits", input)
    logits = logits if isinstance(logits, Tensor) else ag.tensor(logits)
    if logits.ndim != 2 or logits.shape[0] == 0:
        raise ShapeError(
            f"cross_entropy: logits must have shape (N, C) with at least one example, got "
            f"{logits.shape}"
        )
    labels = class_labels(target, logits.shape)
    return ag.cross_entropy(logits, labels, reduction=reduction)


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:  # noqa: A002
    """Return the squared differences (x − y)², per element or reduced.

    Shapes: ``input`` and ``target`` equal. ``reduction``: "mean" or "sum" over all elements, or
    "none".

    Raises ShapeError for different shapes, which would silently broadcast, DTypeError for what is
    not made of numbers.

    >>> mse_loss(ag.tensor([1.0, 2.0]), ag.tensor([1.0, 4.0]))
    tensor(2.)
    """
    check_reduction("mse_loss", reduction)
    x, y = as_numeric("mse_loss: the input", input), as_numeric("mse_loss: the target", target)
    shapes = x.shape, y.shape
    if shapes[0] != shapes[1]:
        try:
            stretched = np.broadcast_shapes(*shapes)
        except ValueError:
            why = "do not fit together"
        else:
            why = f"broadcast to {stretched}, probably not meant"
        raise ShapeError(
            f"mse_loss: shapes {shapes[0]} and {shapes[1]} {why}; reshape one like the other"
        )
    return _reduce(ag.square(ag.subtract(x, y)), reduction)


def check_reduction(name: str, reduction: Any) -> None:
    """Raise ArgumentError unless ``reduction`` is one of the three."""
    known = reduction in ("mean", "sum", "none")
    require(f"{name}: reduction", reduction, known, "'mean', 'sum' or 'none'")


def _reduce(losses: Any, reduction: str) -> Any:
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()

"""Losses: one number that says how wrong an output is."""
# ruff: noqa: A002 (PyTorch's argument names)

from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric, check_reduction
from autograd_mini.ops.normalizing import class_labels
from autograd_mini.tensors import Tensor


def cross_entropy(input: Any, target: Any, *, reduction: str = "mean") -> Any:
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


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
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


def _reduce(losses: Any, reduction: str) -> Any:
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()

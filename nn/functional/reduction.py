"""What all losses share: equal shapes, PyTorch's three reductions, and its deprecated words."""
# ruff: noqa: A002 (PyTorch's argument names)

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.methods import plain
from autograd_mini.nn.arguments import as_numeric, require
from autograd_mini.tensors import Tensor

P = ParamSpec("P")
Result = TypeVar("Result")


def check_reduction(name: str, reduction: Any, *more: str) -> None:
    """Raise ArgumentError unless ``reduction`` is one of the three, or of ``more``."""
    known = (*more, "mean", "sum", "none")
    wanted = f"{', '.join(map(repr, known[:-1]))} or {known[-1]!r}"
    require(f"{name}: reduction", reduction, reduction in known, wanted)


def reduced(name: str, losses: Any, reduction: str) -> Any:
    """Return the mean or the sum of all ``losses``, or themselves.

    Raises ShapeError for the mean of an empty batch, which would be NaN.
    """
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    refuse_empty(name, losses)
    return losses.mean()


def refuse_empty(name: str, losses: Any) -> None:
    """Raise ShapeError if there is nothing to take the mean of."""
    if losses.size == 0:
        raise ShapeError(f"{name}: an empty batch has no mean; shape {losses.shape} has no loss")


def paired(name: str, input: Any, target: Any) -> tuple[Any, Any]:
    """Return both as tensors or arrays, a constant target in the input's dtype.

    Raises ShapeError for different shapes, which would silently broadcast.
    """
    x, y = as_numeric(f"{name}: the input", input), as_numeric(f"{name}: the target", target)
    if x.shape != y.shape:
        try:
            why = f"broadcast to {np.broadcast_shapes(x.shape, y.shape)}, probably not meant"
        except ValueError:
            why = "do not fit together"
        raise ShapeError(
            f"{name}: shapes {x.shape} and {y.shape} {why}; reshape one like the other"
        )
    return x, in_dtype_of(x, y)


def in_dtype_of(x: Any, constant: Any) -> Any:
    """Return ``constant`` in the dtype of ``x`` if that is a float: it must not widen the loss.

    A tensor that requires a gradient stays as it is.
    """
    same = constant.dtype == x.dtype or x.dtype.kind != "f"
    if same or (isinstance(constant, Tensor) and constant.requires_grad):
        return constant
    return constant.astype(x.dtype)


def signs(name: str, target: Any) -> Any:
    """Return ``target`` as a tensor or an array. Raises ArgumentError unless all are 1 or −1."""
    y = as_numeric(f"{name}: the target", target)
    values = plain(y)
    wrong = values[np.abs(values) != 1]
    if wrong.size:
        raise ArgumentError(
            f"{name}: labels must be 1 or -1, got {wrong[0]}; of labels 0 and 1, write "
            f"2 * labels - 1"
        )
    return y


def refusing_old_words(function: Callable[P, Result]) -> Callable[P, Result]:
    """Let a loss answer PyTorch's deprecated ``size_average=`` and ``reduce=`` with a sentence.

    >>> import autograd_mini.nn.functional as F
    >>> F.mse_loss([1.0], [2.0], size_average=False)
    Traceback (most recent call last):
    autograd_mini.errors.ArgumentError: mse_loss: size_average= is obsolete; write reduction='sum'
    """

    @wraps(function)
    def loss(*args: P.args, **kwargs: P.kwargs) -> Result:
        if kwargs:
            for word, off in (("size_average", "sum"), ("reduce", "none")):
                value = kwargs.pop(word, None)
                if value is not None:
                    is_class = function.__name__ == "__init__"
                    name = type(args[0]).__name__ if is_class else function.__name__
                    means = "mean" if value else off
                    raise ArgumentError(f"{name}: {word}= is obsolete; write reduction={means!r}")
        return function(*args, **kwargs)

    return loss

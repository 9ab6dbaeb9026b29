"""Functions that multiply with a matrix."""

from typing import Any

from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.tensors import Tensor


def linear(x: Any, weight: Tensor, bias: Tensor | None = None) -> Any:
    """Return x @ weightᵀ + bias.

    Shapes: x (…, n_in), weight (n_out, n_in), bias (n_out,), result (…, n_out).

    Raises ShapeError if the last axis of x is not n_in, DTypeError if x is not made of numbers.

    >>> import autograd_mini as ag
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

"""Functions that multiply with a matrix."""

from typing import Any

from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.nn.primitives import products
from autograd_mini.tensors import Tensor


def linear(x: Any, weight: Tensor, bias: Tensor | None = None) -> Any:
    """Return x @ weightᵀ + bias.

    Shapes: x (…, n_in), weight (n_out, n_in), bias (n_out,), result (…, n_out).

    Raises ShapeError if the last axis of x is not n_in or weight and bias have other shapes,
    DTypeError if x is not made of numbers.

    >>> import autograd_mini as ag
    >>> linear([[1.0, 2.0]], ag.tensor([[3.0, 4.0]]), ag.tensor([5.0]))
    tensor([[16.]])
    """
    x = as_numeric("Linear: the input", x)
    if weight.ndim != 2 or (bias is not None and bias.shape != weight.shape[:1]):
        raise ShapeError(
            f"linear: weight must have shape (n_out, n_in) and bias (n_out,), got {weight.shape} "
            f"and {None if bias is None else bias.shape}"
        )
    n_in = weight.shape[1]
    if not x.ndim or x.shape[-1] != n_in:
        raise ShapeError(
            f"Linear expects {n_in} features on the last axis, got input of shape {x.shape}"
        )
    return products.linear(x, weight, bias)


def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    """Return y_k = input1ᵀ·weight_k·input2 + bias_k, for each pair of vectors.

    Shapes: input1 (…, n_1), input2 (…, n_2), weight (n_out, n_1, n_2), bias (n_out,), result
    (…, n_out).

    Raises ShapeError if the last axes are not n_1 and n_2 or the others differ, DTypeError for
    what is not made of numbers.

    >>> import autograd_mini as ag
    >>> bilinear([1.0, 2.0], [3.0, 4.0], ag.tensor([[[1.0, 0.0], [0.0, 1.0]]]))
    tensor([11.])
    """
    x1 = as_numeric("Bilinear: the first input", input1)
    x2 = as_numeric("Bilinear: the second input", input2)
    n_out, n_1, n_2 = weight.shape
    lasts = x1.shape[-1:], x2.shape[-1:]
    if lasts != ((n_1,), (n_2,)) or x1.shape[:-1] != x2.shape[:-1]:
        raise ShapeError(
            f"Bilinear expects inputs of shapes (…, {n_1}) and (…, {n_2}), equal but for the last "
            f"axis, got {tuple(x1.shape)} and {tuple(x2.shape)}"
        )
    side_by_side = weight.transpose(1, 0, 2).reshape(n_1, n_out * n_2)
    forms = (x1 @ side_by_side).reshape(*x1.shape[:-1], n_out, n_2)
    out = (forms @ x2[..., None])[..., 0]
    return out if bias is None else out + bias

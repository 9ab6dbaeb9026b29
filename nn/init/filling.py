"""Writing initial values into a tensor in place."""

from collections.abc import Callable
from typing import Any, TypeVar

from autograd_mini.errors import DTypeError, GraphError
from autograd_mini.tensors import Tensor
from autograd_mini.torch_data import TensorData

Filled = TypeVar("Filled", bound=Tensor | TensorData)


def fill(tensor: Filled, values: Callable[[tuple[int, ...]], Any]) -> Filled:
    """Fill ``tensor``, or the ``.data`` of one, with the values for its shape."""
    check_tensor(tensor)
    if isinstance(tensor, TensorData):
        tensor.copy_(values(tensor.shape))
        return tensor
    if not tensor.is_leaf:
        raise GraphError(
            f"init: this tensor was made by {tensor.row.operation}; only the values of a leaf can "
            f"be initialised"
        )
    tensor.data[...] = values(tensor.shape)
    return tensor


def check_tensor(tensor: Any) -> None:
    if not isinstance(tensor, Tensor | TensorData):
        raise DTypeError(
            f"init: it fills a tensor in place, got {type(tensor).__name__}; give it a parameter, "
            f"such as layer.weight"
        )

"""Writing initial values into a tensor in place."""

from collections.abc import Callable
from typing import Any

from autograd_mini.errors import DTypeError, GraphError
from autograd_mini.tensors import Tensor


def fill(tensor: Tensor, values: Callable[[tuple[int, ...]], Any]) -> Tensor:
    """Fill ``tensor`` with the values for its shape."""
    check_tensor(tensor)
    if not tensor.is_leaf:
        raise GraphError(
            f"init: this tensor was made by {tensor.row.operation}; only the values of a leaf can "
            f"be initialised"
        )
    tensor.data[...] = values(tensor.shape)
    return tensor


def check_tensor(tensor: Any) -> None:
    if not isinstance(tensor, Tensor):
        raise DTypeError(
            f"init: it fills a tensor in place, got {type(tensor).__name__}; give it a parameter, "
            f"such as layer.weight"
        )

"""Parameter: a tensor that a module trains."""

from typing import Any

from autograd_mini.tensors import Tensor


class Parameter(Tensor):
    """A leaf Tensor that requires a gradient and registers itself when assigned to a Module.

    ``data``: numbers, nested lists, an array or a Tensor; copied. Numbers and lists become the
    default dtype, arrays keep theirs.

    Raises DTypeError for integers, which cannot have a gradient.

    >>> Parameter([1.0, 2.0])
    Parameter containing:
    tensor([1., 2.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"

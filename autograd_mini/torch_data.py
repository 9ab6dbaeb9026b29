"""What ``t.data`` gives: the values themselves, an array with PyTorch's methods."""

from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import GraphError
from autograd_mini.torch_shapes import ElementCount, element_count


class TensorData(np.ndarray[Any, np.dtype[Any]]):
    """A NumPy array over the memory of a tensor, with the methods of Tensor that arrays lack.

    Those whose names end in ``_`` write into the tensor: ``p.data.zero_()``. The others, such as
    ``p.data.clone()``, return a new Tensor. What NumPy computes from it is a plain array.

    Raises GraphError for a write into a result, whose values the tape may have saved.

    >>> import autograd_mini as ag
    >>> w = ag.tensor([[1.0, 2.0]], requires_grad=True)
    >>> w.data.mul_(10).add_(1)
    array([[11., 21.]], dtype=float32)
    >>> w.data[:, 0].zero_()
    array([0.], dtype=float32)
    >>> w
    tensor([[ 0., 21.]], requires_grad=True)
    """

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        if array is self:
            return self
        return array[()] if return_scalar else array.view(np.ndarray)

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))

    @property
    def size(self) -> ElementCount:
        """The number of elements; called, as ``size()`` or ``size(dim)``, PyTorch's shape."""
        return element_count(self.shape)

    def view(self, *args: Any, **kwargs: Any) -> Any:
        """Return another shape of the same memory, or what NumPy's ``view`` returns."""
        if args and all(isinstance(n, int | tuple) for n in args):
            return self.reshape(*args)
        return super().view(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"an array has no attribute {name!r}", name=name, obj=self)
        copy = ag.Tensor(self)
        found = getattr(copy, name)
        if not name.endswith("_"):
            return found

        def method(*args: Any, **kwargs: Any) -> TensorData:
            if not self.flags.writeable:
                raise GraphError(
                    f"{name}: these are the values of a result, which the tape may have saved; "
                    f"compute a new tensor instead"
                )
            found(*args, **kwargs)
            self[...] = copy.numpy()
            return self

        return method

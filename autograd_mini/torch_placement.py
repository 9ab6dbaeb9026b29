"""PyTorch's methods of Tensor that convert: to a dtype, or to a device, of which there is one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import DTypeLike

from autograd_mini.devices import CPU, check_device, device
from autograd_mini.methods import unpacked
from autograd_mini.torch_methods import TorchMethods

if TYPE_CHECKING:
    from autograd_mini.tensors import Tensor


def _cast(name: str) -> Callable[["TorchPlacement"], "Tensor"]:
    def method(self: "TorchPlacement") -> "Tensor":
        return self.to(name)

    method.__doc__ = f"Return the values as {name}; the tensor itself if they are."
    return method


def is_dtype(value: Any) -> bool:
    """Return whether ``value`` names a dtype.

    >>> is_dtype("float32"), is_dtype(np.float64), is_dtype("cpu"), is_dtype(3)
    (True, True, False, False)
    """
    try:
        return value is not None and np.dtype(value) is not None
    except TypeError:
        return False


class TorchPlacement(TorchMethods):
    """Conversions in PyTorch's words."""

    __slots__ = ()

    def to(
        self,
        *target: Any,
        dtype: DTypeLike | None = None,
        device: Any = None,
        non_blocking: object = False,
        copy: object = False,
    ) -> "Tensor":
        """Return the values in another dtype; the tensor itself where nothing changes.

        ``target``: a dtype, a device, both, or a tensor whose dtype is meant. All devices but the
        CPU raise UnsupportedError. Integers and truth values carry no gradient.
        """
        for given in target:
            if isinstance(given, TorchMethods):
                dtype = given._array.dtype
            elif is_dtype(given):
                dtype = given
            else:
                check_device(given)
        check_device(device)
        if copy or (dtype is not None and np.dtype(dtype) != self._array.dtype):
            return self.astype(self._array.dtype if dtype is None else dtype)
        return cast("Tensor", self)

    def type(self, dtype: DTypeLike | None = None) -> Any:
        """Return the values in another dtype, or the name of this one."""
        return str(self._array.dtype) if dtype is None else self.to(np.dtype(dtype))

    def type_as(self, other: "TorchMethods") -> "Tensor":
        """Return the values in the dtype of ``other``."""
        return self.to(other)

    @property
    def device(self) -> device:
        """Where the tensor is: always the CPU."""
        return CPU

    is_cuda = property(lambda self: False)

    def cpu(self) -> "Tensor":
        """Return the tensor itself: it is on the CPU."""
        return cast("Tensor", self)

    def cuda(self, device: Any = "cuda") -> "Tensor":
        """Raise UnsupportedError: there is only the CPU."""
        check_device("cuda")
        raise AssertionError(device)

    def new_tensor(self, data: Any) -> "Tensor":
        """Return a tensor of ``data`` in this dtype."""
        return self._answer(np.array(data, self._array.dtype), "new_tensor")

    def new_full(self, size: Any, fill_value: Any) -> "Tensor":
        """Return a tensor of the shape ``size`` in this dtype, with one value."""
        return self._answer(np.full(size, fill_value, self._array.dtype), "new_full")

    def new_zeros(self, *size: Any) -> "Tensor":
        """Return zeros of the shape ``size`` in this dtype."""
        return self.new_full(unpacked(size), 0)

    def new_ones(self, *size: Any) -> "Tensor":
        """Return ones of the shape ``size`` in this dtype."""
        return self.new_full(unpacked(size), 1)

    half, float, double = _cast("float16"), _cast("float32"), _cast("float64")
    short, int, long = _cast("int16"), _cast("int32"), _cast("int64")
    byte, bool = _cast("uint8"), _cast("bool")

"""Moving a module: to another floating dtype, or to a device, of which there is one."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_mini.devices import check_device
from autograd_mini.errors import DTypeError
from autograd_mini.tensors import Tensor
from autograd_mini.torch_placement import is_dtype

DType = np.dtype[Any]


def destination(args: Iterable[Any], device: Any, dtype: Any) -> DType | None:
    """Return the dtype that the arguments of ``Module.to`` ask for, None for no other one.

    Raises UnsupportedError for a device other than the CPU, ArgumentError for what is none,
    DTypeError for a dtype that cannot hold parameters.
    """
    for arg in args:
        if isinstance(arg, Tensor):
            dtype = arg.dtype
        elif is_dtype(arg):
            dtype = arg
        else:
            device = arg
    check_device(device)
    return None if dtype is None else _floating(dtype)


def _floating(dtype: Any) -> DType:
    try:
        wanted: DType = np.dtype(dtype)
    except TypeError:
        raise DTypeError(
            f"to: it takes a floating dtype, the device 'cpu' or a tensor, got {dtype!r}"
        ) from None
    if wanted.kind != "f":
        raise DTypeError(
            f"to: parameters must have a floating dtype, because they have gradients; got {wanted}"
        )
    return wanted


def cast_parameter(parameter: Tensor, dtype: DType) -> None:
    """Give a leaf's values and its gradient another dtype; the leaf stays the same one."""
    if parameter.dtype != dtype:
        grad = parameter.grad
        parameter._relocate(parameter._array.astype(dtype))
        parameter.grad = grad

"""What users write as numbers, made into arrays: numbers, nested lists, arrays, tensors."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import DTypeError
from autograd_mini.rows import Array

REAL = "biuf"
"""The kinds of dtype that a tensor may have: truth values, integers, floats."""


def to_array(data: Any, dtype: DTypeLike | None = None) -> Array:
    """Return a new array of ``data``; floats that are not arrays get the default dtype.

    Raises DTypeError for text, objects, ragged lists and complex numbers.
    """
    is_array = isinstance(data, np.ndarray | np.generic) or hasattr(data, "__array_ufunc__")
    if isinstance(data, list | tuple):
        data = _plain_list(data)
    try:
        array = np.array(data)
    except ValueError:
        raise DTypeError(f"tensor: {_ragged(data)}; all rows need the same length") from None
    if array.dtype.kind not in REAL:
        raise DTypeError(
            f"tensor: cannot make numbers of {_offender(data)}; give numbers, nested lists of "
            f"numbers or arrays"
        )
    if dtype is not None:
        return array.astype(real_dtype(dtype), copy=False)
    if array.dtype.kind == "f" and not is_array:
        return array.astype(get_default_dtype(), copy=False)
    return array


def to_operand(value: Any, copy: bool) -> Any:
    """Return a non-Tensor operand as something that NumPy promotes as users expect.

    ``copy``: an array is going to be saved, and its owner may write to it later.

    Python numbers do not change the other operand's dtype, and nor does ``np.float64(2)``, which is
    a Python float: ``t / np.sqrt(n)`` stays float32, as in PyTorch. Lists count as numbers of the
    default dtype; arrays keep theirs.
    """
    if isinstance(value, float):
        return float(value)
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind not in REAL:
            raise DTypeError(f"cannot calculate with a tensor and {value.dtype} values")
        return np.array(value) if copy or type(value) is not np.ndarray else value
    if isinstance(value, int | None):
        return value
    if isinstance(value, list | tuple):
        array = to_array(value)
        return array if array.dtype == bool else array.astype(get_default_dtype(), copy=False)
    raise DTypeError(
        f"cannot calculate with a tensor and {_describe(value)}; give a number, a list, an array "
        f"or a tensor"
    )


def real_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Return a dtype of real numbers, or say that this is none."""
    try:
        wanted: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        wanted = np.dtype(object)
    if wanted.kind not in REAL:
        raise DTypeError(
            f"tensor: {dtype!r} is no dtype of numbers; use 'float32', 'float64' or int"
        )
    return wanted


def _plain_list(values: Any) -> Any:
    """Replace 0-d tensors in nested lists by numbers, and larger ones by lists."""
    if isinstance(values, list | tuple):
        return [_plain_list(value) for value in values]
    if getattr(values, "requires_grad", False):
        raise DTypeError(
            "tensor: the list holds a tensor that requires a gradient, which a copy would lose; "
            "join tensors with ag.stack, or detach() them first"
        )
    return values.tolist() if hasattr(values, "__array_ufunc__") else values


def _describe(value: Any) -> str:
    kind = type(value).__name__
    return f"{kind} {value!r}" if isinstance(value, str | bytes) and len(value) < 30 else kind


def _offender(data: Any) -> str:
    """Describe the first item that is not a number."""
    if isinstance(data, list | tuple):
        for item in data:
            if isinstance(item, list | tuple):
                return _offender(item)
            if not isinstance(item, int | float):
                return _describe(item)
    return f"a {data.dtype} array" if isinstance(data, np.ndarray) else _describe(data)


def _ragged(rows: Any) -> str:
    """Say which two rows differ in length."""
    lengths = [len(row) if isinstance(row, list | tuple) else None for row in rows]
    for position, length in enumerate(lengths):
        if length != lengths[0]:
            if None in (length, lengths[0]):
                return f"items 0 and {position} mix numbers and lists"
            return f"rows have lengths {lengths[0]} and {length} (rows 0 and {position})"
    return _ragged([item for row in rows for item in row])

"""Which dtype plain numbers get.

Python numbers and lists become the default dtype (float32, as in PyTorch); arrays keep their own.
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_mini.errors import DTypeError

_default: np.dtype[Any] = np.dtype(np.float32)


def get_default_dtype() -> np.dtype[Any]:
    """Return the dtype given to Python numbers, lists and new parameters.

    >>> get_default_dtype()
    dtype('float32')
    """
    return _default


def set_default_dtype(dtype: DTypeLike) -> None:
    """Give Python numbers, lists and new parameters this floating dtype from now on.

    Raises DTypeError for anything but a real floating dtype.

    >>> set_default_dtype("float64"); get_default_dtype()
    dtype('float64')
    >>> set_default_dtype("float32")
    """
    global _default
    try:
        wanted: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        wanted = np.dtype(object)
    if wanted.kind != "f":
        raise DTypeError(
            f"set_default_dtype: {dtype!r} is not a floating dtype; use 'float32' or 'float64'"
        )
    _default = wanted

"""Arguments of layers and functions: what is refused is named, with what was wanted."""

import sys
import warnings
from math import isfinite
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ArgumentError, DTypeError
from autograd_mini.tensors import Tensor


def is_number(value: Any) -> bool:
    """Return whether ``value`` is one finite number."""
    return isinstance(value, int | float | np.number) and isfinite(value)


def require(what: str, value: Any, allowed: bool, wanted: str) -> None:
    """Raise ArgumentError unless ``allowed``.

    >>> require("Dropout: p", 2, False, "a number from 0 to 1")
    Traceback (most recent call last):
    autograd_mini.errors.ArgumentError: Dropout: p must be a number from 0 to 1, got 2
    """
    if not allowed:
        raise ArgumentError(f"{what} must be {wanted}, got {value!r}")


def as_numeric(what: str, value: Any) -> Any:
    """Return a Tensor or an array of numbers as it is, and numbers in lists as a Tensor.

    Raises DTypeError for everything else.
    """
    if isinstance(value, Tensor) or (isinstance(value, np.ndarray) and value.dtype.kind in "biuf"):
        return value
    if not isinstance(value, list | tuple | int | float) and not hasattr(value, "__array__"):
        kind = "None" if value is None else type(value).__name__
        raise DTypeError(
            f"{what} must be a tensor, an array or a list of numbers, got "
            f"{repr(value) if isinstance(value, str) and len(value) < 30 else kind}"
        )
    try:
        return ag.tensor(value)
    except DTypeError as error:
        raise DTypeError(f"{what}: {str(error).removeprefix('tensor: ')}") from None


def per_axis(what: str, value: Any, n_axes: int, least: int) -> tuple[int, ...]:
    """Return one integer, at least ``least``, for each spatial axis; one number is for all.

    >>> per_axis("MaxPool2d: kernel_size", 3, 2, least=1)
    (3, 3)
    """
    values = tuple(value) if isinstance(value, list | tuple) else (value,) * n_axes
    wanted = f"an integer, at least {least}" + (f", or {n_axes} of them" if n_axes > 1 else "")
    fits = len(values) == n_axes and all(
        isinstance(n, int | np.integer) and not isinstance(n, bool) and n >= least for n in values
    )
    require(what, value, fits, wanted)
    return tuple(map(int, values))


def check_probability(name: str, p: Any) -> None:
    """Raise ArgumentError unless ``p`` is a number from 0 to 1."""
    is_number = isinstance(p, int | float | np.number)
    require(f"{name}: p", p, is_number and 0 <= p <= 1, "a number from 0 to 1")


def warn_caller(message: str) -> None:
    """Warn, once for each line of the user's that it comes from."""
    frame, level = sys._getframe(), 1
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("autograd_mini"):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)

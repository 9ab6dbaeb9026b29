"""Making tensors: ``tensor``, ``zeros``, ``ones``, ``full``, ``arange``, ``eye``, ``rand``, …"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.randomness import default_generator
from autograd_mini.tensors import Tensor


def tensor(data: Any, requires_grad: bool = False, dtype: DTypeLike | None = None) -> Tensor:
    """Return a Tensor of a copy of ``data``: numbers, nested lists, an array or a Tensor.

    >>> tensor([1.0, 2.0]) * 2
    tensor([2., 4.])
    """
    return Tensor(data, requires_grad, dtype)


def zeros(*shape: Any, requires_grad: bool = False, dtype: DTypeLike | None = None) -> Tensor:
    """Return a Tensor of zeros: ``zeros(2, 3)`` or ``zeros((2, 3))``.

    >>> zeros(2)
    tensor([0., 0.])
    """
    return full(_shape(shape), 0.0, requires_grad, dtype)


def ones(*shape: Any, requires_grad: bool = False, dtype: DTypeLike | None = None) -> Tensor:
    """Return a Tensor of ones.

    >>> ones(2)
    tensor([1., 1.])
    """
    return full(_shape(shape), 1.0, requires_grad, dtype)


def full(
    shape: Any, fill_value: float, requires_grad: bool = False, dtype: DTypeLike | None = None
) -> Tensor:
    """Return a Tensor of ``shape`` with every element ``fill_value``.

    >>> full((2,), 7.0)
    tensor([7., 7.])
    """
    return Tensor(
        np.full(_shape((shape,)), fill_value, dtype or get_default_dtype()), requires_grad
    )


def arange(*bounds: float, requires_grad: bool = False, dtype: DTypeLike | None = None) -> Tensor:
    """Return evenly spaced numbers as ``np.arange`` does; integers stay integers.

    Raises ArgumentError unless it gets one to three finite numbers, the step not 0.

    >>> arange(3)
    tensor([0, 1, 2])
    """
    try:
        numbers = np.arange(*bounds)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        raise ArgumentError(
            f"arange: it takes a stop, or a start and a stop, or these and a step, as finite "
            f"numbers with a step other than 0; got {', '.join(map(repr, bounds)) or 'nothing'}"
        ) from None
    floating = get_default_dtype() if numbers.dtype.kind == "f" else None
    return Tensor(numbers, requires_grad, dtype or floating)


def eye(n: int, requires_grad: bool = False, dtype: DTypeLike | None = None) -> Tensor:
    """Return the n × n identity matrix."""
    return Tensor(np.eye(n, dtype=dtype or get_default_dtype()), requires_grad)


def rand(
    *shape: Any,
    generator: np.random.Generator | None = None,
    requires_grad: bool = False,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """Return uniform random numbers in [0, 1)."""
    numbers = (generator or default_generator()).random(_shape(shape))
    return Tensor(numbers, requires_grad, dtype or get_default_dtype())


def randn(
    *shape: Any,
    generator: np.random.Generator | None = None,
    requires_grad: bool = False,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """Return random numbers from the standard normal distribution."""
    numbers = (generator or default_generator()).standard_normal(_shape(shape))
    return Tensor(numbers, requires_grad, dtype or get_default_dtype())


def zeros_like(like: Tensor, requires_grad: bool = False) -> Tensor:
    """Return zeros of the shape and dtype of ``like``."""
    return full(like.shape, 0.0, requires_grad, like.dtype)


def ones_like(like: Tensor, requires_grad: bool = False) -> Tensor:
    """Return ones of the shape and dtype of ``like``."""
    return full(like.shape, 1.0, requires_grad, like.dtype)


def _shape(numbers: tuple[Any, ...]) -> tuple[int, ...]:
    """Make ``f(2, 3)`` and ``f((2, 3))`` the same."""
    shape = numbers[0] if len(numbers) == 1 and isinstance(numbers[0], tuple | list) else numbers
    if not all(isinstance(n, int | np.integer) and n >= 0 for n in shape):
        raise ShapeError(
            f"a shape is made of whole numbers from 0 up, got {', '.join(map(repr, shape))}"
        )
    return tuple(shape)

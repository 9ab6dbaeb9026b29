"""All parameters as one vector, and back."""

from collections.abc import Iterable
from typing import Any, cast

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ShapeError
from autograd_mini.tensors import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return the elements of all parameters, one after the other, as a tracked vector.

    >>> from autograd_mini import nn
    >>> parameters_to_vector([nn.Parameter([[1.0], [2.0]]), nn.Parameter([3.0])]).tolist()
    [1.0, 2.0, 3.0]
    """
    return cast(Tensor, ag.concatenate([p.reshape(-1) for p in parameters]))


def vector_to_parameters(vec: Any, parameters: Iterable[Tensor]) -> None:
    """Write a vector's elements into the parameters, in their order.

    Raises ShapeError if their numbers differ; then nothing is written.

    >>> from autograd_mini import nn
    >>> w, b = nn.Parameter([[1.0], [2.0]]), nn.Parameter([3.0])
    >>> vector_to_parameters([4.0, 5.0, 6.0], [w, b])
    >>> w.tolist(), b.tolist()
    ([[4.0], [5.0]], [6.0])
    """
    given = list(parameters)
    values = vec.detach().numpy() if isinstance(vec, Tensor) else np.asarray(vec)
    n = sum(p.size for p in given)
    if values.shape != (n,):
        raise ShapeError(
            f"vector_to_parameters: the parameters have {n} elements together, the vector has "
            f"shape {values.shape}; it must be ({n},)"
        )
    for p in given:
        p.data[...] = values[: p.size].reshape(p.shape)
        values = values[p.size :]

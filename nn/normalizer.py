"""Bring inputs to mean 0 and standard deviation 1, by the statistics of the training split."""

from typing import Any

import numpy as np

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.nn.module import Module
from autograd_mini.tensors import Tensor


class Normalizer(Module):
    """z = (x − mean)/std, with the mean and std of the examples it was made from, per feature.

    Make it from the training split only, and apply the same one to train, dev and test: statistics
    of the others would leak them into training. A feature that never varies has std 1, so it
    becomes 0. Mean and std are buffers, so they are saved with a model that holds the normalizer.

    Shapes: ``x`` (N, …) with at least one example; statistics are taken over N.

    Raises ShapeError for no examples, DTypeError for what is not made of numbers.

    >>> normalizer = Normalizer([[0.0, 5.0], [2.0, 5.0]])
    >>> normalizer([[4.0, 6.0]])
    tensor([[3., 1.]])
    >>> normalizer
    Normalizer(fitted on 2 examples of shape (2,))
    """

    mean: Tensor
    std: Tensor
    n_examples: Tensor

    def __init__(self, x: Any) -> None:
        super().__init__()
        values = as_numeric("Normalizer: x", x)
        values = values._array if isinstance(values, Tensor) else values
        if values.ndim == 0 or len(values) == 0:
            raise ShapeError(
                f"Normalizer: statistics need at least one example, got shape {values.shape}"
            )
        is_float_array = hasattr(x, "dtype") and values.dtype.kind == "f"
        dtype = values.dtype if is_float_array else get_default_dtype()
        is_constant = values.max(axis=0) == values.min(axis=0)  # rounding gives it a std
        std = values.std(axis=0, dtype=np.float64)
        self.register_buffer("mean", Tensor(values.mean(axis=0, dtype=np.float64).astype(dtype)))
        self.register_buffer("std", Tensor(np.where(is_constant, 1, std).astype(dtype)))
        self.register_buffer("n_examples", Tensor(len(values)))

    def forward(self, x: Any) -> Any:
        return (x - self.mean) / self.std

    def inverse(self, z: Any) -> Any:
        """Return x = z·std + mean, in the units that were normalised away."""
        return z * self.std + self.mean

    def extra_repr(self) -> str:
        return f"fitted on {self.n_examples.item()} examples of shape {self.mean.shape}"

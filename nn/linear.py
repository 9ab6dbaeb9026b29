"""Layers that multiply with a matrix, and layers that only reshape."""

from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.nn import init
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter


class Linear(Module):
    """y = x Wᵀ + b.

    Shapes: x (…, in_features), weight W (out_features, in_features), bias b (out_features,),
    y (…, out_features). Both start from U(−1/√in_features, 1/√in_features), as PyTorch's do;
    ``generator`` draws them, by default ``ag.default_generator()``.

    Raises ShapeError for another last axis of x.

    >>> from autograd_mini import nn
    >>> layer = nn.Linear(3, 2)
    >>> layer([[1.0, 2.0, 3.0]]).shape
    (1, 2)
    >>> layer.weight.shape, layer.bias.shape
    ((2, 3), (2,))
    """

    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if not isinstance(size, int | np.integer) or size < 1:
                raise ArgumentError(f"Linear: {name} must be a positive integer, got {size!r}")
        self.in_features = in_features
        self.out_features = out_features
        dtype = dtype or get_default_dtype()
        self.weight = Parameter(np.empty((out_features, in_features), dtype))
        self.register_parameter("bias", Parameter(np.empty(out_features, dtype)) if bias else None)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw the initial weight and bias again."""
        init.kaiming_uniform_(self.weight, a=sqrt(5), generator=generator)
        if self.bias is not None:
            bound = 1 / sqrt(self.in_features)
            init.uniform_(self.bias, -bound, bound, generator)

    def forward(self, x: Any) -> Any:
        return F.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Identity(Module):
    """y = x: a place where another module may stand.

    >>> from autograd_mini import nn
    >>> nn.Identity()(3)
    3
    """

    def forward(self, x: Any) -> Any:
        return x


class Flatten(Module):
    """Join the axes ``start_dim`` to ``end_dim`` into one; by default all but the batch axis.

    Raises ShapeError if x has no such axes.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.Flatten()(ag.zeros(32, 8, 8)).shape
    (32, 64)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: Any) -> Any:
        x = as_numeric("Flatten: the input", x)
        shape = tuple(x.shape)
        start, end = (
            axis + len(shape) if axis < 0 else axis for axis in (self.start_dim, self.end_dim)
        )
        if not 0 <= start <= end < len(shape):
            raise ShapeError(
                f"Flatten: there are no axes {self.start_dim} to {self.end_dim} in shape {shape}"
            )
        return x.reshape(*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :])

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"

"""Layers that multiply with a matrix, and layers that only reshape."""

from collections.abc import Sequence
from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.nn import init
from autograd_mini.nn.arguments import as_numeric, require
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


class Bilinear(Module):
    """y_k = x1ᵀ W_k x2 + b_k: a product of two inputs, weighted in every pair of features.

    Shapes: x1 (…, in1_features), x2 (…, in2_features), weight (out_features, in1_features,
    in2_features), bias (out_features,), y (…, out_features). Both start from
    U(−1/√in1_features, 1/√in1_features), as PyTorch's do.

    Raises ShapeError for other last axes.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.Bilinear(3, 4, 2)(ag.ones(5, 3), ag.ones(5, 4)).shape
    (5, 2)
    """

    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        shape = out_features, in1_features, in2_features
        for name, n in zip(("out_features", "in1_features", "in2_features"), shape, strict=True):
            whole = isinstance(n, int | np.integer) and n > 0
            require(f"Bilinear: {name}", n, whole, "a positive integer")
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        dtype = dtype or get_default_dtype()
        self.weight = Parameter(np.empty(shape, dtype))
        self.register_parameter("bias", Parameter(np.empty(out_features, dtype)) if bias else None)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw the initial weight and bias again."""
        bound = 1 / sqrt(self.in1_features)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound, generator)

    def forward(self, x1: Any, x2: Any) -> Any:
        return F.bilinear(x1, x2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )


class Identity(Module):
    """y = x: a place where another module may stand, whose arguments it takes and ignores.

    >>> from autograd_mini import nn
    >>> nn.Identity(4, bias=False)(3)
    3
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

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


class Unflatten(Module):
    """Split the axis ``dim`` into axes of these sizes, of which one may be −1: what remains.

    Raises ArgumentError for sizes that are none, ShapeError if they do not fit x.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.Unflatten(1, (1, 8, 8))(ag.zeros(32, 64)).shape
    (32, 1, 8, 8)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        require("Unflatten: dim", dim, isinstance(dim, int), "an integer")
        several = isinstance(unflattened_size, Sequence) and not isinstance(unflattened_size, str)
        whole = several and all(isinstance(n, int) and n >= -1 for n in unflattened_size)
        good = whole and len(unflattened_size) > 0 and unflattened_size.count(-1) < 2
        wanted = "a tuple of sizes, at most one of them -1"
        require("Unflatten: unflattened_size", unflattened_size, good, wanted)
        self.dim = dim
        self.unflattened_size = tuple(unflattened_size)

    def forward(self, x: Any) -> Any:
        x = as_numeric("Unflatten: the input", x)
        shape, sizes = tuple(x.shape), self.unflattened_size
        axis = self.dim + len(shape) if self.dim < 0 else self.dim
        if not 0 <= axis < len(shape):
            raise ShapeError(f"Unflatten: there is no axis {self.dim} in shape {shape}")
        known = prod(n for n in sizes if n != -1)
        if -1 in sizes and known and shape[axis] % known == 0:
            sizes = tuple(shape[axis] // known if n == -1 else n for n in sizes)
        if prod(sizes) != shape[axis] or -1 in sizes:
            raise ShapeError(
                f"Unflatten: axis {self.dim} of shape {shape} has {shape[axis]} elements, which do "
                f"not fall into {self.unflattened_size}"
            )
        return x.reshape(*shape[:axis], *sizes, *shape[axis + 1 :])

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"

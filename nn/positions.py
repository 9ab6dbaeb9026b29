"""Encodings of position: attention itself does not know the order of its inputs."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ShapeError
from autograd_mini.nn import init
from autograd_mini.nn.arguments import as_numeric, is_number, require
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor


def _angles(max_len: int, features: int, base: float) -> Array:
    """Return position/base^(2i/features) for each position and pair i, in float64."""
    speeds = base ** (-np.arange(0, features, 2) / features)
    return np.multiply.outer(np.arange(max_len), speeds)


class _Encoding(Module):
    """What encodings share: ``features`` per position, and positions up to ``max_len``."""

    def __init__(self, features: int, max_len: int, name: str = "d_model") -> None:
        super().__init__()
        for what, size in ((name, features), ("max_len", max_len)):
            is_size = isinstance(size, int | np.integer) and size >= 1
            require(f"{type(self).__name__}: {what}", size, is_size, "a positive integer")
        self.features = features
        self.max_len = max_len

    def _sequence(self, x: Any) -> Any:
        """Return x (…, L, features).

        Raises ShapeError if it has another shape, or more than ``max_len`` positions.
        """
        name = type(self).__name__
        x = as_numeric(f"{name}: the input", x)
        if x.ndim < 2 or x.shape[-1] != self.features:
            raise ShapeError(f"{name} expects shape (…, positions, {self.features}), got {x.shape}")
        if x.shape[-2] > self.max_len:
            raise ShapeError(
                f"{name}: the input has {x.shape[-2]} positions, more than max_len={self.max_len}; "
                f"make the layer with a larger max_len"
            )
        return x

    def extra_repr(self) -> str:
        return f"{self.features}, max_len={self.max_len}"


class SinusoidalPositionalEncoding(_Encoding):
    """x + p with p[pos, 2i] = sin(pos/10000^(2i/d)), p[pos, 2i+1] = cos(pos/10000^(2i/d)).

    Nothing is trained. Each pair of features is the hand of a clock, the first one turning once in
    2π positions, the last one in 10000·2π, so p[pos + k] is a rotation of p[pos].

    Shapes: x and the result (…, L, d_model), with positions on the axis before the last and
    L ≤ ``max_len``; of an odd d_model the last sine has no cosine.

    Raises ShapeError for other shapes of x.

    Source: A. Vaswani et al. 2017, "Attention is all you need", section 3.5.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.SinusoidalPositionalEncoding(d_model=4)(ag.zeros(2, 4)).numpy().round(2).tolist()[0]
    [0.0, 1.0, 0.0, 1.0]
    """

    encoding: Tensor

    def __init__(
        self, d_model: int, max_len: int = 5000, *, dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(d_model, max_len)
        angles = _angles(max_len, d_model, 10_000.0)
        waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(max_len, -1)
        table = waves[:, :d_model].astype(dtype or get_default_dtype())
        self.register_buffer("encoding", Tensor(table), persistent=False)

    def forward(self, x: Any) -> Any:
        x = self._sequence(x)
        return x + self.encoding[: x.shape[-2]]


class LearnedPositionalEncoding(_Encoding):
    """x + p with one trained vector p for each position.

    Shapes: x and the result (…, L, d_model), with positions on the axis before the last and
    L ≤ ``max_len``; ``weight`` (max_len, d_model). It starts from N(0, 0.02²), drawn by
    ``generator``, by default ``ag.default_generator()``.

    Raises ShapeError for other shapes of x.

    Source: J. Devlin et al. 2019, "BERT", and A. Radford et al. 2018, "Improving language
    understanding by generative pre-training", section 4.1, which has the 0.02.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.LearnedPositionalEncoding(d_model=4, max_len=10)(ag.zeros(3, 7, 4)).shape
    (3, 7, 4)
    """

    def __init__(
        self,
        d_model: int,
        max_len: int = 5000,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__(d_model, max_len)
        self.weight = Parameter(np.empty((max_len, d_model), dtype or get_default_dtype()))
        self.reset_parameters(generator)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw the initial vectors again."""
        init.normal_(self.weight, 0.0, 0.02, generator)

    def forward(self, x: Any) -> Any:
        x = self._sequence(x)
        return x + self.weight[: x.shape[-2]]


class RotaryPositionalEncoding(_Encoding):
    """Turn each pair of features (x₂ᵢ, x₂ᵢ₊₁) by the angle pos/base^(2i/d).

    For queries and keys, of each head: their products then depend on how far apart two positions
    are, not on where they are. Lengths stay. Nothing is trained.

    Shapes: x and the result (…, L, dim), dim even, with positions on the axis before the last and
    L ≤ ``max_len``.

    Raises ArgumentError for an odd dim or a base that is not positive, ShapeError for other shapes
    of x.

    Source: J. Su et al. 2021, "RoFormer: enhanced transformer with rotary position embedding",
    eq. 34.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> turned = nn.RotaryPositionalEncoding(dim=2)(ag.tensor([[1.0, 0.0], [1.0, 0.0]]))
    >>> [round(number, 4) for number in turned[1].tolist()]      # by 1 radian
    [0.5403, 0.8415]
    """

    cosines: Tensor
    sines: Tensor

    def __init__(
        self,
        dim: int,
        max_len: int = 5000,
        base: float = 10_000.0,
        *,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(dim, max_len, "dim")
        require("RotaryPositionalEncoding: dim", dim, dim % 2 == 0, "even, as pairs are turned")
        positive = is_number(base) and base > 0
        require("RotaryPositionalEncoding: base", base, positive, "a positive number")
        angles = _angles(max_len, dim, base)
        dtype = dtype or get_default_dtype()
        self.register_buffer("cosines", Tensor(np.cos(angles).astype(dtype)), persistent=False)
        self.register_buffer("sines", Tensor(np.sin(angles).astype(dtype)), persistent=False)

    def forward(self, x: Any) -> Any:
        x = self._sequence(x)
        cosines, sines = self.cosines[: x.shape[-2]], self.sines[: x.shape[-2]]
        even, odd = x[..., 0::2], x[..., 1::2]
        turned = np.stack([even * cosines - odd * sines, even * sines + odd * cosines], axis=-1)
        return turned.reshape(x.shape)

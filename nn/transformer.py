"""The encoder of the Transformer: attention between positions, then a network at each of them."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import UnsupportedError
from autograd_mini.nn.arguments import as_numeric, require
from autograd_mini.nn.attention import MultiheadAttention
from autograd_mini.nn.containers import ModuleList
from autograd_mini.nn.dropout import Dropout
from autograd_mini.nn.generators import held_generators
from autograd_mini.nn.linear import Linear
from autograd_mini.nn.module import Module
from autograd_mini.nn.normalization import LayerNorm
from autograd_mini.tensors import Tensor

_ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"relu": F.relu, "gelu": F.gelu}


def generate_square_subsequent_mask(sz: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """Return the float mask (sz, sz) that hides the future: −∞ above the diagonal, else 0.

    Raises ArgumentError for a size that is not a positive integer.

    >>> generate_square_subsequent_mask(3)
    tensor([[  0., -inf, -inf],
            [  0.,   0., -inf],
            [  0.,   0.,   0.]])
    """
    is_size = isinstance(sz, int | np.integer) and sz >= 1
    require("generate_square_subsequent_mask: sz", sz, is_size, "a positive integer")
    return Tensor(np.triu(np.full((sz, sz), -np.inf), 1).astype(dtype or get_default_dtype()))


class TransformerEncoderLayer(Module):
    """x = norm1(x + attention(x)), then norm2(x + linear2(activation(linear1(x)))).

    With ``norm_first`` instead x = x + attention(norm1(x)), then x + linear2(…(norm2(x))): the sum,
    through which gradients pass unchanged, is not normalized, so deep stacks train without a
    warm-up (R. Xiong et al. 2020, "On layer normalization in the transformer architecture").

    ``d_model`` features at each position, ``nhead`` heads, ``dim_feedforward`` hidden features.
    ``dropout``: of the attention's weights, of the hidden features, and of both before they are
    added. ``activation``: "relu", "gelu" or a function. ``batch_first``: whether inputs are
    (N, L, d_model) instead of (L, N, d_model). ``generator`` draws the initial weights and the
    dropout, by default ``ag.default_generator()``.

    Raises ArgumentError for sizes that are not positive integers, a d_model that nhead does not
    divide, an activation of another name.

    Source: A. Vaswani et al. 2017, "Attention is all you need", sections 3.1 and 3.3.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> layer = nn.TransformerEncoderLayer(d_model=8, nhead=2, dim_feedforward=32, batch_first=True)
    >>> layer(ag.randn(3, 5, 8)).shape
    (3, 5, 8)
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Any], Any] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        is_known = callable(activation) or str(activation) in _ACTIVATIONS
        wanted = "'relu', 'gelu' or a function"
        require("TransformerEncoderLayer: activation", activation, is_known, wanted)
        made: dict[str, Any] = {"dtype": dtype, "generator": generator}
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, **made
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias, **made)
        self.dropout = Dropout(dropout, generator=generator)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **made)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1 = Dropout(dropout, generator=generator)
        self.dropout2 = Dropout(dropout, generator=generator)
        self.activation = activation if callable(activation) else _ACTIVATIONS[activation]

    def forward(
        self,
        src: Any,
        src_mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool = False,
    ) -> Any:
        """Return the layer's output in the shape of ``src``.

        ``src_mask`` (L, L) or (N·H, L, L), ``src_key_padding_mask`` (N, L) and ``is_causal``: as in
        ``MultiheadAttention``; bools are True where NOT to look.
        """
        src = as_numeric("TransformerEncoderLayer: the input", src)

        def attend(x: Any) -> Any:
            out, _ = self.self_attn(
                x,
                x,
                x,
                key_padding_mask=src_key_padding_mask,
                need_weights=False,
                attn_mask=src_mask,
                is_causal=is_causal,
            )
            return self.dropout1(out)

        def transform(x: Any) -> Any:
            hidden = self.dropout(self.activation(self.linear1(x)))
            return self.dropout2(self.linear2(hidden))

        if self.norm_first:
            x = src + attend(self.norm1(src))
            return x + transform(self.norm2(x))
        x = self.norm1(src + attend(src))
        return self.norm2(x + transform(x))


class TransformerEncoder(Module):
    """A stack of ``num_layers`` copies of ``encoder_layer``, then ``norm`` if there is one.

    All copies start from the same weights, as PyTorch's do, and draw from the same generator.

    ``norm``: a module; with layers made with norm_first a LayerNorm, as their sums are not
    normalized. ``enable_nested_tensor``: only False, as padding is calculated like the rest.

    Raises ArgumentError for a num_layers that is not a positive integer, UnsupportedError for
    ``enable_nested_tensor=True``.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> layer = nn.TransformerEncoderLayer(8, nhead=2, dim_feedforward=32, batch_first=True)
    >>> encoder = nn.TransformerEncoder(layer, num_layers=3)
    >>> encoder(ag.randn(4, 5, 8), is_causal=True).shape
    (4, 5, 8)
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = False,
    ) -> None:
        super().__init__()
        is_size = isinstance(num_layers, int | np.integer) and num_layers >= 1
        require("TransformerEncoder: num_layers", num_layers, is_size, "a positive integer")
        if enable_nested_tensor:
            raise UnsupportedError(
                "TransformerEncoder: enable_nested_tensor=True is not supported; padding is "
                "calculated like the rest, and src_key_padding_mask keeps others from seeing it"
            )
        shared = {id(held): held for _, held in held_generators(encoder_layer)}
        copies = [deepcopy(encoder_layer, dict(shared)) for _ in range(num_layers)]
        self.layers = ModuleList(copies)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        src: Any,
        mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool | None = None,
    ) -> Any:
        """Return the output in the shape of ``src``; the masks are those of the layers."""
        x = src
        for layer in self.layers:
            x = layer(
                x,
                src_mask=mask,
                src_key_padding_mask=src_key_padding_mask,
                is_causal=bool(is_causal),
            )
        return x if self.norm is None else self.norm(x)

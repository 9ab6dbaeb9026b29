"""Multi-head attention: several attentions side by side, each over its share of the features."""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ShapeError, UnsupportedError
from autograd_mini.nn import init
from autograd_mini.nn.arguments import as_numeric, is_number, require
from autograd_mini.nn.functional.attention import as_mask, kept_weights
from autograd_mini.nn.linear import Linear
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter
from autograd_mini.nn.primitives.attention import (
    attention_weights,
    join_heads,
    self_attention,
    split_heads,
)


class MultiheadAttention(Module):
    """Concat(head₁, …, head_H)·Wᴼᵀ + bᴼ with headᵢ = attention(q·Wᵢ, k·Wᵢ, v·Wᵢ) + biases.

    Each of the ``num_heads`` heads attends over ``embed_dim/num_heads`` features by itself.

    ``dropout``: of the weights, in training. ``kdim``, ``vdim``: the features of key and value, by
    default embed_dim. ``batch_first``: whether inputs are (N, L, E) instead of (L, N, E).
    ``generator`` draws the initial weights and the dropout, by default ``ag.default_generator()``.

    Parameters as PyTorch's: ``in_proj_weight`` (3E, E), or ``q_proj_weight``, ``k_proj_weight``,
    ``v_proj_weight`` if kdim or vdim differ, from Xavier's uniform distribution; ``in_proj_bias``
    (3E,) of zeros; ``out_proj``, a Linear whose bias starts at zero.

    Raises ArgumentError for sizes that are not positive integers or an embed_dim that num_heads
    does not divide, UnsupportedError for ``add_bias_kv`` and ``add_zero_attn``.

    Source: A. Vaswani et al. 2017, "Attention is all you need", section 3.2.2.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> layer = nn.MultiheadAttention(embed_dim=8, num_heads=2, batch_first=True)
    >>> x = ag.randn(3, 5, 8)                       # 3 sequences of 5 positions
    >>> out, weights = layer(x, x, x)
    >>> out.shape, weights.shape
    ((3, 5, 8), (3, 5, 5))
    """

    in_proj_weight: Parameter | None
    in_proj_bias: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        kdim, vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        sizes = {"embed_dim": embed_dim, "num_heads": num_heads, "kdim": kdim, "vdim": vdim}
        for name, size in sizes.items():
            is_size = isinstance(size, int | np.integer) and size >= 1
            require(f"MultiheadAttention: {name}", size, is_size, "a positive integer")
        divisible = f"divisible by num_heads, which is {num_heads}"
        require("MultiheadAttention: embed_dim", embed_dim, embed_dim % num_heads == 0, divisible)
        probable = is_number(dropout) and 0 <= dropout <= 1
        require("MultiheadAttention: dropout", dropout, probable, "a number from 0 to 1")
        for name, given in (("add_bias_kv", add_bias_kv), ("add_zero_attn", add_zero_attn)):
            if given:
                raise UnsupportedError(
                    f"MultiheadAttention: {name}=True is not supported; append the extra position "
                    f"to key and value yourself"
                )
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.kdim = kdim
        self.vdim = vdim
        self.batch_first = batch_first
        self.generator = generator
        dtype = dtype or get_default_dtype()
        packed = kdim == vdim == embed_dim
        shapes = {
            "q_proj_weight": None if packed else (embed_dim, embed_dim),
            "k_proj_weight": None if packed else (embed_dim, kdim),
            "v_proj_weight": None if packed else (embed_dim, vdim),
            "in_proj_weight": (3 * embed_dim, embed_dim) if packed else None,
            "in_proj_bias": (3 * embed_dim,) if bias else None,
        }
        for name, shape in shapes.items():
            self.register_parameter(name, Parameter(np.empty(shape, dtype)) if shape else None)
        self.out_proj = Linear(embed_dim, embed_dim, bias, dtype=dtype, generator=generator)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw the weights of the inputs again, and set all biases to zero."""
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                init.zeros_(parameter)
            elif name != "out_proj.weight":
                init.xavier_uniform_(parameter, generator=generator)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        """Return the output and, with ``need_weights``, the weights, else None.

        Shapes: query (N, L, E), key (N, S, kdim), value (N, S, vdim), output (N, L, E), weights
        (N, L, S), or (N, H, L, S) without ``average_attn_weights``; without ``batch_first`` N comes
        second in all but the weights; all without N for one sequence.
        ``key_padding_mask`` (N, S), ``attn_mask`` (L, S) or (N·H, L, S): of bools, True where NOT
        to look (unlike ``functional.scaled_dot_product_attention``); of floats, added to the
        scores. ``is_causal``: position i sees 0..i only; no mask is needed for that. A query that
        may look nowhere gets zeros. ``need_weights=False`` is faster.

        Raises ShapeError for other shapes, DTypeError for masks of integers.
        """
        inputs = self._batches(query, key, value)
        is_batched = np.ndim(query) == 3
        n, n_queries, _ = inputs[0].shape
        shape = (n, self.num_heads, n_queries, inputs[1].shape[1])
        mask = _merged_masks(attn_mask, key_padding_mask, shape, is_batched, inputs[0].dtype)
        p = self.dropout if self.training else 0.0
        weights = None
        packed_weight = self.in_proj_weight if key is query and value is query else None
        if packed_weight is not None and not need_weights:
            packed = F.linear(inputs[0], packed_weight, self.in_proj_bias)
            kept = kept_weights(shape, packed.dtype, p, self.generator)
            out = self_attention(
                packed, mask, kept, num_heads=self.num_heads, is_causal=bool(is_causal)
            )
        else:
            q, k, v = (split_heads(x, self.num_heads) for x in self._projected(*inputs))
            if need_weights:
                scale = 1 / sqrt(q.shape[-1])
                weights = attention_weights(q, k, mask, is_causal=is_causal, scale=scale)
                weights = F.dropout(weights, p, generator=self.generator)
                heads = np.matmul(weights, v)
            else:
                heads = F.scaled_dot_product_attention(
                    q, k, v, mask, p, is_causal, generator=self.generator
                )
            out = join_heads(heads)
        out = self.out_proj(out)
        if weights is not None and average_attn_weights:
            weights = weights.mean(axis=1)
        if not is_batched:
            return out[0], None if weights is None else weights[0]
        return out if self.batch_first else np.swapaxes(out, 0, 1), weights

    def _batches(self, *inputs: Any) -> list[Any]:
        """Return query, key and value as (N, length, features)."""
        text = "MultiheadAttention: "
        arrays = []
        for name, x, size in zip(
            ("query", "key", "value"), inputs, (self.embed_dim, self.kdim, self.vdim), strict=True
        ):
            array = as_numeric(f"{text}the {name}", x)
            order = "(N, length, features)" if self.batch_first else "(length, N, features)"
            if array.ndim not in (2, 3) or array.ndim != np.ndim(inputs[0]):
                raise ShapeError(
                    f"{text}query, key and value must have 3 axes {order}, or 2 axes without N, "
                    f"got {name} of shape {array.shape}"
                )
            if array.shape[-1] != size:
                raise ShapeError(
                    f"{text}the {name} must have {size} features on the last axis, got shape "
                    f"{array.shape}"
                )
            if array.ndim == 2:
                array = array[None]
            elif not self.batch_first:
                array = np.swapaxes(array, 0, 1)
            arrays.append(array)
        query, key, value = arrays
        if not len(query) == len(key) == len(value):
            raise ShapeError(
                f"{text}query, key and value must have the same batch size, got {len(query)}, "
                f"{len(key)} and {len(value)}; with batch_first={self.batch_first} axes are {order}"
            )
        if key.shape[1] != value.shape[1]:
            raise ShapeError(
                f"{text}there are {key.shape[1]} keys and {value.shape[1]} values; each key needs "
                f"its value"
            )
        return arrays

    def _projected(self, *inputs: Any) -> list[Any]:
        """Return query, key and value times their weights plus their biases."""
        parts = [slice(i * self.embed_dim, (i + 1) * self.embed_dim) for i in range(3)]
        weights: list[Any]
        if self.in_proj_weight is None:
            weights = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
        else:
            weights = [self.in_proj_weight[part] for part in parts]
        biases = [None if self.in_proj_bias is None else self.in_proj_bias[part] for part in parts]
        return [F.linear(x, w, b) for x, w, b in zip(inputs, weights, biases, strict=True)]

    def extra_repr(self) -> str:
        return (
            f"embed_dim={self.embed_dim}, num_heads={self.num_heads}, dropout={self.dropout}, "
            f"batch_first={self.batch_first}"
        )


def _merged_masks(
    attn_mask: Any, key_padding_mask: Any, shape: tuple[int, ...], is_batched: bool, dtype: Any
) -> Any:
    """Return both masks as one of ``functional.scaled_dot_product_attention``, or None."""
    n, n_heads, n_queries, n_keys = shape
    masks = []
    if attn_mask is not None:
        wanted: tuple[int, ...] = (n_queries, n_keys)
        if np.ndim(attn_mask) == 3:
            wanted = (n * n_heads, n_queries, n_keys)
        mask = _checked_mask("attn_mask", attn_mask, wanted, dtype)
        masks.append(mask if mask.ndim == 2 else mask.reshape(shape))
    if key_padding_mask is not None:
        wanted = (n, n_keys) if is_batched else (n_keys,)
        mask = _checked_mask("key_padding_mask", key_padding_mask, wanted, dtype)
        masks.append(mask.reshape(n, 1, 1, n_keys))
    if not masks:
        return None
    if all(mask.dtype == bool for mask in masks):
        return np.logical_not(masks[0] if len(masks) == 1 else np.logical_or(*masks))
    closed, open_ = np.array(-np.inf, dtype), np.array(0, dtype)
    biases = [np.where(mask, closed, open_) if mask.dtype == bool else mask for mask in masks]
    return biases[0] if len(biases) == 1 else biases[0] + biases[1]


def _checked_mask(name: str, mask: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    mask = as_mask(f"MultiheadAttention: {name}", mask, dtype)
    if mask.shape != shape:
        raise ShapeError(f"MultiheadAttention: {name} must have shape {shape}, got {mask.shape}")
    return mask

"""Attention as fused primitives: one pass forward that keeps what one joint backward needs.

The weights are never divided by their sums. With e = exp(scores) and shares r = 1/Σe, the output is
r·(e @ value), and every cotangent can be had from e and r: the cotangent of the scores is
e∘(ḡr @ valueᵀ − Σ ḡr∘out), where the sum runs over features instead of keys (T. Dao et al. 2022,
"FlashAttention", appendix B.2, eq. 4). So a pass over L·S numbers is saved twice.
"""

from math import log, sqrt
from typing import Any

import numpy as np

from autograd_mini.fusion import fused
from autograd_mini.ops.normalizing import softmax
from autograd_mini.sweep import unbroadcast

Saved = tuple[Any, ...]


def _allowed(mask: Any, is_causal: bool, n_queries: int, n_keys: int) -> Any:
    """Return which query may attend to which key: a bool array that broadcasts, or None for all."""
    allowed = mask if mask is not None and mask.dtype == bool else None
    if is_causal:
        earlier = np.tri(n_queries, n_keys, dtype=bool)
        return earlier if allowed is None else np.logical_and(allowed, earlier)
    return allowed


def _is_bias(mask: Any) -> bool:
    return mask is not None and mask.dtype != bool


def attention_weights(
    query: Any, key: Any, mask: Any = None, *, is_causal: bool = False, scale: float
) -> Any:
    """Return softmax(scale·query @ keyᵀ + mask), a composition of primitives.

    A row of zeros where a query may look at no key.
    """
    scores = np.matmul(query * scale, np.swapaxes(key, -1, -2))
    if _is_bias(mask):
        scores = scores + mask
    allowed = _allowed(mask, is_causal, *scores.shape[-2:])
    if allowed is not None:
        scores = np.where(allowed, scores, -np.inf)
    open_rows = np.any(np.greater(scores, -np.inf), axis=-1, keepdims=True)
    return softmax(np.where(open_rows, scores, 0)) * open_rows


def _attention_definition(
    query: Any, key: Any, value: Any, mask: Any, kept: Any, *, is_causal: bool, scale: float
) -> Any:
    weights = attention_weights(query, key, mask, is_causal=is_causal, scale=scale)
    return np.matmul(weights if kept is None else weights * kept, value)


def _powers(scores: Any, allowed: Any) -> Any:
    """Return e^(score − a number for each row), 0 where not allowed, in the memory of ``scores``.

    The number, the row's largest score, keeps sums from overflowing; it is 0 where none would.
    """
    limit = log(np.finfo(scores.dtype).max) / 2 - log(max(scores.shape[-1], 1))
    modest = scores.min(initial=0) > -limit and scores.max(initial=0) < limit
    if allowed is not None:
        np.copyto(scores, -np.inf, where=~allowed)
    if not modest:
        largest = scores.max(axis=-1, keepdims=True, initial=-np.inf)
        scores -= np.where(largest == -np.inf, 0, largest)
    return np.exp(scores, out=scores)


def _attend(
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    kept: Any,
    is_causal: bool,
    scale: float,
    out: Any = None,
) -> Saved:
    """Return the output, written to ``out`` if given, and what else ``_cotangents`` needs."""
    scaled = query * scale
    scores = np.matmul(scaled, np.swapaxes(key, -1, -2))
    if _is_bias(mask):
        scores += mask
    powers = _powers(scores, _allowed(mask, is_causal, *scores.shape[-2:]))
    sums = np.matmul(powers, np.ones((powers.shape[-1], 1), powers.dtype))
    shares = np.reciprocal(sums, out=np.zeros_like(sums), where=sums != 0)
    out = np.matmul(powers if kept is None else powers * kept, value, out=out)
    out *= shares
    return out, scaled, powers, shares


def _cotangents(
    g: Any,
    saved: Saved,
    key: Any,
    value: Any,
    kept: Any,
    scale: float,
    into: tuple[Any, Any, Any] = (None, None, None),
) -> tuple[Any, Any, Any, Any, Any]:
    """Return the cotangents of query, key, value, written ``into`` arrays, scores and ``kept``."""
    out, scaled, powers, shares = saved
    to_query, to_key, to_value = into
    to_kept = None
    g = g * shares
    dropped = powers if kept is None else powers * kept
    to_value = np.matmul(np.swapaxes(dropped, -1, -2), g, out=to_value)
    to_scores = np.matmul(g, np.swapaxes(value, -1, -2))
    if kept is not None:
        to_kept = to_scores * powers
        to_scores *= kept
    to_scores -= np.vecdot(g, out)[..., None]
    to_scores *= powers
    to_query = np.matmul(to_scores, key, out=to_query)
    to_query *= scale
    to_key = np.matmul(np.swapaxes(to_scores, -1, -2), scaled, out=to_key)
    return to_query, to_key, to_value, to_scores, to_kept


def _attention_forward(
    query: Any, key: Any, value: Any, mask: Any, kept: Any, *, is_causal: bool, scale: float
) -> tuple[Any, Saved]:
    saved = _attend(query, key, value, mask, kept, is_causal, scale)
    return saved[0], saved


def _attention_backward(
    g: Any,
    saved: Saved,
    wanted: tuple[bool, ...],
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    kept: Any,
    *,
    is_causal: bool,
    scale: float,
) -> tuple[Any, ...]:
    found = _cotangents(g, saved, key, value, kept, scale)
    inputs = (query, key, value, mask, kept)
    return tuple(
        unbroadcast(cotangent, x.shape) if w else None
        for cotangent, x, w in zip(found, inputs, wanted, strict=True)
    )


attention = fused(
    _attention_definition,
    name="attention",
    doc="z = (W∘kept) @ value, W = softmax(scale·query @ keyᵀ + mask); "
    "∂z/∂query = scale·s̄ @ key, s̄ = W∘(kept∘(ḡ @ valueᵀ) − Σ ḡ∘z); "
    "∂z/∂key = scale·s̄ᵀ @ query; ∂z/∂value = (W∘kept)ᵀ @ ḡ; ∂z/∂mask = s̄; "
    "∂z/∂kept = W∘(ḡ @ valueᵀ)",
    forward=_attention_forward,
    backward=_attention_backward,
)


def split_heads(x: Any, num_heads: int) -> Any:
    """Return x (…, L, E) as (…, H, L, E/H), each head with its share of the features; a view."""
    *lead, length, features = x.shape
    return np.swapaxes(np.reshape(x, (*lead, length, num_heads, features // num_heads)), -2, -3)


def join_heads(x: Any) -> Any:
    """Return x (…, H, L, D) as (…, L, H·D), the inverse of ``split_heads``."""
    *lead, num_heads, length, features = x.shape
    return np.reshape(np.swapaxes(x, -2, -3), (*lead, length, num_heads * features))


def _three(packed: Any, num_heads: int) -> tuple[Any, Any, Any]:
    """Return the queries, keys and values of all heads, views of ``packed`` (…, L, 3·E)."""
    size = packed.shape[-1] // 3
    query, key, value = (
        split_heads(packed[..., start : start + size], num_heads)
        for start in range(0, 3 * size, size)
    )
    return query, key, value


def _head_scale(packed: Any, num_heads: int) -> float:
    return 1 / sqrt(packed.shape[-1] / 3 / num_heads)


def _self_attention_definition(
    packed: Any, mask: Any, kept: Any, *, num_heads: int, is_causal: bool
) -> Any:
    out = _attention_definition(
        *_three(packed, num_heads),
        mask,
        kept,
        is_causal=is_causal,
        scale=_head_scale(packed, num_heads),
    )
    return join_heads(out)


def _self_attention_forward(
    packed: Any, mask: Any, kept: Any, *, num_heads: int, is_causal: bool
) -> tuple[Any, Saved]:
    out = np.empty((*packed.shape[:-1], packed.shape[-1] // 3), packed.dtype)
    scale = _head_scale(packed, num_heads)
    heads = split_heads(out, num_heads)
    return out, _attend(*_three(packed, num_heads), mask, kept, is_causal, scale, heads)


def _self_attention_backward(
    g: Any,
    saved: Saved,
    wanted: tuple[bool, ...],
    packed: Any,
    mask: Any,
    kept: Any,
    *,
    num_heads: int,
    is_causal: bool,
) -> tuple[Any, ...]:
    _, key, value = _three(packed, num_heads)
    to_packed = np.empty_like(packed)
    *_, to_scores, to_kept = _cotangents(
        split_heads(g, num_heads),
        saved,
        key,
        value,
        kept,
        _head_scale(packed, num_heads),
        _three(to_packed, num_heads),
    )
    return (
        to_packed,
        unbroadcast(to_scores, mask.shape) if wanted[1] else None,
        unbroadcast(to_kept, kept.shape) if wanted[2] else None,
    )


self_attention = fused(
    _self_attention_definition,
    name="self_attention",
    doc="z = attention of each head, side by side, for packed = [query, key, value]; "
    "∂z/∂packed = as in attention, side by side; "
    "∂z/∂mask = summed over heads where it is shared; ∂z/∂kept = as in attention",
    forward=_self_attention_forward,
    backward=_self_attention_backward,
)

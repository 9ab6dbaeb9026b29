"""Attention: an average of values, weighted by how well their keys fit a query."""

from math import sqrt
from typing import Any

import numpy as np

from autograd_mini.errors import DTypeError, ShapeError, UnsupportedError
from autograd_mini.nn.arguments import as_numeric, require
from autograd_mini.nn.functional.noise import dropout
from autograd_mini.nn.primitives.attention import attention
from autograd_mini.rows import Array


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
    *,
    generator: np.random.Generator | None = None,
) -> Any:
    """Return softmax(scale · query @ keyᵀ + mask) @ value.

    Shapes: query (…, L, E), key (…, S, E), value (…, S, Eᵥ), result (…, L, Eᵥ); leading axes, such
    as batch and heads, broadcast.
    ``attn_mask``, broadcastable to (…, L, S): of bools, True where a query may look at a key; of
    floats, added to the scores. A query that may look nowhere gets zeros.
    ``is_causal``: query i sees the keys 0..i only. ``scale``: 1/√E by default, which keeps the
    variance of the scores at 1 for independent entries of variance 1.
    ``dropout_p``: the probability with which each weight is set to 0, the rest being divided by
    1 − p; this function does not know of training, so pass 0 outside it. ``generator`` draws them,
    by default ``ag.default_generator()``.

    Raises ShapeError for shapes that do not fit together, DTypeError for a mask of integers,
    ArgumentError unless 0 ≤ dropout_p ≤ 1, UnsupportedError for ``enable_gqa``.

    Source: A. Vaswani et al. 2017, "Attention is all you need", eq. 1.

    >>> import autograd_mini as ag
    >>> query = ag.tensor([[10.0, 0.0]])
    >>> key = ag.tensor([[10.0, 0.0], [0.0, 10.0]])
    >>> scaled_dot_product_attention(query, key, value=ag.tensor([[1.0], [2.0]]))
    tensor([[1.]])
    """
    name = "scaled_dot_product_attention"
    if enable_gqa:
        raise UnsupportedError(
            f"{name}: enable_gqa=True is not supported; repeat the heads of key and value with "
            f"np.repeat(key, n, axis=-3)"
        )
    probable = isinstance(dropout_p, int | float | np.number) and 0 <= dropout_p <= 1
    require(f"{name}: dropout_p", dropout_p, probable, "a number from 0 to 1")
    query, key, value = (
        _as_floats(f"{name}: the {what}", x)
        for what, x in (("query", query), ("key", key), ("value", value))
    )
    shape = _shape_of_scores(name, query, key, value)
    mask = None
    if attn_mask is not None:
        mask = as_mask(f"{name}: attn_mask", attn_mask, query.dtype)
        if not _stretches_to(mask.shape, shape):
            raise ShapeError(
                f"{name}: attn_mask has shape {mask.shape}, which does not broadcast to {shape}"
            )
    return attention(
        query,
        key,
        value,
        mask,
        kept_weights(shape, query.dtype, dropout_p, generator),
        is_causal=bool(is_causal),
        scale=1 / sqrt(query.shape[-1]) if scale is None else float(scale),
    )


def _as_floats(what: str, value: Any) -> Any:
    value = as_numeric(what, value)
    if value.dtype.kind != "f":
        raise DTypeError(f"{what} must hold floats, got {value.dtype}; write x.astype(float)")
    return value


def _shape_of_scores(name: str, query: Any, key: Any, value: Any) -> tuple[int, ...]:
    """Return (…, L, S).

    Raises ShapeError if the three do not fit together.
    """
    shapes = query.shape, key.shape, value.shape
    text = f"{name}: query {shapes[0]}, key {shapes[1]}, value {shapes[2]}: "
    if min(map(len, shapes)) < 2:
        raise ShapeError(f"{text}each needs at least 2 axes, (…, length, features)")
    if query.shape[-1] != key.shape[-1] or not query.shape[-1]:
        raise ShapeError(
            f"{text}a query has {query.shape[-1]} features and a key {key.shape[-1]}; they must "
            f"have as many, at least one"
        )
    if key.shape[-2] != value.shape[-2]:
        raise ShapeError(
            f"{text}there are {key.shape[-2]} keys and {value.shape[-2]} values; each key needs "
            f"its value"
        )
    try:
        lead = np.broadcast_shapes(*(shape[:-2] for shape in shapes))
    except ValueError:
        raise ShapeError(
            f"{text}the axes before the last two, such as the batch, differ and do not broadcast"
        ) from None
    return (*lead, query.shape[-2], key.shape[-2])


def kept_weights(
    shape: tuple[int, ...], dtype: Any, p: float, generator: np.random.Generator | None
) -> Array | None:
    """Return what dropout multiplies weights with: 0 with probability p, else 1/(1 − p)."""
    if p == 0:
        return None
    return np.asarray(dropout(np.ones(shape, dtype), p, generator=generator))


def as_mask(what: str, mask: Any, dtype: Any) -> Any:
    """Return ``mask`` as bools, or as floats of ``dtype``.

    Raises DTypeError for other numbers.
    """
    mask = as_numeric(what, mask)
    if mask.dtype.kind not in "bf":
        raise DTypeError(
            f"{what} must hold bools (where to look) or floats (to be added), got {mask.dtype}; "
            f"write mask.astype(bool)"
        )
    return mask if mask.dtype in (bool, dtype) else mask.astype(dtype)


def _stretches_to(given: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(given, shape) == shape
    except ValueError:
        return False

"""Looking up rows of a table, and its adjoint: adding to the rows that were looked up."""

from typing import Any

import numpy as np

from autograd_mini.ops.indexing import scatter_add
from autograd_mini.registry import primitive
from autograd_mini.rows import Array


def _rows(
    weight: Any, *, indices: Array, padding_idx: int | None = None, by_frequency: bool = False
) -> Any:
    return weight[indices]


def _vjp(
    g: Any,
    out: Any,
    weight: Any,
    *,
    indices: Array,
    padding_idx: int | None = None,
    by_frequency: bool = False,
) -> Any:
    if padding_idx is not None or by_frequency:
        counts = np.bincount(indices.ravel(), minlength=len(weight)) if by_frequency else None
        share = np.ones(indices.shape) if counts is None else 1 / counts[indices]
        g = g * np.where(indices == padding_idx, 0, share).astype(g.dtype)[..., None]
    return scatter_add(g, index=indices, shape=weight.shape)


embedding = primitive(
    _rows,
    name="embedding",
    doc="z = weight[indices]; ∂z/∂weight = 1 where looked up, added up; 0 in the padding row",
    weight=_vjp,
)

"""Rules for indexing: reading elements, and its adjoint, adding into elements."""

import operator
from math import prod
from typing import Any

import numpy as np

from autograd_mini.brief import brief
from autograd_mini.registry import primitive


def _is_basic(index: Any) -> bool:
    """Tell whether every element is read at most once: integers, slices, None, …, masks."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        isinstance(part, int | np.integer | slice | type(None) | type(...))
        or (isinstance(part, np.ndarray) and part.dtype.kind == "b")
        for part in parts
    )


def _scatter_add(x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    total = np.zeros(shape, dtype=x.dtype)
    if _is_basic(index):
        total[index] = x
    elif isinstance(index, np.ndarray) and len(shape) > 1:
        # whole rows, as of an embedding: number by number np.add.at is several times faster
        width = prod(shape[1:])
        places = np.arange(shape[0])[index][..., None] * width + np.arange(width)
        np.add.at(total.reshape(-1), places.reshape(-1), np.reshape(x, -1))
    else:
        np.add.at(total, index, x)
    return total


def _outside(x: Any, *, index: Any) -> str | None:
    parts = index if isinstance(index, tuple) else (index,)
    for part in parts:
        if isinstance(part, str | float) or getattr(part, "dtype", np.dtype(int)).kind in "fU":
            return (
                f"an index is a whole number, a slice, None, ... or an array of whole numbers or "
                f"truth values, got {brief(part) if isinstance(part, np.ndarray) else repr(part)}"
            )
    return f"index [{', '.join(map(brief, parts))}] does not fit shape {np.shape(x)}"


scatter_add = primitive(
    _scatter_add,
    name="scatter_add",
    doc="z = zeros, x added at index; ∂z/∂x = 1",
    x=lambda g, out, x, *, index, shape: g[index],
)
getitem = primitive(
    lambda x, index: x[index],
    name="getitem",
    doc="z = x[index]; ∂z/∂x = 1 where read, added up where read twice",
    complain=_outside,
    x=lambda g, out, x, *, index: scatter_add(g, index, x.shape),
)


def _ends(part: slice) -> tuple[Any, Any, Any]:
    return part.start, part.stop, part.step


def plain_index(index: Any) -> Any:
    """Return ``index`` with lists, tensors and arrays in it as arrays of our own.

    They are copied and locked, so that nothing can change what a row has saved.
    """
    if isinstance(index, tuple):
        return tuple(map(plain_index, index))
    if isinstance(index, slice):
        return slice(*(end if end is None else operator.index(end) for end in _ends(index)))
    if isinstance(index, int | type(None) | type(...)):
        return index
    array = np.array(index)
    if array.size == 0 and array.dtype.kind == "f":
        return array.astype(np.intp)
    array.flags.writeable = False
    return array

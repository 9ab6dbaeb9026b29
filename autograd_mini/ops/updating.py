"""Rules for replacing and adding to elements: ``t[i] = v`` as functions that return a new array."""

from typing import Any

import numpy as np

from autograd_mini.brief import brief
from autograd_mini.errors import DTypeError
from autograd_mini.ops.axes import arraylike
from autograd_mini.ops.indexing import plain_index
from autograd_mini.registry import primitive


def _misfit(x: Any, value: Any, *, index: Any) -> str:
    parts = ", ".join(map(brief, index if isinstance(index, tuple) else (index,)))
    try:
        place = np.empty(np.shape(x))[index].shape
    except IndexError:
        return f"index [{parts}] does not fit shape {np.shape(x)}"
    return f"a value of shape {np.shape(value)} does not fit into [{parts}], of shape {place}"


def _update(x: Any, value: Any, index: Any) -> Any:
    z = np.array(x)
    if z.dtype.kind != "f" and np.result_type(value).kind == "f":
        raise DTypeError(
            f"index_update: {z.dtype} elements cannot take fractions; use x.astype(float) first"
        )
    z[index] = value
    return z


def _written(g: Any, x: Any, value: Any, index: Any) -> Any:
    """Return ``g`` at ``index``, 0 where a later element of ``value`` overwrote the place."""
    writer = np.full(x.shape, -1)
    numbers = np.arange(writer[index].size).reshape(writer[index].shape)
    writer[index] = numbers
    kept = g[index] * (writer[index] == numbers)
    return np.broadcast_to(kept, np.broadcast_shapes(kept.shape, value.shape))


_index_update = primitive(
    _update,
    name="index_update",
    doc="z = x, value written at index; ∂z/∂x = 1 outside index, 0 at it; "
    "∂z/∂value = 1 where written last",
    broadcasts=True,
    complain=_misfit,
    x=lambda g, out, x, value, *, index: index_update(g, index, 0),
    value=lambda g, out, x, value, *, index: _written(g, x, value, index),
)


def _add(x: Any, value: Any, index: Any) -> Any:
    z = np.array(x)
    np.add.at(z, index, value)
    return z


_index_add = primitive(
    _add,
    name="index_add",
    doc="z = x, value added at index; ∂z/∂x = 1; ∂z/∂value = 1",
    broadcasts=True,
    complain=_misfit,
    x=lambda g, out, x, value, *, index: g,
    value=lambda g, out, x, value, *, index: g[index],
)


def index_update(x: Any, index: Any, value: Any) -> Any:
    """Return ``x`` with ``value`` at ``index``: ``x[index] = value`` that leaves ``x`` alone.

    The gradient of what was overwritten is 0. Where ``index`` names a place twice, the last value
    stays, and has the gradient.

    Raises IndexingError or ShapeError if they do not fit, DTypeError for fractions among integers.

    >>> import autograd_mini as ag
    >>> x = ag.tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> y = index_update(x, 1, 10.0)
    >>> y.sum().backward()
    >>> y.detach(), x.grad
    (tensor([ 1., 10.,  3.]), tensor([1., 0., 1.]))
    """
    return _index_update(arraylike(x), value, index=plain_index(index))


def index_add(x: Any, index: Any, value: Any) -> Any:
    """Return ``x`` with ``value`` added at ``index``, twice where ``index`` names a place twice.

    Raises IndexingError or ShapeError if they do not fit.

    >>> import autograd_mini as ag
    >>> index_add(ag.zeros(3), [0, 2, 2], 1.0)
    tensor([1., 0., 2.])
    """
    return _index_add(arraylike(x), value, index=plain_index(index))

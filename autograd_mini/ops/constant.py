"""The closed list of NumPy functions whose result carries no gradient.

Piecewise constant functions have derivative 0 wherever they have one; the others answer questions
about an array. As NumPy's functions all return plain arrays; operators and methods of a Tensor
(``t > 0``, ``t.argmax()``) give Tensors without a gradient. They need no rule, but the list must be
closed: a function missing both here and among the primitives is refused at the call, never silently
cut off.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_mini.errors import UnsupportedError
from autograd_mini.registry import composed

CONSTANT: frozenset[Callable[..., Any]] = frozenset(
    {
        *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
        *(np.logical_and, np.logical_or, np.logical_not, np.logical_xor),
        *(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift),
        *(np.gcd, np.lcm, np.floor_divide, np.sign, np.signbit, np.spacing),
        *(np.floor, np.ceil, np.rint, np.trunc, np.round, np.around, np.fix),
        *(np.isnan, np.isinf, np.isfinite, np.isposinf, np.isneginf, np.isin),
        *(np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj),
        *(np.isclose, np.allclose, np.array_equal, np.array_equiv, np.all, np.any),
        *(np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition),
        *(np.lexsort, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero),
        *(np.searchsorted, np.digitize, np.unravel_index, np.ravel_multi_index),
        *(np.diag_indices_from, np.tril_indices_from, np.triu_indices_from),
        *(np.shape, np.ndim, np.size, np.result_type, np.common_type),
        *(np.may_share_memory, np.shares_memory),
        *(np.zeros_like, np.ones_like, np.empty_like),
        *(np.array_repr, np.array_str, np.array2string),
    }
)


def _unless_tracked(function: Callable[..., Any], position: int, keyword: str) -> None:
    """Let ``function`` answer, unless the argument whose values reach the result is tracked."""

    @composed(function)
    def answer(*args: Any, **kwargs: Any) -> Any:
        carried = args[position] if position < len(args) else kwargs.get(keyword)
        if getattr(carried, "requires_grad", False):
            raise UnsupportedError(
                f"np.{function.__name__}: its result would take over values of {keyword} without "
                f"their gradient; detach() that tensor first"
            )
        plain = {name: getattr(value, "_array", value) for name, value in kwargs.items()}
        return function(*(getattr(value, "_array", value) for value in args), **plain)


_unless_tracked(np.full_like, 1, "fill_value")
_unless_tracked(np.heaviside, 1, "x2")
_unless_tracked(np.bincount, 1, "weights")
_unless_tracked(np.unique, 0, "ar")

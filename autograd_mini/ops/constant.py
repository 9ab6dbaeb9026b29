"""The closed list of NumPy functions whose result carries no gradient.

Piecewise constant functions have derivative 0 wherever they have one; the others answer questions
about an array. All return plain arrays. They need no rule, but the list must be closed: a function
missing both here and among the primitives is refused at the call, never silently cut off.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

CONSTANT: frozenset[Callable[..., Any]] = frozenset(
    {
        *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
        *(np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.heaviside),
        *(np.sign, np.signbit, np.floor, np.ceil, np.rint, np.trunc, np.round, np.floor_divide),
        *(np.isnan, np.isinf, np.isfinite, np.isclose, np.allclose, np.array_equal),
        *(np.argmax, np.argmin, np.argsort, np.argwhere, np.nonzero, np.flatnonzero),
        *(np.count_nonzero, np.searchsorted, np.digitize, np.bincount, np.unique),
        *(np.all, np.any, np.shape, np.ndim, np.size, np.result_type, np.may_share_memory),
        *(np.zeros_like, np.ones_like, np.full_like, np.empty_like),
        *(np.array_repr, np.array_str, np.array2string),
    }
)

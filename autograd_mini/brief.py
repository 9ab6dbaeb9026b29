"""Values in a few characters, for tables and messages."""

from typing import Any

import numpy as np


def brief(value: Any) -> str:
    """Return a value in a few characters: the numbers of a small array, else mean ± spread.

    >>> brief(np.float32(2.5)), brief(np.arange(3)), brief(np.ones((9, 9))), brief(slice(1, None))
    ('2.5', '[0 1 2]', '1 ± 0', '1:')
    """
    if isinstance(value, np.ndarray):
        if value.ndim and value.size <= 4:
            numbers = np.array2string(value, formatter={"float_kind": _number}, separator=" ")
            return " ".join(numbers.split())
        if value.ndim and value.dtype.kind == "f":
            return f"{value.mean():.3g} ± {value.std():.3g}"
        if value.ndim:
            return f"{value.dtype} {value.shape}"
        value = value[()]
    if isinstance(value, float | np.floating):
        return _number(value)
    if isinstance(value, slice):
        ends = ["" if end is None else str(end) for end in (value.start, value.stop, value.step)]
        return ":".join(ends if ends[2] else ends[:2])
    if isinstance(value, tuple):
        return f"({', '.join(map(brief, value))})"
    return "..." if value is ... else str(value)


def _number(value: Any) -> str:
    return f"{value:.4g}"

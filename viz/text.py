"""Numbers and names as short texts that cannot break a picture."""

from typing import Any

import numpy as np

from autograd_mini.brief import brief

LONGEST_NAME = 40
FEW = 4
"""Arrays of at most this many elements are shown whole."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def clip(text: str, longest: int = LONGEST_NAME) -> str:
    """Return ``text`` on one line, without unprintable characters, its middle cut out if long.

    >>> clip("two\\nlines"), clip("abcdefghij", 7)
    ('two\\\\nlines', 'abc…hij')
    """
    if len(text) > longest:
        text = text[: longest // 2] + "…" + text[len(text) - (longest - 1) // 2 :]
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def number(value: float) -> str:
    """Return a number with four significant digits and a true minus sign.

    >>> number(-0.12345678)
    '−0.1235'
    """
    return _shown(np.asarray(value))


def _shown(value: np.ndarray[Any, Any]) -> str:
    """Return a small array with true minus signs, and without negative zeros."""
    if value.dtype.kind == "f":
        value = value + 0.0
    return clip(brief(value).replace("-", "−").replace("nan", "NaN"))


def power_of_ten(exponent: int) -> str:
    """Return ``10⁻³`` for -3."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def value_text(value: np.ndarray[Any, Any]) -> str:
    """Return a small array whole, of a larger one its least, mean and greatest element.

    >>> value_text(np.float32([1, 2])), value_text(np.arange(9.0))
    ('value [1 2]', 'min 0, mean 4, max 8')
    """
    if value.size <= FEW or value.dtype.kind not in "biuf":
        return f"value {_shown(value)}"
    if value.dtype.kind == "b":
        return f"{np.count_nonzero(value)} of {value.size} true"
    with np.errstate(all="ignore"):
        low, mean, high = value.min(), value.mean(dtype=np.float64), value.max()
    return f"min {number(low)}, mean {number(mean)}, max {number(high)}"


def norm(value: np.ndarray[Any, Any]) -> float:
    """Return the 2-norm in float64, without overflow on the way.

    >>> norm(np.full(4, 1e200)) == 2e200
    True
    """
    numbers = value.astype(np.float64).ravel()
    largest = np.abs(numbers).max(initial=0.0)
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    return float(largest * np.linalg.norm(numbers / largest))


def gradient_text(gradient: np.ndarray[Any, Any]) -> str:
    """Return a small gradient whole, of a larger one the norm.

    >>> gradient_text(np.array([3.0, 4.0])), gradient_text(np.full(16, 0.5))
    ('gradient [3 4]', '‖gradient‖ 2')
    """
    if gradient.size <= FEW:
        return f"gradient {_shown(gradient)}"
    return f"‖gradient‖ {number(norm(gradient))}"

"""Comparisons for ``checks.py``: each failure says what the learner returned, and why it is wrong.

A check calls ``answer`` for a value and ``expect`` to compare it; the table of mistakes names the
usual wrong answers, so that the text speaks of the learner's own numbers.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Mistakes = Sequence[tuple[npt.ArrayLike, str]]


def answer(function: Callable[..., Any], *inputs: Any) -> Any:
    """Call the learner's ``function``; None is a forgotten return."""
    value = function(*inputs)
    assert value is not None, f"{function.__name__} returned None: is the `return` missing?"
    return value


def as_array(value: Any, shape: tuple[int, ...], what: str) -> npt.NDArray[np.float64]:
    """Return the learner's ``value`` as numbers of ``shape``, or say what it is instead."""
    array = _numbers(value, what)
    assert array.shape == shape, f"{what} has shape {array.shape}, expected {shape}" + (
        ": which of the two sides wants a transpose?" if array.shape == shape[::-1] else ""
    )
    return array


def as_number(value: Any, what: str) -> float:
    """Return the learner's ``value`` as one number, or say what it is instead."""
    array = _numbers(value, what)
    assert array.size == 1, f"{what} should be one number; you returned shape {array.shape}"
    return float(array.reshape(()))


def as_numbers(value: Any, names: Sequence[str], what: str) -> list[float]:
    """Return the learner's ``value`` as one number for each of ``names``."""
    wanted = f"{what} should be {len(names)} numbers, ({', '.join(names)})"
    assert isinstance(value, tuple | list | np.ndarray), (
        f"{wanted}; you returned {show(value)}, of type {type(value).__name__}"
    )
    assert len(value) == len(names), f"{wanted}; you returned {len(value)} of them"
    return [as_number(each, f"{what}: {name}") for each, name in zip(value, names, strict=True)]


def is_close(got: npt.ArrayLike, expected: npt.ArrayLike, rtol: float = 1e-6) -> bool:
    """Whether both have one shape and the same numbers, each to ``rtol``; 0 may be a round-off."""
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return False
    largest = float(np.max(np.abs(expected), initial=0.0))
    return bool(np.allclose(got, expected, rtol=rtol, atol=1e-12 * largest))


def expect(
    got: npt.ArrayLike,
    expected: npt.ArrayLike,
    what: str,
    mistakes: Mistakes = (),
    rtol: float = 1e-6,
) -> None:
    """Fail, with the explanation of the known mistake if it is one, unless ``got`` is right.

    >>> expect(6.0, 21.0, "dy/dx", [(6.0, "that is one of the two paths")])
    Traceback (most recent call last):
    AssertionError: dy/dx: you returned 6; that is one of the two paths
    """
    if is_close(got, expected, rtol):
        return
    for wrong, why in mistakes:
        if is_close(got, wrong, rtol) and not is_close(wrong, expected, rtol):
            raise AssertionError(f"{what}: you returned {show(got)}; {why}")
    raise AssertionError(f"{what}: you returned {show(got)}, expected {show(expected)}")


def show(value: Any) -> str:
    """Write ``value`` briefly: five digits for a number, shape and spread for a large array.

    >>> show(3.030100001), show([[1.0, 2.5]])
    ('3.0301', '[[1, 2.5]]')
    """
    if isinstance(value, str | bool | type(None)):
        return repr(value)
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        text = repr(value)
        return text if len(text) <= 60 else text[:57] + "..."
    if array.ndim == 0:
        return f"{float(array):.5g}"
    if array.size <= 8:
        text = np.array2string(array, separator=", ", formatter={"float": "{:.5g}".format})
        return " ".join(text.split())
    return f"an array of shape {array.shape} with mean {array.mean():.4g}, std {array.std():.4g}"


def _numbers(value: Any, what: str) -> npt.NDArray[np.float64]:
    if callable(getattr(value, "detach", None)):
        value = value.detach().numpy()
    try:
        if np.asarray(value).dtype.kind not in "SU":  # NumPy would read "0.1" as a number
            return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        pass
    raise AssertionError(
        f"{what} should be made of numbers; you returned {show(value)}, of type "
        f"{type(value).__name__}"
    )

"""Functions without a gradient: NumPy's answers as plain arrays, and nothing cut off silently."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.errors import UnsupportedError
from autograd_mini.ops.constant import CONSTANT

X = np.array([[1.5, -2.0, 0.0], [2.5, 7.25, -0.5]])
Y = np.array([[1.5, 2.0, -1.0], [3.0, 2.0, 4.0]])
ODD = np.array([[np.nan, np.inf], [-np.inf, 1.0]])
COUNTS = np.array([[6, 4, 9], [12, 5, 0]])
SORTED = np.array([-1.0, 0.0, 2.0])

GROUPS: list[tuple[tuple[Callable[..., Any], ...], list[tuple[Any, ...]]]] = [
    (
        (
            *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
            *(np.logical_and, np.logical_or, np.logical_xor, np.isclose, np.allclose),
            *(np.array_equal, np.array_equiv, np.isin, np.result_type, np.common_type),
        ),
        [(X, Y), (X, X), (Y, np.float64(2.0)), (X[0], np.ones(3))],
    ),
    ((np.floor_divide, np.may_share_memory, np.shares_memory), [(X, Y), (X, np.float64(2.0))]),
    (
        (
            *(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.left_shift, np.right_shift),
            *(np.gcd, np.lcm),
        ),
        [(COUNTS, COUNTS[::-1] % 4), (COUNTS, 2)],
    ),
    (
        (
            *(np.sign, np.signbit, np.spacing, np.floor, np.ceil, np.rint, np.trunc, np.fix),
            *(np.logical_not, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj),
            *(np.all, np.any, np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort),
            *(np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero, np.lexsort),
            *(np.shape, np.ndim, np.size, np.zeros_like, np.ones_like),
            *(np.array_repr, np.array_str, np.array2string),
        ),
        [(X,)],
    ),
    ((np.isnan, np.isinf, np.isfinite, np.isposinf, np.isneginf), [(ODD,), (X,)]),
    ((np.round, np.around), [(X,), (X, 1)]),
    ((np.tril_indices_from, np.triu_indices_from), [(X,), (X, 1)]),
    ((np.invert,), [(COUNTS,)]),
    ((np.argpartition,), [(SORTED, 1)]),
    ((np.searchsorted,), [(SORTED, X)]),
    ((np.digitize,), [(X, SORTED)]),
    ((np.unravel_index,), [(COUNTS, (4, 4))]),
    ((np.ravel_multi_index,), [((COUNTS[0], COUNTS[1]), (13, 13))]),
    ((np.diag_indices_from,), [(X[:, :2],)]),
    ((np.heaviside,), [(X, Y), (X, 0.5)]),
    ((np.full_like,), [(X, 2.0), (X, COUNTS)]),
    ((np.bincount,), [(COUNTS[0],), (COUNTS[0], X[0])]),
    ((np.unique,), [(Y,)]),
]
CALLS = {function: calls for functions, calls in GROUPS for function in functions}


def as_tensors(value: Any, requires_grad: bool) -> Any:
    if isinstance(value, tuple) and any(isinstance(item, np.ndarray) for item in value):
        return tuple(as_tensors(item, requires_grad) for item in value)
    if not isinstance(value, np.ndarray):
        return value
    return ag.tensor(value, requires_grad=requires_grad and value.dtype.kind == "f")


def parts(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple) else [value]


CARRIERS = {np.heaviside, np.full_like, np.bincount, np.unique}


@pytest.mark.parametrize(
    ("function", "args"),
    [
        pytest.param(f, args, id=f"{f.__name__}-{i}")
        for f, calls in CALLS.items()
        for i, args in enumerate(calls)
    ],
)
def test_answers_as_numpy_on_the_plain_array(
    function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    expected = function(*args)
    found = function(*(as_tensors(arg, function not in CARRIERS) for arg in args))
    assert type(found) is type(expected)
    for ours, numpys in zip(parts(found), parts(expected), strict=True):
        assert not isinstance(ours, ag.Tensor)
        assert type(ours) is type(numpys)
        np.testing.assert_array_equal(ours, numpys)
        if isinstance(numpys, np.ndarray):
            assert ours.dtype == numpys.dtype


def test_the_list_is_closed() -> None:
    assert set(CALLS) | {np.empty_like} == CONSTANT | CARRIERS


def test_empty_like_has_the_shape_and_dtype() -> None:
    empty = np.empty_like(ag.tensor(X, requires_grad=True))
    assert type(empty) is np.ndarray
    assert (empty.shape, empty.dtype) == (X.shape, X.dtype)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.full_like(ag.tensor(X[0]), t),
        lambda t: np.heaviside(X[0], t),
        lambda t: np.bincount(COUNTS[0], weights=t),
        lambda t: np.unique(t),
    ],
)
def test_values_are_not_cut_off_from_their_gradient(call: Callable[[Any], Any]) -> None:
    with pytest.raises(UnsupportedError, match=r"without their gradient; detach\(\)"):
        call(ag.tensor(X[0], requires_grad=True))


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.nanmedian(t),
        lambda t: np.interp(t, t, t),
        lambda t: np.histogram(t),
        lambda t: np.nextafter(t, t),
    ],
)
def test_a_function_that_is_nowhere_is_refused(call: Callable[[Any], Any]) -> None:
    with pytest.raises(UnsupportedError, match="not implemented for Tensor"):
        call(ag.tensor(SORTED, requires_grad=True))

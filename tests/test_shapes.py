"""Functions of shape and indexing: NumPy's values in every case, and right adjoints.

All of them are linear, so J u = f(u), and the adjoint identity ⟨v, f(u)⟩ = ⟨Jᵀv, u⟩ is exact.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd_mini as ag

RNG = np.random.default_rng(11)


def spread(*shape: int) -> np.ndarray:
    """Return numbers in (-2, 2), with a generator of this file's own."""
    return RNG.uniform(-2, 2, shape)


def strided(n: int, m: int) -> np.ndarray:
    return spread(2 * n, 2 * m)[::-2, ::-2]


X, CUBE, ROW, ONE, EMPTY = spread(2, 3), spread(2, 3, 4), spread(3), np.array(1.5), np.zeros((2, 0))

CALLS: dict[str, list[tuple[Any, ...]]] = {
    "ravel": [(X,), (ONE,), (EMPTY,), (strided(2, 3),)],
    "transpose": [(X,), (CUBE,), (CUBE, (1, 2, 0)), (ONE,)],
    "swapaxes": [(CUBE, 0, 2), (CUBE, -1, 1)],
    "moveaxis": [(CUBE, 0, -1), (CUBE, -1, 0), (CUBE, (0, 1), (-1, 0)), (CUBE, [2, 0], [0, 1])],
    "rollaxis": [(CUBE, 2), (CUBE, 1, 3), (CUBE, 0, 2), (CUBE, -1, -2), (CUBE, 0, 1), (CUBE, 2, 2)],
    "expand_dims": [(X, 0), (X, (0, 3)), (ONE, 0)],
    "squeeze": [(spread(1, 3, 1),), (spread(1, 3, 1), 0), (ONE,)],
    "atleast_1d": [(ONE,), (ROW,), (X,)],
    "atleast_2d": [(ONE,), (ROW,), (X,), (CUBE,), (np.zeros(0),)],
    "atleast_3d": [(ONE,), (ROW,), (X,), (CUBE,)],
    "matrix_transpose": [(X,), (CUBE,), (EMPTY,)],
    "broadcast_to": [(ROW, (2, 3)), (ONE, (2, 2)), (ROW, (0, 3))],
    "tile": [(ROW, 2), (X, (2, 1)), (X, (3, 1, 2)), (CUBE, 2), (ONE, 3), (X, (0, 1)), (X, ())],
    "repeat": [
        *((X, 2), (X, 2, 0), (X, 3, -1), (X, [1, 0, 2], 1), (X, [2], 0), (ONE, 3)),
        *((X, np.array([0, 1, 2, 0, 1, 3])), (EMPTY, 2, 0), (X, 0)),
    ],
    "flip": [(X,), (X, 0), (CUBE, (0, 2)), (ONE,)],
    "fliplr": [(X,), (CUBE,)],
    "flipud": [(X,), (ROW,)],
    "roll": [(X, 1), (X, -4), (X, 1, 0), (X, (1, 1), (0, 1)), (EMPTY, 1)],
    "rot90": [(X,), (X, 3), (X, -5), (CUBE, 1, (0, 2)), (CUBE, 4, (2, 1))],
    "pad": [
        *((X, 1), (X, (1, 2)), (X, ((1, 0), (0, 2))), (X, ((1,), (2,))), (ROW, (2, 0), "constant")),
        *((X, 2, mode) for mode in ("edge", "symmetric", "wrap")),
        *((X, ((1, 1), (2, 1)), "reflect"), (ROW, (5, 4), "reflect"), (ROW, 7, "symmetric")),
        *((ROW, (4, 8), "wrap"), (CUBE, ((0, 0), (1, 2), (0, 1)), "reflect"), (X, 0)),
    ],
    "diag": [(ROW,), (ROW, 2), (ROW, -1), (X,), (X, 1), (X, -1), (X, 7), (np.zeros(0),)],
    "diagonal": [
        (X,),
        (X, 1),
        (X, -1),
        (CUBE, 0, 1, 2),
        (CUBE, 1, 0, -1),
        (X, 5),
        (CUBE, -1, 2, 0),
    ],
    "tril": [(spread(3, 3),), (X, 1), (CUBE, -1), (ROW,)],
    "triu": [(spread(3, 3),), (X, 1), (CUBE, -1), (ROW,)],
    "diff": [(X,), (X, 2), (X, 1, 0), (X, 0), (X, 3), (ROW, 5), (EMPTY,)],
    "take": [
        *((X, 1), (X, [0, 5, 5, -1]), (X, [[0, 1], [1, 0]]), (X, [2, 0], 1), (X, 0, 0), (X, [], 1)),
    ],
    "take_along_axis": [
        *((X, np.argsort(X, 0), 0), (X, np.argsort(X, 1), 1), (X, np.argsort(X, None), None)),
        *((X, np.argmax(X, 1, keepdims=True), 1), (CUBE, np.array([[[0]], [[1]]]), -1)),
        (X, np.array([[0, 2, -1, -1]]), 1),
    ],
    "array_split": [(ROW, 2), (X, 2, 1), (X, 5), (X, [1], 1), (X, [2, 1, 9], 1), (X, 4, -1)],
    "split": [(X, 2), (X, 3, 1), (X, [1, 2], -1), (X, np.array([1]), 1), (EMPTY, 2)],
    "hsplit": [(X, 3), (ROW, 3), (X, [1])],
    "vsplit": [(X, 2), (CUBE, [1])],
    "dsplit": [(CUBE, 2), (CUBE, [1, 3])],
}
JOINS: dict[str, list[list[np.ndarray]]] = {
    "vstack": [[ROW, X], [X, CUBE[0, :, :3]], [ROW, ROW], [ONE, ONE]],
    "hstack": [[ROW, ROW], [X, CUBE[:, 0]], [ONE, ROW], [ONE, ONE]],
    "dstack": [[X, X], [ROW, ROW], [CUBE, X], [ONE, ONE]],
    "column_stack": [[ROW, ROW], [ROW, spread(3, 2)], [ONE, ONE]],
    "concatenate": [[X, X]],
    "stack": [[X, X]],
    "atleast_2d": [[X, ROW, ONE]],
    "atleast_1d": [[ONE, ROW]],
    "broadcast_arrays": [[ROW, X, ONE], [spread(2, 1), ROW]],
}
SEPARATE = {"atleast_1d", "atleast_2d", "broadcast_arrays"}  # they take arrays, not a list

ONE_ARRAY = [
    pytest.param(name, call, id=f"{name}-{i}")
    for name in CALLS
    for i, call in enumerate(CALLS[name])
]
SEVERAL = [
    pytest.param(name, arrays, id=f"{name}-{i}")
    for name in JOINS
    for i, arrays in enumerate(JOINS[name])
]


def parts(result: Any) -> list[Any]:
    return list(result) if isinstance(result, list | tuple) else [result]


def agree(found: Any, expected: Any) -> None:
    assert type(found) is type(expected) or not isinstance(expected, list | tuple)
    for ours, theirs in zip(parts(found), parts(expected), strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        values = ours.detach().numpy() if isinstance(ours, ag.Tensor) else ours
        np.testing.assert_array_equal(values, theirs)


def adjoint_identity(
    f: Callable[..., Any], leaves: list[ag.Tensor], expected: list[np.ndarray]
) -> None:
    rng = np.random.default_rng(1)
    results = parts(f(*leaves))
    seeds = [rng.uniform(-1, 1, value.shape) for value in expected]
    total = sum((v * z).sum() for v, z in zip(seeds, results, strict=True))
    total.backward()
    forward = sum(float(np.sum(v * z)) for v, z in zip(seeds, expected, strict=True))
    back = sum(
        float(np.sum(x.grad.numpy() * x.detach().numpy())) for x in leaves if x.grad is not None
    )
    assert back == pytest.approx(forward, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("name", "call"), ONE_ARRAY)
def test_values_are_numpys(name: str, call: tuple[Any, ...]) -> None:
    x, *rest = call
    theirs, ours = getattr(np, name), getattr(ag, name)
    for array in (x, x.astype(np.float32), (10 * x).astype(int), x > 0):
        if name == "diff" and array.dtype == bool:
            continue
        expected = theirs(array, *rest)
        agree(theirs(ag.tensor(array), *rest), expected)
        agree(ours(array, *rest), expected)
    agree(theirs(ag.tensor(x, requires_grad=True), *rest), theirs(x, *rest))
    agree(ours(x.tolist(), *rest), theirs(np.array(x.tolist()), *rest))


@pytest.mark.parametrize(("name", "call"), ONE_ARRAY)
def test_adjoints(name: str, call: tuple[Any, ...]) -> None:
    x, *rest = call
    f = getattr(np, name)
    expected = parts(f(x, *rest))
    adjoint_identity(lambda t: f(t, *rest), [ag.tensor(x, requires_grad=True)], expected)


@pytest.mark.parametrize(("name", "arrays"), SEVERAL)
def test_joins(name: str, arrays: list[np.ndarray]) -> None:
    def call(f: Any, values: Any) -> Any:
        return f(*values) if name in SEPARATE else f(list(values))

    theirs, ours = getattr(np, name), getattr(ag, name)
    expected = call(theirs, arrays)
    agree(call(ours, arrays), expected)
    agree(call(theirs, [ag.tensor(arrays[0]), *arrays[1:]]), expected)
    leaves = [ag.tensor(x, requires_grad=True) for x in arrays]
    adjoint_identity(lambda *ts: call(theirs, ts), leaves, parts(expected))


def test_diff_joins_values_at_the_ends() -> None:
    x = ag.tensor(X, requires_grad=True)
    for ends in ({"prepend": 0}, {"append": spread(2, 2)}, {"prepend": 1.0, "append": 2.0}):
        found = np.diff(x, axis=1, **ends)
        np.testing.assert_array_equal(found.detach().numpy(), np.diff(X, axis=1, **ends))
    np.diff(x, axis=1, prepend=x[:, :1]).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [[-1, 0, 1]] * 2)


@pytest.mark.parametrize("mode", ["wrap", "clip"])
@pytest.mark.parametrize("axis", [None, 1])
def test_take_outside(mode: str, axis: int | None) -> None:
    expected = np.take(X, [7, -9, 1], axis=axis, mode=mode)
    agree(np.take(ag.tensor(X), [7, -9, 1], axis=axis, mode=mode), expected)


def test_pad_with_another_constant() -> None:
    x = ag.tensor(X)
    expected = np.pad(X, 1, constant_values=7)
    np.testing.assert_array_equal(np.pad(x, 1, constant_values=7).numpy(), expected)


def test_ties_are_sorted_in_their_order() -> None:
    x = ag.tensor([2.0, 1.0, 2.0, 1.0], requires_grad=True)
    np.sort(x).backward([10.0, 20.0, 30.0, 40.0])
    np.testing.assert_array_equal(x.grad.numpy(), [30, 10, 40, 20])


def test_methods() -> None:
    x = ag.tensor(X, requires_grad=True)
    for ours, theirs in [
        (x.ravel(), X.ravel()),
        (x.flatten(), X.flatten()),
        (x.T, X.T),
        (x.mT, X.T),
        (x.take([0, 2], axis=1), X.take([0, 2], axis=1)),
        (x.repeat(2, axis=0), X.repeat(2, axis=0)),
        (x.diagonal(1), X.diagonal(1)),
        (x.dot(ROW), X.dot(ROW)),
        (x.swapaxes(0, 1), X.swapaxes(0, 1)),
    ]:
        np.testing.assert_array_equal(ours.detach().numpy(), theirs)
        assert ours.requires_grad


# ── updates ───────────────────────────────────────────────────────────────────────────────────


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_index_update_is_assignment(data: Any) -> None:
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4))
    index = data.draw(
        hnp.basic_indices(shape, allow_newaxis=True)
        | hnp.integer_array_indices(shape, result_shape=hnp.array_shapes(max_dims=2, max_side=4))
    )
    x = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    value = -np.arange(1.0, 1 + np.size(x[index])).reshape(np.shape(x[index]))
    expected = x.copy()
    expected[index] = value

    leaf, new = ag.tensor(x, requires_grad=True), ag.tensor(value, requires_grad=True)
    result = ag.index_update(leaf, index, new)
    np.testing.assert_array_equal(result.detach().numpy(), expected)
    np.testing.assert_array_equal(leaf.detach().numpy(), x)
    g = np.arange(1.0, 1 + x.size).reshape(shape)
    result.backward(g)
    np.testing.assert_array_equal(leaf.grad.numpy(), np.where(expected < 0, 0, g))
    places = {-v: g_at for v, g_at in zip(expected.flat, g.flat, strict=True) if v < 0}
    survivors = [places.get(number, 0) for number in range(1, 1 + value.size)]
    np.testing.assert_array_equal(new.grad.numpy().ravel(), survivors)


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_index_add_and_reading_are_adjoint(data: Any) -> None:
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4))
    index = data.draw(
        hnp.basic_indices(shape, allow_newaxis=True)
        | hnp.integer_array_indices(shape, result_shape=hnp.array_shapes(max_dims=2, max_side=4))
    )
    u = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    v = np.cos(np.arange(1.0, 1 + np.size(u[index]))).reshape(np.shape(u[index]))
    added = ag.index_add(np.zeros(shape), index, v)
    assert np.sum(added * u) == pytest.approx(np.sum(v * u[index]))
    x = ag.tensor(u, requires_grad=True)
    x[index].backward(v)
    np.testing.assert_allclose(x.grad.numpy(), added)


def test_updates_keep_the_dtype_of_what_is_updated() -> None:
    assert ag.index_update(np.zeros(2, np.float32), 0, 1.5).dtype == np.float32
    assert ag.index_update(np.zeros(2, int), 0, 1).dtype == int
    with pytest.raises(TypeError, match=r"index_update: int64 elements cannot take fractions"):
        ag.index_update(np.zeros(2, int), 0, 1.5)


def test_an_index_array_may_be_changed_afterwards() -> None:
    index = np.array([0, 1])
    x = ag.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (
        ag.index_update(x, index, 0.0).sum()
        + np.take(x, index).sum()
        + ag.index_add(x, index, x[:2]).sum()
    )
    index[:] = 2
    y.backward()
    np.testing.assert_array_equal(x.grad.numpy(), [3, 3, 2])


# ── any shape ─────────────────────────────────────────────────────────────────────────────────

ARRAYS = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=3),
    elements=st.floats(-2, 2, width=32),
)


@given(x=ARRAYS, data=st.data())
@settings(max_examples=150, deadline=None)
def test_rearrangements_of_any_shape(x: np.ndarray, data: Any) -> None:
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    other = data.draw(st.integers(-x.ndim, x.ndim - 1))
    n = data.draw(st.integers(-3, 3))
    calls: list[Callable[[Any], Any]] = [
        lambda t: np.moveaxis(t, axis, other),
        lambda t: np.rollaxis(t, axis, other),
        lambda t: np.roll(t, n, axis),
        lambda t: np.repeat(t, abs(n), axis),
        lambda t: np.tile(t, [abs(n), 2]),
        lambda t: np.pad(t, abs(n)),
        lambda t: np.array_split(t, abs(n) + 1, axis),
        lambda t: np.diff(t, abs(n), axis),
        lambda t: np.sort(t, axis),
        lambda t: np.take_along_axis(t, np.argsort(t, axis), axis),
    ]
    if x.ndim > 1 and axis % x.ndim != other % x.ndim:
        calls += [lambda t: np.diagonal(t, n, axis, other), lambda t: np.rot90(t, n, (axis, other))]
    for call in calls:
        expected = call(x)
        agree(call(ag.tensor(x)), expected)
        adjoint_identity(call, [ag.tensor(x, requires_grad=True)], parts(expected))

"""Arrays and tensors mixed, in both directions; tensors where Python expects its own things."""

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.errors import GraphError


@pytest.fixture
def t() -> ag.Tensor:
    return ag.tensor(np.array([[1.0, 2.0], [3.0, 4.0]]), requires_grad=True)


A = np.array([[2.0, 0.5], [1.0, 3.0]])


@pytest.mark.parametrize(
    ("mix", "slope"),
    [
        (lambda t: np.float32(2) * t, np.full((2, 2), 2.0)),
        (lambda t: t * np.float64(2), np.full((2, 2), 2.0)),
        (lambda t: np.int64(2) * t, np.full((2, 2), 2.0)),
        (lambda t: np.array(2.0) * t, np.full((2, 2), 2.0)),
        (lambda t: A * t, A),
        (lambda t: t * A, A),
        (lambda t: A - t, -np.ones((2, 2))),
        (lambda t: A / t, -A / np.array([[1.0, 4.0], [9.0, 16.0]])),
        (lambda t: A @ t, A.T @ np.ones((2, 2))),
        (lambda t: t @ A, np.ones((2, 2)) @ A.T),
        (lambda t: A[0] @ t, np.outer(A[0], [1, 1])),
        (lambda t: np.dot(A, t), A.T @ np.ones((2, 2))),
        (lambda t: np.multiply(A, t), A),
        (lambda t: np.concatenate([A, t]), np.ones((2, 2))),
        (lambda t: np.where(A > 1, t, A), (A > 1) * 1.0),
        (lambda t: np.maximum(A, t), (A < [[1, 2], [3, 4]]) * 1.0),
        (lambda t: sum(t), np.ones((2, 2))),
        (lambda t: sum(row @ A[0] for row in t), np.outer([1, 1], A[0])),
        (lambda t: [2.0, 3.0] * t, np.array([[2.0, 3.0]] * 2)),
    ],
)
def test_arrays_and_tensors_mix_in_both_orders(t: ag.Tensor, mix: Any, slope: Any) -> None:
    result = mix(t)
    assert type(result) is ag.Tensor
    np.testing.assert_allclose(result.detach().numpy(), mix(t.detach().numpy()), rtol=1e-15)
    result.sum().backward()
    assert t.grad is not None
    np.testing.assert_allclose(t.grad.numpy(), slope, rtol=1e-15)


def test_arrays_of_constants_and_constants_of_arrays() -> None:
    c = ag.tensor(A)
    for array in (np.array(c), np.asarray(c), c.numpy(), np.array([c, c])[1], np.stack(list(c))):
        np.testing.assert_array_equal(np.asarray(array), A)
    assert np.asarray(c, dtype="float32").dtype == np.float32
    target = np.zeros((2, 2))
    target[:] = c
    np.testing.assert_array_equal(target, A)
    np.testing.assert_array_equal(ag.tensor(np.asarray(c)[:, ::-1].T).numpy(), A[:, ::-1].T)


@pytest.mark.parametrize(
    "leave",
    [
        np.asarray,
        np.array,
        lambda t: np.array([t, t]),
        lambda t: np.asarray([t[0, 0], t[0, 1]]),
        lambda t: np.zeros((2, 2)).__setitem__(slice(None), t),
        lambda t: t.numpy(),
    ],
)
def test_a_tracked_tensor_does_not_become_an_array_unnoticed(t: ag.Tensor, leave: Any) -> None:
    with pytest.raises(GraphError, match=r"detach\(\)\.numpy\(\)"):
        leave(t)


def test_an_array_is_not_updated_by_a_tensor(t: ag.Tensor) -> None:
    array = A.copy()
    with pytest.raises(TypeError, match="lose the graph"):
        array += t
    np.testing.assert_array_equal(array, A)


def test_plain_gradient_descent_keeps_its_leaf() -> None:
    w = same = ag.tensor([4.0, -2.0], requires_grad=True)
    for _ in range(50):
        (w * w).sum().backward()
        assert w.grad is not None
        with ag.no_grad():
            w -= 0.1 * w.grad
        w.grad = None
    assert w is same
    assert (w.is_leaf, w.requires_grad, w.dtype) == (True, True, np.float32)
    np.testing.assert_allclose(w.data, np.array([4.0, -2.0]) * 0.8**50, rtol=1e-4)


def test_membership_is_identity_first_then_equality_of_every_element() -> None:
    a, b = ag.tensor([1.0, 2.0]), ag.tensor([1.0, 2.0])
    assert a in [a, b]  # the same object: == is not asked
    assert a in {a: "by identity"}
    assert b not in {a, ag.tensor(1.0)}
    assert ag.tensor(1.0) in [ag.tensor(2.0), ag.tensor(1.0)]  # one element: == decides
    with pytest.raises(ValueError, match="ambiguous"):
        assert b in [a, b]  # a == b is an array, and has no truth value, as in NumPy
    assert any(b is tensor for tensor in [a, b])
    assert [a, b].index(a) == 0


def test_hash_survives_a_change_of_values(t: ag.Tensor) -> None:
    seen = {t: 1}
    t.data[...] = 0.0
    assert seen[t] == 1


def test_iteration_length_and_unpacking(t: ag.Tensor) -> None:
    first, second = t
    assert (len(t), first.tolist(), second.tolist()) == (2, [1.0, 2.0], [3.0, 4.0])
    (first * second).sum().backward()
    assert t.grad is not None
    assert t.grad.tolist() == [[3.0, 4.0], [1.0, 2.0]]
    assert [i for i, _ in enumerate(t)] == [0, 1]
    assert [float(a * b) for a, b in zip(first, second, strict=True)] == [3.0, 8.0]
    with pytest.raises(TypeError, match=r"shape \(\)"):
        list(t[0, 0])


@pytest.mark.parametrize(
    ("spec", "text"), [("", "2.5"), (".3f", "2.500"), ("8.2e", "2.50e+00"), (">6", "   2.5")]
)
def test_formats_of_one_number(spec: str, text: str) -> None:
    assert format(ag.tensor(2.5), spec) == text
    one = ag.tensor([2.5], requires_grad=True) * 1
    assert format(one, spec) == (text if spec else repr(one))
    assert f"{ag.tensor(3):d} {ag.tensor(0.25):.0%}" == "3 25%"


def test_formats_of_several_numbers(t: ag.Tensor) -> None:
    assert f"{t}" == str(t) == repr(t)
    with pytest.raises(ValueError, match=r"'\.2f' does not fit a float64 tensor of shape \(2, 2\)"):
        f"{t:.2f}"

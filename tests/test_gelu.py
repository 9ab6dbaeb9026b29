"""GELU: its digits in the tails against math.erfc, its definition, its edges."""

import math

import numpy as np
import pytest

import autograd_mini as ag


def exact(x: np.ndarray) -> np.ndarray:
    return np.array([v * math.erfc(-v / math.sqrt(2)) / 2 for v in x.tolist()])


def exact_slope(x: np.ndarray) -> np.ndarray:
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in x.tolist()]) + x * density


@pytest.mark.parametrize(
    ("dtype", "low", "tolerance"), [(np.float64, -37.0, 3e-13), (np.float32, -12.5, 6e-6)]
)
def test_relative_error_also_in_the_tail(dtype: type, low: float, tolerance: float) -> None:
    x = np.linspace(low, 12, 5001).astype(dtype)
    y = ag.gelu(x)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, exact(x.astype(float)), rtol=tolerance)
    near = abs(x) < 2
    expected = exact(x[near].astype(float))
    np.testing.assert_allclose(y[near], expected, rtol=8 * np.finfo(dtype).eps)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-15), (np.float32, 4e-7)])
def test_slope(dtype: type, tolerance: float) -> None:
    x = ag.tensor(np.linspace(-12, 12, 2001).astype(dtype), requires_grad=True)
    ag.gelu(x).sum().backward()
    expected = exact_slope(x.data.astype(float))
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("approximate", ["none", "tanh"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 4), (40_000,), (2, 32_768)])
def test_fusion_equals_definition(shape: tuple[int, ...], approximate: str) -> None:
    x = ag.tensor(np.random.default_rng(2).normal(size=shape) * 3, requires_grad=True)
    fast = ag.gelu(x, approximate=approximate)
    slow = ag.gelu.definition(x, approximate=approximate)
    np.testing.assert_allclose(fast.detach().numpy(), slow.detach().numpy(), rtol=1e-13)
    seed = np.cos(x.data)
    (a,), (b,) = ag.grad(fast, [x], seed), ag.grad(slow, [x], seed)
    np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-11, atol=1e-15)


def test_any_memory_order() -> None:
    x = np.random.default_rng(2).normal(size=(4, 6))
    for view in (x.T, x[::-1, ::2], np.asfortranarray(x)):
        np.testing.assert_array_equal(ag.gelu(view), ag.gelu(view.copy()))


def test_at_the_ends() -> None:
    ends = ag.gelu(np.array([-1e30, -0.0, 0.0, 1e30, np.inf, np.nan]))
    np.testing.assert_array_equal(ends, [0.0, 0.0, 0.0, 1e30, np.inf, np.nan])
    x = ag.tensor([-1e30, -0.0, 0.0, 1e30], requires_grad=True)
    ag.gelu(x).sum().backward()
    assert x.grad.tolist() == [0.0, 0.5, 0.5, 1.0]


def test_integers_become_floats() -> None:
    np.testing.assert_allclose(ag.gelu([0, 1]), [0, 0.8413447460685429], rtol=1e-15)
    assert ag.gelu(ag.tensor(1)).dtype == np.float64


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_second_order(approximate: str) -> None:
    x = ag.tensor(np.linspace(-4, 4, 9))
    assert ag.gradcheck(lambda x: ag.gelu(x, approximate=approximate), x, order=2)

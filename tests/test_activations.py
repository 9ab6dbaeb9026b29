"""Activations against PyTorch, far into their tails, and at their kinks."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag

X = np.array([-800.0, -90.0, -20.5, -3.0, -1.5, -0.3, 0.0, 1e-3, 0.4, 1.0, 2.5, 19.5, 30.0, 800.0])

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("relu", "relu", {}),
    ("sigmoid", "sigmoid", {}),
    ("log_sigmoid", "logsigmoid", {}),
    ("leaky_relu", "leaky_relu", {}),
    ("leaky_relu", "leaky_relu", {"negative_slope": 0.3}),
    ("elu", "elu", {}),
    ("elu", "elu", {"alpha": 2.5}),
    ("selu", "selu", {}),
    ("silu", "silu", {}),
    ("gelu", "gelu", {}),
    ("gelu", "gelu", {"approximate": "tanh"}),
    ("softplus", "softplus", {}),
    ("softplus", "softplus", {"beta": 3.0, "threshold": 2.0}),
    ("softsign", "softsign", {}),
    ("hardtanh", "hardtanh", {}),
    ("hardtanh", "hardtanh", {"min_val": -1.5, "max_val": 0.4}),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("ours", "theirs", "options"), CASES)
def test_equals_pytorch(ours: str, theirs: str, options: dict[str, Any], dtype: str) -> None:
    """Values and slopes, at kinks too; absolute near 0, where PyTorch's GELU loses its digits."""
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    x = ag.tensor(X.astype(dtype), requires_grad=True)
    out = getattr(ag, ours)(x, **options)
    t = torch.tensor(X.astype(dtype), requires_grad=True)
    expected = getattr(torch.nn.functional, theirs)(t, **options)
    close: dict[str, float] = (
        {"rtol": 2e-6, "atol": 2e-6} if dtype == "float32" else {"rtol": 1e-13, "atol": 1e-13}
    )
    assert out.dtype == dtype
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), **close)
    out.sum().backward()
    expected.sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), **close)


def slopes(function: Callable[..., Any], x: Any, order: int = 1) -> np.ndarray:
    """Return the derivative of this order at each element."""
    leaf = ag.tensor(np.asarray(x, dtype=float), requires_grad=True)
    y = function(leaf)
    for _ in range(order):
        (y,) = ag.grad(y.sum(), [leaf], create_graph=True)
    return np.asarray(y.detach().numpy())


def test_tails_keep_their_digits() -> None:
    """Where a formula as it is usually written would give 0 or 1, these have all digits."""
    assert ag.log_sigmoid(np.array(40.0)) == pytest.approx(-math.exp(-40), rel=1e-12)
    assert ag.log_sigmoid(np.array(-800.0)) == -800
    assert slopes(ag.log_sigmoid, 40.0) == pytest.approx(math.exp(-40), rel=1e-12)
    assert ag.gelu(np.array(-10.0)) == pytest.approx(-5 * math.erfc(10 / math.sqrt(2)), rel=1e-12)
    assert ag.erfc(np.array(20.0)) == pytest.approx(5.3958656116079012e-176, rel=1e-12)
    assert ag.softplus(np.array(-700.0)) == pytest.approx(math.exp(-700), rel=1e-12)
    assert ag.silu(np.array(-50.0)) == pytest.approx(-50 * math.exp(-50), rel=1e-12)
    assert slopes(ag.elu, -30.0) == pytest.approx(math.exp(-30), rel=1e-12)


@pytest.mark.parametrize(
    ("function", "at", "slope"),
    [
        (ag.relu, 0.0, 0.0),
        (ag.leaky_relu, 0.0, 0.01),
        (lambda x: ag.elu(x, alpha=2.0), 0.0, 2.0),
        (ag.hardtanh, 1.0, 0.0),
        (ag.hardtanh, -1.0, 0.0),
        (ag.softsign, 0.0, 1.0),
    ],
)
def test_slopes_at_kinks(function: Callable[..., Any], at: float, slope: float) -> None:
    assert slopes(function, at) == slope


def test_selu_keeps_mean_0_and_variance_1() -> None:
    """Klambauer et al. 2017: (0, 1) is the fixed point of one layer of standardised inputs."""
    x = np.random.default_rng(0).normal(size=2_000_000)
    y = ag.selu(x)
    assert y.mean() == pytest.approx(0, abs=3e-3)
    assert y.var() == pytest.approx(1, abs=3e-3)


def test_gelu_of_another_approximation() -> None:
    with pytest.raises(ag.errors.ArgumentError, match="gelu: approximate must be 'none' or 'tanh'"):
        ag.gelu(ag.tensor([1.0]), approximate="sigmoid")


@pytest.mark.parametrize("function", [case[0] for case in CASES])
def test_lists_and_arrays_go_through(function: str) -> None:
    f = getattr(ag, function)
    expected = f(ag.tensor([-1.5, 0.0, 2.0], dtype="float64")).numpy()
    np.testing.assert_array_equal(f(np.array([-1.5, 0.0, 2.0])), expected)
    np.testing.assert_array_equal(f([-1.5, 0.0, 2.0]), expected)

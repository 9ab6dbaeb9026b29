"""Initial values: the distributions that the papers ask for, and PyTorch's gains."""

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.errors import ArgumentError, GraphError, ShapeError
from autograd_mini.nn import init

SHAPES = [(300, 200), (40, 30, 5, 5)]


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("uniform_", {"a": -2.0, "b": 0.5}),
        ("normal_", {"mean": 2.0, "std": 3.0}),
        ("xavier_uniform_", {}),
        ("xavier_uniform_", {"gain": 5 / 3}),
        ("xavier_normal_", {"gain": 2.0}),
        ("kaiming_uniform_", {"nonlinearity": "relu"}),
        ("kaiming_uniform_", {"a": 5**0.5}),
        ("kaiming_normal_", {"mode": "fan_out", "nonlinearity": "relu"}),
        ("kaiming_normal_", {"a": 0.2, "nonlinearity": "leaky_relu"}),
        ("kaiming_normal_", {"nonlinearity": "tanh"}),
    ],
)
def test_same_distribution_as_pytorch(torch, shape, name: str, options: dict) -> None:
    weight = ag.zeros(shape, requires_grad=True)
    assert getattr(init, name)(weight, **options) is weight
    theirs = getattr(torch.nn.init, name)(torch.empty(shape), **options).numpy()
    spread = float(theirs.std())
    assert weight.data.std() == pytest.approx(spread, rel=0.02)
    assert weight.data.mean() == pytest.approx(theirs.mean(), abs=0.03 * spread)
    if "uniform" in name:
        assert weight.data.max() == pytest.approx(theirs.max(), abs=0.01 * spread)
        assert weight.data.min() == pytest.approx(theirs.min(), abs=0.01 * spread)


@pytest.mark.parametrize(
    ("name", "options", "variance"),
    [  # shape (300, 200): fan_in 200, fan_out 300
        ("xavier_normal_", {}, 2 / 500),
        ("xavier_uniform_", {}, 2 / 500),
        ("kaiming_normal_", {"nonlinearity": "relu"}, 2 / 200),
        ("kaiming_uniform_", {"nonlinearity": "relu"}, 2 / 200),
        ("kaiming_normal_", {"mode": "fan_out"}, 2 / 300),
        ("kaiming_normal_", {"a": 1.0}, 1 / 200),
    ],
)
def test_variance_of_the_papers(name: str, options: dict, variance: float) -> None:
    weight = getattr(init, name)(ag.zeros(300, 200), **options)
    assert float(weight.var()) == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize(("nonlinearity", "factor"), [("relu", 1), ("linear", 1 / 2)])
def test_relu_signals_through_fifty_layers(rng, nonlinearity: str, factor: float) -> None:
    """He et al. 2015: E[x²] stays with their scale, and halves at each layer without the √2."""
    depth = 50
    x = ag.tensor(rng.normal(size=(64, 256)))
    for _ in range(depth):
        x = ag.relu(x @ init.kaiming_normal_(ag.zeros(256, 256), nonlinearity=nonlinearity).T)
    assert float((x * x).mean()) ** (1 / depth) == pytest.approx(factor, rel=0.06)


@pytest.mark.parametrize(
    ("nonlinearity", "param"),
    [
        *[(name, None) for name in ("linear", "conv1d", "conv2d", "conv3d", "sigmoid", "tanh")],
        *[("relu", None), ("selu", None), ("leaky_relu", None), ("leaky_relu", 0.3)],
    ],
)
def test_gains_are_pytorchs(torch, nonlinearity: str, param: float | None) -> None:
    expected = torch.nn.init.calculate_gain(nonlinearity, param)
    assert init.calculate_gain(nonlinearity, param) == pytest.approx(expected, rel=1e-12)


def test_constants_and_generators() -> None:
    assert init.constant_(ag.zeros(2), 3.5).tolist() == [3.5, 3.5]
    assert init.ones_(ag.zeros(2)).tolist() == [1, 1]
    assert init.zeros_(ag.ones(2)).tolist() == [0, 0]
    draws = [
        init.normal_(ag.zeros(4), generator=np.random.default_rng(1)).tolist() for _ in range(2)
    ]
    assert draws[0] == draws[1]


def test_what_cannot_be_initialised() -> None:
    with pytest.raises(ShapeError, match=r"at least 2 axes .* got shape \(3,\); use normal_"):
        init.xavier_normal_(ag.zeros(3))
    with pytest.raises(ArgumentError, match="mode must be 'fan_in' or 'fan_out', got 'fan'"):
        init.kaiming_normal_(ag.zeros(3, 3), mode="fan")
    with pytest.raises(ArgumentError, match="'swish' is not a known nonlinearity; use one of lin"):
        init.calculate_gain("swish")
    with pytest.raises(GraphError, match="made by multiply; only the values of a leaf"):
        init.zeros_(ag.ones(2, requires_grad=True) * 2)

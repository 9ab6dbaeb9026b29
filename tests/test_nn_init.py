"""Initial values: the distributions that the papers ask for, and PyTorch's gains."""

import inspect
from collections.abc import Callable
from math import erfc, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, GraphError, ShapeError
from autograd_mini.nn import init

SHAPES = [(300, 200), (40, 30, 5, 5)]
FILLS = [name for name in init.__all__ if name not in ("lsuv_", "calculate_gain")]


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
        *[(f"conv_transpose{n}d", None) for n in (1, 2, 3)],
        *[("relu", None), ("selu", None), ("leaky_relu", None), ("leaky_relu", 0.3)],
    ],
)
def test_gains_are_pytorchs(torch, nonlinearity: str, param: float | None) -> None:
    expected = torch.nn.init.calculate_gain(nonlinearity, param)
    assert init.calculate_gain(nonlinearity, param) == pytest.approx(expected, rel=1e-12)


def test_gains_in_numbers() -> None:
    assert init.calculate_gain("relu") == sqrt(2)
    assert init.calculate_gain("tanh") == 5 / 3
    assert init.calculate_gain("leaky_relu", 0.5) == pytest.approx(sqrt(1.6))
    assert init.calculate_gain("selu") == 0.75
    assert init.calculate_gain("conv_transpose2d") == init.calculate_gain("sigmoid") == 1


@pytest.mark.parametrize("name", ["calculate_gain", *FILLS])
def test_arguments_are_pytorchs(torch, name: str) -> None:
    def arguments(function: Callable[..., Any]) -> list[tuple[str, Any]]:
        return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]

    assert arguments(getattr(init, name)) == arguments(getattr(torch.nn.init, name))


def phi(x: float) -> float:
    return erfc(-x / sqrt(2)) / 2


def truncated(mean: float, std: float, a: float, b: float) -> Callable[[float], float]:
    low, high = phi((a - mean) / std), phi((b - mean) / std)
    return lambda x: (phi((x - mean) / std) - low) / (high - low)


@pytest.mark.parametrize(
    ("draw", "distribution"),
    [
        (lambda t: init.uniform_(t, -2, 3), lambda x: (x + 2) / 5),
        (lambda t: init.normal_(t, 1, 2), NormalDist(1, 2).cdf),
        (lambda t: init.xavier_uniform_(t), lambda x: (x / sqrt(6 / 300) + 1) / 2),
        (lambda t: init.xavier_normal_(t), NormalDist(0, sqrt(2 / 300)).cdf),
        (lambda t: init.kaiming_uniform_(t), lambda x: (x / sqrt(6 / 200) + 1) / 2),
        (lambda t: init.kaiming_normal_(t, mode="fan_out"), NormalDist(0, sqrt(2 / 100)).cdf),
        (lambda t: init.trunc_normal_(t), truncated(0, 1, -2, 2)),
        (lambda t: init.trunc_normal_(t, 0.5, 2, -1, 7), truncated(0.5, 2, -1, 7)),
        (lambda t: init.trunc_normal_(t, std=0.02), truncated(0, 0.02, -2, 2)),
        (lambda t: init.trunc_normal_(t, 0, 1, -6, -4), truncated(0, 1, -6, -4)),
        (  # the upper tail, where Φ is 1 to all its digits; by symmetry the lower
            lambda t: init.trunc_normal_(t, 0, 1, 9, 11),
            lambda x: 1 - truncated(0, 1, -11, -9)(-x),
        ),
    ],
)
def test_kolmogorov_smirnov(draw: Callable[..., Any], distribution: Callable[..., float]) -> None:
    """The largest distance between shares drawn and expected; above 1.63/√n in 1 of 100 seeds."""
    n = 100 * 200
    x = np.sort(draw(ag.zeros(100, 200, dtype=float)).numpy().ravel())
    expected = np.array([distribution(value) for value in x])
    above, below = np.arange(1, n + 1) / n - expected, expected - np.arange(n) / n
    assert max(above.max(), below.max()) < 1.63 / sqrt(n)


def test_truncated_moments() -> None:
    """Mean and variance of N(0, 1) given −1 ≤ x ≤ 2, in closed form."""
    standard = NormalDist()
    mass = phi(2) - phi(-1)
    mean = (standard.pdf(-1) - standard.pdf(2)) / mass
    variance = 1 + (-standard.pdf(-1) - 2 * standard.pdf(2)) / mass - mean**2
    x = init.trunc_normal_(ag.zeros(400, 500, dtype=float), a=-1, b=2).numpy()
    assert x.mean() == pytest.approx(mean, abs=5e-3)
    assert x.var() == pytest.approx(variance, rel=0.01)
    assert x.min() >= -1
    assert x.max() <= 2


def test_truncated_beyond_all_digits_is_the_near_end() -> None:
    for a, b, near in ((100, 101, 100), (-101, -100, -100)):
        assert set(init.trunc_normal_(ag.zeros(5), a=a, b=b).tolist()) == {near}


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 3, 2, 2), (20, 3, 2, 2), (1, 4)])
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_orthogonal_is_exact(shape: tuple[int, ...], gain: float) -> None:
    weight = init.orthogonal_(ag.zeros(shape, dtype=float), gain)
    matrix = weight.numpy().reshape(shape[0], -1) / gain
    square = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(square, np.eye(len(square)), atol=1e-14)


def test_orthogonal_is_uniform() -> None:
    """Mezzadri 2007: without the signs the diagonal would lean; of 3 × 3, E[tr²] = 1 and E[tr] = 0.

    Entries of a uniformly turned unit vector in 3 dimensions are uniform over [−1, 1] (Archimedes).
    """
    rng = np.random.default_rng(5)
    draws = [init.orthogonal_(ag.zeros(3, 3, dtype=float), generator=rng) for _ in range(4000)]
    matrices = np.array([draw.numpy() for draw in draws])
    traces = np.trace(matrices, axis1=1, axis2=2)
    assert traces.mean() == pytest.approx(0, abs=0.05)
    assert (traces**2).mean() == pytest.approx(1, abs=0.08)
    for i, j in ((0, 0), (1, 2)):
        entries = np.sort(matrices[:, i, j])
        shares = (np.arange(4000) + 0.5) / 4000
        assert np.abs(shares - (entries + 1) / 2).max() < 1.63 / sqrt(4000)


@pytest.mark.parametrize(
    ("shape", "groups"),
    [((3, 3, 3), 1), ((5, 2, 3, 3), 1), ((2, 4, 1, 3), 1), ((6, 2, 3), 3), ((4, 1, 3, 3, 2), 2)],
)
def test_dirac_equals_pytorch(torch, shape: tuple[int, ...], groups: int) -> None:
    expected = torch.nn.init.dirac_(torch.empty(shape), groups).numpy()
    np.testing.assert_array_equal(init.dirac_(ag.ones(shape), groups).numpy(), expected)


def test_dirac_passes_channels_on() -> None:
    """A convolution written out: the output at each place is the input there."""
    weight = init.dirac_(ag.ones(3, 2, 5)).numpy()
    x = np.arange(16.0).reshape(2, 8)
    padded = np.pad(x, ((0, 0), (2, 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 5, axis=1)
    out = np.einsum("oik,ilk->ol", weight, windows)
    np.testing.assert_array_equal(out, [*x, np.zeros(8)])


@pytest.mark.parametrize(("sparsity", "zeros"), [(0.0, 0), (0.1, 1), (0.25, 3), (1.0, 10)])
def test_sparse_counts_and_spread(torch, sparsity: float, zeros: int) -> None:
    weight = init.sparse_(ag.zeros(10, 2000), sparsity, std=0.5).numpy()
    theirs = torch.nn.init.sparse_(torch.empty(10, 2000), sparsity, std=0.5).numpy()
    assert set((weight == 0).sum(axis=0)) == set((theirs == 0).sum(axis=0)) == {zeros}
    if zeros < 10:
        assert weight[weight != 0].std() == pytest.approx(0.5, rel=0.03)
        by_row = (weight == 0).mean(axis=1)
        np.testing.assert_allclose(by_row, zeros / 10, atol=0.06)


def test_eye() -> None:
    assert init.eye_(ag.ones(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("name", FILLS)
def test_dtype_and_leaf_are_kept(name: str) -> None:
    required = {"constant_": [1.5], "sparse_": [0.5]}.get(name, [])
    shape = (3, 2, 3) if name == "dirac_" else (3, 2)
    for dtype in (np.float32, np.float64):
        weight = ag.zeros(shape, requires_grad=True, dtype=dtype)
        assert getattr(init, name)(weight, *required) is weight
        assert weight.dtype == dtype
        assert weight.is_leaf
        assert weight.requires_grad


def test_constants_and_generators() -> None:
    assert init.constant_(ag.zeros(2), 3.5).tolist() == [3.5, 3.5]
    assert init.ones_(ag.zeros(2)).tolist() == [1, 1]
    assert init.zeros_(ag.ones(2)).tolist() == [0, 0]
    draws = [
        init.normal_(ag.zeros(4), generator=np.random.default_rng(1)).tolist() for _ in range(2)
    ]
    assert draws[0] == draws[1]
    for fill in (init.trunc_normal_, init.orthogonal_, lambda t, **g: init.sparse_(t, 0.5, **g)):
        first, second = (
            fill(ag.zeros(3, 4), generator=np.random.default_rng(1)).tolist() for _ in range(2)
        )
        assert first == second != fill(ag.zeros(3, 4)).tolist()


def test_what_cannot_be_initialised() -> None:
    with pytest.raises(ShapeError, match=r"at least 2 axes .* got shape \(3,\); use normal_"):
        init.xavier_normal_(ag.zeros(3))
    with pytest.raises(ArgumentError, match="mode must be 'fan_in' or 'fan_out', got 'fan'"):
        init.kaiming_normal_(ag.zeros(3, 3), mode="fan")
    with pytest.raises(ArgumentError, match="'swish' is not a known nonlinearity; use one of lin"):
        init.calculate_gain("swish")
    with pytest.raises(GraphError, match="made by multiply; only the values of a leaf"):
        init.zeros_(ag.ones(2, requires_grad=True) * 2)
    with pytest.raises(
        ShapeError, match=r"^orthogonal_: it needs at least 2 axes, got shape \(3,\)$"
    ):
        init.orthogonal_(ag.zeros(3))
    with pytest.raises(
        ShapeError, match=r"^eye_: it fills a matrix, got shape \(3,\); dirac_ fills"
    ):
        init.eye_(ag.zeros(3))
    with pytest.raises(ShapeError, match=r"^sparse_: it fills a matrix, got shape \(2, 2, 2\)$"):
        init.sparse_(ag.zeros(2, 2, 2), 0.5)
    with pytest.raises(
        ArgumentError, match=r"^sparse_: sparsity must be a number from 0 to 1, got 2"
    ):
        init.sparse_(ag.zeros(2, 2), 2)
    with pytest.raises(
        ShapeError, match=r"^dirac_: it fills the weight of a convolution, .* \(3, 3\);"
    ):
        init.dirac_(ag.zeros(3, 3))
    with pytest.raises(
        ArgumentError, match=r"^dirac_: groups must divide the 3 output channels even"
    ):
        init.dirac_(ag.zeros(3, 3, 3), groups=2)
    with pytest.raises(
        ArgumentError, match=r"^trunc_normal_: b must be a finite number above a = 2, g"
    ):
        init.trunc_normal_(ag.zeros(3), a=2, b=1)
    with pytest.raises(
        ArgumentError, match=r"^trunc_normal_: std must be a positive number, got 0$"
    ):
        init.trunc_normal_(ag.zeros(3), std=0)


def test_the_data_of_a_parameter_is_filled_too() -> None:
    layer = nn.Linear(3, 2)
    nn.init.constant_(layer.weight.data, 0.5)
    nn.init.kaiming_uniform_(layer.weight.data[:1], nonlinearity="relu")
    values = layer.weight.detach().numpy()
    assert (values[1] == 0.5).all()
    assert (np.abs(values[0]) < np.sqrt(2)).all()
    assert (values[0] != 0.5).all()
    with pytest.raises(GraphError, match="values of a result"):
        nn.init.zeros_((layer.weight * 2).data)

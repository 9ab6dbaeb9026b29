"""Activation modules: closed forms, PyTorch's values, slopes, names and looks, and refusals."""

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, AutogradError, DTypeError, ShapeError


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def phi(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


Case = tuple[str, str, dict[str, Any], Callable[[float], float]]
ELEMENTWISE: list[Case] = [  # module, function, options, definition
    ("ReLU", "relu", {}, lambda x: max(x, 0)),
    ("ReLU6", "relu6", {}, lambda x: min(max(x, 0), 6)),
    ("LeakyReLU", "leaky_relu", {}, lambda x: x if x > 0 else 0.01 * x),
    ("LeakyReLU", "leaky_relu", {"negative_slope": 0.3}, lambda x: max(x, 0.3 * x)),
    ("ELU", "elu", {"alpha": 1.5}, lambda x: x if x > 0 else 1.5 * (math.exp(x) - 1)),
    (
        "SELU",
        "selu",
        {},
        lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (math.exp(x) - 1)),
    ),
    ("CELU", "celu", {"alpha": 2.0}, lambda x: x if x > 0 else 2 * (math.exp(x / 2) - 1)),
    ("GELU", "gelu", {}, lambda x: x * phi(x)),
    (
        "GELU",
        "gelu",
        {"approximate": "tanh"},
        lambda x: x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    ),
    ("SiLU", "silu", {}, lambda x: x * sigma(x)),
    ("Mish", "mish", {}, lambda x: x * math.tanh(math.log(1 + math.exp(x)))),
    ("Softplus", "softplus", {}, lambda x: math.log(1 + math.exp(x))),
    (
        "Softplus",
        "softplus",
        {"beta": 2.0, "threshold": 5.0},
        lambda x: x if 2 * x > 5 else math.log(1 + math.exp(2 * x)) / 2,
    ),
    ("Softsign", "softsign", {}, lambda x: x / (1 + abs(x))),
    ("Softshrink", "softshrink", {}, lambda x: math.copysign(max(abs(x) - 0.5, 0), x)),
    ("Softshrink", "softshrink", {"lambd": 1.5}, lambda x: math.copysign(max(abs(x) - 1.5, 0), x)),
    ("Hardshrink", "hardshrink", {}, lambda x: x if abs(x) > 0.5 else 0),
    ("Threshold", "threshold", {"threshold": 0.4, "value": -7.0}, lambda x: x if x > 0.4 else -7),
    ("Tanh", "tanh", {}, math.tanh),
    ("Tanhshrink", "tanhshrink", {}, lambda x: x - math.tanh(x)),
    ("Hardtanh", "hardtanh", {}, lambda x: min(max(x, -1), 1)),
    (
        "Hardtanh",
        "hardtanh",
        {"min_val": -1.5, "max_val": 0.4},
        lambda x: min(max(x, -1.5), 0.4),
    ),
    ("Sigmoid", "sigmoid", {}, sigma),
    ("LogSigmoid", "logsigmoid", {}, lambda x: -math.log(1 + math.exp(-x))),
    ("Hardsigmoid", "hardsigmoid", {}, lambda x: min(max(x + 3, 0), 6) / 6),
    ("Hardswish", "hardswish", {}, lambda x: x * min(max(x + 3, 0), 6) / 6),
]
IDS = [f"{case[0]}-{'-'.join(map(str, case[2].values()))}" for case in ELEMENTWISE]
SMOOTH = np.array([-6.7, -2.2, -1.1, -0.7, -0.3, 0.2, 0.8, 1.7, 2.3, 3.4, 7.1])
KINKS = np.array([-3.0, -1.5, -1.0, -0.5, 0.0, 0.4, 0.5, 1.0, 1.5, 2.5, 3.0, 6.0])
FAR = np.array([-1000.0, -90.0, 90.0, 1000.0])


@pytest.mark.parametrize(("module", "function", "options", "definition"), ELEMENTWISE, ids=IDS)
def test_definition(
    module: str, function: str, options: dict[str, Any], definition: Callable[[float], float]
) -> None:
    """Values, that both forms agree, and that float32 stays it."""
    expected = [definition(x) for x in [*SMOOTH, *KINKS]]
    x = ag.tensor(np.array([*SMOOTH, *KINKS]))
    layer = getattr(nn, module)(**options)
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(getattr(F, function)(x, **options).numpy(), layer(x).numpy())
    np.testing.assert_array_equal(layer(x.numpy()), layer(x).numpy())
    single = layer(x.astype("float32"))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single.numpy(), expected, rtol=3e-6, atol=1e-6)


@pytest.mark.parametrize(("module", "function", "options", "definition"), ELEMENTWISE, ids=IDS)
def test_both_orders_of_slope(module: str, function: str, options: dict, definition: Any) -> None:
    assert ag.gradcheck(getattr(nn, module)(**options), [ag.tensor(SMOOTH)], order=2)


@pytest.mark.parametrize(("module", "function", "options", "definition"), ELEMENTWISE, ids=IDS)
def test_equals_pytorch(
    torch: Any, module: str, function: str, options: dict, definition: Any
) -> None:
    """Values and slopes, also at kinks and far out; PyTorch's Hardsigmoid has 1/6 in float32."""
    numbers = np.concatenate([SMOOTH, KINKS, FAR])
    x, t = ag.tensor(numbers, requires_grad=True), torch.tensor(numbers, requires_grad=True)
    ours, theirs = getattr(nn, module)(**options), getattr(torch.nn, module)(**options)
    out, expected = ours(x), theirs(t)
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), atol=1e-12)
    out.sum().backward()
    expected.sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(
        x.grad.numpy(), t.grad.numpy(), 1e-7 if module == "Hardsigmoid" else 1e-12, 1e-12
    )


@pytest.mark.parametrize(
    ("layer", "slopes"),
    [
        (nn.ReLU(), {0.0: 0.0}),
        (nn.ReLU6(), {0.0: 0.0, 6.0: 0.0}),
        (nn.LeakyReLU(0.3), {0.0: 0.3}),
        (nn.PReLU(dtype=float), {0.0: 0.25}),
        (nn.ELU(1.5), {0.0: 1.5}),
        (nn.SELU(), {0.0: 1.0507009873554805 * 1.6732632423543772}),
        (nn.CELU(1.5), {0.0: 1.0}),
        (nn.Softshrink(), {-0.5: 0.0, 0.5: 0.0}),
        (nn.Hardshrink(), {-0.5: 0.0, 0.5: 0.0}),
        (nn.Threshold(2.0, 1.0), {2.0: 0.0}),
        (nn.Hardtanh(), {-1.0: 0.0, 1.0: 0.0}),
        (nn.Hardsigmoid(), {-3.0: 0.0, 3.0: 0.0}),
        (nn.Hardswish(), {-3.0: 0.0, 3.0: 1.0}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_slopes_at_kinks(layer: nn.Module, slopes: dict[float, float]) -> None:
    x = ag.tensor(np.array(list(slopes)), requires_grad=True)
    layer(x).sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), list(slopes.values()), rtol=1e-15)


SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@settings(max_examples=40, deadline=None)
@given(shape=SHAPES, case=st.sampled_from(ELEMENTWISE))
def test_any_shape(shape: tuple[int, ...], case: Case) -> None:
    x = ag.tensor(np.resize(SMOOTH, shape), requires_grad=True)
    out = getattr(nn, case[0])(**case[2])(x)
    assert out.shape == shape
    out.sum().backward()
    assert x.grad is not None
    assert x.grad.shape == shape


def test_slopes_are_taken_from_the_options_of_now() -> None:
    act = nn.LeakyReLU(0.5)
    act.negative_slope = 0.25
    assert act(ag.tensor([-4.0])).tolist() == [-1]


def test_inplace_changes_nothing() -> None:
    for kind in ("ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardsigmoid", "Hardswish", "LeakyReLU"):
        x = ag.tensor([-1.0, 2.0])
        assert getattr(nn, kind)(inplace=True)(x).tolist() == getattr(nn, kind)()(x).tolist()
        assert x.tolist() == [-1, 2]
    assert F.relu(ag.tensor([-1.0]), inplace=True).tolist() == [0]


LOOKS = [  # what PyTorch 2 prints
    (nn.ReLU(), "ReLU()"),
    (nn.ReLU(inplace=True), "ReLU(inplace=True)"),
    (nn.ReLU6(), "ReLU6()"),
    (nn.LeakyReLU(), "LeakyReLU(negative_slope=0.01)"),
    (nn.PReLU(3), "PReLU(num_parameters=3)"),
    (nn.ELU(), "ELU(alpha=1.0)"),
    (nn.CELU(), "CELU(alpha=1.0)"),
    (nn.GELU(), "GELU(approximate='none')"),
    (nn.Softplus(), "Softplus(beta=1.0, threshold=20.0)"),
    (nn.Hardtanh(), "Hardtanh(min_val=-1.0, max_val=1.0)"),
    (nn.Threshold(0.1, 2), "Threshold(threshold=0.1, value=2)"),
    (nn.GLU(), "GLU(dim=-1)"),
    (nn.Softmax(1), "Softmax(dim=1)"),
]


@pytest.mark.parametrize(("layer", "look"), LOOKS, ids=[look for _, look in LOOKS])
def test_looks(layer: nn.Module, look: str) -> None:
    assert repr(layer) == look


KINDS = sorted({case[0] for case in ELEMENTWISE} | {"PReLU", "GLU", "Softmin", "LogSoftmax"})


NOT_OURS = ("device", "dtype", "min_value", "max_value", "args", "kwargs")


@pytest.mark.parametrize("kind", KINDS)
def test_options_are_pytorchs(torch: Any, kind: str) -> None:
    def options(home: Any) -> list[tuple[str, Any]]:
        found = inspect.signature(getattr(home, kind)).parameters
        return [(name, p.default) for name, p in found.items() if name not in NOT_OURS]

    assert options(nn) == options(torch.nn)


def test_activations_without_options_take_none() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'alpha'"):
        nn.Tanh(alpha=2)


@pytest.mark.parametrize(
    ("shape", "channels"), [((), 1), ((5,), 1), ((4, 3), 3), ((2, 3, 4), 3), ((2, 3, 2, 2), 1)]
)
def test_prelu_equals_pytorch(
    torch: Any, rng: np.random.Generator, shape: tuple[int, ...], channels: int
) -> None:
    numbers, slopes = rng.normal(size=shape), rng.normal(size=channels)
    layer, theirs = nn.PReLU(channels, dtype=float), torch.nn.PReLU(channels, dtype=torch.float64)
    layer.weight.data = slopes
    theirs.weight.data = torch.tensor(slopes)
    x, t = ag.tensor(numbers, requires_grad=True), torch.tensor(numbers, requires_grad=True)
    seed = rng.normal(size=shape)
    out, expected = layer(x), theirs(t)
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), rtol=1e-14)
    out.backward(seed)
    expected.backward(torch.tensor(seed))
    assert x.grad is not None
    assert layer.weight.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-13)
    np.testing.assert_allclose(layer.weight.grad.numpy(), theirs.weight.grad.numpy(), rtol=1e-13)


def test_prelu_learns_its_slope() -> None:
    layer = nn.PReLU()
    layer(ag.tensor([[-2.0, 3.0]])).sum().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.tolist() == [-2]
    assert list(layer.state_dict()) == ["weight"]
    numbers = np.array([[-1.0, 0.5, 2.0], [0.3, -0.4, -2.0]])
    assert ag.gradcheck(
        F.prelu, [ag.tensor(numbers), ag.tensor(np.array([0.1, 0.2, 0.3]))], order=2
    )


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_over_an_axis_equals_pytorch(torch: Any, rng: np.random.Generator, dim: int) -> None:
    numbers, scale = rng.normal(size=(4, 6, 2)), rng.normal(size=(4, 6, 2))
    for name in ("softmax", "softmin", "log_softmax", "glu"):
        x, t = ag.tensor(numbers, requires_grad=True), torch.tensor(numbers, requires_grad=True)
        out = getattr(F, name)(x, dim=dim)
        expected = getattr(torch.nn.functional, name)(t, dim=dim)
        np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), rtol=1e-12)
        seed = scale[tuple(map(slice, out.shape))]
        out.backward(seed)
        expected.backward(torch.tensor(seed))
        assert x.grad is not None
        np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), atol=1e-12)


def test_over_an_axis_in_closed_form() -> None:
    x = ag.tensor(np.log([[1.0, 3.0], [2.0, 2.0]]))
    np.testing.assert_allclose(nn.Softmax(dim=1)(x).numpy(), [[0.25, 0.75], [0.5, 0.5]])
    np.testing.assert_allclose(nn.Softmax(dim=0)(x).numpy(), [[1 / 3, 0.6], [2 / 3, 0.4]])
    np.testing.assert_allclose(nn.Softmin(dim=1)(x).numpy(), [[0.75, 0.25], [0.5, 0.5]])
    np.testing.assert_allclose(nn.LogSoftmax(dim=1)(x).numpy(), np.log([[0.25, 0.75], [0.5, 0.5]]))
    np.testing.assert_allclose(nn.GLU()(ag.tensor([4.0, 0.0])).numpy(), 2.0)
    assert ag.gradcheck(nn.GLU(dim=0), [ag.tensor(np.array([[0.3, -1.0], [0.7, 2.0]]))], order=2)


def test_softmax_casts_first() -> None:
    assert F.softmax(ag.tensor([1.0, 2.0]), dim=0, dtype="float64").dtype == np.float64


@pytest.mark.parametrize(("shape", "axis"), [((3,), 0), ((4, 3), 1), ((2, 3, 4), 0)])
def test_softmax_without_an_axis_warns_and_guesses_as_pytorch(
    shape: tuple[int, ...], axis: int
) -> None:
    for name in ("softmax", "softmin", "log_softmax"):
        with pytest.warns(UserWarning, match="takes axis") as caught:
            out = getattr(F, name)(ag.ones(shape))
        assert out.tolist() == getattr(F, name)(ag.ones(shape), dim=axis).tolist()
        assert str(caught[0].message) == (
            f"{name}: it was not told over which axis the sum is to be 1, and takes axis {axis} of "
            f"{len(shape)}; write dim={axis}, or dim=-1 for the last"
        )
        assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="takes axis") as caught:
        nn.Softmax()(ag.ones(2))
    assert caught[0].filename == __file__


NUMBERS = "must be a tensor, an array or a list of numbers, got"
REFUSED: list[tuple[Callable[[], Any], type[AutogradError], str]] = [
    (lambda: nn.CELU(0), ArgumentError, "CELU: alpha must be a positive number, got 0"),
    (
        lambda: nn.GELU("sigmoid"),
        ArgumentError,
        "GELU: approximate must be 'none' or 'tanh', got 'sigmoid'",
    ),
    (
        lambda: nn.Hardtanh(1, 1),
        ArgumentError,
        "Hardtanh: max_val must be above min_val = 1, got 1",
    ),
    (
        lambda: nn.Softshrink(-1),
        ArgumentError,
        "Softshrink: lambd must be a number, at least 0, got -1",
    ),
    (
        lambda: nn.Softplus(0),
        ArgumentError,
        "Softplus: beta must be a number other than 0, got 0",
    ),
    (
        lambda: nn.PReLU(0),
        ArgumentError,
        "PReLU: num_parameters must be a positive integer, got 0",
    ),
    (lambda: nn.PReLU(init="a"), ArgumentError, "PReLU: init must be a finite number, got 'a'"),
    (
        lambda: nn.PReLU(4)(ag.zeros(2, 3)),
        ShapeError,
        "prelu: weight must have one slope, or one for each of 3 channels (axis 1 of the input "
        "(2, 3)), got shape (4,)",
    ),
    (
        lambda: nn.GLU()(ag.zeros(2, 3)),
        ShapeError,
        "glu: axis -1 of shape (2, 3) has no halves, its length is odd",
    ),
    (lambda: nn.GLU(3)(ag.zeros(2, 3)), ShapeError, "glu: there is no axis 3 in shape (2, 3)"),
    (lambda: nn.Mish()("abc"), DTypeError, f"mish: the input {NUMBERS} 'abc'"),
    (lambda: nn.Hardswish()(None), DTypeError, f"hardswish: the input {NUMBERS} None"),
]


@pytest.mark.parametrize(("mistake", "kind", "text"), REFUSED, ids=[r[2][:40] for r in REFUSED])
def test_refusals(mistake: Callable[[], Any], kind: type[AutogradError], text: str) -> None:
    with pytest.raises(kind) as raised:
        mistake()
    assert str(raised.value) == text

"""Layers against PyTorch, closed forms and their error texts."""

import numpy as np
import pytest

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, ShapeError


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3)])
def test_linear_equals_pytorch(torch, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    theirs = torch.nn.Linear(3, 5, dtype=torch.float64)
    ours = nn.Linear(3, 5, dtype=np.float64)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    x, g = rng.normal(size=shape), rng.normal(size=(*shape[:-1], 5))
    x_ours, x_theirs = ag.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    out = ours(x_ours)
    out.backward(g)
    expected = theirs(x_theirs)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(x_ours.grad.numpy(), x_theirs.grad.numpy(), rtol=1e-12)
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-12, err_msg=name)


def test_linear_without_bias_on_plain_values() -> None:
    layer = nn.Linear(2, 1, bias=False)
    layer.weight.data[...] = [[3.0, 4.0]]
    assert layer.bias is None
    assert layer([[1.0, 2.0]]).tolist() == [[11.0]]
    assert layer(np.array([1.0, 2.0])).tolist() == [11.0]
    assert repr(layer) == "Linear(in_features=2, out_features=1, bias=False)"


def test_linear_starts_as_pytorchs(torch) -> None:
    ours, theirs = nn.Linear(400, 300), torch.nn.Linear(400, 300)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert abs(p.data).max() <= 1 / 20
        assert p.data.std() == pytest.approx(q.detach().numpy().std(), rel=0.1)
    assert ours.weight.data.std() == pytest.approx(1 / 20 / np.sqrt(3), rel=0.01)


def test_the_default_generator_draws_the_weights() -> None:
    def weights(**given: np.random.Generator) -> np.ndarray:
        return nn.Linear(3, 2, **given).weight.data

    ag.manual_seed(5)
    first, second = weights(), weights()
    ag.manual_seed(5)
    assert (weights() == first).all()
    assert (first != second).any()
    assert (weights(generator=np.random.default_rng(5)) == first).all()


def test_linear_of_a_wrong_last_axis() -> None:  # row 3
    with pytest.raises(
        ShapeError,
        match=r"^Linear expects 10 features on the last axis, got input of shape \(32, 8\)$",
    ):
        nn.Linear(10, 5)(ag.zeros(32, 8))
    with pytest.raises(ShapeError, match=r"got input of shape \(\)$"):
        nn.Linear(1, 1)(2.0)


def test_linear_of_parameters_that_do_not_fit() -> None:
    with pytest.raises(
        ShapeError,
        match=r"^linear: weight must have shape \(n_out, n_in\) and bias \(n_out,\), got "
        r"\(2, 3\) and \(1, 2\)$",
    ):
        F.linear(ag.ones(4, 3), ag.ones(2, 3), ag.ones(1, 2))
    with pytest.raises(ShapeError, match=r"got \(3,\) and None$"):
        F.linear(ag.ones(4, 3), ag.ones(3))


def test_linear_is_one_row_of_the_tape() -> None:
    tape = ag.tape(nn.Linear(3, 2)(ag.ones(4, 3)))
    assert [row.operation for row in tape if not row.is_leaf] == ["linear"]


@pytest.mark.parametrize("size", [0, -1, 2.5, "3"])
def test_linear_of_no_size(size: object) -> None:
    with pytest.raises(ArgumentError, match="Linear: out_features must be a positive integer, got"):
        nn.Linear(2, size)


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (nn.ReLU(), lambda x: np.maximum(x, 0)),
        (nn.Tanh(), np.tanh),
        (nn.Sigmoid(), lambda x: 1 / (1 + np.exp(-x))),
        (nn.Identity(), lambda x: x),
    ],
)
def test_activations(layer: nn.Module, function) -> None:
    x = ag.tensor(np.linspace(-3, 3, 12).reshape(3, 4), requires_grad=True)
    np.testing.assert_allclose(layer(x).detach().numpy(), function(x._array), rtol=1e-12)
    assert ag.gradcheck(lambda x: layer(x).sum(), [x])


def test_softmax_is_stable_and_sums_to_one() -> None:
    x = ag.tensor([[0.0, 1000.0], [-1000.0, -1000.0]])
    np.testing.assert_allclose(F.softmax(x, dim=-1).numpy(), [[0, 1], [0.5, 0.5]])
    np.testing.assert_allclose(F.softmax(x, dim=0).sum(axis=0).numpy(), [1, 1])


def test_flatten() -> None:
    x = ag.arange(24).reshape(2, 3, 4)
    assert nn.Flatten()(x).tolist() == x.reshape(2, 12).tolist()
    assert nn.Flatten(0, 1)(x).shape == (6, 4)
    assert nn.Flatten(-2)(x).shape == (2, 12)
    assert repr(nn.Flatten()) == "Flatten(start_dim=1, end_dim=-1)"
    with pytest.raises(ShapeError, match=r"no axes 1 to -1 in shape \(5,\)"):
        nn.Flatten()(ag.zeros(5))


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_dropout_keeps_the_mean_and_adds_the_known_variance(p: float) -> None:
    c, n = 3.0, 200_000
    y = nn.Dropout(p)(ag.full((n,), c, dtype=np.float64))
    variance = c**2 * p / (1 - p)
    assert float(y.mean()) == pytest.approx(c, abs=5 * np.sqrt(variance / n))
    assert float(y.var()) == pytest.approx(variance, rel=0.03)
    assert set(np.unique(y.numpy())) == {0, c / (1 - p)}


def test_dropout_passes_gradients_where_it_kept() -> None:
    x = ag.ones(50, requires_grad=True)
    y = nn.Dropout(0.5)(x)
    y.sum().backward()
    assert x.grad.tolist() == y.tolist()
    assert y.dtype == np.float32


def test_dropout_does_nothing_in_eval_or_at_zero() -> None:
    x = ag.ones(50)
    assert nn.Dropout(0.5).eval()(x) is x
    assert nn.Dropout(0.0)(x) is x
    assert (nn.Dropout(1.0)(x) == 0).all()


def test_dropout_draws_from_its_generator() -> None:
    x = ag.ones(50)
    masks = [nn.Dropout(0.5, generator=np.random.default_rng(3))(x).tolist() for _ in range(2)]
    assert masks[0] == masks[1]
    assert masks[0] != nn.Dropout(0.5, generator=np.random.default_rng(4))(x).tolist()


@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan"), "half"])
def test_dropout_of_no_probability(p: object) -> None:
    with pytest.raises(ArgumentError, match="Dropout: p must be a number from 0 to 1, got"):
        nn.Dropout(p)

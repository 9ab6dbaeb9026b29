"""LSUV: unit variance after every layer, in the order in which they run, and nothing else moved."""

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError


def tower(activation: type[nn.Module], depth: int = 12, width: int = 60) -> nn.Sequential:
    layers: list[nn.Module] = []
    for _ in range(depth):
        layers += [nn.Linear(width, width, dtype=float), activation()]
    return nn.Sequential(*layers)


def variances(model: nn.Sequential, x: ag.Tensor) -> list[float]:
    """Return the variance after each Linear, by running the layers one by one."""
    found = []
    for layer in model:
        x = layer(x)
        if isinstance(layer, nn.Linear):
            found.append(float(np.var(x.detach().numpy())))
    return found


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh, nn.Sigmoid])
def test_every_layer_has_unit_variance(
    rng: np.random.Generator, activation: type[nn.Module]
) -> None:
    model, x = tower(activation), ag.tensor(rng.normal(size=(100, 60)) * 5)
    assert variances(model, x)[-1] < 0.1
    assert nn.init.lsuv_(model, x, tol=0.01) is model
    np.testing.assert_allclose(variances(model, x), 1, atol=0.01)


def test_weights_stay_orthogonal_and_biases_as_they_are(rng: np.random.Generator) -> None:
    model, x = tower(nn.Tanh, depth=3), ag.tensor(rng.normal(size=(100, 60)))
    biases = [model[i].bias.data.copy() for i in (0, 2, 4)]
    nn.init.lsuv_(model, x)
    for i, bias in zip((0, 2, 4), biases, strict=True):
        weight = model[i].weight.data
        product = weight @ weight.T
        np.testing.assert_allclose(product, np.eye(60) * product[0, 0], atol=1e-12)
        np.testing.assert_array_equal(model[i].bias.data, bias)


def test_one_linear_layer_in_closed_form(rng: np.random.Generator) -> None:
    """Without bias one division is exact: Q over the standard deviation of x @ Qᵀ."""
    layer, x = nn.Linear(6, 4, bias=False, dtype=float), rng.normal(size=(50, 6))
    nn.init.lsuv_(layer, x, generator=np.random.default_rng(3))
    q = nn.init.orthogonal_(ag.zeros(4, 6, dtype=float), generator=np.random.default_rng(3))
    np.testing.assert_allclose(layer.weight.data, q.numpy() / (x @ q.numpy().T).std(), rtol=1e-12)


def test_the_order_is_that_of_running(rng: np.random.Generator) -> None:
    class Backwards(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.second = nn.Linear(30, 30, dtype=float)
            self.first = nn.Linear(8, 30, dtype=float)
            self.unused = nn.Linear(3, 3, dtype=float)

        def forward(self, x: Any, scale: Any) -> Any:
            return self.second(self.first(x).relu()) * scale

    model, x = Backwards(), ag.tensor(rng.normal(size=(80, 8)))
    unused = model.unused.weight.data.copy()
    nn.init.lsuv_(model, (x, 3.0))
    hidden = model.first(x)
    assert float(hidden.var()) == pytest.approx(1, abs=0.01)
    assert float(model.second(hidden.relu()).var()) == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(model.unused.weight.data, unused)


def test_modes_hooks_and_the_tape_are_left_as_found(
    rng: np.random.Generator, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = []
    model = nn.Sequential(nn.Linear(4, 5), nn.Dropout(0.5), nn.Linear(5, 2))
    model[2].eval()
    model[0].register_forward_hook(lambda module, args, out: calls.append(1))
    x = ag.tensor(rng.normal(size=(30, 4)).astype(np.float32))
    nn.init.lsuv_(model, x)
    assert [m.training for m in model.modules()] == [True, True, True, False]
    assert len(calls) == 1
    assert model[0].weight.dtype == np.float32
    assert model[0].weight.is_leaf
    assert model[0].weight.requires_grad
    assert float(model.eval()(x).var()) == pytest.approx(1, abs=0.01)
    model(x)
    assert len(calls) == 3
    assert capsys.readouterr().out == ""


def test_convolutions_and_linear_layers_of_one_net(rng: np.random.Generator) -> None:
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, dtype=float),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, dtype=float),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(8 * 9, 10, dtype=float),
    )
    x = ag.tensor(rng.uniform(size=(40, 1, 12, 12)))
    nn.init.lsuv_(model, x)
    for i in (0, 3, 6):
        assert float(np.var(model[: i + 1](x).detach().numpy())) == pytest.approx(1, abs=0.01)
    kernels = model[3].weight.data.reshape(8, -1)
    np.testing.assert_allclose(
        kernels @ kernels.T, np.eye(8) * (kernels[0] @ kernels[0]), atol=1e-12
    )


def test_embeddings_stay_as_they_are(rng: np.random.Generator) -> None:
    """Their inputs are numbers of words, and no weight makes those vary less."""

    class Words(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(rng.normal(size=(5, 4)))

        def forward(self, words: Any) -> Any:
            return self.weight[words]

    model = nn.Sequential(Words(), nn.Linear(4, 3, dtype=float))
    before = model[0].weight.data.copy()
    words = rng.integers(5, size=30)
    nn.init.lsuv_(model, words)
    np.testing.assert_array_equal(model[0].weight.data, before)
    assert float(model(words).var()) == pytest.approx(1, abs=0.01)


def test_a_shared_weight_is_scaled_once(rng: np.random.Generator) -> None:
    model = nn.Sequential(nn.Linear(9, 9, dtype=float), nn.Tanh(), nn.Linear(9, 9, dtype=float))
    model[2].weight = model[0].weight
    x = ag.tensor(rng.normal(size=(60, 9)))
    nn.init.lsuv_(model, x)
    assert float(model[0](x).var()) == pytest.approx(1, abs=0.01)


def test_it_trains_where_the_default_start_is_lost(rng: np.random.Generator) -> None:
    """Twelve sigmoid layers: the signal of the default start dies, after LSUV it arrives."""
    x = ag.tensor(rng.normal(size=(200, 60)))
    model = tower(nn.Sigmoid)
    spread = float(model(x).std(axis=0).mean())
    assert float(nn.init.lsuv_(model, x)(x).std(axis=0).mean()) > 100 * spread


def test_refusals(rng: np.random.Generator) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    model[2].bias.data[...] = 0.5
    before = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    model[2].weight.requires_grad = False
    x = ag.tensor(np.full((10, 3), np.inf))
    with np.errstate(invalid="ignore"), pytest.raises(ArgumentError) as raised:
        nn.init.lsuv_(model, x)
    assert str(raised.value) == (
        "lsuv_: the outputs of 0 have variance nan over this batch, and its weights cannot make it "
        "1; give a batch of different examples"
    )
    with pytest.raises(ArgumentError, match=r"^lsuv_: in Sequential no layer with a weight ran$"):
        nn.init.lsuv_(nn.Sequential(nn.ReLU()), ag.ones(2))
    with pytest.raises(DTypeError, match=r"^lsuv_: it takes a module and a batch, got list$"):
        nn.init.lsuv_([1], 2)
    with pytest.raises(ArgumentError, match=r"^lsuv_: tol must be a positive number, got 0$"):
        nn.init.lsuv_(model, ag.ones(2, 3), tol=0)
    with pytest.raises(
        ArgumentError, match=r"^lsuv_: max_iterations must be a positive integer, got"
    ):
        nn.init.lsuv_(model, ag.ones(2, 3), max_iterations=0)
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[name])


def test_dead_layers_change_nothing() -> None:
    """The first layer could be scaled; the second sees zeros only, and its outputs are its bias."""
    model = nn.Sequential(nn.Linear(3, 4, dtype=float), nn.Threshold(1e9, 0.0), nn.Linear(4, 2))
    before = model[0].weight.data.copy()
    with pytest.raises(ArgumentError, match=r"^lsuv_: the outputs of 2 have variance 0\.\d+ over"):
        nn.init.lsuv_(model, np.random.default_rng(0).normal(size=(9, 3)))
    np.testing.assert_array_equal(model[0].weight.data, before)
    assert model.training

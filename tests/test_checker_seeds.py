"""No false alarm: right gradients pass on 200 random seeds, in every kind of network used here."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from op_samples import plant

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.tutorials.tour import digits_network, loss_of

F = nn.functional
N_SEEDS = 200
Question = tuple[Callable[..., Any], Any]


def classifier(activation: type[nn.Module], dropout: float = 0.0) -> Callable[..., Question]:
    def build(rng: np.random.Generator) -> Question:
        x, labels = rng.normal(size=(5, 3)), rng.integers(0, 3, 5)
        model = nn.Sequential(
            nn.Linear(3, 4), activation(), nn.Dropout(dropout), nn.Linear(4, 3)
        ).train()
        return lambda model: F.cross_entropy(model(x), labels), model

    return build


def regressor(activation: type[nn.Module]) -> Callable[..., Question]:
    def build(rng: np.random.Generator) -> Question:
        x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
        model = nn.Sequential(
            nn.Linear(2, 3), activation(), nn.Linear(3, 3), activation(), nn.Linear(3, 2)
        )
        return lambda model: nn.MSELoss()(model(x), y), model

    return build


def by_hand(rng: np.random.Generator) -> Question:
    """The network of the lesson on gradient checking: tensors in a dictionary."""
    x, y = rng.normal(size=(6, 2)), rng.integers(0, 2, (6, 1))
    parameters = {
        "W1": ag.tensor(rng.normal(size=(2, 4))),
        "b1": ag.tensor(np.zeros(4)),
        "W2": ag.tensor(rng.normal(size=(4, 1))),
        "b2": ag.tensor(np.zeros(1)),
    }

    def loss(p: dict[str, Any]) -> Any:
        a = ag.sigmoid(ag.relu(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])
        return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()

    return loss, parameters


SMALL = {
    "tanh, cross entropy": classifier(nn.Tanh),
    "sigmoid, cross entropy": classifier(nn.Sigmoid),
    "relu, cross entropy": classifier(nn.ReLU),
    "relu with dropout": classifier(nn.ReLU, dropout=0.3),
    "tanh, mse": regressor(nn.Tanh),
    "sigmoid, mse": regressor(nn.Sigmoid),
    "relu, mse": regressor(nn.ReLU),
    "by hand": by_hand,
}


def digits(rng: np.random.Generator) -> Question:
    """The network of the tour, with dropout on."""
    x = ag.tensor(rng.normal(size=(8, 64)).astype(np.float32))
    labels = ag.tensor(rng.integers(0, 10, 8))
    return lambda model: loss_of(model, x, labels), digits_network().train()


def deep(gain: float, activation: type[nn.Module] = nn.Tanh) -> Callable[..., Question]:
    """The networks of the lesson on depth: gradients that vanish, live and explode."""

    def build(rng: np.random.Generator, depth: int = 30) -> Question:
        x, labels = rng.normal(size=(6, 16)), rng.integers(0, 4, 6)
        layers: list[nn.Module] = []
        for _ in range(depth):
            linear = nn.Linear(16, 16, bias=False)
            nn.init.xavier_normal_(linear.weight, gain=gain)
            layers += [linear, activation()]
        model = nn.Sequential(*layers, nn.Linear(16, 4))
        return lambda model: F.cross_entropy(model(x), labels), model

    return build


DEEP = {"vanishing": deep(0.5), "right": deep(1.0), "exploding": deep(3.0)}
DEEP["relu"] = deep(1.4, nn.ReLU)


class Reader(nn.Module):
    """Words in, classes out, by way of ``body``, which keeps (batch, time, 8)."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.words, self.body, self.out = nn.Embedding(11, 8), body, nn.Linear(8, 3)

    def forward(self, words: Any) -> Any:
        read = self.body(self.words(words))
        return self.out((read[0] if isinstance(read, tuple) else read).mean(axis=1))


def reader(body: Callable[[], nn.Module]) -> Callable[..., Question]:
    def build(rng: np.random.Generator) -> Question:
        words, labels = rng.integers(0, 11, (4, 5)), rng.integers(0, 3, 4)
        return lambda model: F.cross_entropy(model(words), labels), Reader(body())

    return build


def images(pool: type[nn.Module]) -> Callable[..., Question]:
    def build(rng: np.random.Generator) -> Question:
        x, labels = rng.normal(size=(4, 2, 8, 8)), rng.integers(0, 3, 4)
        model = nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.GELU(),
            pool(2),
            nn.Conv2d(4, 4, 3, groups=2),
            nn.GroupNorm(2, 4),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(16, 3),
        )
        return lambda model: F.cross_entropy(model(x), labels), model

    return build


def painter(rng: np.random.Generator) -> Question:
    x = rng.normal(size=(3, 1, 8, 8))
    model = nn.Sequential(
        nn.Conv2d(1, 3, 4, stride=2), nn.LeakyReLU(), nn.ConvTranspose2d(3, 1, 4, stride=2)
    )
    return lambda model: nn.HuberLoss()(model(x), x), model


LAYERS = {
    "convolution, batch norm, max pool": images(nn.MaxPool2d),
    "convolution, batch norm, average pool": images(nn.AvgPool2d),
    "autoencoder": painter,
    "RNN": reader(lambda: nn.RNN(8, 8, batch_first=True)),
    "GRU": reader(lambda: nn.GRU(8, 8, batch_first=True)),
    "LSTM": reader(lambda: nn.LSTM(8, 4, bidirectional=True, batch_first=True)),
    "transformer": reader(
        lambda: nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
    ),
}


def alarms(build: Callable[..., Question], n_seeds: int, **options: Any) -> list[Any]:
    """Return the seeds and reports of checks that failed."""
    found = []
    for seed in range(n_seeds):
        ag.manual_seed(seed)
        report = ag.gradcheck(*build(np.random.default_rng(seed)), **options)
        if not report:
            found.append((seed, report))
    return found


@pytest.mark.parametrize("name", SMALL)
def test_every_entry_on_200_seeds(name: str) -> None:
    assert not alarms(SMALL[name], N_SEEDS)


@pytest.mark.parametrize("name", SMALL)
def test_the_gradient_of_the_gradient(name: str) -> None:
    assert not alarms(SMALL[name], 10, order=2)


def test_directions_through_the_digits_network_on_200_seeds() -> None:
    assert not alarms(digits, N_SEEDS, mode="directions")


@pytest.mark.parametrize("name", LAYERS)
def test_directions_through_networks_of_every_layer_on_200_seeds(name: str) -> None:
    assert not alarms(LAYERS[name], N_SEEDS, mode="directions")


@pytest.mark.parametrize("name", DEEP)
def test_directions_through_deep_networks(name: str) -> None:
    assert not alarms(DEEP[name], 4, mode="directions")


@pytest.mark.slow
@pytest.mark.parametrize("name", DEEP)
def test_directions_through_deep_networks_on_200_seeds(name: str) -> None:
    assert not alarms(partial(DEEP[name], depth=10), N_SEEDS, mode="directions")


@pytest.mark.slow
def test_every_entry_of_the_digits_network() -> None:
    assert not alarms(digits, 3)


@pytest.mark.parametrize("mode", ["entries", "directions"])
def test_a_fault_in_a_network_is_caught_on_every_seed(
    mode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same networks are no blind spot: a wrong 1e-4 is found and named every time."""
    (tanh,) = (primitive for primitive in ag.primitives() if primitive.name == "tanh")
    plant(monkeypatch, tanh, "x", lambda g, out, x: g * (1.0001 - out * out))
    reports = alarms(SMALL["tanh, mse"], 30, mode=mode)
    assert len(reports) == 30
    for _, report in reports:
        assert [(f.primitive, f.argument) for f in report.findings] == [("tanh", "x")]

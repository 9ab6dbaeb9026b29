"""The whole of nn at work: a network learns real digits, the same way for the same seed."""

import subprocess
import sys
from pathlib import Path

import numpy as np

import autograd_mini as ag
from autograd_mini import nn


def train_on_digits(seed: int, n_epochs: int) -> tuple[nn.Sequential, float, float]:
    """Return the trained network, its last loss and its accuracy on the dev split."""
    ag.manual_seed(seed)
    train, dev, _ = nn.random_split(nn.datasets.digits(), [0.7, 0.15, 0.15])
    (x, y), (x_dev, y_dev) = train[:], dev[:]
    normalize = nn.Normalizer(x)
    loader = nn.DataLoader(nn.TensorDataset(normalize(x), y), batch_size=64, shuffle=True)
    model = nn.Sequential(
        nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
    )
    criterion = nn.CrossEntropyLoss()
    optimizer = nn.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(n_epochs):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = criterion(model(xb), yb)
            loss.backward()
            optimizer.step()
    with ag.no_grad():
        right = model(normalize(x_dev)).argmax(axis=1) == y_dev.numpy()
    return model, loss.item(), float(np.mean(right))


def test_an_mlp_reads_at_least_96_percent_of_new_digits() -> None:
    _, _, accuracy = train_on_digits(seed=0, n_epochs=20)
    assert accuracy >= 0.96


def test_the_same_seed_gives_the_same_numbers() -> None:
    first, loss, accuracy = train_on_digits(seed=1, n_epochs=2)
    second, *numbers = train_on_digits(seed=1, n_epochs=2)
    assert numbers == [loss, accuracy]
    for p, q in zip(first.parameters(), second.parameters(), strict=True):
        assert (p.data == q.data).all()
    assert train_on_digits(seed=2, n_epochs=2)[1] != loss


def test_a_network_passes_its_gradient_check() -> None:
    model = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Dropout(0.3), nn.Linear(4, 3))
    x, y = np.random.default_rng(0).normal(size=(6, 5)), [0, 1, 2, 0, 1, 2]
    report = ag.gradcheck(lambda model: nn.CrossEntropyLoss()(model(x), y), model)
    assert [check.name for check in report.checks] == ["0.weight", "0.bias", "3.weight", "3.bias"]
    assert report.relative < 1e-7


def test_a_network_learns_a_curve() -> None:
    x = np.linspace(-1, 1, 40, dtype=np.float32).reshape(-1, 1)
    y = np.sin(3 * x)
    model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = nn.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    for _ in range(1000):
        optimizer.zero_grad()
        loss = nn.MSELoss()(model(x), y)
        loss.backward()
        optimizer.step()
    assert loss.item() < 1e-3


def test_importing_nn_loads_nothing_heavy() -> None:
    heavy = ["matplotlib", "graphviz", "sklearn", "torch", "click", "tqdm"]
    code = f"import sys, autograd_mini.nn; print([m for m in {heavy} if m in sys.modules])"
    root = Path(__file__).resolve().parent.parent
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")

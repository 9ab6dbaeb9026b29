"""Arrays are fingerprinted only where somebody else could write to them: training stays fast."""

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn, rows
from autograd_mini.ownership import HELD_TWICE, LOCAL, fingerprint, references


@pytest.fixture
def fingerprints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Collect the shapes of the arrays that are fingerprinted."""
    taken: list[tuple[int, ...]] = []

    def spy(array: Any) -> int:
        taken.append(array.shape)
        return fingerprint(array)

    monkeypatch.setattr(rows, "fingerprint", spy)
    return taken


def test_counts_of_unshared_arrays() -> None:
    array = np.zeros(3)
    assert references(array) == LOCAL
    view = array[1:]
    assert references(array) > LOCAL
    del view
    assert references(array) == LOCAL
    leaf = ag.tensor([1.0], requires_grad=True)
    count = references(leaf.row.output)
    assert count == HELD_TWICE


def test_fingerprints_see_every_element() -> None:
    array = np.arange(12.0).reshape(3, 4)
    before = fingerprint(array)
    assert fingerprint(array.copy()) == before
    array[2, 3] += 1e-9
    assert fingerprint(array) != before
    assert fingerprint(np.zeros((0, 3))) == fingerprint(np.zeros(0))
    assert fingerprint(array.T[::2]) == fingerprint(array.T[::2].copy())


@pytest.mark.parametrize("optimizer", [nn.optim.SGD, nn.optim.Adam])
def test_a_training_loop_takes_no_fingerprint_of_a_large_array(
    optimizer: Any, fingerprints: list[tuple[int, ...]]
) -> None:
    model = nn.Sequential(nn.Linear(20, 30), nn.Tanh(), nn.Linear(30, 2))
    update = optimizer(model.parameters(), lr=0.01)
    x = ag.randn(16, 20)
    for _ in range(3):
        update.zero_grad()
        loss = (model(x) ** 2).mean()
        loss.backward()
        update.step()
    assert [shape for shape in fingerprints if np.prod(shape) > 64] == []


def test_the_courses_own_loop_takes_none_either(fingerprints: list[tuple[int, ...]]) -> None:
    w = ag.randn(20, 20, requires_grad=True)
    for _ in range(3):
        w.grad = None
        loss = (w * w).sum()
        loss.backward()
        assert w.grad is not None
        w.data -= 0.1 * w.grad.data
    assert fingerprints == []


def test_an_array_that_is_still_around_is_watched(fingerprints: list[tuple[int, ...]]) -> None:
    w = ag.randn(20, 20, requires_grad=True)
    alias = w.data
    (w * w).sum().backward()
    assert (20, 20) in fingerprints
    assert alias.shape == (20, 20)

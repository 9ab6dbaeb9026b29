"""Two threads train at once, and neither sees the other's modes, rows or random numbers."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn


def leaf(*values: float) -> ag.Tensor:
    return ag.tensor(np.array(values), requires_grad=True)


def trained(seed: int) -> list[Any]:
    """Train a model with dropout for a while and return its loss and all its values."""
    ag.manual_seed(seed)
    model = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 2))
    optimizer = nn.optim.Adam(model.parameters(), lr=0.01)
    x, y = ag.randn(16, 5), ag.default_generator().integers(0, 2, 16)
    losses = []
    for step in range(60):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % 10 == 0:
            with ag.no_grad(), ag.scope(f"evaluation{seed}"):
                assert not model(x).requires_grad
    assert (x * model[0].weight[0]).row.scope == ""
    return [losses, *(p.tolist() for p in model.parameters())]


def in_threads(*functions: Callable[[], Any]) -> list[Any]:
    """Run the functions at once and return what they return."""
    results: list[Any] = [None] * len(functions)
    start = threading.Barrier(len(functions))

    def run(number: int) -> None:
        start.wait()
        results[number] = functions[number]()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_threads_that_train_at_once_get_what_they_get_alone() -> None:
    alone = [trained(seed) for seed in (1, 2, 3)]
    assert in_threads(*(lambda seed=seed: trained(seed) for seed in (1, 2, 3))) == alone


@pytest.mark.parametrize(
    ("mode", "state"),
    [
        (ag.no_grad, ag.is_grad_enabled),
        (lambda: ag.scope("encoder"), lambda: (leaf(1.0) * 2).row.scope),
        (ag.record, lambda: (leaf(1.0) * 2).row.line),
        (ag.detect_anomaly, lambda: np.log(ag.tensor([0.0])).tolist()),
    ],
    ids=["no_grad", "scope", "record", "detect_anomaly"],
)
def test_modes_of_one_thread_do_not_touch_another(mode: Any, state: Any) -> None:
    inside, seen = threading.Event(), threading.Event()

    def enter() -> None:
        with mode():
            inside.set()
            assert seen.wait(10)

    def look() -> Any:
        assert inside.wait(10)
        try:
            with np.errstate(divide="ignore"):
                return state()
        finally:
            seen.set()

    with np.errstate(divide="ignore"):
        expected = state()
    assert in_threads(enter, look)[1] == expected


def test_record_of_one_thread_has_no_rows_of_another() -> None:
    def record() -> int:
        with ag.record() as tape:
            for _ in range(500):
                leaf(1.0) * 2
        return len(tape)

    assert in_threads(record, lambda: trained(1) and 0, record) == [500, 0, 500]


def test_seeds_of_one_thread_do_not_touch_another() -> None:
    ag.manual_seed(5)
    expected = [ag.randn(3).tolist(), ag.randn(3).tolist()]
    ag.manual_seed(5)
    first = ag.randn(3).tolist()
    in_threads(lambda: ag.manual_seed(99) and ag.randn(7))
    assert [first, ag.randn(3).tolist()] == expected

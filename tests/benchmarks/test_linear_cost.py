"""Cost grows linearly: what a row, an example or a time step costs does not depend on their number.

The only assertions about time, and only as ratios within one run. What is quadratic would be a
thousand times off at the largest size; the bound leaves room for caches and a busy machine.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn

Step = Callable[[], Any]
BOUND = 4.0
REPEATS = 2
SMALLEST_RUN = 0.005


def long_chain(n: int) -> Step:
    x = ag.tensor(np.ones(8), requires_grad=True)

    def step() -> None:
        y = x
        for _ in range(n):
            y = y * x
        y.sum().backward()

    return step


def wide_fan(n: int) -> Step:
    """One tensor that n rows read, whose cotangents are added up."""
    x = ag.tensor(np.ones(8), requires_grad=True)

    def step() -> None:
        y = x
        for _ in range(n):
            y = y + x * x
        y.sum().backward()

    return step


def large_batch(n: int) -> Step:
    model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 10))
    x, labels = ag.tensor(np.ones((n, 16), np.float32)), ag.tensor(np.zeros(n, int))
    return lambda: nn.functional.cross_entropy(model(x), labels).backward()


def long_sequence(n: int) -> Step:
    model = nn.LSTM(8, 8)
    x = ag.tensor(np.ones((n, 4, 8), np.float32))
    return lambda: model(x)[0].sum().backward()


def seconds(step: Step) -> float:
    """Return the least time of a step over a few runs, each long enough for the clock."""
    start = perf_counter()
    step()
    n_steps = max(1, round(SMALLEST_RUN / (perf_counter() - start)))
    runs = []
    for _ in range(REPEATS):
        start = perf_counter()
        for _ in range(n_steps):
            step()
        runs.append((perf_counter() - start) / n_steps)
    return min(runs)


@pytest.mark.parametrize(
    ("workload", "sizes"),
    [
        (long_chain, (20, 200, 2_000, 20_000)),
        (wide_fan, (20, 200, 2_000, 20_000)),
        (large_batch, (32, 320, 3_200, 32_000)),
        (long_sequence, (3, 30, 300, 3_000)),
    ],
)
def test_cost_is_linear(workload: Callable[[int], Step], sizes: tuple[int, ...]) -> None:
    each = [seconds(workload(n)) / n for n in sizes]
    shown = ", ".join(f"{n}: {cost * 1e6:.2f} µs" for n, cost in zip(sizes, each, strict=True))
    assert each[-1] <= BOUND * min(each[:-1]), f"{workload.__name__} costs each {shown}"

"""Print what one row, example or time step costs at each size; run by test_linear_cost.py."""

import json
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini import nn

Step = Callable[[], Any]
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


def many_inputs(n: int) -> Step:
    """One row that reads n tensors."""
    xs = [ag.tensor(np.ones(2), requires_grad=True) for _ in range(n)]
    return lambda: np.concatenate(xs).sum().backward()


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


WORKLOADS = (long_chain, wide_fan, many_inputs, large_batch, long_sequence)
workload = {each.__name__: each for each in WORKLOADS}
name, *sizes = sys.argv[1:]
print(json.dumps([seconds(workload[name](n)) / n for n in map(int, sizes)]))

"""The cost of one recorded operation: a chain of 1000, forward and backward, on small arrays."""

from typing import Any

import numpy as np

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.contestants import Goal, Workload
from autograd_mini.tutorials.bench.functions import Function

TURNS = 250


def chain(x: Any, a: Any, b: Any) -> Any:
    """Return the sum of x after 250 turns of x = sin(tanh(x·a + b)): four rows each."""
    for _ in range(TURNS):
        x = (x * a + b).tanh().sin()
    return x.sum()


def chain_by_hand(x: Array, a: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    """Return the same sum, and its gradients by x, a and b."""
    saved = []
    for _ in range(TURNS):
        t = np.tanh(x * a + b)
        saved.append((x, t))
        x = np.sin(t)
    y = x.sum()
    g, da, db = np.ones_like(x), np.zeros_like(a), np.zeros_like(b)
    for x, t in reversed(saved):
        g = g * np.cos(t) * (1 - t * t)
        da = da + g * x
        db = db + g
        g = g * a
    return y, g, da, db


def operations(shape: tuple[int, ...], dtype: type[np.floating[Any]]) -> Function:
    """Return the chain's gradient on arrays of ``shape``."""

    def arrays() -> list[Array]:
        rng = np.random.default_rng(0)
        bounds = (0.5, 1.0), (1.0, 1.5), (-0.1, 0.1)
        return [np.asarray(rng.uniform(*bound, size=shape), dtype) for bound in bounds]

    return Function(chain, chain_by_hand, arrays)


WORKLOADS = (
    Workload(
        "operations-0d",
        "a chain of 1000 operations on 0-d float64 arrays",
        Goal(1.30, 0.25),
        operations((), np.float64).enter,
    ),
    Workload(
        "operations-8",
        "a chain of 1000 operations on 8 float32 elements",
        Goal(1.30, 0.25),
        operations((8,), np.float32).enter,
    ),
    Workload(
        "operations-32x32",
        "a chain of 1000 operations on 32×32 float32 elements",
        Goal(1.50, 0.55),
        operations((32, 32), np.float32).enter,
    ),
)

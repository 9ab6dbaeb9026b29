"""Elementwise functions of large arrays: how much memory is walked, and how often."""

from typing import Any

import numpy as np

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.contestants import Goal, Workload
from autograd_mini.tutorials.bench.functions import Function


def mixture(x: Any, y: Any) -> Any:
    """Return Σ tanh(x·y) + exp(−x²)·log(1 + y²)."""
    return ((x * y).tanh() + (-(x * x)).exp() * (1 + y * y).log()).sum()


def mixture_by_hand(x: Array, y: Array) -> tuple[Array, Array, Array]:
    """Return the same sum, and its gradients by x and y."""
    t = np.tanh(x * y)
    e = np.exp(-(x * x))
    inner = 1 + y * y
    log = np.log(inner)
    total = (t + e * log).sum()
    slope = 1 - t * t
    return total, slope * y - 2 * x * e * log, slope * x + e * 2 * y / inner


def elementwise(n: int) -> Function:
    """Return the gradient of the mixture of two arrays of ``n`` elements."""

    def arrays() -> list[Array]:
        rng = np.random.default_rng(0)
        return [rng.normal(size=n).astype(np.float32) for _ in range(2)]

    return Function(mixture, mixture_by_hand, arrays)


WORKLOADS = (
    Workload(
        "elementwise-1e4",
        "tanh, exp, log, products of 10,000 elements",
        Goal(0.70, 0.90),
        elementwise(10_000).enter,
    ),
    Workload(
        "elementwise-1e6",
        "tanh, exp, log, products of 1,000,000 elements",
        Goal(0.70, 0.90),
        elementwise(1_000_000).enter,
    ),
)

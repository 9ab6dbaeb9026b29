"""Builders of the arrays and calls that the samples of primitives are made of."""

from typing import Any

import numpy as np

Sample = tuple[tuple[Any, ...], dict[str, Any]]

rng = np.random.default_rng(20)


def spread(*shape: int, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    """Return distinct numbers in (low, high), at least a fraction of their spacing apart."""
    n = int(np.prod(shape))
    grid = np.linspace(low, high, n + 2)[1:-1]
    jitter = rng.uniform(-0.2, 0.2, n) * (high - low) / (n + 1)
    return rng.permutation(grid + jitter).reshape(shape)


def strided(*shape: int, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    """Return numbers in memory that is neither contiguous nor in order."""
    wide = spread(*(2 * n for n in shape), low=low, high=high)
    return wide[tuple(slice(None, None, -2) for _ in shape)]


def unary(low: float = -2.0, high: float = 2.0) -> list[Sample]:
    shapes = [(), (3,), (2, 3), (2, 0), (1, 2, 2)]
    arrays = [spread(*shape, low=low, high=high) for shape in shapes]
    return [((x,), {}) for x in [*arrays, strided(2, 3, low=low, high=high)]]


def binary(low: float = -2.0, high: float = 2.0) -> list[Sample]:
    pairs = [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((2, 0), (1,))]
    samples = []
    for a, b in pairs:
        n_a, n_b = int(np.prod(a)), int(np.prod(b))
        both = spread(n_a + n_b, low=low, high=high)
        samples.append(((both[:n_a].reshape(a), both[n_a:].reshape(b)), {}))
    samples.append(((strided(2, 3, low=low, high=high), spread(3, low=low, high=high)), {}))
    return samples


def reduction(**metadata: Any) -> list[Sample]:
    x = spread(2, 3, 2)
    axes: list[dict[str, Any]] = [{}, {"axis": 0}, {"axis": -1}, {"axis": (0, 2)}, {"axis": None}]
    samples: list[Sample] = [((x,), {**axis, **metadata}) for axis in axes]
    samples += [((x,), {**axis, "keepdims": True, **metadata}) for axis in axes]
    return [*samples, ((strided(3, 2),), {"axis": 0, **metadata}), ((spread(3),), metadata)]


def running() -> list[Sample]:
    """Return calls of functions that run along one axis or, without one, over all elements."""
    x = spread(2, 3, 2)
    samples: list[Sample] = [((x,), {"axis": axis}) for axis in (0, 1, -1, None)]
    return [*samples, ((strided(3, 2),), {"axis": 0}), ((spread(5),), {}), ((np.array(0.7),), {})]


def normalized() -> list[Sample]:
    x = spread(2, 3, 2)
    samples: list[Sample] = [((x,), {"axis": axis}) for axis in (0, 1, -1)]
    wide = spread(2, 3, low=-40.0, high=40.0)
    return [*samples, ((wide,), {}), ((strided(3, 2),), {"axis": 0}), ((np.zeros((0, 3)),), {})]


def empty_sums() -> list[Sample]:
    return [((np.zeros((0, 3)),), {"axis": 0}), ((np.zeros((0, 3)),), {})]


MASK = np.array([[True, False, True], [False, False, True]])
X23, Y23, ROW = spread(2, 3), spread(2, 3), spread(3)

"""One table: for each primitive, calls that its rule must stand up to.

A sample is (inputs, metadata). Inputs are float64 arrays in the primitive's domain, away from its
kinks; shapes include broadcasting, 0-d, empty and strided ones. ``test_rules.py`` runs every
primitive of the registry over its samples and fails for one that has none.
"""

from typing import Any

import numpy as np

from autograd_mini.registry import Primitive, primitives

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


def empty_sums() -> list[Sample]:
    return [((np.zeros((0, 3)),), {"axis": 0}), ((np.zeros((0, 3)),), {})]


MASK = np.array([[True, False, True], [False, False, True]])
X23, Y23, ROW = spread(2, 3), spread(2, 3), spread(3)

SAMPLES: dict[str, list[Sample]] = {
    "add": binary(),
    "subtract": binary(),
    "multiply": binary(),
    "divide": binary(low=0.5, high=3.0),
    "remainder": [((np.array([5.3, -4.1, 2.2]), np.array([2.0, 1.5, -0.9])), {})],
    "power": [
        *binary(low=0.5, high=2.5),
        ((np.array([-1.5, 0.0, 2.0]), 3), {}),
        ((np.array([-1.5, 0.0, 2.0]), 0), {}),
        ((np.array([-1.5, 0.7, 2.0]), -2.0), {}),
        ((2, spread(2, 2)), {}),
    ],
    "maximum": binary(),
    "minimum": binary(),
    "negative": unary(),
    "positive": unary(),
    "absolute": unary(),
    "sqrt": unary(low=0.5, high=3.0),
    "square": unary(),
    "reciprocal": unary(low=0.5, high=3.0),
    "exp": unary(),
    "expm1": unary(),
    "log": unary(low=0.5, high=3.0),
    "log1p": unary(low=-0.5, high=3.0),
    "sin": unary(),
    "cos": unary(),
    "tanh": unary(),
    "sigmoid": unary(low=-30.0, high=30.0),
    "relu": unary(),
    "clip": [
        ((X23, -0.7, 0.8), {}),
        ((X23, None, 0.8), {}),
        ((X23, -0.7, None), {}),
        ((X23, np.array([-1.1, -0.9, -1.3]), np.array([[1.2], [0.6]])), {}),
        ((np.array(3.0), np.array(-1.0), np.array(1.0)), {}),
    ],
    "where": [
        ((MASK, X23, Y23), {}),
        ((MASK, X23, ROW), {}),
        ((MASK[0], spread(2, 1), ROW), {}),
        ((True, X23, 1.5), {}),
        ((MASK[:, :0], np.zeros((2, 0)), np.array(1.0)), {}),
    ],
    "cast": [((X23,), {"dtype": np.dtype(np.float64)})],
    "sum": [*reduction(), *empty_sums()],
    "mean": reduction(),
    "max": reduction(),
    "min": reduction(),
    "var": [*reduction(), *reduction(ddof=1)],
    "logsumexp": reduction(),
    "matmul": [
        ((spread(2, 3), spread(3, 4)), {}),
        ((spread(3), spread(3)), {}),
        ((spread(2, 3), spread(3)), {}),
        ((spread(3), spread(3, 2)), {}),
        ((spread(2, 2, 3), spread(3, 2)), {}),
        ((spread(2, 1, 2, 3), spread(3, 3, 2)), {}),
        ((spread(2, 2, 3), spread(3)), {}),
        ((spread(3), spread(2, 3, 2)), {}),
        ((strided(2, 3), strided(2, 3).T), {}),
        ((np.zeros((2, 0)), np.zeros((0, 3))), {}),
    ],
    "reshape": [
        ((X23,), {"shape": (3, 2)}),
        ((X23,), {"shape": -1}),
        ((X23,), {"shape": (1, -1, 2)}),
        ((np.array(2.0),), {"shape": (1, 1)}),
        ((strided(2, 3),), {"shape": (6,)}),
        ((np.zeros((2, 0)),), {"shape": (0, 5)}),
    ],
    "transpose": [
        ((spread(2, 3, 4),), {}),
        ((spread(2, 3, 4),), {"axes": (2, 0, 1)}),
        ((spread(2, 3, 4),), {"axes": (-1, 0, 1)}),
        ((strided(2, 3),), {"axes": None}),
        ((np.array(1.0),), {}),
    ],
    "swapaxes": [((spread(2, 3, 4),), {"axis1": 0, "axis2": -1})],
    "broadcast_to": [
        ((ROW,), {"shape": (2, 3)}),
        ((spread(2, 1),), {"shape": (4, 2, 3)}),
        ((np.array(1.5),), {"shape": (2, 2)}),
        ((spread(1, 3),), {"shape": (0, 3)}),
    ],
    "expand_dims": [((X23,), {"axis": 0}), ((X23,), {"axis": (0, -1)})],
    "squeeze": [
        ((spread(1, 3, 1),), {}),
        ((spread(1, 3, 1),), {"axis": 0}),
        ((spread(1, 3, 1),), {"axis": (0, 2)}),
    ],
    "concatenate": [
        ((X23, Y23), {}),
        ((X23, spread(2, 1), Y23), {"axis": 1}),
        ((X23, np.zeros((2, 0))), {"axis": -1}),
        ((strided(2, 3),), {"axis": 0}),
    ],
    "stack": [((X23, Y23), {}), ((X23, Y23, X23), {"axis": -1}), ((ROW, ROW), {"axis": 1})],
    "getitem": [
        ((spread(4, 3),), {"index": 1}),
        ((spread(4, 3),), {"index": -1}),
        ((spread(4, 3),), {"index": slice(1, None, 2)}),
        ((spread(4, 3),), {"index": (slice(None), None, slice(None, None, -1))}),
        ((spread(4, 3),), {"index": (..., 0)}),
        ((spread(4, 3),), {"index": np.array([0, 2, 2, -1])}),
        ((spread(4, 3),), {"index": (np.array([[0, 1], [1, 1]]), np.array([2, 0]))}),
        ((spread(4, 3),), {"index": (slice(None), np.array([1, 1]))}),
        ((spread(4, 3),), {"index": np.array([True, False, True, False])}),
        ((spread(4, 3),), {"index": spread(4, 3) > 0}),
        ((spread(4, 3),), {"index": (np.array([True, False, True, False]), np.array([0, 1]))}),
        ((spread(4, 3),), {"index": np.array([], dtype=int)}),
        ((np.array(2.0),), {"index": ()}),
        ((strided(3, 2),), {"index": np.array([1, 1])}),
    ],
    "scatter_add": [
        ((spread(3, 2),), {"index": np.array([0, 0, 3]), "shape": (4, 2)}),
        ((spread(2),), {"index": slice(0, 4, 2), "shape": (4,)}),
    ],
}


def declared() -> list[Primitive]:
    """Return the package's own primitives, without those that other tests declare."""
    return [
        primitive
        for primitive in primitives()
        if next(iter(primitive.vjps.values())).__module__.startswith("autograd_mini.ops.")
    ]


def samples() -> list[Any]:
    """Return (primitive, inputs, metadata) of all primitives with a readable id each."""
    import pytest

    cases = []
    for primitive in declared():
        for number, (inputs, metadata) in enumerate(SAMPLES.get(primitive.name, [])):
            cases.append(pytest.param(primitive, inputs, metadata, id=f"{primitive.name}-{number}"))
    return cases


def differentiable(primitive: Primitive, inputs: tuple[Any, ...]) -> list[int]:
    """Return the positions whose input is a float array and has a VJP."""
    return [
        position
        for position, array in enumerate(inputs)
        if isinstance(array, np.ndarray)
        and array.dtype.kind == "f"
        and primitive.vjp(position) is not None
    ]

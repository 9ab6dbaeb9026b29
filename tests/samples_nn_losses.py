"""Calls that primitives of losses must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

SHAPES = [(), (3,), (2, 3), (2, 0), (1, 2, 2)]

SAMPLES: dict[str, list[Sample]] = {
    "squared_error": [
        *[((spread(*s), spread(*s)), {"mean": m}) for s in [(), (3,), (2, 3)] for m in (0, 1)],
        ((spread(2, 0), spread(2, 0)), {"mean": False}),
        ((strided(2, 3), spread(2, 3)), {"mean": True}),
    ],
    "huber": [
        *[((spread(*s), spread(*s)), {"delta": 1.1}) for s in SHAPES],
        ((strided(2, 3), spread(2, 3)), {"delta": 0.3}),
    ],
    "binary_cross_entropy": [
        *[((spread(*s, low=0.05, high=0.95), spread(*s, low=0, high=1)), {}) for s in SHAPES],
        ((strided(2, 3, low=0.05, high=0.95), np.array([[0.0, 1.0, 1.0], [1.0, 0.5, 0.0]])), {}),
    ],
    "binary_cross_entropy_with_logits": [
        *[((spread(*s, low=-9.0, high=9.0), spread(*s, low=0, high=1)), {}) for s in SHAPES],
        ((strided(2, 3), np.array([[0.0, 1.0, 1.0], [1.0, 0.5, 0.0]])), {}),
        ((np.array([-40.0, 40.0, 0.3]), np.array([1.0, 1.0, 0.0])), {}),
    ],
}

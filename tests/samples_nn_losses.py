"""Calls that primitives of losses must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

SHAPES = [(), (3,), (2, 3), (2, 0), (1, 2, 2)]

SAMPLES: dict[str, list[Sample]] = {
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

"""Calls that primitives of linear algebra must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

SAMPLES: dict[str, list[Sample]] = {
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
}

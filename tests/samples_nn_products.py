"""Calls that products with a weight matrix must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

WEIGHT, BIAS = spread(4, 3), spread(4)

SAMPLES: dict[str, list[Sample]] = {
    "linear": [
        ((spread(5, 3), WEIGHT, BIAS), {}),
        ((spread(5, 3), WEIGHT, None), {}),
        ((spread(3), WEIGHT, BIAS), {}),
        ((spread(2, 2, 3), WEIGHT, BIAS), {}),
        ((strided(2, 3), strided(4, 3), BIAS), {}),
        ((np.zeros((0, 3)), WEIGHT, BIAS), {}),
    ]
}

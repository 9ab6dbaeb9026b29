"""Calls that looking up must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

PLACES = np.array([[0, 2], [2, 1]])

SAMPLES: dict[str, list[Sample]] = {
    "embedding": [
        ((spread(4, 3),), {"indices": PLACES}),
        ((spread(4, 3),), {"indices": np.array(3)}),
        ((spread(4, 3),), {"indices": np.zeros(0, int)}),
        ((strided(4, 2),), {"indices": np.array([3, 3, 0])}),
    ]
}

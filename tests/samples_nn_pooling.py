"""Calls that pooling and what carries its gradients must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

from autograd_mini.nn.primitives.pooling import max_pool
from autograd_mini.nn.primitives.windows import Window

SIDE_BY_SIDE = Window((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
OVERLAPPING = Window((2, 3), (1, 2), ((1, 0), (1, 1)), (2, 1))
LINE = Window((3,), (2,), ((1, 1),), (1,))

CASES = [
    (spread(2, 2, 4, 5), SIDE_BY_SIDE),
    (np.moveaxis(spread(2, 4, 4, 2), -1, 0), SIDE_BY_SIDE),
    (spread(1, 2, 4, 4), OVERLAPPING),
    (strided(2, 1, 5), LINE),
    (np.zeros((0, 2, 4, 4)), SIDE_BY_SIDE),
]
POOLED = [(x, max_pool(x, window=window), window) for x, window in CASES]

SAMPLES: dict[str, list[Sample]] = {
    "max_pool": [((x,), {"window": window}) for x, window in CASES],
    "put_at_winners": [((spread(*out.shape), x, out), {"window": w}) for x, out, w in POOLED],
    "take_at_winners": [((spread(*x.shape), x, out), {"window": w}) for x, out, w in POOLED],
    "sum_pool": [((x,), {"window": window}) for x, window in CASES],
    "spread": [
        ((spread(*out.shape),), {"window": window, "size": x.shape[2:]})
        for x, out, window in POOLED
    ],
}

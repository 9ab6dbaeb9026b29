"""Calls that the attention primitives must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

ONE = {"is_causal": False, "scale": 0.5}
CAUSAL = {"is_causal": True, "scale": 0.7}
QUERY, KEY, VALUE = spread(2, 3, 2), spread(2, 4, 2), spread(2, 4, 3)
BIAS = spread(3, 4)
CLOSED = np.array([[True, False, True, True], [False] * 4, [False, True, False, False]])
KEPT = np.where(np.random.default_rng(4).random((2, 3, 4)) < 0.3, 0, 1 / 0.7)
PACKED = spread(2, 3, 12)
TWO = {"num_heads": 2, "is_causal": False}

SAMPLES: dict[str, list[Sample]] = {
    "attention": [
        ((QUERY[0], KEY[0], VALUE[0], None, None), ONE),
        ((QUERY, KEY, VALUE, None, None), CAUSAL),
        ((QUERY, KEY, VALUE, BIAS, None), ONE),
        ((QUERY, KEY, VALUE, BIAS[:, :1], KEPT), CAUSAL),
        ((QUERY, KEY, VALUE, CLOSED, KEPT), ONE),
        ((QUERY, KEY[:1], VALUE[0], CLOSED, None), CAUSAL),
        ((30 * QUERY, 30 * KEY, VALUE, None, None), ONE),
        ((strided(3, 2), strided(4, 2), strided(4, 3), None, None), ONE),
        ((QUERY, KEY[:, :0], VALUE[:, :0], None, None), ONE),
        ((np.zeros((0, 3, 2)), np.zeros((0, 4, 2)), np.zeros((0, 4, 3)), None, None), ONE),
    ],
    "self_attention": [
        ((PACKED, None, None), TWO),
        ((PACKED[0], None, None), {"num_heads": 4, "is_causal": True}),
        ((PACKED, spread(2, 1, 1, 3), None), TWO),
        ((PACKED, CLOSED[:, :3], spread(2, 2, 3, 3, low=0, high=2)), TWO),
        ((strided(2, 6), None, None), {"num_heads": 1, "is_causal": False}),
    ],
}

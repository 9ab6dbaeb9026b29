"""Calls that unfolding into columns and folding back must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

from autograd_mini.nn.primitives.unfolding import unfold_columns
from autograd_mini.nn.primitives.windows import Window

CASES = [
    (spread(2, 2, 3, 3), Window((2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1))),
    (np.moveaxis(spread(2, 4, 3, 2), -1, 0), Window((2, 1), (1, 2), ((0, 0), (0, 0)), (2, 1))),
    (strided(1, 1, 3, 4), Window((3, 2), (2, 1), ((1, 1), (1, 0)), (1, 2))),
    (spread(2, 1, 5), Window((3,), (2,), ((1, 0),), (1,))),
    (np.zeros((0, 2, 3, 3)), Window((2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1))),
]
SAMPLES: dict[str, list[Sample]] = {
    "unfold_columns": [((x,), {"window": window}) for x, window in CASES],
    "fold_columns": [
        (
            (spread(*unfold_columns(x, window=window).shape),),
            {"window": window, "size": x.shape[2:]},
        )
        for x, window in CASES
    ],
}

"""Calls that convolutions and their adjoints must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

from autograd_mini.nn.primitives.convolution import convolve
from autograd_mini.nn.primitives.windows import Window

PLAIN = Window((2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1))
MOVED = Window((3, 2), (2, 1), ((1, 1), (0, 2)), (1, 2))
LINE = Window((3,), (2,), ((1, 0),), (1,))
POINT = Window((1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1))
CUBE = Window((2, 1, 2), (1, 1, 1), ((0, 0), (0, 0), (1, 0)), (1, 1, 1))

BATCH_LAST = np.moveaxis(spread(2, 3, 3, 2), -1, 0)
IMAGES = [
    (spread(2, 2, 3, 4), spread(3, 2, 2, 2), PLAIN, 1),
    (BATCH_LAST, spread(1, 2, 2, 2), PLAIN, 1),
    (strided(1, 4, 4, 4), spread(2, 2, 3, 2), MOVED, 2),
    (spread(2, 2, 4), spread(4, 1, 3), LINE, 2),
    (spread(2, 3, 2, 2), spread(2, 3, 1, 1), POINT, 1),
    (spread(1, 1, 2, 2, 2), spread(2, 1, 2, 1, 2), CUBE, 1),
    (np.zeros((0, 2, 3, 3)), spread(3, 2, 2, 2), PLAIN, 1),
]


def with_results() -> list[tuple[Sample, Sample, Sample]]:
    """Return one call of each of the three for every image, kernel and window."""
    calls = []
    for x, w, window, groups in IMAGES:
        metadata = {"window": window, "groups": groups}
        g = spread(*convolve(x, w, None, **metadata).shape)
        bias = spread(w.shape[0]) if groups == 1 else None
        back = spread(w.shape[1] * groups) if groups == 1 else None
        calls.append(
            (
                ((x, w, bias), metadata),
                ((g, w, back), {**metadata, "size": x.shape[2:]}),
                ((x, g), metadata),
            )
        )
    return calls


FORWARD, BACK, WEIGHT = zip(*with_results(), strict=True)
SAMPLES: dict[str, list[Sample]] = {
    "convolve": list(FORWARD),
    "convolve_transpose": list(BACK),
    "convolve_weight": list(WEIGHT),
}

"""Calls that the primitives of normalization must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided

import autograd_mini.nn.primitives.normalization  # noqa: F401 (which declares them)


def batch_last(*shape: int) -> np.ndarray:
    """Return numbers whose first axis is the innermost in memory, as convolutions leave them."""
    return np.moveaxis(spread(*shape[1:], shape[0]), -1, 0)


def per_channel(c: int) -> list[tuple[np.ndarray | None, np.ndarray | None]]:
    """Return weights and biases, with and without."""
    return [(spread(c), spread(c)), (spread(c), None), (None, spread(c)), (None, None)]


ROWS: list[tuple[np.ndarray, int]] = [
    (spread(4, 3), 1),
    (spread(2, 3, 4), 2),
    (spread(5), 1),
    (strided(3, 4), 1),
    (batch_last(3, 2, 2), 1),
    (np.zeros((0, 3)), 1),
]
BATCHES = [
    spread(5, 3),
    spread(3, 2, 4),
    spread(2, 3, 2, 2),
    batch_last(4, 3, 2, 2),
    np.asfortranarray(spread(4, 3)),
    strided(3, 2, 3),
]
IMAGES = [spread(2, 4, 3), spread(2, 4, 2, 2), batch_last(3, 4, 2, 2), strided(2, 4, 2)]

SAMPLES: dict[str, list[Sample]] = {
    "layer_norm": [
        (
            (
                x,
                None if w is None else w.reshape(x.shape[-n:]),
                None if b is None else b.reshape(x.shape[-n:]),
            ),
            {"n_axes": n, "eps": 1e-3},
        )
        for x, n in ROWS
        for w, b in per_channel(int(np.prod(x.shape[-n:])))[:: 1 if x.ndim == 2 else 3]
    ],
    "batch_norm": [
        ((x, w, b), {"eps": 1e-3})
        for x in BATCHES
        for w, b in per_channel(x.shape[1])[:: 1 if x.ndim == 2 else 3]
    ],
    "group_norm": [
        ((x, w, b), {"groups": groups, "eps": 1e-3})
        for x in IMAGES
        for groups in (1, 2, 4)
        for w, b in per_channel(4)[::3]
    ],
}

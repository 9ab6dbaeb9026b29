"""Calls that primitives of shape and indexing must stand up to."""

import numpy as np
from sample_arrays import ROW, X23, Y23, Sample, spread, strided

SAMPLES: dict[str, list[Sample]] = {
    "reshape": [
        ((X23,), {"shape": (3, 2)}),
        ((X23,), {"shape": -1}),
        ((X23,), {"shape": (1, -1, 2)}),
        ((np.array(2.0),), {"shape": (1, 1)}),
        ((strided(2, 3),), {"shape": (6,)}),
        ((np.zeros((2, 0)),), {"shape": (0, 5)}),
    ],
    "transpose": [
        ((spread(2, 3, 4),), {}),
        ((spread(2, 3, 4),), {"axes": (2, 0, 1)}),
        ((spread(2, 3, 4),), {"axes": (-1, 0, 1)}),
        ((strided(2, 3),), {"axes": None}),
        ((np.array(1.0),), {}),
    ],
    "swapaxes": [((spread(2, 3, 4),), {"axis1": 0, "axis2": -1})],
    "broadcast_to": [
        ((ROW,), {"shape": (2, 3)}),
        ((spread(2, 1),), {"shape": (4, 2, 3)}),
        ((np.array(1.5),), {"shape": (2, 2)}),
        ((spread(1, 3),), {"shape": (0, 3)}),
    ],
    "expand_dims": [((X23,), {"axis": 0}), ((X23,), {"axis": (0, -1)})],
    "squeeze": [
        ((spread(1, 3, 1),), {}),
        ((spread(1, 3, 1),), {"axis": 0}),
        ((spread(1, 3, 1),), {"axis": (0, 2)}),
    ],
    "concatenate": [
        ((X23, Y23), {}),
        ((X23, spread(2, 1), Y23), {"axis": 1}),
        ((X23, np.zeros((2, 0))), {"axis": -1}),
        ((strided(2, 3),), {"axis": 0}),
    ],
    "stack": [((X23, Y23), {}), ((X23, Y23, X23), {"axis": -1}), ((ROW, ROW), {"axis": 1})],
    "getitem": [
        ((spread(4, 3),), {"index": 1}),
        ((spread(4, 3),), {"index": -1}),
        ((spread(4, 3),), {"index": slice(1, None, 2)}),
        ((spread(4, 3),), {"index": (slice(None), None, slice(None, None, -1))}),
        ((spread(4, 3),), {"index": (..., 0)}),
        ((spread(4, 3),), {"index": np.array([0, 2, 2, -1])}),
        ((spread(4, 3),), {"index": (np.array([[0, 1], [1, 1]]), np.array([2, 0]))}),
        ((spread(4, 3),), {"index": (slice(None), np.array([1, 1]))}),
        ((spread(4, 3),), {"index": np.array([True, False, True, False])}),
        ((spread(4, 3),), {"index": spread(4, 3) > 0}),
        ((spread(4, 3),), {"index": (np.array([True, False, True, False]), np.array([0, 1]))}),
        ((spread(4, 3),), {"index": np.array([], dtype=int)}),
        ((np.array(2.0),), {"index": ()}),
        ((strided(3, 2),), {"index": np.array([1, 1])}),
    ],
    "scatter_add": [
        ((spread(3, 2),), {"index": np.array([0, 0, 3]), "shape": (4, 2)}),
        ((spread(2),), {"index": slice(0, 4, 2), "shape": (4,)}),
    ],
}

"""Images of handwriting."""

from importlib.resources import files

import numpy as np

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.nn.data import TensorDataset


def digits() -> TensorDataset:
    """Return 1,797 real handwritten digits as a dataset of (x, y).

    x: (1797, 64) floats, images of 8 × 8 pixels row by row, ink from 0 (none) to 16; default dtype.
    y: (1797,) integers 0..9, about 180 of each.

    Source: E. Alpaydin, C. Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0; the test part, as
    scikit-learn's ``load_digits`` has it.

    >>> x, y = digits().tensors
    >>> x.shape, y.shape
    ((1797, 64), (1797,))
    >>> y[:10].tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    stored = files("autograd_mini.nn.datasets").joinpath("digits.npz")
    with stored.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        x, y = arrays["x"], arrays["y"]
    return TensorDataset(x.astype(get_default_dtype()), y.astype(np.int64))

"""Linear algebra under NumPy's names: ``ag.linalg.inv`` is what ``np.linalg.inv`` calls."""

from autograd_mini.ops.decompositions import cholesky, eigh, eigvalsh, qr, svd, svdvals
from autograd_mini.ops.linalg import det, inv, matrix_power, pinv, slogdet, solve
from autograd_mini.ops.norms import norm

__all__ = [
    "cholesky",
    "det",
    "eigh",
    "eigvalsh",
    "inv",
    "matrix_power",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
]

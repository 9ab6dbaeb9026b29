"""Calls that primitives of linear algebra must stand up to."""

import numpy as np
from sample_arrays import Sample, spread, strided


def near(matrix: list[list[float]], *batch: int) -> np.ndarray:
    """Return the matrix, or a batch of it, with a little noise: no two entries are equal."""
    exact = np.array(matrix)
    return exact + 0.2 * spread(*batch, *exact.shape) / 2


def definite(*shape: int) -> np.ndarray:
    """Return matrices whose lower and upper triangles both are of positive definite ones."""
    return np.eye(shape[-1]) * 4 + 0.5 * spread(*shape)


REGULAR = [[3.0, -1.0, 0.5], [0.4, -2.0, 1.0], [-0.7, 0.8, 2.5]]
SQUARE, TWO_SQUARES = near(REGULAR), near(REGULAR, 2)
TALL = near([[2.0, 0.5], [-0.3, 1.2], [0.7, -0.4]])
EMPTY = np.zeros((0, 2, 2))
MATRICES: list[Sample] = [
    ((SQUARE,), {}),
    ((TWO_SQUARES,), {}),
    ((np.array([[2.5]]),), {}),
    ((near(REGULAR, 1, 2)[..., ::-1, ::-1],), {}),
    ((EMPTY,), {}),
]
RECTANGLES: list[Sample] = [
    *MATRICES,
    ((TALL,), {}),
    ((TALL.T,), {}),
    ((np.stack([TALL, TALL[::-1]]),), {}),
    ((np.stack([TALL.T, 2 * TALL.T[::-1]]),), {}),
]
SYMMETRIC: list[Sample] = [
    ((definite(3, 3) + np.diag([0, 2, 5]),), {}),
    ((definite(2, 2, 2) + np.diag([0, 3]),), {}),
    ((definite(2, 2)[::-1, ::-1] + np.diag([0, 3]),), {}),
    ((EMPTY,), {}),
]


SAMPLES: dict[str, list[Sample]] = {
    "matmul": [
        ((spread(2, 3), spread(3, 4)), {}),
        ((spread(3), spread(3)), {}),
        ((spread(2, 3), spread(3)), {}),
        ((spread(3), spread(3, 2)), {}),
        ((spread(2, 2, 3), spread(3, 2)), {}),
        ((spread(2, 1, 2, 3), spread(3, 3, 2)), {}),
        ((spread(2, 2, 3), spread(3)), {}),
        ((spread(3), spread(2, 3, 2)), {}),
        ((strided(2, 3), strided(2, 3).T), {}),
        ((np.zeros((2, 0)), np.zeros((0, 3))), {}),
    ],
    "einsum": [
        ((spread(2, 3), spread(3, 4)), {"subscripts": "ij,jk->ik"}),
        ((spread(2, 3), spread(3, 4)), {"subscripts": "ij,jk"}),
        ((spread(3, 3),), {"subscripts": "ii"}),
        ((spread(3, 3),), {"subscripts": "ii->i"}),
        ((spread(2, 2, 2),), {"subscripts": "iii->i"}),
        ((spread(2, 3),), {"subscripts": "ij->ji"}),
        ((spread(2, 3),), {"subscripts": "ij->"}),
        ((spread(2, 3),), {"subscripts": "ba"}),
        ((spread(2), spread(3)), {"subscripts": "i,j->ij"}),
        ((spread(2), spread(3)), {"subscripts": "i,j->"}),
        ((spread(2, 3), spread(2, 3)), {"subscripts": "ij,ij->i"}),
        ((spread(2, 2), spread(2, 3)), {"subscripts": "ii,ij->j"}),
        ((spread(4, 2, 3), spread(3, 2)), {"subscripts": "...ij,jk->...ik"}),
        ((spread(4, 1, 2, 3), spread(5, 3, 2)), {"subscripts": "...ij,...jk"}),
        ((spread(2, 3), spread(2)), {"subscripts": "i...,i->..."}),
        ((spread(4, 3, 3),), {"subscripts": "...ii->...i"}),
        ((spread(1, 3), spread(2, 3)), {"subscripts": "ij,ij->ij"}),
        ((spread(3, 2), spread(1, 2)), {"subscripts": "ij,ij->j"}),
        ((spread(2, 3), spread(3, 4), spread(4, 2)), {"subscripts": "ij,jk,kl->il"}),
        (
            (spread(2, 3), spread(3, 4), spread(4, 2)),
            {"subscripts": "ij,jk,kl->il", "optimize": True},
        ),
        (
            (spread(2, 3), spread(3, 4), spread(4)),
            {"subscripts": "ij,jk,k", "optimize": ["einsum_path", (1, 2), (0, 1)]},
        ),
        ((np.array(2.0), spread(3)), {"subscripts": ",i->i"}),
        ((strided(2, 3), strided(3, 2)), {"subscripts": "ij,ji->"}),
        ((np.zeros((2, 0)), np.zeros((0, 3))), {"subscripts": "ij,jk->ik"}),
    ],
    "inv": MATRICES,
    "det": MATRICES,
    "logabsdet": MATRICES,
    "cofactors": MATRICES,
    "solve": [
        ((SQUARE, spread(3)), {}),
        ((SQUARE, spread(3, 2)), {}),
        ((TWO_SQUARES, spread(3)), {}),
        ((TWO_SQUARES, spread(3, 2)), {}),
        ((TWO_SQUARES, spread(2, 3, 1)), {}),
        ((SQUARE, spread(2, 3, 2)), {}),
        ((TWO_SQUARES[:, None], spread(1, 4, 3, 2)), {}),
        ((strided(2, 2) + 4 * np.eye(2), strided(2, 2)), {}),
        ((SQUARE, np.zeros((3, 0))), {}),
    ],
    "pinv": [*RECTANGLES, ((TALL,), {"rcond": 1e-3}), ((TALL,), {"rtol": 1e-3})],
    "cholesky": SYMMETRIC,
    "eigh": [*SYMMETRIC, *((inputs, {"uplo": "U"}) for inputs, _ in SYMMETRIC)],
    "svd": RECTANGLES,
    "qr": RECTANGLES,
}

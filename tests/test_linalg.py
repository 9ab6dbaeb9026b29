"""Linear algebra: NumPy's results, PyTorch's gradients, and what happens at the singular places."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag

RNG = np.random.default_rng(11)


def spread(*shape: int) -> np.ndarray:
    """Return numbers in (-2, 2), with a generator of this file's own."""
    return RNG.uniform(-2, 2, shape)


SQUARE = spread(3, 3) + 3 * np.eye(3)
BATCH = spread(2, 3, 3) + 3 * np.eye(3)
TALL, WIDE = spread(4, 2), spread(2, 4)
SYMMETRIC = (BATCH + BATCH.swapaxes(-1, -2)) / 2 + np.diag([0, 2, 5])
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])


def leaf(x: Any) -> ag.Tensor:
    return ag.tensor(np.asarray(x, float), requires_grad=True)


def parts(result: Any) -> list[Any]:
    return list(result) if isinstance(result, tuple) else [result]


@pytest.mark.parametrize(
    ("name", "args", "keywords"),
    [
        ("inv", (BATCH,), {}),
        ("det", (BATCH,), {}),
        ("det", (np.zeros((0, 0)),), {}),
        ("slogdet", (BATCH,), {}),
        ("slogdet", (-SQUARE,), {}),
        ("solve", (BATCH, spread(3)), {}),
        ("solve", (SQUARE, spread(3, 2)), {}),
        ("cholesky", (SYMMETRIC,), {}),
        ("cholesky", (SYMMETRIC,), {"upper": True}),
        ("eigh", (SYMMETRIC,), {}),
        ("eigh", (BATCH,), {"UPLO": "U"}),
        ("eigvalsh", (BATCH,), {}),
        ("eigvalsh", (BATCH, "U"), {}),
        ("svd", (BATCH,), {}),
        ("svd", (TALL,), {"full_matrices": False}),
        ("svd", (WIDE,), {"full_matrices": False}),
        ("svd", (WIDE,), {"compute_uv": False}),
        ("svdvals", (WIDE,), {}),
        ("qr", (BATCH,), {}),
        ("qr", (TALL,), {}),
        ("qr", (WIDE,), {"mode": "r"}),
        ("qr", (np.zeros((2, 0)),), {}),
        ("pinv", (TALL,), {}),
        ("pinv", (WIDE, 1e-3), {}),
        ("diagonal", (BATCH,), {"offset": 1}),
        ("matrix_power", (BATCH, 5), {}),
        ("matrix_power", (SQUARE, -3), {}),
        ("matrix_power", (BATCH, 0), {}),
    ],
)
def test_results_are_numpys(name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    theirs, ours = getattr(np.linalg, name), getattr(ag.linalg, name, getattr(np.linalg, name))
    for dtype, tolerance in ((np.float64, 1e-13), (np.float32, 2e-4)):
        given = [x.astype(dtype) if isinstance(x, np.ndarray) else x for x in args]
        expected = theirs(*given, **keywords)
        tensors = [ag.tensor(x) if isinstance(x, np.ndarray) else x for x in given]
        for found in (theirs(*tensors, **keywords), ours(*given, **keywords)):
            assert getattr(found, "_fields", None) == getattr(expected, "_fields", None)
            assert type(found).__name__ == type(expected).__name__ or not isinstance(found, tuple)
            for a, b in zip(parts(found), parts(expected), strict=True):
                assert a.dtype == b.dtype
                assert a.shape == b.shape
                np.testing.assert_allclose(np.asarray(a), b, rtol=tolerance, atol=tolerance)


SQUARED: list[tuple[str, Callable[[Any, Any], Any], Any]] = [
    ("inv", lambda la, x: la.inv(x) ** 2, BATCH),
    ("det", lambda la, x: la.det(x) ** 2, BATCH),
    ("slogdet", lambda la, x: la.slogdet(x).logabsdet ** 2, BATCH),
    ("solve", lambda la, x: la.solve(x, x[0]) ** 2, BATCH),
    ("cholesky", lambda la, x: la.cholesky(x + x.swapaxes(-1, -2)) ** 3, SYMMETRIC),
    ("eigenvalues", lambda la, x: la.eigh(x + x.swapaxes(-1, -2))[0] ** 3, SYMMETRIC),
    ("eigenvectors", lambda la, x: la.eigh(x + x.swapaxes(-1, -2))[1] ** 4, SYMMETRIC),
    ("singular values", lambda la, x: la.svd(x, full_matrices=False)[1] ** 3, TALL),
    ("u, tall", lambda la, x: la.svd(x, full_matrices=False)[0] ** 4, TALL),
    ("u, wide", lambda la, x: la.svd(x, full_matrices=False)[0] ** 4, WIDE),
    ("v, tall", lambda la, x: la.svd(x, full_matrices=False)[2] ** 4, TALL),
    ("v, wide", lambda la, x: la.svd(x, full_matrices=False)[2] ** 4, WIDE),
    ("v, square", lambda la, x: la.svd(x, full_matrices=False)[2] ** 4, BATCH),
    ("q", lambda la, x: la.qr(x)[0] ** 4, TALL),
    ("r", lambda la, x: la.qr(x)[1] ** 4, BATCH),
    ("pinv", lambda la, x: la.pinv(x) ** 2, TALL),
    ("matrix_power", lambda la, x: la.matrix_power(x, 3) ** 2, BATCH),
    ("matrix_power, negative", lambda la, x: la.matrix_power(x, -2) ** 2, BATCH),
]


@pytest.mark.parametrize(("f", "x"), [pytest.param(f, x, id=name) for name, f, x in SQUARED])
def test_gradients_are_pytorchs(f: Callable[[Any, Any], Any], x: np.ndarray) -> None:
    """Of functions that do not depend on the sign of a vector; even powers see to that."""
    torch = pytest.importorskip("torch")
    ours, theirs = leaf(x), torch.tensor(x, requires_grad=True)
    f(np.linalg, ours).sum().backward()
    f(torch.linalg, theirs).sum().backward()
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (np.linalg.eigh(x, UPLO="U").eigenvectors ** 4).sum(),
        lambda x: (np.linalg.cholesky(x, upper=True) ** 3).sum(),
        lambda x: (np.linalg.svd(x).U ** 4).sum(),
    ],
)
def test_the_other_triangle_and_square_svd(f: Callable[[Any], Any]) -> None:
    assert ag.gradcheck(f, [leaf(SYMMETRIC)])


def test_wide_qr_against_differences() -> None:
    assert ag.gradcheck(lambda x: sum((z**4).sum() for z in np.linalg.qr(x)), [leaf(WIDE)])


def test_the_triangle_that_is_not_read_has_no_gradient() -> None:
    x = leaf(SYMMETRIC)
    (np.linalg.cholesky(x).sum() + np.linalg.eigvalsh(x).sum()).backward()
    assert not np.triu(x.grad.numpy(), 1).any()


# ── at singular places ────────────────────────────────────────────────────────────────────────


def test_det_of_a_singular_matrix_has_the_cofactors_as_gradient() -> None:
    x = leaf(SINGULAR)
    np.linalg.det(x).backward()
    np.testing.assert_allclose(x.grad.numpy(), [[4, -2], [-2, 1]], atol=1e-14)
    zero = leaf(np.zeros((2, 3, 3)))
    np.linalg.det(zero).sum().backward()
    assert not zero.grad.numpy().any()


def test_equal_eigenvalues_have_a_sum_but_no_vectors() -> None:
    x = leaf(2 * np.eye(3))
    (np.linalg.eigvalsh(x) ** 2).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 4 * np.eye(3))
    x.grad = None
    (np.linalg.eigh(x).eigenvectors[:, 0] * [1.0, 2.0, 3.0]).sum().backward()
    assert np.isnan(x.grad.numpy()).any()


def test_the_hessian_of_equal_eigenvalues_is_nan_not_wrong() -> None:
    x = leaf(np.eye(2))
    (gradient,) = ag.grad((np.linalg.eigvalsh(x) ** 2).sum(), [x], create_graph=True)
    (gradient * [[0.0, 0.0], [1.0, 0.0]]).sum().backward()
    assert np.isnan(x.grad.numpy()).any()


def test_the_nuclear_norm_of_a_matrix_without_full_rank() -> None:
    x = leaf(SINGULAR)
    np.linalg.svd(x, compute_uv=False).sum().backward()
    assert np.isfinite(x.grad.numpy()).all()
    equal = leaf(2 * np.eye(2))
    np.linalg.svdvals(equal).sum().backward()
    np.testing.assert_allclose(equal.grad.numpy(), np.eye(2), atol=1e-15)
    tall = leaf([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    np.linalg.svd(tall, full_matrices=False).U.sum().backward()
    assert np.isnan(tall.grad.numpy()).any()


def test_qr_of_dependent_columns() -> None:
    x = leaf([[0.0, 1.0], [0.0, 2.0]])
    with pytest.raises(ag.errors.MatrixError, match=r"solve: the matrix of shape \(2, 2\)"):
        np.linalg.qr(x).R.sum().backward()


def test_slogdet_of_a_singular_matrix() -> None:
    with np.errstate(divide="ignore"):
        sign, logabsdet = np.linalg.slogdet(leaf(np.zeros((2, 2))))
    assert sign == 0
    assert logabsdet.item() == -np.inf
    with pytest.raises(ag.errors.MatrixError, match="inv: the matrix"):
        logabsdet.backward()


def test_the_zeroth_power_is_constant() -> None:
    x = leaf(SQUARE)
    np.linalg.matrix_power(x, 0).sum().backward()
    assert not x.grad.numpy().any()

"""Rules for cholesky, eigh, svd and qr, of matrices and batches of them.

A decomposition with several results is one primitive whose output holds them one below the other;
the results are read out of it by indexing. So it is computed once, and has one rule.
"""

from typing import Any, NamedTuple

import numpy as np

from autograd_mini.errors import ArgumentError, MatrixError, UnsupportedError
from autograd_mini.ops.axes import arraylike, matrix_transpose
from autograd_mini.ops.linalg import inv, need_matrices, solve
from autograd_mini.ops.products import matmul
from autograd_mini.registry import composed, primitive


class EighResult(NamedTuple):
    """What ``eigh`` returns."""

    eigenvalues: Any
    eigenvectors: Any


class SVDResult(NamedTuple):
    """What ``svd`` returns."""

    U: Any
    S: Any
    Vh: Any


class QRResult(NamedTuple):
    """What ``qr`` returns."""

    Q: Any
    R: Any


def _product(*matrices: Any) -> Any:
    result = matrices[0]
    for matrix in matrices[1:]:
        result = matmul(result, matrix)
    return result


def _eye(x: Any) -> Any:
    return np.eye(x.shape[-1], dtype=x.dtype)


def _as_read(cotangent: Any) -> Any:
    """Move the cotangent of a symmetric matrix into its lower triangle, all that NumPy reads."""
    both = cotangent + matrix_transpose(cotangent)
    return np.tril(both) * (1 - _eye(both) / 2)


def _over_gaps(skew: Any, values: Any, used: Any) -> Any:
    """Return skewᵢⱼ / (valuesⱼ − valuesᵢ), 0 for i = j.

    Equal values make the vectors arbitrary: NaN, unless no cotangent came in through the vectors.
    """
    gap = values[..., None, :] - values[..., :, None]
    one = np.eye(gap.shape[-1], dtype=bool)
    tied = np.where(np.any(used, axis=(-2, -1), keepdims=True), np.nan, 1).astype(values.dtype)
    return skew / np.where(one, 1, np.where((gap == 0) & ~one, tied, gap))


def _cholesky(x: Any) -> Any:
    need_matrices("cholesky", x)
    try:
        return np.linalg.cholesky(x)
    except np.linalg.LinAlgError:
        raise MatrixError(
            f"cholesky: the matrix of shape {np.shape(x)} is not positive definite; is it "
            f"symmetric? Adding a small multiple of the identity often helps"
        ) from None


def _cholesky_vjp(g: Any, out: Any, x: Any) -> Any:
    middle = np.tril(matmul(matrix_transpose(out), np.tril(g))) * (1 - _eye(x) / 2)
    inverse = inv(out)
    return _as_read(_product(matrix_transpose(inverse), middle, inverse))


# I. Murray (2016), "Differentiation of the Cholesky decomposition", equation 10.
_cholesky_lower = primitive(
    _cholesky,
    name="cholesky",
    doc="z = lower l with l lᵀ = x; ∂z/∂x = l⁻ᵀ Φ(lᵀ ḡ) l⁻¹, Φ the lower half",
    x=_cholesky_vjp,
)


@composed(np.linalg.cholesky)
def cholesky(x: Any, /, *, upper: bool = False) -> Any:
    """Return the lower triangular L with L Lᵀ = x, or with ``upper`` the U with Uᵀ U = x.

    Of the symmetric ``x``, only the lower (upper) triangle is read, as NumPy does, so this triangle
    has the whole gradient and the other has 0.

    Raises MatrixError unless ``x`` is positive definite, ShapeError unless it is square.

    >>> import autograd_mini as ag
    >>> cholesky(ag.tensor([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    if upper:
        return matrix_transpose(_cholesky_lower(matrix_transpose(arraylike(x))))
    return _cholesky_lower(arraylike(x))


def _packed_eigh(x: Any, uplo: Any = "L") -> Any:
    need_matrices("eigh", x)
    values, vectors = np.linalg.eigh(x, uplo)
    return np.concatenate([values[..., None, :], vectors], axis=-2)


def _eigh_vjp(g: Any, out: Any, x: Any, *, uplo: str = "L") -> Any:
    values, v = out[..., 0, :], out[..., 1:, :]
    g_values, g_v = g[..., 0, :], g[..., 1:, :]
    turn = matmul(matrix_transpose(v), g_v)
    skew = (turn - matrix_transpose(turn)) / 2
    middle = _over_gaps(skew, values, g_v) + _eye(x) * g_values[..., None, :]
    lower = _as_read(_product(v, middle, matrix_transpose(v)))
    return lower if uplo == "L" else matrix_transpose(lower)


# Giles (2008), section 3.1: x dv − dv λ = v dλ − dx v.
_eigh = primitive(
    _packed_eigh,
    name="eigh",
    doc="z = λ above v, with x v = v λ; ∂z/∂x = v (diag ḡλ + (vᵀ ḡv)ᵢⱼ/(λⱼ − λᵢ)) vᵀ",
    x=_eigh_vjp,
)


@composed(np.linalg.eigh)
def eigh(x: Any, UPLO: str = "L") -> EighResult:  # noqa: N803 (NumPy's name)
    """Return the eigenvalues, rising, and the eigenvectors, as columns, of symmetric matrices.

    Only the lower triangle is read (``UPLO="U"``: the upper), as NumPy does, so this triangle has
    the whole gradient. Where eigenvalues are equal, the eigenvectors have no derivative and a
    gradient through them is NaN; one through the eigenvalues alone is right in their sum.
    The sign of an eigenvector is arbitrary: differentiate only what does not depend on it.

    >>> import autograd_mini as ag
    >>> eigh(ag.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
    tensor([1., 2.])
    """
    if UPLO not in ("L", "U", "l", "u"):
        raise ArgumentError(f"eigh: UPLO must be 'L' or 'U', got {UPLO!r}")
    packed = _eigh(arraylike(x), uplo=UPLO.upper())
    return EighResult(packed[..., 0, :], packed[..., 1:, :])


@composed(np.linalg.eigvalsh)
def eigvalsh(x: Any, UPLO: str = "L") -> Any:  # noqa: N803 (NumPy's name)
    """Return the eigenvalues of symmetric matrices, rising: those of ``eigh``.

    >>> import autograd_mini as ag
    >>> eigvalsh(ag.tensor([[2.0, 0.0], [0.0, 1.0]]))
    tensor([1., 2.])
    """
    return eigh(x, UPLO).eigenvalues


def _packed_svd(x: Any) -> Any:
    need_matrices("svd", x, square=False)
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return np.concatenate([u, s[..., None, :], np.swapaxes(vh, -1, -2)], axis=-2)


def _parts(packed: Any, m: int) -> tuple[Any, Any, Any]:
    return packed[..., :m, :], packed[..., m, :], packed[..., m + 1 :, :]


def _svd_vjp(g: Any, out: Any, x: Any) -> Any:
    m, n = x.shape[-2:]
    (u, s, v), (g_u, g_s, g_v) = _parts(out, m), _parts(g, m)
    ut, vt = matrix_transpose(u), matrix_transpose(v)
    turn_u, turn_v = matmul(ut, g_u), matmul(vt, g_v)
    row, column = s[..., None, :], s[..., :, None]
    middle = (
        _over_gaps(turn_u - matrix_transpose(turn_u), s * s, g_u) * row
        + _over_gaps(turn_v - matrix_transpose(turn_v), s * s, g_v) * column
        + np.eye(s.shape[-1], dtype=s.dtype) * g_s[..., None, :]
    )
    total = _product(u, middle, vt)
    if m > n:
        total = total + matmul((g_u - matmul(u, turn_u)) / _divisor(row, g_u), vt)
    if n > m:
        off_rows = (g_v - matmul(v, turn_v)) / _divisor(row, g_v)
        total = total + matmul(u, matrix_transpose(off_rows))
    return total


def _divisor(s: Any, used: Any) -> Any:
    """Return s, but NaN where it is 0, or 1 there if no cotangent came in through the vectors."""
    zero = np.where(np.any(used, axis=(-2, -1), keepdims=True), np.nan, 1).astype(s.dtype)
    return np.where(s == 0, zero, s)


# J. Townsend (2016), "Differentiating the singular value decomposition", and Ionescu, Vantzos and
# Sminchisescu (2015), "Matrix backpropagation for deep networks with structured layers", section 4.
_svd = primitive(
    _packed_svd,
    name="svd",
    doc="z = u above s above v, with u s vᵀ = x; ∂z/∂x = u diag(ḡs) vᵀ and what turns u and v",
    x=_svd_vjp,
)


@composed(np.linalg.svd)
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Return U, S, Vh with x = U diag(S) Vh; U (…, m, k), S (…, k) falling, Vh (…, k, n).

    k is the smaller of m and n. ``full_matrices=True``, NumPy's default, adds columns that are
    arbitrary and have no derivative: of a matrix that is not square it is refused. Without
    ``compute_uv``, S alone.

    Where singular values are equal, U and Vh have no derivative and a gradient through them is NaN.
    At a singular value of 0, it has a kink and the gradient is one of its slopes. The signs of the
    columns of U and rows of Vh are arbitrary: differentiate only what does not depend on them.

    >>> import autograd_mini as ag
    >>> svd(ag.tensor([[0.0, 2.0], [1.0, 0.0]])).S
    tensor([2., 1.])
    """
    x = arraylike(x)
    need_matrices("svd", x, square=False)
    m, n = x.shape[-2:]
    if compute_uv and full_matrices and m != n:
        raise UnsupportedError(
            f"svd: of shape {x.shape}, full_matrices=True adds arbitrary columns that have no "
            f"derivative; pass full_matrices=False"
        )
    u, s, v = _parts(_svd(x), m)
    return SVDResult(u, s, matrix_transpose(v)) if compute_uv else s


@composed(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """Return the singular values, falling: those of ``svd``.

    >>> import autograd_mini as ag
    >>> svdvals(ag.tensor([[0.0, 2.0], [1.0, 0.0]]))
    tensor([2., 1.])
    """
    return svd(x, compute_uv=False)


def _packed_qr(x: Any) -> Any:
    need_matrices("qr", x, square=False)
    q, r = np.linalg.qr(x)
    return np.concatenate([q, np.swapaxes(r, -1, -2)], axis=-2)


def _tall_qr_vjp(g_q: Any, g_r: Any, q: Any, r: Any) -> Any:
    m = matmul(r, matrix_transpose(np.triu(g_r))) - matmul(matrix_transpose(g_q), q)
    symmetric = np.tril(m) + matrix_transpose(np.tril(m, -1))
    right = g_q + matmul(q, symmetric)
    return matrix_transpose(solve(r, matrix_transpose(right)))


def _qr_vjp(g: Any, out: Any, x: Any) -> Any:
    m, n = x.shape[-2:]
    (q, rt), (g_q, g_rt) = ((z[..., :m, :], z[..., m:, :]) for z in (out, g))
    r, g_r = matrix_transpose(rt), matrix_transpose(g_rt)
    if m >= n:
        return _tall_qr_vjp(g_q, g_r, q, r)
    rest = g_r[..., m:]
    g_q = g_q + matmul(x[..., m:], matrix_transpose(rest))
    left = _tall_qr_vjp(g_q, g_r[..., :m], q, r[..., :m])
    return np.concatenate([left, matmul(q, rest)], axis=-1)


# S. F. Walter and L. Lehmann (2010), "Algorithmic differentiation of linear algebra functions with
# application in optimum experimental design"; H.-J. Liao, J.-G. Liu, L. Wang and T. Xiang (2019),
# "Differentiable programming tensor networks", equation 12 and, for wide matrices, appendix.
_qr = primitive(
    _packed_qr,
    name="qr",
    doc="z = q above rᵀ, with q r = x; ∂z/∂x = (ḡq + q sym(r ḡrᵀ − ḡqᵀ q)) r⁻ᵀ",
    x=_qr_vjp,
)


@composed(np.linalg.qr)
def qr(x: Any, mode: str = "reduced") -> Any:
    """Return Q (…, m, k) with orthonormal columns and upper triangular R (…, k, n), x = Q R.

    k is the smaller of m and n; the first k columns of ``x`` must be independent, else backward
    raises MatrixError. ``mode="r"``: R alone.

    >>> import autograd_mini as ag
    >>> q, r = qr(ag.tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> np.allclose((q @ r).numpy(), [[3, 1], [4, 2]], atol=1e-6)
    True
    """
    x = arraylike(x)
    if mode not in ("reduced", "r"):
        raise UnsupportedError(f"qr: mode {mode!r} has no derivative rule; use 'reduced' or 'r'")
    packed = _qr(x)
    m = x.shape[-2]
    r = matrix_transpose(packed[..., m:, :])
    return r if mode == "r" else QRResult(packed[..., :m, :], r)

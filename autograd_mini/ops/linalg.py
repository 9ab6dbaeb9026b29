"""Rules for inverses, determinants and linear systems, of matrices and batches of them.

M. B. Giles (2008), "An extended collection of matrix derivative results for forward and reverse
mode algorithmic differentiation", sections 2.2.3, 2.2.5 and 2.3.1. ``decompositions.py`` has
cholesky, eigh, svd and qr.
"""

from typing import Any, NamedTuple

import numpy as np

from autograd_mini.errors import DTypeError, MatrixError, ShapeError
from autograd_mini.ops.axes import arraylike, matrix_transpose
from autograd_mini.ops.products import matmul
from autograd_mini.registry import composed, primitive


def need_matrices(function: str, x: Any, square: bool = True) -> None:
    """Raise ShapeError unless ``x`` is a matrix or a batch of them, (…, n, n) or (…, m, n)."""
    shape = np.shape(x)
    if len(shape) < 2:
        raise ShapeError(f"{function}: it needs a matrix, got shape {shape}")
    if square and shape[-1] != shape[-2]:
        raise ShapeError(f"{function}: it needs a square matrix, got shape {shape}")


def _inv(x: Any) -> Any:
    need_matrices("inv", x)
    try:
        return np.linalg.inv(x)
    except np.linalg.LinAlgError:
        raise MatrixError(
            f"inv: {_which(x)} is singular, so it has no inverse; use pinv, or add a multiple of "
            f"the identity"
        ) from None


def _which(x: Any) -> str:
    return f"the matrix of shape {np.shape(x)}" if np.ndim(x) == 2 else f"one of {np.shape(x)}"


inv = primitive(
    _inv,
    name="inv",
    doc="z = x⁻¹; ∂z/∂x = −zᵀ ḡ zᵀ",
    overrides=[np.linalg.inv],
    x=lambda g, out, x: -matmul(matrix_transpose(out), matmul(g, matrix_transpose(out))),
)


def _solve(a: Any, b: Any) -> Any:
    need_matrices("solve", a)
    n, rows = np.shape(a)[-1], (np.shape(b) or (0,))[-1 if np.ndim(b) == 1 else -2 % np.ndim(b)]
    if n != rows:
        raise ShapeError(
            f"solve: a {np.shape(a)} has {n} columns, but b {np.shape(b)} has {rows} rows; they "
            f"must be equal"
        )
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        raise MatrixError(
            f"solve: {_which(a)} is singular, so a z = b has no single solution; use pinv(a) @ b"
        ) from None


def _solve_vjp_b(g: Any, out: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        return solve(matrix_transpose(a), g[..., None])[..., 0]
    return solve(matrix_transpose(a), g)


def _solve_vjp_a(g: Any, out: Any, a: Any, b: Any) -> Any:
    cotangent_of_b = _solve_vjp_b(g, out, a, b)
    if np.ndim(b) == 1:
        return -cotangent_of_b[..., None] * out[..., None, :]
    return -matmul(cotangent_of_b, matrix_transpose(out))


solve = primitive(
    _solve,
    name="solve",
    doc="z = a⁻¹ b; ∂z/∂a = −a⁻ᵀ ḡ zᵀ; ∂z/∂b = a⁻ᵀ ḡ",
    overrides=[np.linalg.solve],
    broadcasts=True,
    a=_solve_vjp_a,
    b=_solve_vjp_b,
)


def _cofactors(x: Any) -> Any:
    """Return det x · x⁻ᵀ by way of x = u s vᵀ, which serves singular matrices too."""
    u, s, vh = np.linalg.svd(x)
    others = np.prod(np.where(np.eye(s.shape[-1]), 1, s[..., None, :]), axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return np.asarray(sign)[..., None, None] * (u * others[..., None, :]) @ vh


def _cofactors_vjp(g: Any, out: Any, x: Any) -> Any:
    inverse = matrix_transpose(inv(x))
    along = np.sum(g * out, axis=(-2, -1), keepdims=True)
    return along * inverse - matmul(matmul(out, matrix_transpose(g)), inverse)


cofactors = primitive(
    _cofactors,
    name="cofactors",
    doc="z = det x · x⁻ᵀ; ∂z/∂x = (tr(ḡᵀz) − z ḡᵀ) x⁻ᵀ",
    x=_cofactors_vjp,
)


def _det(x: Any) -> Any:
    need_matrices("det", x)
    return np.linalg.det(x)


det = primitive(
    _det,
    name="det",
    doc="z = det x; ∂z/∂x = det x · x⁻ᵀ, the cofactors",
    overrides=[np.linalg.det],
    x=lambda g, out, x: g[..., None, None] * cofactors(x),
)
logabsdet = primitive(
    lambda x: np.linalg.slogdet(x).logabsdet,
    name="logabsdet",
    doc="z = ln |det x|; ∂z/∂x = x⁻ᵀ",
    x=lambda g, out, x: g[..., None, None] * matrix_transpose(inv(x)),
)


class SlogdetResult(NamedTuple):
    """What ``slogdet`` returns."""

    sign: Any
    logabsdet: Any


@composed(np.linalg.slogdet)
def slogdet(x: Any) -> SlogdetResult:
    """Return the sign and the logarithm of |det x|, which neither overflows nor vanishes.

    The sign is a plain array, as it is constant wherever it has a derivative. Of a singular matrix
    they are 0 and −∞, and backward raises MatrixError.

    >>> import autograd_mini as ag
    >>> slogdet(ag.tensor([[0.0, 2.0], [1.0, 0.0]]))
    SlogdetResult(sign=array(-1., dtype=float32), logabsdet=tensor(0.6931472))
    """
    x = arraylike(x)
    need_matrices("slogdet", x)
    plain = getattr(x, "_array", x)
    return SlogdetResult(np.asarray(np.linalg.slogdet(plain).sign), logabsdet(x))


def _pinv_vjp(g: Any, out: Any, x: Any, *, rcond: Any = None, rtol: Any = None) -> Any:
    p, pt, gt = out, matrix_transpose(out), matrix_transpose(g)
    off_columns = gt - matmul(matmul(x, p), gt)
    off_rows = gt - matmul(gt, matmul(p, x))
    return (
        matmul(matmul(off_columns, p), pt)
        + matmul(matmul(pt, p), off_rows)
        - matmul(matmul(pt, g), pt)
    )


def _pinv(x: Any, rcond: Any = None, rtol: Any = None) -> Any:
    need_matrices("pinv", x, square=False)
    return np.linalg.pinv(x, rcond) if rtol is None else np.linalg.pinv(x, rtol=rtol)


# G. H. Golub and V. Pereyra (1973), "The differentiation of pseudo-inverses and nonlinear least
# squares problems whose variables separate", equation 4.12. It holds where the rank is constant.
pinv = primitive(
    _pinv,
    name="pinv",
    doc="z = x⁺; ∂z/∂x = −zᵀḡzᵀ + (1 − xz)ḡᵀzzᵀ + zᵀzḡᵀ(1 − zx)",
    overrides=[np.linalg.pinv],
    x=_pinv_vjp,
)


@composed(np.linalg.matrix_power)
def matrix_power(x: Any, n: int) -> Any:
    """Return ``x @ x @ …``, n factors, by repeated squaring; of the inverse for negative ``n``.

    Raises ShapeError unless the matrices are square, DTypeError unless ``n`` is an integer,
    MatrixError for the negative power of a singular matrix.

    >>> import autograd_mini as ag
    >>> matrix_power(ag.tensor([[1.0, 1.0], [0.0, 1.0]]), 5)
    tensor([[1., 5.],
            [0., 1.]])
    """
    x = arraylike(x)
    need_matrices("matrix_power", x)
    if not isinstance(n, int | np.integer):
        raise DTypeError(f"matrix_power: the power must be an integer, got {n!r}")
    if n == 0:
        return np.where(True, np.eye(x.shape[-1], dtype=x.dtype), x)
    base, power = inv(x) if n < 0 else x, None
    for bit in reversed(f"{abs(n):b}"):
        if bit == "1":
            power = base if power is None else matmul(power, base)
        base = matmul(base, base)
    return power

"""PyTorch's functions of tensors. Most are the method of the same name: f(x, …) is x.f(…)."""
# ruff: noqa: A001, A002 (PyTorch's names)

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.methods import plain
from autograd_mini.tensors import Tensor
from autograd_mini.torchlike.creation import as_tensor


def _of(name: str) -> Callable[..., Any]:
    method = getattr(Tensor, name)

    def function(input: Any, *args: Any, **kwargs: Any) -> Any:
        return method(as_tensor(input), *args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"``{name}(x, …)`` is ``x.{name}(…)``.\n\n{method.__doc__ or ''}"
    return function


def _of_two(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def applied(input: Any, other: Any) -> Any:
        return function(as_tensor(input), as_tensor(other))

    applied.__name__ = applied.__qualname__ = name
    applied.__doc__ = f"``{name}(x, y)``: {getattr(function, 'doc', None) or function.__doc__}"
    return applied


# shapes
reshape, flatten, unflatten, ravel = _of("reshape"), _of("flatten"), _of("unflatten"), _of("ravel")
unsqueeze, transpose, swapaxes = _of("unsqueeze"), _of("transpose"), _of("swapaxes")
permute, movedim, t, numel = _of("permute"), _of("movedim"), _of("t"), _of("numel")
split, chunk, unbind, narrow = _of("split"), _of("chunk"), _of("unbind"), _of("narrow")
select, tile, flip, roll = _of("select"), _of("tile"), _of("flip"), _of("roll")
tril, triu, diagonal, trace = _of("tril"), _of("triu"), _of("diagonal"), _of("trace")
repeat_interleave = _of("repeat_interleave")
# picking
gather, scatter, scatter_add = _of("gather"), _of("scatter"), _of("scatter_add")
index_select, masked_select, take = _of("index_select"), _of("masked_select"), _of("take")
masked_fill, nonzero = _of("masked_fill"), _of("nonzero")
sort, argsort, topk = _of("sort"), _of("argsort"), _of("topk")
# arithmetic
add, sub, mul, div, pow = _of("add"), _of("sub"), _of("mul"), _of("div"), _of("pow")
subtract, multiply, divide, true_divide = sub, mul, div, div
neg, negative, remainder = _of("neg"), _of("neg"), _of("remainder")
maximum, minimum = _of("maximum"), _of("minimum")
matmul, mm, bmm, mv = _of("matmul"), _of("mm"), _of("bmm"), _of("mv")
dot, outer, ger = _of("dot"), _of("outer"), _of("outer")
atan2, arctan2 = _of_two(ag.arctan2, "atan2"), _of_two(ag.arctan2, "arctan2")
hypot, logaddexp = _of_two(ag.hypot, "hypot"), _of_two(ag.logaddexp, "logaddexp")
fmod, kron = _of_two(ag.fmod, "fmod"), _of_two(ag.kron, "kron")
inner = _of_two(ag.inner, "inner")
amax, amin = _of("amax"), _of("amin")
clamp, clip, lerp = _of("clamp"), _of("clip"), _of("lerp")
addcmul, addcdiv = _of("addcmul"), _of("addcdiv")
# elementwise
abs, sqrt, rsqrt, square = _of("abs"), _of("sqrt"), _of("rsqrt"), _of("square")
absolute = abs
exp, exp2, expm1, log = _of("exp"), _of("exp2"), _of("expm1"), _of("log")
log2, log10, log1p, reciprocal = _of("log2"), _of("log10"), _of("log1p"), _of("reciprocal")
sin, cos, tan, sinc = _of("sin"), _of("cos"), _of("tan"), _of("sinc")
asin, acos, atan = _of("asin"), _of("acos"), _of("atan")
arcsin, arccos, arctan = asin, acos, atan
sinh, cosh, tanh = _of("sinh"), _of("cosh"), _of("tanh")
asinh, acosh, atanh = _of("asinh"), _of("acosh"), _of("atanh")
erf, erfc, sigmoid, relu = _of("erf"), _of("erfc"), _of("sigmoid"), _of("relu")
round, sign, floor, ceil, trunc = _of("round"), _of("sign"), _of("floor"), _of("ceil"), _of("trunc")
# reductions
sum, mean, prod, logsumexp = _of("sum"), _of("mean"), _of("prod"), _of("logsumexp")
cumsum, cumprod = _of("cumsum"), _of("cumprod")
softmax, log_softmax = _of("softmax"), _of("log_softmax")
argmax, argmin, all, any = _of("argmax"), _of("argmin"), _of("all"), _of("any")
# questions
eq, ne, lt, le, gt, ge = _of("eq"), _of("ne"), _of("lt"), _of("le"), _of("gt"), _of("ge")
equal, allclose, isclose = _of("equal"), _of("allclose"), _of("isclose")
isnan, isinf, isfinite = _of("isnan"), _of("isinf"), _of("isfinite")
logical_and, logical_or = _of("logical_and"), _of("logical_or")
logical_not, logical_xor = _of("logical_not"), _of("logical_xor")
bincount, is_floating_point, clone = _of("bincount"), _of("is_floating_point"), _of("clone")
detach = _of("detach")


def cat(tensors: Sequence[Any], dim: int = 0) -> Any:
    """Return the tensors joined on the axis ``dim``.

    >>> cat([ag.zeros(1, 2), ag.ones(1, 2)], dim=1)
    tensor([[0., 0., 1., 1.]])
    """
    return ag.concatenate([as_tensor(x) for x in tensors], axis=dim)


concat = concatenate = cat


def stack(tensors: Sequence[Any], dim: int = 0) -> Any:
    """Return the tensors joined on a new axis ``dim``."""
    return ag.stack([as_tensor(x) for x in tensors], axis=dim)


def hstack(tensors: Sequence[Any]) -> Any:
    """Return the tensors side by side."""
    return ag.hstack([as_tensor(x) for x in tensors])


def vstack(tensors: Sequence[Any]) -> Any:
    """Return the tensors one below the other."""
    return ag.vstack([as_tensor(x) for x in tensors])


def squeeze(input: Any, dim: Any = None) -> Any:
    """Drop axes of length 1: all, or ``dim`` if it has length 1."""
    return as_tensor(input).squeeze(dim=dim)


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Return ``input`` where ``condition`` is true, ``other`` elsewhere; alone, the true places."""
    if input is None:
        return as_tensor(condition).nonzero(as_tuple=True)
    return ag.where(plain(condition), _operand(input), _operand(other))


def _operand(value: Any) -> Any:
    """Return ``value``: a number as it is, since it takes the other operand's dtype."""
    return value if isinstance(value, int | float) else as_tensor(value)


def einsum(equation: str, *operands: Any) -> Any:
    """Return products summed as ``equation`` says: "bij,bjk->bik"."""
    return ag.einsum(equation, *map(as_tensor, _listed(operands)))


def _listed(given: tuple[Any, ...]) -> Sequence[Any]:
    """Make ``f([x, y])`` and ``f(x, y)`` the same."""
    return given[0] if len(given) == 1 and isinstance(given[0], list | tuple) else given


def diag(input: Any, diagonal: int = 0) -> Any:
    """Return the diagonal of a matrix, or the matrix with a given diagonal."""
    return ag.diag(as_tensor(input), diagonal)


def _extremum(name: str, answer: str) -> Callable[..., Any]:
    method = getattr(Tensor, name)

    def function(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
        x = as_tensor(input)
        if dim is None:
            return method(x)
        if isinstance(dim, Tensor):
            return method(x, dim)
        return method(x, dim=dim, keepdim=keepdim)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Return {answer}; with ``dim``, the pair (values, indices) along it."
    return function


max = _extremum("max", "the largest element, or of two tensors the larger elements")
min = _extremum("min", "the smallest element, or of two tensors the smaller elements")


def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Return the middle element, the lower of two; with ``dim``, the pair (values, indices)."""
    x = as_tensor(input)
    if dim is None:
        return x.reshape(-1).median(dim=0).values
    return x.median(dim=dim, keepdim=keepdim)


def _deviation(name: str, answer: str) -> Callable[..., Any]:
    method = getattr(Tensor, name)

    def function(
        input: Any,
        dim: Any = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: int | None = None,
    ) -> Any:
        if isinstance(dim, bool):  # torch.std(x, False)
            dim, unbiased = None, dim
        return method(
            as_tensor(input), dim=dim, keepdim=keepdim, unbiased=unbiased, correction=correction
        )

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"Return the {answer}, divided by n − 1 unless ``correction`` says otherwise."
    )
    return function


var = _deviation("var", "variance")
std = _deviation("std", "standard deviation")


def norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False) -> Any:
    """Return (Σ|x|ᵖ)^(1/p) of all elements, or along ``dim``; p = 2 by default."""
    return as_tensor(input).norm(p=p, dim=dim, keepdim=keepdim)


def var_mean(input: Any, dim: Any = None, *, correction: int = 1, keepdim: bool = False) -> Any:
    """Return the pair (variance, mean)."""
    x = as_tensor(input)
    return var(x, dim, correction=correction, keepdim=keepdim), x.mean(dim=dim, keepdim=keepdim)


def std_mean(input: Any, dim: Any = None, *, correction: int = 1, keepdim: bool = False) -> Any:
    """Return the pair (standard deviation, mean)."""
    x = as_tensor(input)
    return std(x, dim, correction=correction, keepdim=keepdim), x.mean(dim=dim, keepdim=keepdim)


def tensordot(a: Any, b: Any, dims: Any = 2) -> Any:
    """Return products summed over the last ``dims`` axes of ``a`` and the first of ``b``.

    ``dims``: a number, or the axes of ``a`` and the axes of ``b`` in two lists.
    """
    return ag.tensordot(as_tensor(a), as_tensor(b), axes=dims)


def cross(input: Any, other: Any, dim: int = -1) -> Any:
    """Return the vector products of the vectors along ``dim``."""
    return ag.cross(as_tensor(input), as_tensor(other), axis=dim)


def floor_divide(input: Any, other: Any) -> Any:
    """Return the quotients, rounded down; they carry no gradient."""
    return as_tensor(input) // other


def inverse(input: Any) -> Any:
    """Return the inverse of a square matrix, or of each in a stack."""
    return ag.linalg.inv(as_tensor(input))


def det(input: Any) -> Any:
    """Return the determinant of a square matrix, or of each in a stack."""
    return ag.linalg.det(as_tensor(input))


def count_nonzero(input: Any, dim: Any = None) -> Any:
    """Return how many elements are not 0, in all or along ``dim``."""
    return (as_tensor(input) != 0).sum(dim=dim)


def tril_indices(row: int, col: int, offset: int = 0) -> Any:
    """Return the rows and the columns of the lower triangle, as two rows."""
    return Tensor(np.stack(np.tril_indices(row, offset, col)))


def triu_indices(row: int, col: int, offset: int = 0) -> Any:
    """Return the rows and the columns of the upper triangle, as two rows."""
    return Tensor(np.stack(np.triu_indices(row, offset, col)))


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Any, ...]:
    """Return for each axis its coordinate at every point of the grid."""
    axes: list[Any] = [plain(as_tensor(x)) for x in _listed(tensors)]
    grids = np.meshgrid(*axes, indexing="ij" if indexing == "ij" else "xy")
    return tuple(Tensor(grid) for grid in grids)


def unique(input: Any) -> Any:
    """Return the different elements in order; they carry no gradient."""
    return Tensor(np.unique(plain(as_tensor(input).detach())))


def is_tensor(obj: Any) -> bool:
    """Return whether ``obj`` is a Tensor."""
    return isinstance(obj, Tensor)

"""What a Tensor can be asked to do: operators and NumPy's methods, each one line.

They go straight to their primitive, by ``_apply``; NumPy's functions of the same names take the way
through the protocols in ``tensors.py``.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import DTypeLike

from autograd_mini.convert import real_dtype
from autograd_mini.errors import DTypeError, ShapeError
from autograd_mini.modes import modes
from autograd_mini.ops import (
    activations,
    arithmetic,
    axes,
    elementwise,
    gathering,
    indexing,
    normalizing,
    norms,
    products,
    rearranging,
    reductions,
    scans,
    shaping,
)
from autograd_mini.registry import Primitive
from autograd_mini.rows import Array

if TYPE_CHECKING:
    from autograd_mini.tensors import Tensor

Operator = Callable[["Methods", Any], "Tensor"]
Axis = int | tuple[int, ...] | None


def plain(value: Any) -> Any:
    """Return ``value`` with the tensors in it, also inside lists and tuples, as arrays."""
    if isinstance(value, Methods):
        return value._array
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value))
    return value


def _operators(primitive: Primitive) -> tuple[Operator, Operator, Operator]:
    """Return the plain, the reflected and the augmented form of an operator."""

    def operator(self: "Methods", other: Any) -> "Tensor":
        return self._apply(primitive, (self, other))

    def reflected(self: "Methods", other: Any) -> "Tensor":
        return self._apply(primitive, (other, self))

    def augmented(self: "Methods", other: Any) -> "Tensor":
        result = self._apply(primitive, (self, other))
        tensor = cast("Tensor", self)
        if modes.tracking or not tensor.is_leaf:
            return result
        if result.shape != tensor.shape:
            raise ShapeError(
                f"{primitive.name}: the result has shape {result.shape} and cannot be written into "
                f"a tensor of shape {tensor.shape}"
            )
        tensor._write(primitive.name, ..., result._array)
        return tensor

    return operator, reflected, augmented


def _plain_operator(ufunc: np.ufunc) -> Callable[["Methods", Any], Any]:
    """Return an operator that carries no gradient: its result is a plain array."""

    def operator(self: "Methods", other: Any) -> Any:
        operand = plain(other)
        try:
            return ufunc(self._array, operand)
        except ValueError as error:
            complaint = arithmetic.not_broadcastable(self._array, operand) or error
            raise ShapeError(f"{ufunc.__name__}: {complaint}") from None

    return operator


def _elementwise(primitive: Primitive) -> Callable[["Methods"], "Tensor"]:
    def method(self: "Methods") -> "Tensor":
        return self._apply(primitive, (self,))

    method.__doc__ = primitive.doc
    return method


def _method(function: Callable[..., Any]) -> Callable[..., "Tensor"]:
    """Return the method that hands the tensor to ``function`` as its first argument."""

    def method(self: "Methods", *args: Any, **kwargs: Any) -> "Tensor":
        return cast("Tensor", function(self, *args, **kwargs))

    method.__doc__ = function.__doc__
    return method


class Methods:
    """Operators and methods of Tensor; ``_apply`` and ``_array`` are what it brings to them."""

    __slots__ = ()

    _array: Array
    _apply: Callable[..., "Tensor"]

    __add__, __radd__, __iadd__ = _operators(arithmetic.add)
    __sub__, __rsub__, __isub__ = _operators(arithmetic.subtract)
    __mul__, __rmul__, __imul__ = _operators(arithmetic.multiply)
    __truediv__, __rtruediv__, __itruediv__ = _operators(arithmetic.divide)
    __mod__, __rmod__, __imod__ = _operators(arithmetic.remainder)
    __pow__, __rpow__, __ipow__ = _operators(arithmetic.power)
    __matmul__, __rmatmul__, __imatmul__ = _operators(products.matmul)

    __neg__ = _elementwise(elementwise.negative)
    __pos__ = _elementwise(elementwise.positive)
    __abs__ = _elementwise(elementwise.absolute)

    __eq__ = _plain_operator(np.equal)
    __ne__ = _plain_operator(np.not_equal)
    __lt__ = _plain_operator(np.less)
    __le__ = _plain_operator(np.less_equal)
    __gt__ = _plain_operator(np.greater)
    __ge__ = _plain_operator(np.greater_equal)
    __hash__ = object.__hash__

    __floordiv__ = _plain_operator(np.floor_divide)

    def __rfloordiv__(self, other: Any) -> Array:
        return cast(Array, np.floor_divide(plain(other), self._array))

    def __divmod__(self, other: Any) -> "tuple[Array, Tensor]":
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> "tuple[Array, Tensor]":
        return other // self, other % self

    def __getitem__(self, index: Any) -> "Tensor":
        return self._apply(indexing.getitem, (self,), {"index": indexing.plain_index(index)})

    def __len__(self) -> int:
        if self._array.ndim == 0:
            raise DTypeError("len: a tensor of shape () has no length; it holds one number")
        return len(self._array)

    def __iter__(self) -> "Iterator[Tensor]":
        return (self[i] for i in range(len(self)))

    exp = _elementwise(elementwise.exp)
    log = _elementwise(elementwise.log)
    sqrt = _elementwise(elementwise.sqrt)
    abs = _elementwise(elementwise.absolute)
    exp2 = _elementwise(elementwise.exp2)
    expm1 = _elementwise(elementwise.expm1)
    log2 = _elementwise(elementwise.log2)
    log10 = _elementwise(elementwise.log10)
    log1p = _elementwise(elementwise.log1p)
    square = _elementwise(elementwise.square)
    reciprocal = _elementwise(elementwise.reciprocal)
    sin = _elementwise(elementwise.sin)
    cos = _elementwise(elementwise.cos)
    tan = _elementwise(elementwise.tan)
    arcsin = _elementwise(elementwise.arcsin)
    arccos = _elementwise(elementwise.arccos)
    arctan = _elementwise(elementwise.arctan)
    sinh = _elementwise(elementwise.sinh)
    cosh = _elementwise(elementwise.cosh)
    tanh = _elementwise(elementwise.tanh)
    arcsinh = _elementwise(elementwise.arcsinh)
    arccosh = _elementwise(elementwise.arccosh)
    arctanh = _elementwise(elementwise.arctanh)
    sinc = _elementwise(elementwise.sinc)
    erf = _elementwise(elementwise.erf)
    erfc = _elementwise(elementwise.erfc)
    sigmoid = _elementwise(activations.sigmoid)
    relu = _elementwise(activations.relu)

    def clip(self, a_min: Any = None, a_max: Any = None) -> "Tensor":
        return self._apply(elementwise.clip, (self, a_min, a_max))

    def astype(self, dtype: DTypeLike) -> "Tensor":
        """Return the values in another dtype; integers and truth values carry no gradient."""
        wanted = real_dtype(dtype)
        tensor = cast("Tensor", self) if wanted.kind == "f" else cast("Tensor", self).detach()
        return self._apply(elementwise.cast, (tensor,), {"dtype": wanted})

    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return self._apply(reductions.sum, (self,), {"axis": axis, "keepdims": keepdims})

    def mean(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return self._apply(reductions.mean, (self,), {"axis": axis, "keepdims": keepdims})

    def max(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return self._apply(reductions.max, (self,), {"axis": axis, "keepdims": keepdims})

    def min(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return self._apply(reductions.min, (self,), {"axis": axis, "keepdims": keepdims})

    def var(self, axis: Axis = None, ddof: int = 0, keepdims: bool = False) -> "Tensor":
        metadata = {"axis": axis, "ddof": ddof, "keepdims": keepdims}
        return self._apply(reductions.var, (self,), metadata)

    def std(self, axis: Axis = None, ddof: int = 0, keepdims: bool = False) -> "Tensor":
        metadata = {"axis": axis, "ddof": ddof, "keepdims": keepdims}
        return self._apply(reductions.std, (self,), metadata)

    def median(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return self._apply(reductions.median, (self,), {"axis": axis, "keepdims": keepdims})

    def prod(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return self._apply(scans.prod, (self,), {"axis": axis, "keepdims": keepdims})

    def cumsum(self, axis: int | None = None) -> "Tensor":
        return self._apply(scans.cumsum, (self,), {"axis": axis})

    def cumprod(self, axis: int | None = None) -> "Tensor":
        return self._apply(scans.cumprod, (self,), {"axis": axis})

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> "Tensor":
        metadata = {"offset": offset, "axis1": axis1, "axis2": axis2}
        return self._apply(reductions.trace, (self,), metadata)

    def softmax(self, axis: int = -1) -> "Tensor":
        return self._apply(normalizing.softmax, (self,), {"axis": axis})

    def log_softmax(self, axis: int = -1) -> "Tensor":
        return self._apply(normalizing.log_softmax, (self,), {"axis": axis})

    def logsumexp(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return self._apply(reductions.logsumexp, (self,), {"axis": axis, "keepdims": keepdims})

    def all(self, axis: Axis = None) -> Any:
        return self._array.all(axis)

    def any(self, axis: Axis = None) -> Any:
        return self._array.any(axis)

    def round(self, decimals: int = 0) -> Array:
        return self._array.round(decimals)

    def argsort(self, axis: int | None = -1) -> Array:
        return self._array.argsort(axis)

    def argmax(self, axis: int | None = None) -> Any:
        return self._array.argmax(axis)

    def argmin(self, axis: int | None = None) -> Any:
        return self._array.argmin(axis)

    def reshape(self, *shape: Any) -> "Tensor":
        return self._apply(shaping.reshape, (self,), {"shape": _unpacked(shape)})

    def flatten(self) -> "Tensor":
        return self.reshape(-1)

    def transpose(self, *axes: Any) -> "Tensor":
        return self._apply(shaping.transpose, (self,), {"axes": _unpacked(axes)} if axes else {})

    def swapaxes(self, axis1: int, axis2: int) -> "Tensor":
        return self._apply(shaping.swapaxes, (self,), {"axis1": axis1, "axis2": axis2})

    def squeeze(self, axis: Axis = None) -> "Tensor":
        return self._apply(shaping.squeeze, (self,), {"axis": axis})

    norm = _method(norms.norm)
    ravel = _method(axes.ravel)
    mT = property(_method(axes.matrix_transpose))  # noqa: N815 (NumPy's name)
    take = _method(gathering.take)
    repeat = _method(rearranging.repeat)
    diagonal = _method(rearranging.diagonal)
    dot = _method(products.dot)


def _unpacked(numbers: tuple[Any, ...]) -> Any:
    """Make ``f((2, 3))`` and ``f(2, 3)`` the same."""
    if len(numbers) == 1 and isinstance(numbers[0], tuple | list | None):
        return None if numbers[0] is None else tuple(numbers[0])
    return numbers

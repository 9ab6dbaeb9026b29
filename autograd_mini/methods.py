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
    products,
    reductions,
    shaping,
)
from autograd_mini.reduction_methods import ReductionMethods
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
        return self._apply_two(primitive, self, other)

    def reflected(self: "Methods", other: Any) -> "Tensor":
        return self._apply_two(primitive, other, self)

    def augmented(self: "Methods", other: Any) -> "Tensor":
        result = self._apply(primitive, (self, other))
        tensor = cast("Tensor", self)
        if modes.now.tracking or not tensor.is_leaf:
            return result
        if result.shape != tensor.shape:
            raise ShapeError(
                f"{primitive.name}: the result has shape {result.shape} and cannot be written into "
                f"a tensor of shape {tensor.shape}"
            )
        tensor._write(primitive.name, ..., result._array)
        return tensor

    return operator, reflected, augmented


def _constant_operator(ufunc: np.ufunc, reflected: bool = False) -> Callable[["Methods", Any], Any]:
    """Return an operator whose result carries no gradient."""

    def operator(self: "Methods", other: Any) -> "Tensor":
        x, y = self._array, plain(other)
        try:
            return self._answer(ufunc(y, x) if reflected else ufunc(x, y), ufunc.__name__)
        except ValueError as error:
            complaint = arithmetic.not_broadcastable(x, y) or error
            raise ShapeError(f"{ufunc.__name__}: {complaint}") from None

    return operator


def _elementwise(primitive: Primitive) -> Callable[["Methods"], "Tensor"]:
    def method(self: "Methods") -> "Tensor":
        return self._apply_one(primitive, self)

    method.__doc__ = primitive.doc
    return method


def _method(function: Callable[..., Any]) -> Callable[..., "Tensor"]:
    """Return the method that hands the tensor to ``function`` as its first argument."""

    def method(self: "Methods", *args: Any, **kwargs: Any) -> "Tensor":
        return cast("Tensor", function(self, *args, **kwargs))

    method.__doc__ = function.__doc__
    return method


class Methods(ReductionMethods):
    """Operators and methods of Tensor; ``_apply`` and ``_array`` are what it brings to them."""

    __slots__ = ()

    _array: Array
    _apply: Callable[..., "Tensor"]
    _apply_one: Callable[..., "Tensor"]
    _apply_two: Callable[..., "Tensor"]

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

    __eq__ = _constant_operator(np.equal)
    __ne__ = _constant_operator(np.not_equal)
    __lt__ = _constant_operator(np.less)
    __le__ = _constant_operator(np.less_equal)
    __gt__ = _constant_operator(np.greater)
    __ge__ = _constant_operator(np.greater_equal)
    __hash__ = object.__hash__

    __floordiv__ = _constant_operator(np.floor_divide)

    __rfloordiv__ = _constant_operator(np.floor_divide, reflected=True)
    __and__ = __rand__ = _constant_operator(np.bitwise_and)
    __or__ = __ror__ = _constant_operator(np.bitwise_or)
    __xor__ = __rxor__ = _constant_operator(np.bitwise_xor)

    def __invert__(self) -> "Tensor":
        return self._answer(np.invert(self._array), "invert")

    def __divmod__(self, other: Any) -> "tuple[Tensor, Tensor]":
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> "tuple[Tensor, Tensor]":
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

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> "Tensor":
        metadata = {"offset": offset, "axis1": axis1, "axis2": axis2}
        return self._apply(reductions.trace, (self,), metadata)

    def round(self, decimals: int = 0) -> "Tensor":
        """Return the nearest numbers of so many decimals; they carry no gradient."""
        return self._answer(self._array.round(decimals), "round")

    def reshape(self, *shape: Any) -> "Tensor":
        return self._apply(shaping.reshape, (self,), {"shape": unpacked(shape)})

    def transpose(self, *axes: Any) -> "Tensor":
        """Permute the axes, or reverse them; two numbers swap two axes, as in PyTorch.

        That differs from NumPy only in ``transpose(0, 1)`` of a matrix, which there does nothing.
        """
        if len(axes) == 2:
            return self.swapaxes(*axes)
        return self._apply(shaping.transpose, (self,), {"axes": unpacked(axes)} if axes else {})

    def swapaxes(self, axis1: int, axis2: int) -> "Tensor":
        return self._apply(shaping.swapaxes, (self,), {"axis1": axis1, "axis2": axis2})

    ravel = _method(axes.ravel)
    take = _method(gathering.take)
    dot = _method(products.dot)


def unpacked(numbers: tuple[Any, ...]) -> Any:
    """Make ``f((2, 3))`` and ``f(2, 3)`` the same."""
    if len(numbers) == 1 and isinstance(numbers[0], tuple | list | None):
        return None if numbers[0] is None else tuple(numbers[0])
    return numbers

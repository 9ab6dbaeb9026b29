"""PyTorch's other spellings, as methods of Tensor: ``masked_fill``, ``gather``, ``topk``, …

NumPy's words are in ``methods.py`` and ``reduction_methods.py``. Where one name means two things,
NumPy's meaning stands, and the docstring of ``autograd_mini.torchlike`` lists the differences.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, ShapeError
from autograd_mini.methods import Axis, Methods, plain
from autograd_mini.ops import arithmetic, elementwise, norms, products
from autograd_mini.ops.axes import normal_axis
from autograd_mini.ops.updating import index_add, index_update
from autograd_mini.reduction_methods import one_language
from autograd_mini.registry import Primitive
from autograd_mini.torch_shapes import TorchShapes

if TYPE_CHECKING:
    from autograd_mini.tensors import Tensor

Number = int | float
Method = Callable[..., "Tensor"]


def _with(primitive: Primitive) -> Method:
    """Return the method that applies a primitive of two arguments to the tensor and another."""

    def method(self: "TorchMethods", other: Any) -> "Tensor":
        return self._apply(primitive, (self, other))

    method.__doc__ = primitive.doc
    return method


def _named(name: str) -> Callable[..., Any]:
    """Return the method ``name`` of Methods, for a second name of it."""
    return cast("Callable[..., Any]", getattr(Methods, name))


def _asked(function: Callable[..., Any]) -> Method:
    """Return the method whose answer carries no gradient."""

    def method(self: "TorchMethods", *others: Any) -> "Tensor":
        return self._answer(function(self._array, *map(plain, others)), function.__name__)

    method.__doc__ = f"Return np.{function.__name__}, which carries no gradient."
    return method


class TorchMethods(TorchShapes):
    """PyTorch's names; ``Methods`` has those that NumPy has too."""

    __slots__ = ()

    # ── picking ───────────────────────────────────────────────────────────────────────────────

    def masked_fill(self, mask: Any, value: Any) -> "Tensor":
        """Return ``value`` where ``mask`` is true, the elements elsewhere."""
        chosen = plain(mask)
        if np.asarray(chosen).dtype != bool:
            raise DTypeError(
                f"masked_fill: the mask must hold truth values, this is "
                f"{np.asarray(chosen).dtype}; write mask == 0 or mask.bool()"
            )
        return self._apply(elementwise.where, (chosen, value, self))

    def masked_select(self, mask: Any) -> "Tensor":
        """Return the elements where ``mask`` is true, in one row."""
        return self[np.broadcast_to(plain(mask), self._array.shape)]

    def where(self, condition: Any, other: Any) -> "Tensor":
        """Return the elements where ``condition`` is true, ``other`` elsewhere."""
        return self._apply(elementwise.where, (plain(condition), self, other))

    def index_select(self, dim: int, index: Any) -> "Tensor":
        """Return the slices along ``dim`` whose numbers are in ``index``."""
        before = (slice(None),) * normal_axis("index_select", self, dim)
        return self[(*before, np.atleast_1d(plain(index)))]

    def gather(self, dim: int, index: Any) -> "Tensor":
        """Return zᵢⱼ = x at (indexᵢⱼ, j) for dim 0, at (i, indexᵢⱼ) for dim 1, and so on."""
        return self[self._places("gather", dim, index)]

    def scatter(self, dim: int, index: Any, src: Any) -> "Tensor":
        """Return the tensor with ``src`` at the places that ``gather`` reads.

        ``src``: a number, or a tensor at least as long as ``index`` on every axis.
        """
        places = self._places("scatter", dim, index)
        return cast("Tensor", index_update(self, places, _source(src, index)))

    def scatter_add(self, dim: int, index: Any, src: Any) -> "Tensor":
        """Return the tensor with ``src`` added at the places that ``gather`` reads."""
        places = self._places("scatter_add", dim, index)
        return cast("Tensor", index_add(self, places, _source(src, index)))

    def _places(self, name: str, dim: int, index: Any) -> tuple[Any, ...]:
        axis = normal_axis(name, self, dim)
        chosen = np.asarray(plain(index))
        shape = self._array.shape
        if chosen.dtype.kind not in "iu":
            raise DTypeError(f"{name}: the index must hold integers, this is {chosen.dtype}")
        if chosen.ndim != len(shape) or any(
            n > m for i, (n, m) in enumerate(zip(chosen.shape, shape, strict=True)) if i != axis
        ):
            raise ShapeError(
                f"{name}: an index of shape {chosen.shape} does not fit a tensor of shape "
                f"{shape}: it needs as many axes, and off axis {dim} none may be longer"
            )
        grid = np.ogrid[tuple(map(slice, chosen.shape))]
        return tuple(chosen if i == axis else along for i, along in enumerate(grid))

    def sort(self, dim: int = -1, descending: bool = False, stable: bool = True) -> Any:
        """Return PyTorch's (values, indices), sorted along ``dim``; equal ones keep their order."""
        order = self.argsort(dim, descending)._array
        return self._picked("sort", order, dim, keepdims=True)

    def topk(self, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:  # noqa: A002 (PyTorch's name)
        """Return PyTorch's (values, indices) of the ``k`` largest along ``dim``, largest first."""
        axis = normal_axis("topk", self, dim)
        if not 0 <= k <= self._array.shape[axis]:
            raise ArgumentError(
                f"topk: k must be from 0 to {self._array.shape[axis]}, the length of axis {dim}, "
                f"got {k}"
            )
        order = self.argsort(axis, descending=largest)._array
        return self._picked("topk", np.take(order, range(k), axis), axis, keepdims=True)

    def index_add(self, dim: int, index: Any, source: Any, *, alpha: Number = 1) -> "Tensor":
        """Return the tensor, alpha·source added to the slices on ``dim`` that ``index`` names."""
        before = (slice(None),) * normal_axis("index_add", self, dim)
        added = source if alpha == 1 else source * alpha
        return cast("Tensor", index_add(self, (*before, plain(index)), added))

    def index_fill(self, dim: int, index: Any, value: Any) -> "Tensor":
        """Return the tensor, ``value`` in the slices along ``dim`` that ``index`` names."""
        before = (slice(None),) * normal_axis("index_fill", self, dim)
        return cast("Tensor", index_update(self, (*before, plain(index)), value))

    def nonzero(self, as_tuple: bool = False) -> Any:
        """Return the indices of the elements that are not 0, one row for each."""
        found = [self._answer(places, "nonzero") for places in np.nonzero(self._array)]
        if as_tuple:
            return tuple(found)
        return self._answer(np.argwhere(self._array), "nonzero")

    # ── arithmetic ────────────────────────────────────────────────────────────────────────────

    def add(self, other: Any, *, alpha: Number = 1) -> "Tensor":
        """Return x + alpha·other."""
        return self._apply(arithmetic.add, (self, other if alpha == 1 else other * alpha))

    def sub(self, other: Any, *, alpha: Number = 1) -> "Tensor":
        """Return x − alpha·other."""
        return self._apply(arithmetic.subtract, (self, other if alpha == 1 else other * alpha))

    mul = multiply = _with(arithmetic.multiply)
    div = divide = true_divide = _with(arithmetic.divide)
    pow = _with(arithmetic.power)
    remainder = _with(arithmetic.remainder)
    maximum = _with(arithmetic.maximum)
    minimum = _with(arithmetic.minimum)
    matmul = mm = bmm = mv = _with(products.matmul)
    neg = negative = _named("__neg__")
    acos, asin, atan = _named("arccos"), _named("arcsin"), _named("arctan")
    acosh, asinh, atanh = _named("arccosh"), _named("arcsinh"), _named("arctanh")

    def outer(self, vec2: Any) -> "Tensor":
        """Return zᵢⱼ = xᵢ·vec2ⱼ."""
        return cast("Tensor", products.outer(self, vec2))

    def rsqrt(self) -> "Tensor":
        """Return 1/√x."""
        return self.sqrt().reciprocal()

    def clamp(self, min: Any = None, max: Any = None) -> "Tensor":  # noqa: A002 (PyTorch's names)
        """Return x, not below ``min`` and not above ``max``."""
        return self.clip(min, max)

    def amax(self, dim: Axis = None, keepdim: bool = False) -> "Tensor":
        """Return the largest values along ``dim``; those equal share the gradient."""
        return cast("Tensor", self.max(axis=dim, keepdims=keepdim))

    def amin(self, dim: Axis = None, keepdim: bool = False) -> "Tensor":
        """Return the smallest values along ``dim``; those equal share the gradient."""
        return cast("Tensor", self.min(axis=dim, keepdims=keepdim))

    def lerp(self, end: Any, weight: Any) -> "Tensor":
        """Return x + weight·(end − x)."""
        return self.add((end - self) * weight)

    def addcmul(self, tensor1: Any, tensor2: Any, *, value: Number = 1) -> "Tensor":
        """Return x + value·tensor1·tensor2."""
        return self.add(tensor1 * tensor2 * value)

    def addcdiv(self, tensor1: Any, tensor2: Any, *, value: Number = 1) -> "Tensor":
        """Return x + value·tensor1/tensor2."""
        return self.add(tensor1 / tensor2 * value)

    def norm(
        self,
        ord: Any = None,  # noqa: A002 (NumPy's name)
        axis: Axis = None,
        keepdims: bool = False,
        *,
        p: Any = None,
        dim: Axis = None,
        keepdim: bool | None = None,
    ) -> "Tensor":
        """Return NumPy's norm of a vector or matrix.

        With one of PyTorch's words ``p=``, ``dim=``, ``keepdim=`` it is PyTorch's, which takes the
        elements of a matrix for one vector: (Σ|x|ᵖ)^(1/p).
        """
        if (p, dim, keepdim) == (None, None, None):
            return cast("Tensor", norms.norm(self, ord, axis, keepdims))
        axis, keepdims = one_language("norm", axis, keepdims, dim, keepdim)
        order = p if ord is None else ord
        order = 2 if order in (None, "fro") else order
        if isinstance(axis, int):
            return cast("Tensor", norms.norm(self, order, axis, keepdims))
        ndim = self._array.ndim
        axes = tuple(range(ndim)) if axis is None else tuple(a % ndim for a in axis)
        kept = [i for i in range(ndim) if i not in axes]
        one_row = self.permute(*kept, *axes).flatten(len(kept)) if ndim else self.reshape(1)
        length = cast("Tensor", norms.norm(one_row, order, -1))
        if keepdims:
            return length.reshape([1 if i in axes else n for i, n in enumerate(self._array.shape)])
        return length

    # ── questions ─────────────────────────────────────────────────────────────────────────────

    eq, ne = _named("__eq__"), _named("__ne__")
    lt, le = _named("__lt__"), _named("__le__")
    gt, ge = _named("__gt__"), _named("__ge__")
    sign, floor, ceil, trunc = _asked(np.sign), _asked(np.floor), _asked(np.ceil), _asked(np.trunc)
    isnan, isinf, isfinite = _asked(np.isnan), _asked(np.isinf), _asked(np.isfinite)
    logical_and, logical_or = _asked(np.logical_and), _asked(np.logical_or)
    logical_not, logical_xor = _asked(np.logical_not), _asked(np.logical_xor)

    def equal(self, other: Any) -> bool:
        """Return whether ``other`` has this shape and these values."""
        return bool(np.array_equal(self._array, plain(other)))

    def allclose(self, other: Any, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
        """Return whether |x − other| ≤ atol + rtol·|other| everywhere."""
        return bool(np.allclose(self._array, plain(other), rtol, atol))

    def isclose(self, other: Any, rtol: float = 1e-5, atol: float = 1e-8) -> "Tensor":
        """Return where |x − other| ≤ atol + rtol·|other|."""
        return self._answer(np.isclose(self._array, plain(other), rtol, atol), "isclose")

    def bincount(self, minlength: int = 0) -> "Tensor":
        """Return how often each whole number from 0 up occurs."""
        return self._answer(np.bincount(self._array, minlength=minlength), "bincount")

    def is_floating_point(self) -> bool:
        """Return whether the values are floats."""
        return self._array.dtype.kind == "f"

    def element_size(self) -> int:
        """Return the bytes of one element."""
        return self._array.itemsize


def _source(src: Any, index: Any) -> Any:
    """Return the part of ``src`` that is written where ``index`` says."""
    if np.ndim(plain(src)) == 0:
        return src
    return src[tuple(map(slice, np.shape(plain(index))))]

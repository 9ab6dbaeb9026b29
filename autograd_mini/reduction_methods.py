"""Methods of Tensor that reduce: NumPy's words ``axis=``, ``keepdims=``, ``ddof=``, and PyTorch's.

``dim=`` and ``keepdim=`` mean the same as ``axis=`` and ``keepdims=``, but for three methods the
keyword decides whose answer comes: ``max``, ``min`` and ``median`` give PyTorch's pair of values
and indices, ``std`` and ``var`` divide by n − 1 as PyTorch does. Without such a keyword the engine
speaks NumPy.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.ops import arithmetic, gathering, normalizing, reductions, scans, shaping
from autograd_mini.registry import Primitive
from autograd_mini.rows import Array

if TYPE_CHECKING:
    from autograd_mini.tensors import Tensor

Axis = int | tuple[int, ...] | list[int] | None
Method = Callable[..., "Tensor"]


class ValuesAndIndices(NamedTuple):
    """What PyTorch's ``max(dim=)``, ``min``, ``median``, ``sort``, ``topk``, … return."""

    values: "Tensor"
    indices: "Tensor"


def one_language(
    name: str, axis: Any, keepdims: bool, dim: Any, keepdim: bool | None
) -> tuple[Any, bool]:
    """Return (axis, keepdims) of what was said in NumPy's or in PyTorch's words, not in both."""
    for numpys, torchs, both in (
        ("axis", "dim", axis is not None and dim is not None),
        ("keepdims", "keepdim", keepdims and keepdim is not None),
    ):
        if both:
            raise ArgumentError(
                f"{name}: {numpys}= is NumPy's word and {torchs}= PyTorch's for the same thing; "
                f"give one of them"
            )
    axis = axis if dim is None else dim
    axis = tuple(axis) if isinstance(axis, list) else axis
    return axis, keepdims if keepdim is None else keepdim


def _titled(method: Callable[..., Any], name: str, doc: str) -> Callable[..., Any]:
    """Let a method that was made by a function bear its own name."""
    method.__name__, method.__qualname__, method.__doc__ = name, f"Tensor.{name}", doc
    return method


def _reduction(primitive: Primitive) -> Method:
    def method(
        self: "ReductionMethods",
        axis: Axis = None,
        keepdims: bool = False,
        *,
        dim: Axis = None,
        keepdim: bool | None = None,
    ) -> "Tensor":
        if dim is not None or keepdim is not None or isinstance(axis, list):
            axis, keepdims = one_language(primitive.name, axis, keepdims, dim, keepdim)
        return self._apply(primitive, (self,), {"axis": axis, "keepdims": keepdims})

    return _titled(method, primitive.name, primitive.doc)


def _extremum(
    primitive: Primitive, place: Callable[..., Any], of_two: Primitive
) -> Callable[..., Any]:
    def method(
        self: "ReductionMethods",
        axis: Any = None,
        keepdims: bool = False,
        *,
        dim: int | None = None,
        keepdim: bool | None = None,
    ) -> Any:
        if dim is None and keepdim is None:
            if isinstance(axis, ReductionMethods):
                return self._apply(of_two, (self, axis))
            return self._apply(primitive, (self,), {"axis": axis, "keepdims": keepdims})
        axis, keepdims = one_language(primitive.name, axis, keepdims, dim, keepdim)
        places = self._reduced(place, axis=axis, keepdims=True)
        return self._picked(primitive.name, places, axis, keepdims)

    doc = (
        f"{primitive.doc}\n\nWith ``dim=`` or ``keepdim=``, PyTorch's (values, indices), where the "
        f"first of equal elements takes the gradient; of another tensor, {of_two.doc}."
    )
    return _titled(method, primitive.name, doc)


def _deviation(primitive: Primitive) -> Method:
    def method(
        self: "ReductionMethods",
        axis: Axis = None,
        ddof: int | None = None,
        keepdims: bool = False,
        *,
        dim: Axis = None,
        keepdim: bool | None = None,
        unbiased: bool | None = None,
        correction: int | None = None,
    ) -> "Tensor":
        if isinstance(axis, bool):  # PyTorch's x.std(False)
            axis, unbiased = None, axis
        if (dim, keepdim, unbiased, correction) != (None, None, None, None):
            given = [ddof, unbiased, correction]
            if sum(value is not None for value in given) > 1:
                raise ArgumentError(
                    f"{primitive.name}: ddof=, unbiased= and correction= are three words for what "
                    f"is subtracted from n; give one of them"
                )
            ddof = next((int(value) for value in given if value is not None), 1)
            axis, keepdims = one_language(primitive.name, axis, keepdims, dim, keepdim)
        metadata = {"axis": axis, "ddof": int(ddof or 0), "keepdims": keepdims}
        return self._apply(primitive, (self,), metadata)

    doc = (
        f"{primitive.doc}\n\nNumPy's by default (ddof=0: divided by n). With one of PyTorch's "
        f"words dim=, keepdim=, unbiased= or correction= it is PyTorch's, divided by n − 1 unless "
        f"they say otherwise."
    )
    return _titled(method, primitive.name, doc)


def _along(primitive: Primitive, default: int | None = None) -> Method:
    def method(
        self: "ReductionMethods", axis: int | None = None, *, dim: int | None = None
    ) -> "Tensor":
        axis, _ = one_language(primitive.name, axis, False, dim, None)
        return self._apply(primitive, (self,), {"axis": default if axis is None else axis})

    return _titled(method, primitive.name, primitive.doc)


def _question(function: Callable[..., Any], answer: str) -> Method:
    def method(
        self: "ReductionMethods",
        axis: Any = None,
        keepdims: bool = False,
        *,
        dim: Any = None,
        keepdim: bool | None = None,
    ) -> "Tensor":
        axis, keepdims = one_language(function.__name__, axis, keepdims, dim, keepdim)
        places = self._reduced(function, axis=axis, keepdims=keepdims)
        return self._answer(places, function.__name__)

    doc = f"Return {answer}, on all elements or along an axis; it has no gradient."
    return _titled(method, function.__name__, doc)


class ReductionMethods:
    """Sums, extrema and their places; ``_array``, ``_apply`` and ``_answer`` are Tensor's."""

    __slots__ = ()

    _array: Array
    _apply: Method
    _answer: Method

    sum = _reduction(reductions.sum)
    mean = _reduction(reductions.mean)
    prod = _reduction(scans.prod)
    logsumexp = _reduction(reductions.logsumexp)
    max = _extremum(reductions.max, np.argmax, arithmetic.maximum)
    min = _extremum(reductions.min, np.argmin, arithmetic.minimum)
    var = _deviation(reductions.var)
    std = _deviation(reductions.std)
    cumsum = _along(scans.cumsum)
    cumprod = _along(scans.cumprod)
    softmax = _along(normalizing.softmax, -1)
    log_softmax = _along(normalizing.log_softmax, -1)
    argmax = _question(np.argmax, "the index of the first largest element")
    argmin = _question(np.argmin, "the index of the first smallest element")
    all = _question(np.all, "whether every element is true")
    any = _question(np.any, "whether some element is true")

    def median(
        self,
        axis: Any = None,
        keepdims: bool = False,
        *,
        dim: int | None = None,
        keepdim: bool | None = None,
    ) -> Any:
        """Return the middle value, NumPy's mean of the middle two.

        With ``dim=`` or ``keepdim=``, PyTorch's (values, indices) of the lower of the two.
        """
        if dim is None and keepdim is None:
            metadata = {"axis": axis, "keepdims": keepdims}
            return self._apply(reductions.median, (self,), metadata)
        axis, keepdims = one_language("median", axis, keepdims, dim, keepdim)
        order = self._reduced(np.argsort, axis=axis, stable=True)
        middle = np.take(order, [(self._array.shape[axis] - 1) // 2], axis)
        return self._picked("median", middle, axis, keepdims)

    def argsort(
        self,
        axis: int | None = -1,
        descending: bool = False,
        *,
        dim: int | None = None,
        stable: bool = True,
    ) -> "Tensor":
        """Return the indices that sort the elements along ``axis``; without one, of all in a row.

        Equal elements keep their order, whatever ``stable`` says.
        """
        axis = axis if dim is None else dim
        order = self._reduced(np.argsort, axis=axis, stable=True)
        if descending:
            flipped = np.argsort(np.flip(self._array, axis), axis, stable=True)
            order = order.shape[-1 if axis is None else axis] - 1 - np.flip(flipped, axis)
        return self._answer(order, "argsort")

    def _reduced(self, function: Callable[..., Any], **arguments: Any) -> Any:
        try:
            return function(self._array, **arguments)
        except (ValueError, IndexError) as error:
            complaint = reductions.axis_out_of_range(self._array, axis=arguments["axis"])
            raise ShapeError(f"{function.__name__}: {complaint or error}") from None

    def _picked(self, name: str, places: Array, axis: int, keepdims: bool) -> ValuesAndIndices:
        """Return the elements at ``places``, which have kept their axis, and the places."""
        values = gathering.take_along_axis(self, places, axis)
        if not keepdims:
            values = self._apply(shaping.squeeze, (values,), {"axis": axis})
            places = places.squeeze(axis)
        return ValuesAndIndices(values, self._answer(places, name))

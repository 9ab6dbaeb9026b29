"""PyTorch's methods of Tensor that change its shape or take it apart: ``view``, ``split``, …"""

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, ShapeError
from autograd_mini.methods import Axis, Methods, unpacked
from autograd_mini.ops import rearranging, shaping
from autograd_mini.ops.axes import matrix_transpose, moveaxis, normal_axis
from autograd_mini.reduction_methods import one_language

if TYPE_CHECKING:
    from autograd_mini.tensors import Tensor


class ElementCount(int):
    """The number of elements: ``t.size``, NumPy's word. Called, it is PyTorch's ``t.size()``.

    >>> import autograd_mini as ag
    >>> t = ag.zeros(2, 3)
    >>> t.size, t.size(), t.size(-1)
    (6, (2, 3), 3)
    """

    shape: tuple[int, ...]

    def __call__(self, dim: int | None = None) -> Any:
        if dim is None:
            return self.shape
        if not -len(self.shape) <= dim < len(self.shape):
            raise ShapeError(f"size: there is no axis {dim} in shape {self.shape}")
        return self.shape[dim]


def element_count(shape: tuple[int, ...]) -> ElementCount:
    """Return what ``t.size`` is for a tensor of ``shape``."""
    count = ElementCount(prod(shape))
    count.shape = shape
    return count


class TorchShapes(Methods):
    """Shapes in PyTorch's words; where NumPy has the word too, its meaning stands."""

    __slots__ = ()

    def dim(self) -> int:
        """Return the number of axes."""
        return self._array.ndim

    ndimension = dim

    def numel(self) -> int:
        """Return the number of elements."""
        return self._array.size

    nelement = numel

    def view(self, *shape: Any) -> "Tensor":
        """Return the elements in another shape; one axis may be -1."""
        if len(shape) == 1 and not isinstance(shape[0], int | np.integer | tuple | list | Methods):
            raise DTypeError(
                f"view: it takes a shape, got {shape[0]!r}; to convert the values write "
                f"t.to(dtype), their bits cannot be read as another dtype"
            )
        return self.reshape(*shape)

    def view_as(self, other: Any) -> "Tensor":
        """Return the elements in the shape of ``other``."""
        return self.reshape(other.shape)

    reshape_as = view_as

    def contiguous(self) -> "Tensor":
        """Return the tensor itself: every array here may be reshaped."""
        return cast("Tensor", self)

    def is_contiguous(self) -> bool:
        """Return True: every array here may be reshaped."""
        return True

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> "Tensor":
        """Join the axes from ``start_dim`` to ``end_dim``, by default all."""
        shape = self._array.shape
        if not shape:
            return self.reshape(1)
        first = normal_axis("flatten", self, start_dim)
        last = normal_axis("flatten", self, end_dim)
        if first > last:
            raise ShapeError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim}")
        joined = prod(shape[first : last + 1])
        return self.reshape(*shape[:first], joined, *shape[last + 1 :])

    def unflatten(self, dim: int, sizes: Sequence[int]) -> "Tensor":
        """Part the axis ``dim`` into axes of the lengths ``sizes``, one of which may be -1."""
        axis = normal_axis("unflatten", self, dim)
        shape = self._array.shape
        known = prod(n for n in sizes if n != -1)
        lengths = [shape[axis] // known if n == -1 and known else n for n in sizes]
        if prod(lengths) != shape[axis]:
            raise ShapeError(f"unflatten: {tuple(sizes)} does not part an axis of {shape[axis]}")
        return self.reshape(*shape[:axis], *lengths, *shape[axis + 1 :])

    def squeeze(self, axis: Axis = None, *, dim: Axis = None) -> "Tensor":
        """Drop axes of length 1: all, or those named; ``dim=`` lets longer ones stay."""
        if dim is not None:
            axis, _ = one_language("squeeze", axis, False, dim, None)
            named = axis if isinstance(axis, tuple) else (axis,)
            axes = {normal_axis("squeeze", self, cast(int, a)) for a in named}
            axis = tuple(sorted(a for a in axes if self._array.shape[a] == 1))
        return self._apply(shaping.squeeze, (self,), {"axis": axis})

    def unsqueeze(self, dim: int) -> "Tensor":
        """Add an axis of length 1 at ``dim``."""
        return self._apply(shaping.expand_dims, (self,), {"axis": dim})

    def permute(self, *axes: Any, dims: Any = None) -> "Tensor":
        """Return the axes in the order given: ``permute(1, 0)``, ``dims=(1, 0)``."""
        return self._apply(shaping.transpose, (self,), {"axes": unpacked(axes or (dims,))})

    def t(self) -> "Tensor":
        """Return the transposed matrix. Raises ShapeError for more than two axes."""
        if self._array.ndim > 2:
            raise ShapeError(
                f"t: it transposes a matrix, this tensor has shape {self._array.shape}; use mT or "
                f"transpose(dim0, dim1)"
            )
        return self.transpose()

    swapdims = swapaxes = Methods.swapaxes

    def movedim(self, source: Any, destination: Any) -> "Tensor":
        """Move the axes ``source`` to the positions ``destination``."""
        return cast("Tensor", moveaxis(self, source, destination))

    @property
    def mT(self) -> "Tensor":  # noqa: N802 (NumPy's and PyTorch's name)
        """The matrices on the last two axes, transposed."""
        return cast("Tensor", matrix_transpose(self))

    def expand(self, *sizes: Any) -> "Tensor":
        """Copy along axes of length 1 and new ones in front; -1 leaves an axis as it is."""
        wanted = unpacked(sizes)
        added = len(wanted) - self._array.ndim
        shape = tuple(
            self._array.shape[i - added] if n == -1 and i >= added else int(n)
            for i, n in enumerate(wanted)
        )
        return self._apply(shaping.broadcast_to, (self,), {"shape": shape})

    def expand_as(self, other: Any) -> "Tensor":
        """Copy along axes of length 1 and new ones in front, to the shape of ``other``."""
        return self.expand(*other.shape)

    def tile(self, *times: Any, dims: Any = None) -> "Tensor":
        """Repeat the whole tensor so many times along each axis: PyTorch's ``repeat`` too.

        ``tile(2, 1)`` is ``tile(dims=(2, 1))``.
        """
        return cast("Tensor", rearranging.tile(self, unpacked(times or (dims,))))

    def repeat(self, *repeats: Any, axis: int | None = None) -> "Tensor":
        """Repeat each element, as NumPy does: ``t.repeat(2, axis=0)``.

        PyTorch's ``repeat`` repeats the whole tensor; three or more numbers can only mean that.
        Two numbers may mean either and raise ArgumentError.
        """
        if axis is None and len(repeats) == 2:
            raise ArgumentError(
                f"repeat: repeat{repeats} means two things; to repeat the whole tensor, as "
                f"PyTorch does, write t.tile({', '.join(map(str, repeats))}), to repeat each "
                f"element, as NumPy does, t.repeat({repeats[0]}, axis={repeats[1]})"
            )
        if axis is None and len(repeats) > 2:
            return self.tile(*repeats)
        return cast("Tensor", rearranging.repeat(self, *repeats, axis=axis))

    def repeat_interleave(self, repeats: Any, dim: int | None = None) -> "Tensor":
        """Repeat each element along ``dim``: NumPy's ``repeat``."""
        return cast("Tensor", rearranging.repeat(self, repeats, axis=dim))

    def split(self, split_size: int | Sequence[int], dim: int = 0) -> "tuple[Tensor, ...]":
        """Take the tensor apart along ``dim``: into parts of a size, or of the sizes in a list."""
        axis = normal_axis("split", self, dim)
        length = self._array.shape[axis]
        if isinstance(split_size, int):
            if split_size < 1:
                raise ArgumentError(f"split: a part needs a size of at least 1, got {split_size}")
            starts = range(0, length or 1, split_size)
            sizes = [min(split_size, length - start) for start in starts]
        else:
            sizes = list(split_size)
        if sum(sizes) != length:
            raise ShapeError(
                f"split: the sizes {tuple(sizes)} add up to {sum(sizes)}, axis {dim} of shape "
                f"{self._array.shape} has {length}"
            )
        ends = np.cumsum(sizes).tolist()
        return tuple(
            self.narrow(axis, end - size, size) for end, size in zip(ends, sizes, strict=True)
        )

    def chunk(self, chunks: int, dim: int = 0) -> "tuple[Tensor, ...]":
        """Take the tensor apart along ``dim`` into at most so many parts, the last the shortest."""
        if chunks < 1:
            raise ArgumentError(f"chunk: at least 1 part must be asked for, got {chunks}")
        length = self._array.shape[normal_axis("chunk", self, dim)]
        return self.split(max(1, -(-length // chunks)), dim)

    def unbind(self, dim: int = 0) -> "tuple[Tensor, ...]":
        """Return the slices along ``dim``, without that axis."""
        axis = normal_axis("unbind", self, dim)
        return tuple(self.select(axis, i) for i in range(self._array.shape[axis]))

    def select(self, dim: int, index: int) -> "Tensor":
        """Return slice number ``index`` along ``dim``, without that axis."""
        return self[(slice(None),) * normal_axis("select", self, dim) + (index,)]

    def narrow(self, dim: int, start: int, length: int) -> "Tensor":
        """Return ``length`` slices along ``dim``, from number ``start`` on."""
        before = (slice(None),) * normal_axis("narrow", self, dim)
        return self[(*before, slice(start, start + length))]

    def diagonal(
        self,
        offset: int = 0,
        axis1: int = 0,
        axis2: int = 1,
        *,
        dim1: int | None = None,
        dim2: int | None = None,
    ) -> "Tensor":
        """Return the diagonals of the matrices on two axes."""
        axis1, axis2 = axis1 if dim1 is None else dim1, axis2 if dim2 is None else dim2
        return cast("Tensor", rearranging.diagonal(self, offset, axis1, axis2))

    def tril(self, diagonal: int = 0) -> "Tensor":
        """Return the lower triangle of the matrices, up to a diagonal, 0 elsewhere."""
        return self._apply(rearranging.tril, (self,), {"k": diagonal})

    def triu(self, diagonal: int = 0) -> "Tensor":
        """Return the upper triangle of the matrices, from a diagonal on, 0 elsewhere."""
        return self._apply(rearranging.triu, (self,), {"k": diagonal})

    def flip(self, *axes: Any, dims: Any = None) -> "Tensor":
        """Return the elements in reversed order along the axes: ``flip(0, 1)``, ``dims=(0, 1)``."""
        return self._apply(rearranging.flip, (self,), {"axis": unpacked(axes or (dims,))})

    def roll(self, shifts: Any, dims: Any = None) -> "Tensor":
        """Return the elements shifted along ``dims``, those pushed out coming in on the other side.

        Without ``dims`` they are shifted in one row.
        """
        return self._apply(rearranging.roll, (self,), {"shift": shifts, "axis": dims})

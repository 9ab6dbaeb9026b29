"""Datasets: something with a length and an index."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from autograd_mini.errors import (
    ArgumentError,
    DTypeError,
    IndexingError,
    ShapeError,
    UnsupportedError,
)
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor


class Dataset:
    """Base of datasets: define ``__len__`` and ``__getitem__``, which returns one example.

    ``a + b`` is the ``ConcatDataset`` of both.

    >>> class Squares(Dataset):
    ...     def __len__(self):
    ...         return 5
    ...     def __getitem__(self, index):
    ...         return index, index**2
    >>> len(Squares() + Squares()), (Squares() + Squares())[7]
    (10, (2, 4))
    """

    def __len__(self) -> int:
        raise self._undefined("length", "def __len__(self): and return the number of examples")

    def __getitem__(self, index: Any) -> Any:
        raise self._undefined("index", "def __getitem__(self, index): and return one example")

    def _undefined(self, what: str, remedy: str) -> UnsupportedError:
        return UnsupportedError(f"{type(self).__name__} has no {what}; define {remedy}")

    def __add__(self, other: Any) -> "ConcatDataset":
        return ConcatDataset([self, other])


class TensorDataset(Dataset):
    """Examples in the rows of tensors; example i is the tuple of their rows i.

    ``tensors``: Tensors, arrays or lists of the same length. Indexing takes whatever indexes a
    tensor: ``dataset[:]`` is all of it.

    Raises ShapeError for different lengths.

    >>> dataset = TensorDataset([[1.0, 2.0], [3.0, 4.0]], [0, 1])
    >>> dataset[1]
    (tensor([3., 4.]), tensor(1))
    """

    def __init__(self, *tensors: Any) -> None:
        self.tensors = tuple(t if isinstance(t, Tensor) else Tensor(t) for t in tensors)
        lengths = [t.shape[0] if t.ndim else 0 for t in self.tensors]
        if len(set(lengths)) != 1:
            raise ShapeError(
                f"TensorDataset: all tensors need the same number of rows, got {lengths or 'none'}"
            )

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{tensor.shape[1:]} {tensor.dtype}" for tensor in self.tensors)
        return f"{type(self).__name__}({len(self)} examples: {kinds})"


class Subset(Dataset):
    """The examples of ``dataset`` at ``indices``, or where a mask is True.

    Raises DTypeError if ``dataset`` is none or indices are not whole numbers; IndexingError for
    indices outside it.

    >>> subset = Subset(TensorDataset([1.0, 2.0, 3.0]), [2, 0])
    >>> subset[:]
    (tensor([3., 1.]),)
    """

    def __init__(self, dataset: Any, indices: Sequence[int] | Array) -> None:
        check_dataset("Subset", dataset)
        self.dataset = dataset
        chosen = np.asarray(indices)
        if chosen.size and chosen.dtype.kind not in "biu":
            raise DTypeError(f"Subset: indices must be whole numbers or a mask, got {indices!r}")
        n = len(dataset)
        if chosen.dtype == bool:
            if chosen.shape != (n,):
                raise ShapeError(
                    f"Subset: a mask needs one entry for each of {n} examples, got shape "
                    f"{chosen.shape}"
                )
            chosen = np.flatnonzero(chosen)
        self.indices = chosen.astype(np.intp)
        outside = self.indices[(self.indices >= n) | (self.indices < -n)]
        if outside.size:
            raise IndexingError(f"Subset: index {outside[0]} is outside a dataset of {n} examples")

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: Any) -> Any:
        chosen = self.indices[index]
        return self.dataset[chosen if chosen.ndim else int(chosen)]

    def __repr__(self) -> str:
        return f"Subset({len(self)} of {len(self.dataset)} examples of {kind_of(self.dataset)})"


class ConcatDataset(Dataset):
    """The examples of several datasets, one dataset after the other.

    ``cumulative_sizes``: where each ends. Raises ArgumentError for no datasets, DTypeError for what
    is none; IndexingError for an index outside.

    >>> both = ConcatDataset([TensorDataset([1.0, 2.0]), TensorDataset([3.0])])
    >>> len(both), both[2], both[-3]
    (3, (tensor(3.),), (tensor(1.),))
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        if not isinstance(datasets, Iterable):
            raise DTypeError(
                f"ConcatDataset takes a list of datasets, got {kind_of(datasets)}; write "
                f"ConcatDataset([a, b])"
            )
        self.datasets = list(datasets)
        if not self.datasets:
            raise ArgumentError("ConcatDataset needs at least one dataset, got none")
        for dataset in self.datasets:
            check_dataset("ConcatDataset", dataset)
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, int | np.integer):
            raise IndexingError(
                f"ConcatDataset: its datasets may differ in kind, so an index must be one whole "
                f"number, got {index!r}"
            )
        n = len(self)
        if not -n <= index < n:
            raise IndexingError(f"ConcatDataset: index {index} is outside {n} examples")
        place = int(index) % n
        which = bisect_right(self.cumulative_sizes, place)
        start = self.cumulative_sizes[which - 1] if which else 0
        return self.datasets[which][place - start]

    def __repr__(self) -> str:
        kinds = " + ".join(f"{len(dataset)} of {kind_of(dataset)}" for dataset in self.datasets)
        return f"ConcatDataset({len(self)} examples: {kinds})"


def check_dataset(user: str, dataset: Any) -> None:
    """Raise DTypeError unless ``dataset`` has a length and an index."""
    if not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
        raise DTypeError(
            f"{user} takes a dataset, something with a length and an index, got "
            f"{kind_of(dataset)}; of arrays, write nn.TensorDataset(x, y)"
        )


def kind_of(value: Any) -> str:
    """Return the name of a value's class."""
    return type(value).__name__

"""Examples, and how they come in batches: datasets, splits, the loader."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from math import floor, isclose
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, ShapeError, UnsupportedError
from autograd_mini.nn.arguments import is_number
from autograd_mini.ops.shaping import stack
from autograd_mini.randomness import default_generator
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor


class Dataset:
    """Base of datasets: define ``__len__`` and ``__getitem__``, which returns one example."""

    def __len__(self) -> int:
        raise self._undefined("length", "def __len__(self): and return the number of examples")

    def __getitem__(self, index: Any) -> Any:
        raise self._undefined("index", "def __getitem__(self, index): and return one example")

    def _undefined(self, what: str, remedy: str) -> UnsupportedError:
        return UnsupportedError(f"{type(self).__name__} has no {what}; define {remedy}")


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

    >>> subset = Subset(TensorDataset([1.0, 2.0, 3.0]), [2, 0])
    >>> subset[:]
    (tensor([3., 1.]),)
    """

    def __init__(self, dataset: Any, indices: Sequence[int] | Array) -> None:
        _check_dataset("Subset", dataset)
        self.dataset = dataset
        chosen = np.asarray(indices)
        if chosen.size and chosen.dtype.kind not in "biu":
            raise DTypeError(f"Subset: indices must be whole numbers or a mask, got {indices!r}")
        self.indices = np.flatnonzero(chosen) if chosen.dtype == bool else chosen.astype(np.intp)

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: Any) -> Any:
        chosen = self.indices[index]
        return self.dataset[chosen if chosen.ndim else int(chosen)]

    def __repr__(self) -> str:
        return f"Subset({len(self)} of {len(self.dataset)} examples of {_kind(self.dataset)})"


def _check_dataset(user: str, dataset: Any) -> None:
    if not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
        raise DTypeError(
            f"{user} takes a dataset, something with a length and an index, got {_kind(dataset)}; "
            f"of arrays, write nn.TensorDataset(x, y)"
        )


def _kind(value: Any) -> str:
    return type(value).__name__


def random_split(
    dataset: Any, lengths: Sequence[float], generator: np.random.Generator | None = None
) -> list[Subset]:
    """Deal the examples at random into disjoint subsets that together are all of them.

    ``lengths``: numbers of examples that sum to ``len(dataset)``, or fractions that sum to 1; what
    rounding down leaves over goes to the first subsets, one example each. ``generator``: by default
    ``ag.default_generator()``.

    Raises ArgumentError for lengths that do not sum to the whole, DTypeError if they are no list.

    >>> train, dev, test = random_split(TensorDataset(range(10)), [0.8, 0.1, 0.1])
    >>> len(train), len(dev), len(test)
    (8, 1, 1)
    """
    _check_dataset("random_split", dataset)
    n = len(dataset)
    counts = _counts(n, lengths)
    order = (generator or default_generator()).permutation(n)
    ends = list(accumulate(counts))
    return [Subset(dataset, order[end - k : end]) for k, end in zip(counts, ends, strict=True)]


def _counts(n: int, lengths: Sequence[float]) -> list[int]:
    if not isinstance(lengths, Iterable):
        raise DTypeError(
            f"random_split: lengths must be a list, one entry for each part, such as [0.8, 0.2], "
            f"got {lengths!r}"
        )
    lengths = list(lengths)
    wrong = [length for length in lengths if not is_number(length) or length < 0]
    if wrong:
        raise ArgumentError(
            f"random_split: a length must be a number, at least 0, got {wrong[0]!r} in {lengths}"
        )
    if sum(lengths) == n and all(int(length) == length for length in lengths):
        return [int(length) for length in lengths]
    if isclose(sum(lengths), 1):
        counts = [floor(n * length) for length in lengths]
        for position in range(n - sum(counts)):
            counts[position % len(counts)] += 1
        return counts
    raise ArgumentError(
        f"random_split: lengths must be numbers of examples that sum to {n} or fractions that sum "
        f"to 1, got {lengths}, which sum to {sum(lengths)}"
    )


def default_collate(examples: Sequence[Any]) -> Any:
    """Join examples into a batch: numbers, arrays and tensors are stacked along a new first axis.

    Tuples, lists and dictionaries are joined entry by entry; anything else comes as a list.

    >>> default_collate([(1.0, 0), (2.0, 1)])
    (tensor([1., 2.]), tensor([0, 1]))
    """
    first = examples[0]
    if isinstance(first, tuple | list):
        return tuple(map(default_collate, zip(*examples, strict=True)))
    if isinstance(first, Mapping):
        return {key: default_collate([example[key] for example in examples]) for key in first}
    if isinstance(first, Tensor):
        return stack(examples)
    if isinstance(first, np.ndarray | np.generic):
        return Tensor(np.stack(examples))
    return Tensor(list(examples)) if isinstance(first, int | float) else list(examples)


class DataLoader:
    """Walk through a dataset in batches, once per ``for`` loop.

    ``dataset``: anything with a length and an index. ``batch_size``: examples per batch; the last
    batch may be smaller unless ``drop_last``. ``shuffle``: in a new random order each time, drawn
    from ``generator``, by default ``ag.default_generator()``. ``collate_fn``: makes a batch of a
    list of examples; by default ``default_collate``, and tensor datasets are indexed by the batch.

    Raises ArgumentError unless ``batch_size`` is a positive integer, DTypeError if ``dataset`` is
    none.

    >>> loader = DataLoader(TensorDataset([1.0, 2.0, 3.0], [0, 1, 0]), batch_size=2)
    >>> for x, y in loader:
    ...     print(x, y)
    tensor([1., 2.]) tensor([0, 1])
    tensor([3.]) tensor([0])
    >>> len(loader)
    2
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        drop_last: bool = False,
        generator: np.random.Generator | None = None,
        collate_fn: Callable[[list[Any]], Any] | None = None,
    ) -> None:
        _check_dataset("DataLoader", dataset)
        if not isinstance(batch_size, int | np.integer) or batch_size < 1:
            raise ArgumentError(
                f"DataLoader: batch_size must be a positive integer, got {batch_size!r}"
            )
        self.dataset = dataset
        self.batch_size = int(batch_size)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.generator = generator
        self.collate_fn = collate_fn

    def __len__(self) -> int:
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + bool(rest and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        n = len(self.dataset)
        if self.shuffle:
            order = (self.generator or default_generator()).permutation(n)
        else:
            order = np.arange(n)
        size = self.batch_size
        return (self._batch(order[i * size : (i + 1) * size]) for i in range(len(self)))

    def __repr__(self) -> str:
        return (
            f"DataLoader({len(self.dataset)} examples of {_kind(self.dataset)}, batch_size="
            f"{self.batch_size}, shuffle={self.shuffle}, drop_last={self.drop_last})"
        )

    def _batch(self, indices: Array) -> Any:
        if self.collate_fn is None:
            return _fetch(self.dataset, indices)
        return self.collate_fn([self.dataset[int(i)] for i in indices])


def _fetch(dataset: Any, indices: Array) -> Any:
    """Return the batch at ``indices``; rows of tensors are read all at once."""
    if type(dataset) is Subset:
        return _fetch(dataset.dataset, dataset.indices[indices])
    if type(dataset) is TensorDataset:
        return dataset[indices]
    return default_collate([dataset[int(i)] for i in indices])

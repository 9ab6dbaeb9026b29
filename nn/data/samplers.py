"""Samplers: in which order a loader takes the examples of a dataset.

All draw from ``generator``, by default ``ag.default_generator()``, when they are iterated.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, UnsupportedError
from autograd_mini.nn.arguments import require
from autograd_mini.randomness import default_generator

Generator = np.random.Generator | None


class Sampler:
    """Base of samplers: define ``__iter__``, which yields indices, and ``__len__``."""

    def __init__(self, data_source: Any = None) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[Any]:
        raise UnsupportedError(
            f"{type(self).__name__} has no __iter__; define def __iter__(self): and yield indices"
        )


class SequentialSampler(Sampler):
    """0, 1, …, n − 1.

    >>> list(SequentialSampler("abc"))
    [0, 1, 2]
    """

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """Every index once, in a random order; with ``replacement``, drawn anew each time.

    ``num_samples``: how many to draw, by default as many as there are examples; more than those
    without replacement begin a new order.

    >>> sampler = RandomSampler(range(5), generator=np.random.default_rng(0))
    >>> sorted(sampler), len(list(sampler))
    ([0, 1, 2, 3, 4], 5)
    """

    def __init__(
        self,
        data_source: Any,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator = None,
    ) -> None:
        super().__init__(data_source)
        check_generator("RandomSampler", generator)
        if num_samples is not None:
            _check_count("RandomSampler: num_samples", num_samples)
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator

    @property
    def num_samples(self) -> int:
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        draw = self.generator or default_generator()
        n = len(self.data_source)
        if self.replacement:
            return iter(draw.integers(n, size=self.num_samples).tolist())
        order = draw.permutation(n).tolist()
        while n > 0 and len(order) < self.num_samples:
            order += draw.permutation(n).tolist()
        return iter(order[: self.num_samples])

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """Each of ``indices`` once, in a random order.

    >>> sorted(SubsetRandomSampler([7, 3, 5]))
    [3, 5, 7]
    """

    def __init__(self, indices: Sequence[int], generator: Generator = None) -> None:
        super().__init__()
        check_generator("SubsetRandomSampler", generator)
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        order = (self.generator or default_generator()).permutation(len(self.indices))
        return iter([self.indices[i] for i in order.tolist()])

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """``num_samples`` indices, drawn in proportion to ``weights``, which need not sum to 1.

    Weights of 1/(size of the class) let rare classes come as often as common ones. Without
    ``replacement`` an index comes once at most.

    Raises ArgumentError for weights that are negative, not finite or all zero, and for more samples
    than indices of positive weight without replacement.

    >>> list(WeightedRandomSampler([0.0, 3.0], num_samples=4))
    [1, 1, 1, 1]
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator = None,
    ) -> None:
        super().__init__()
        own = "WeightedRandomSampler"
        check_generator(own, generator)
        _check_count(f"{own}: num_samples", num_samples)
        self.weights = np.asarray(weights, dtype=np.float64)
        fits = self.weights.ndim == 1 and np.isfinite(self.weights).all()
        if not fits or (self.weights < 0).any() or not self.weights.any():
            raise ArgumentError(
                f"{own}: weights must be a list of numbers, at least 0 and not all 0, got "
                f"{weights!r}"
            )
        n_possible = np.count_nonzero(self.weights)
        if not replacement and num_samples > n_possible:
            raise ArgumentError(
                f"{own}: without replacement there are {n_possible} indices to draw, those of "
                f"positive weight, and num_samples is {num_samples}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        draw = self.generator or default_generator()
        chosen = draw.choice(
            len(self.weights),
            self.num_samples,
            replace=self.replacement,
            p=self.weights / self.weights.sum(),
        )
        return iter(chosen.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """Lists of ``batch_size`` indices of another sampler; the last may be shorter unless dropped.

    Raises ArgumentError unless ``batch_size`` is a positive integer.

    >>> list(BatchSampler(SequentialSampler("abcde"), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        super().__init__()
        _check_count("BatchSampler: batch_size", batch_size)
        self.sampler = sampler
        self.batch_size = int(batch_size)
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        return self._batches(iter(self.sampler))

    def _batches(self, indices: Iterator[int]) -> Iterator[list[int]]:
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)  # type: ignore[arg-type]
        return whole + bool(rest and not self.drop_last)


def _check_count(what: str, n: Any) -> None:
    is_whole = isinstance(n, int | np.integer) and not isinstance(n, bool)
    require(what, n, is_whole and int(n) > 0, "a positive integer")


def check_generator(user: str, generator: Any) -> None:
    """Raise DTypeError unless ``generator`` is None or one of NumPy's."""
    if generator is not None and not isinstance(generator, np.random.Generator):
        raise DTypeError(
            f"{user}: generator must be a numpy.random.Generator, got {type(generator).__name__}; "
            f"write np.random.default_rng(seed)"
        )

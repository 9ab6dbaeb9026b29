"""The loader: a dataset in batches."""

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, cast

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError
from autograd_mini.nn.arguments import require
from autograd_mini.nn.data.collation import default_collate
from autograd_mini.nn.data.examples import Subset, TensorDataset, check_dataset, kind_of
from autograd_mini.nn.data.samplers import (
    BatchSampler,
    RandomSampler,
    SequentialSampler,
    check_generator,
)


class DataLoader:
    """Walk through a dataset in batches, once per ``for`` loop.

    ``dataset``: anything with a length and an index. ``batch_size``: examples per batch; the last
    batch may be smaller unless ``drop_last``. ``shuffle``: in a new random order each time, drawn
    from ``generator``, by default ``ag.default_generator()``. ``sampler``: an iterable of indices
    that says another order; ``batch_sampler``: one of lists of indices, which makes the batches
    too. ``collate_fn``: makes a batch of a list of examples; by default ``default_collate``, and
    tensor datasets are indexed by the batch.

    ``num_workers``, ``pin_memory``, ``persistent_workers`` and ``prefetch_factor`` are PyTorch's
    and change speed only: they are taken and do nothing, as batches are made in this process.

    Raises ArgumentError unless ``batch_size`` is a positive integer, and for options that
    contradict each other; DTypeError if ``dataset`` is none.

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
        shuffle: bool | None = None,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[list[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        *,
        generator: np.random.Generator | None = None,
        persistent_workers: bool = False,
        prefetch_factor: int | None = None,
    ) -> None:
        check_dataset("DataLoader", dataset)
        check_generator("DataLoader", generator)
        for name, value in (("shuffle", shuffle), ("drop_last", drop_last)):
            require(f"DataLoader: {name}", value, value in (None, True, False), "True or False")
        if sampler is not None and shuffle:
            raise ArgumentError(
                "DataLoader: sampler= and shuffle=True both say the order; give one of them"
            )
        is_plain = batch_size == 1 and not shuffle and sampler is None and not drop_last
        if batch_sampler is not None and not is_plain:
            raise ArgumentError(
                "DataLoader: batch_sampler= makes whole batches, so leave out batch_size, shuffle, "
                "sampler and drop_last"
            )
        is_size = isinstance(batch_size, int | np.integer) and not isinstance(batch_size, bool)
        require(
            "DataLoader: batch_size", batch_size, is_size and batch_size > 0, "a positive integer"
        )
        if sampler is None:
            random = RandomSampler(dataset, generator=generator)
            sampler = random if shuffle else SequentialSampler(dataset)
        for name, given in (("sampler", sampler), ("batch_sampler", batch_sampler)):
            if given is not None and not isinstance(given, Iterable):
                raise DTypeError(
                    f"DataLoader: {name} must be an iterable of indices, got {kind_of(given)}"
                )
        self.dataset = dataset
        self.batch_size = int(batch_size)
        self.shuffle = bool(shuffle)
        self.drop_last = bool(drop_last)
        self.generator = generator
        self.collate_fn = collate_fn
        self.sampler = sampler
        if batch_sampler is None:
            batch_sampler = BatchSampler(sampler, self.batch_size, self.drop_last)
        self.batch_sampler = batch_sampler

    def __len__(self) -> int:
        return len(cast(Sized, self.batch_sampler))

    def __iter__(self) -> Iterator[Any]:
        return map(self._batch, iter(self.batch_sampler))

    def __repr__(self) -> str:
        return (
            f"DataLoader({len(self.dataset)} examples of {kind_of(self.dataset)}, batch_size="
            f"{self.batch_size}, shuffle={self.shuffle}, drop_last={self.drop_last})"
        )

    def _batch(self, indices: list[int]) -> Any:
        if self.collate_fn is None:
            return _fetch(self.dataset, indices)
        return self.collate_fn([self.dataset[i] for i in indices])


def _fetch(dataset: Any, indices: Any) -> Any:
    """Return the batch at ``indices``; rows of tensors are read all at once."""
    if type(dataset) is Subset:
        return _fetch(dataset.dataset, dataset.indices[indices])
    if type(dataset) is TensorDataset:
        return dataset[np.asarray(indices)]
    return default_collate([dataset[int(i)] for i in indices])

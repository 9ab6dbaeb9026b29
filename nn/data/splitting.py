"""Splits: disjoint subsets that together are all examples."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import floor, isclose
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, ShapeError
from autograd_mini.nn.arguments import is_number
from autograd_mini.nn.data.examples import Subset, check_dataset
from autograd_mini.nn.data.samplers import check_generator
from autograd_mini.randomness import default_generator
from autograd_mini.rows import Array


def random_split(
    dataset: Any,
    lengths: Sequence[float],
    generator: np.random.Generator | None = None,
    *,
    stratify: Any = None,
) -> list[Subset]:
    """Deal the examples at random into disjoint subsets that together are all of them.

    ``lengths``: numbers of examples that sum to ``len(dataset)``, or fractions that sum to 1; what
    rounding down leaves over goes to the first subsets, one example each. ``generator``: by default
    ``ag.default_generator()``. ``stratify``: one label for each example, such as the targets; each
    subset then gets its share of every class, to less than one example of what is left to deal.

    Raises ArgumentError for lengths that do not sum to the whole, DTypeError if they are no list,
    ShapeError for another number of labels than examples.

    >>> from autograd_mini.nn import TensorDataset
    >>> train, dev, test = random_split(TensorDataset(range(10)), [0.8, 0.1, 0.1])
    >>> len(train), len(dev), len(test)
    (8, 1, 1)
    >>> labels = np.array([0] * 90 + [1] * 10)
    >>> train, test = random_split(TensorDataset(labels), [0.8, 0.2], stratify=labels)
    >>> int(test[:][0].sum())
    2
    """
    check_dataset("random_split", dataset)
    check_generator("random_split", generator)
    n = len(dataset)
    counts = _counts(n, lengths)
    draw = generator or default_generator()
    order = draw.permutation(n)
    if stratify is None:
        ends = list(accumulate(counts))
        parts = [order[end - k : end] for k, end in zip(counts, ends, strict=True)]
    else:
        parts = [draw.permutation(part) for part in _dealt(order, _labels(stratify, n), counts)]
    return [Subset(dataset, part) for part in parts]


def _labels(stratify: Any, n: int) -> Array:
    labels = np.asarray(getattr(stratify, "_array", stratify))
    if labels.shape != (n,):
        raise ShapeError(
            f"random_split: stratify needs one label for each of {n} examples, got shape "
            f"{labels.shape}"
        )
    return labels


def _dealt(order: Array, labels: Array, counts: list[int]) -> list[Array]:
    """Deal each class in proportion to ``counts``, by largest remainders (A. Hamilton 1792)."""
    decks = [order[labels[order] == label] for label in np.unique(labels)]
    parts = []
    for count in counts:
        sizes = np.array([len(deck) for deck in decks], dtype=int)
        shares, remainders = np.divmod(sizes * count, max(sizes.sum(), 1))
        most = np.argsort(-remainders, kind="stable")[: count - shares.sum()]
        shares[most] += 1
        pairs = list(zip(decks, shares, strict=True))
        parts.append(np.concatenate([deck[:share] for deck, share in pairs] or [order]))
        decks = [deck[share:] for deck, share in pairs]
    return parts


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

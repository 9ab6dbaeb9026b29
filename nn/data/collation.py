"""How a list of examples becomes a batch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd_mini.errors import ShapeError
from autograd_mini.ops.shaping import stack
from autograd_mini.tensors import Tensor


def default_collate(examples: Sequence[Any]) -> Any:
    """Join examples into a batch: numbers, arrays and tensors are stacked along a new first axis.

    Tuples, lists and dictionaries are joined entry by entry; anything else, such as text, comes as
    a list.

    Raises ShapeError for examples of different shapes or numbers of entries.

    >>> default_collate([(1.0, 0), (2.0, 1)])
    (tensor([1., 2.]), tensor([0, 1]))
    """
    first = examples[0]
    if isinstance(first, tuple | list | Mapping):
        _check_equal("kind", [type(example).__name__ for example in examples])
    if isinstance(first, tuple | list):
        _check_equal("entries", [len(example) for example in examples])
        return tuple(map(default_collate, zip(*examples, strict=True)))
    if isinstance(first, Mapping):
        _check_equal("keys", [sorted(map(str, example)) for example in examples])
        return {key: default_collate([example[key] for example in examples]) for key in first}
    if isinstance(first, Tensor | np.ndarray | np.generic):
        _check_equal("shape", [np.shape(example) for example in examples])
        return stack(examples) if isinstance(first, Tensor) else Tensor(np.stack(examples))
    return Tensor(list(examples)) if isinstance(first, int | float) else list(examples)


def _check_equal(what: str, found: list[Any]) -> None:
    for position, one in enumerate(found):
        if one != found[0]:
            raise ShapeError(
                f"default_collate: examples of a batch must be alike to be joined; example 0 has "
                f"{what} {found[0]}, example {position} has {one}. Make them alike in the dataset, "
                f"or join them yourself by collate_fn="
            )

"""Nested lists, tuples and dicts: taken apart into their leaves, and filled with new ones."""

from collections.abc import Iterable
from typing import Any


def leaves(structure: Any) -> list[Any]:
    """Return what nested lists, tuples and dicts hold, in order.

    >>> leaves({"w": [1.0, (2.0, 3.0)], "b": 4.0})
    [1.0, 2.0, 3.0, 4.0]
    """
    if isinstance(structure, dict):
        parts: Iterable[Any] = structure.values()
    elif isinstance(structure, list | tuple):
        parts = structure
    else:
        return [structure]
    return [leaf for part in parts for leaf in leaves(part)]


def refill(structure: Any, values: Iterable[Any]) -> Any:
    """Return a structure of the same kind with other leaves.

    >>> refill({"w": [1.0, (2.0, 3.0)], "b": 4.0}, "abcd")
    {'w': ['a', ('b', 'c')], 'b': 'd'}
    """
    remaining = iter(values)
    if isinstance(structure, dict):
        return {key: refill(part, remaining) for key, part in structure.items()}
    if isinstance(structure, list | tuple):
        filled = [refill(part, remaining) for part in structure]
        return (
            type(structure)(*filled) if hasattr(structure, "_fields") else type(structure)(filled)
        )
    return next(remaining)

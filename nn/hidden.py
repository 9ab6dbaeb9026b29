"""Layers hidden in plain containers."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

_FIRST = 100
"""Entries that are looked at: a history of numbers may be long, a list of layers is not."""


def parts_inside(value: Any, kinds: tuple[type, ...], depth: int = 3) -> Iterator[Any]:
    """Yield the objects of ``kinds`` in a list, tuple or dictionary, and in those within.

    >>> list(parts_inside([("a", 1), {"b": [2]}], (int,)))
    [1, 2]
    """
    if isinstance(value, kinds):
        yield value
    elif depth and isinstance(value, list | tuple | dict):
        for entry in islice(value.values() if isinstance(value, dict) else value, _FIRST):
            yield from parts_inside(entry, kinds, depth - 1)


def text_of_hidden(where: str, container: Any, n_layers: int, n_parts: int) -> str:
    """Return the warning about a container of layers, or else of parameters.

    >>> text_of_hidden("Net.heads", {}, 1, 1)  # doctest: +ELLIPSIS
    'Net.heads is a plain dict, so the layer in it ... saved; write nn.ModuleDict(...) instead'
    """
    what, kind = ("layer", "Module") if n_layers else ("parameter", "Parameter")
    n = n_layers or n_parts
    parts = f"the {what} in it" if n == 1 else f"these {n} {what}s"
    return (
        f"{where} is a plain {type(container).__name__}, so {parts} would not be trained or "
        f"saved; write nn.{kind}{'Dict' if isinstance(container, dict) else 'List'}(...) instead"
    )

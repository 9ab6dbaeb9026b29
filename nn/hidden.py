"""Layers hidden in plain containers, where no walk through a module comes to them."""

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


def is_missed(part: Any) -> bool:
    """Return whether it matters that no walk comes to ``part``, a module or a parameter.

    It does if a module has parameters or buffers, or its forward looks at ``self.training``;
    losses and activations may stand in any list.
    """
    if not hasattr(part, "modules"):
        return True
    return any(
        module._parameters or module._buffers or "training" in _names_in(module.forward)
        for module in part.modules()
    )


def _names_in(function: Any) -> tuple[str, ...]:
    """Return the names of globals and attributes that a function's code mentions."""
    code = getattr(function, "__code__", None)
    return code.co_names if code else ()


def text_of_hidden(where: str, container: Any, n_layers: int, n_parameters: int) -> str:
    """Return the warning about a container of layers, or else of parameters.

    >>> text_of_hidden("Net.heads", {}, 1, 0)
    'Net.heads is a plain dict, so the layer in it would not be trained, saved or reached by \
eval(); write nn.ModuleDict(...) instead'
    """
    n, what, kind = n_layers, "layer", "Module"
    missed = "trained, saved or reached by eval()"
    if not n_layers:
        n, what, kind, missed = n_parameters, "parameter", "Parameter", "trained or saved"
    parts = f"the {what} in it" if n == 1 else f"these {n} {what}s"
    return (
        f"{where} is a plain {type(container).__name__}, so {parts} would not be {missed}; write "
        f"nn.{kind}{'Dict' if isinstance(container, dict) else 'List'}(...) instead"
    )

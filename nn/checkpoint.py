"""Checkpoints: the state of a model, or of a whole training, in one file."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, AutogradError, DTypeError, StateError
from autograd_mini.nn.archive import read_archive, write_archive
from autograd_mini.nn.generators import held_generators
from autograd_mini.nn.module import Module
from autograd_mini.randomness import default_generator

_RANDOM = "random_state"
_DEFAULT = "the default generator"


def save(state: Any, path: str | os.PathLike[str]) -> None:
    """Write a module's state dict, or any nest of dictionaries and lists, to exactly ``path``.

    ``state``: a Module; or dictionaries, lists and tuples of tensors, arrays, numbers, text and
    None, such as ``{"model": model.state_dict(), "optimizer": optimizer.state_dict()}``.

    The file appears at once and whole: it is written beside ``path`` and then renamed, so that a
    failure leaves an older checkpoint as it was.

    Raises DTypeError for other values; FileError, which is also a FileNotFoundError,
    PermissionError, …, if the file cannot be written.

    >>> import tempfile
    >>> from autograd_mini import nn
    >>> path = os.path.join(tempfile.mkdtemp(), "layer.npz")
    >>> layer = nn.Linear(2, 3)
    >>> save(layer, path)
    >>> _ = nn.Linear(2, 3).load_state_dict(load(path))
    """
    write_archive("save", state.state_dict() if isinstance(state, Module) else state, path)


def load(path: str | os.PathLike[str]) -> Any:
    """Return what ``save`` wrote, with tensors as NumPy arrays.

    Raises StateError for a file that is damaged, cut short or no checkpoint of this library;
    FileError, which is also a FileNotFoundError, PermissionError, …, if it cannot be read.
    """
    return read_archive("load", path)


def save_training(path: str | os.PathLike[str], **parts: Any) -> None:
    """Write all that a training needs to go on bit for bit: its parts, and the random state.

    ``parts``: by names of your choice, models, optimizers, schedulers and whatever else has a
    ``state_dict`` and a ``load_state_dict``; NumPy generators, such as a loader's; lists and
    dictionaries of them; and what you want to know again: numbers, text, arrays, nests of them.
    The default generator, and those that the layers of a model hold, are saved without being named.

    The file is read by ``load`` too: ``nn.load(path)["model"]`` is the model's state dict. It
    appears at once and whole, as from ``save``, and raises the same errors.

    >>> import tempfile
    >>> from autograd_mini import nn
    >>> path = os.path.join(tempfile.mkdtemp(), "training.npz")
    >>> model = nn.Linear(2, 3)
    >>> optimizer = nn.optim.Adam(model.parameters())
    >>> nn.save_training(path, model=model, optimizer=optimizer, epoch=7)
    >>> rest = nn.load_training(path, model=model, optimizer=optimizer)
    >>> rest["epoch"]
    7
    """
    if _RANDOM in parts:
        raise ArgumentError(
            f"save_training: the name {_RANDOM!r} is taken, by the state of the generators; "
            f"choose another"
        )
    state = {name: _state(part) for name, part in parts.items()}
    random = {name: _state(generator) for name, generator in _generators(parts)}
    write_archive("save_training", {**state, _RANDOM: random}, path)


def load_training(path: str | os.PathLike[str], **parts: Any) -> dict[str, Any]:
    """Bring ``parts`` and the random state back to what ``save_training`` wrote, all or nothing.

    ``parts``: the same names, with objects made as the saved ones were. Returns what else is in the
    file, by name: numbers and text, and the states of parts that were not given.

    Training resumed at the end of an epoch then repeats, to the last bit, what it would have done
    without the break.

    Raises StateError for a file that is damaged or no training, and for parts that do not fit it;
    FileError if it cannot be read. Whatever is raised, every part is as it was before.
    """
    saved = read_archive("load_training", path)
    random = saved.pop(_RANDOM, None) if isinstance(saved, dict) else None
    if random is None:
        raise StateError(
            f"load_training: {path} was not written by save_training; read it with nn.load(path)"
        )
    pairs = [pair for name, part in parts.items() for pair in _paired(part, saved, name, "")]
    generators = dict(_generators(parts))
    known = {name for name in random if name == _DEFAULT or name.split("/")[0] in parts}
    strangers = sorted(known ^ generators.keys())
    if strangers:
        where = "the file has" if strangers[0] in random else "the parts given have"
        raise _misfit(path, f"only {where} the generator {strangers[0]!r}")
    pairs += [(name, generator, random[name]) for name, generator in generators.items()]
    changed: list[tuple[Any, Any]] = []
    try:
        for place, part, state in pairs:
            changed.append((part, _state(part)))
            try:
                _restore(part, state)
            except AutogradError as error:
                raise _misfit(path, f"{place}: {error}") from None
    except BaseException:
        for part, before in reversed(changed):
            _restore(part, before)
        raise
    return {name: value for name, value in saved.items() if name not in parts}


def _misfit(path: Any, why: str) -> StateError:
    return StateError(f"load_training: {path} does not fit, and nothing was changed; {why}")


def _is_part(value: Any) -> bool:
    has_state = hasattr(value, "state_dict") and hasattr(value, "load_state_dict")
    return has_state or isinstance(value, np.random.Generator)


def _entries(value: Any) -> list[tuple[Any, Any]] | None:
    """Return the entries of a dictionary or list that holds parts, by key or position."""
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, Mapping):
        entries = list(value.items())
    elif isinstance(value, list | tuple):
        entries = list(enumerate(value))
    holds_parts = any(_is_part(entry) or _entries(entry) is not None for _, entry in entries)
    return entries if holds_parts else None


def _state(value: Any) -> Any:
    """Return the state of a part, or of each in a list or dictionary; other values as they are."""
    if isinstance(value, np.random.Generator):
        return value.bit_generator.state
    if _is_part(value):
        return value.state_dict()
    entries = _entries(value)
    if entries is None:
        return value
    return {key: _state(entry) for key, entry in entries}


def _paired(part: Any, saved: Any, key: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield each part with its place and its state."""
    place = f"{place}/{key}" if place else str(key)
    if not isinstance(saved, dict) or key not in saved:
        names = ", ".join(map(str, saved)) if isinstance(saved, dict) else "a single value"
        raise StateError(f"load_training: nothing was saved as {place!r}; the file has {names}")
    entries = _entries(part)
    if _is_part(part):
        yield place, part, saved[key]
    elif entries is not None:
        for inner, entry in entries:
            yield from _paired(entry, saved[key], inner, place)
    else:
        raise DTypeError(
            f"load_training brings back models, optimizers, schedulers and generators; {place!r} "
            f"is {type(part).__name__}. Leave it out, and find it in the dictionary returned"
        )


def _restore(part: Any, state: Any) -> None:
    if not isinstance(part, np.random.Generator):
        part.load_state_dict(state)
        return
    try:
        part.bit_generator.state = state
    except (TypeError, ValueError, KeyError):
        own = type(part.bit_generator).__name__
        kind = state.get("bit_generator") if isinstance(state, dict) else None
        raise StateError(
            f"the generator is a {own}, and the state saved is of {kind or 'none'}"
        ) from None


def _generators(parts: Mapping[str, Any]) -> Iterator[tuple[str, np.random.Generator]]:
    """Yield the default generator, and those that layers hold, under names of their places."""
    yield _DEFAULT, default_generator()
    for name, part in parts.items():
        yield from _held_generators(name, part)


def _held_generators(place: str, part: Any) -> Iterator[tuple[str, np.random.Generator]]:
    if isinstance(part, Module):
        for name, generator in held_generators(part):
            yield f"{place}/{name}", generator
    else:
        for key, entry in _entries(part) or ():
            yield from _held_generators(f"{place}/{key}", entry)

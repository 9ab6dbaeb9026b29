"""Checkpoints: a state dict in one .npz file, which is never unpickled.

The file is a zip of .npy arrays and one JSON text, ``checkpoint.json``, which holds the rest of the
structure: dictionaries, lists, numbers and text. ``np.load(path)`` can read it too.
"""

import contextlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograd_mini.errors import DTypeError, FileError, StateError, file_error
from autograd_mini.nn.module import Module
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor

_FORMAT = "autograd_mini checkpoint 1"
_STRUCTURE = "checkpoint.json"
_FOREIGN = "is not a checkpoint written by autograd_mini.nn.save"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)


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
    >>> path = Path(tempfile.mkdtemp(), "layer.npz")
    >>> layer = nn.Linear(2, 3)
    >>> save(layer, path)
    >>> _ = nn.Linear(2, 3).load_state_dict(load(path))
    """
    path = _path("save", path)
    if not os.path.isdir(path.parent):
        raise file_error(
            f"save: there is no folder {str(path.parent)!r}; make it first, or save elsewhere",
            FileNotFoundError,
        )
    arrays: dict[str, Array] = {}
    state = state.state_dict() if isinstance(state, Module) else state
    structure = {"format": _FORMAT, "state": _described(state, "", arrays)}
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr(_STRUCTURE, json.dumps(structure))
                for name, array in arrays.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                        np.lib.format.write_array(entry, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        raise _file_trouble("save", path, "written", error) from None
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _path(user: str, given: Any) -> Path:
    """Return the path of a file, which need not exist."""
    try:
        path = Path(given)
    except TypeError:
        raise DTypeError(
            f"{user}: the path must be text or a Path, got {type(given).__name__}"
            + ("; write save(model, path)" if user == "save" else "")
        ) from None
    if os.path.isdir(path):
        raise file_error(
            f"{user}: {str(path)!r} is a folder; give the name of a file in it", IsADirectoryError
        )
    return path


def _file_trouble(user: str, path: Path, done: str, error: OSError) -> FileError:
    why = error.strerror or error
    return file_error(f"{user}: {str(path)!r} cannot be {done}: {why}", type(error))


def _described(value: Any, place: str, arrays: dict[str, Array]) -> Any:
    """Return ``value`` for JSON, and put the arrays in it into ``arrays``."""
    if isinstance(value, Tensor):
        value = value._array
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        name = place or "array"
        while name in arrays:
            name += "'"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, Mapping) and all(isinstance(key, str | int) for key in value):
        return {"dict": [[k, _described(v, _inside(place, k), arrays)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        items = [_described(v, _inside(place, i), arrays) for i, v in enumerate(value)]
        return {"tuple": items} if isinstance(value, tuple) else items
    kind = f"{value.dtype} array" if isinstance(value, np.ndarray) else type(value).__name__
    raise DTypeError(
        f"save: cannot store a {kind} at {place or 'the top'!r}; a checkpoint holds tensors, "
        f"arrays, numbers, text, None, and dictionaries and lists of them, so pass state_dict()s"
    )


def _inside(place: str, key: str | int) -> str:
    return f"{place}/{key}" if place else str(key)


def load(path: str | os.PathLike[str]) -> Any:
    """Return what ``save`` wrote, with tensors as NumPy arrays.

    Raises StateError for a file that is damaged, cut short or no checkpoint of this library;
    FileError, which is also a FileNotFoundError, PermissionError, …, if it cannot be read.
    """
    path = _path("load", path)
    try:
        return _load(path)
    except FileNotFoundError:
        place = f" in {Path.cwd()}" if not path.is_absolute() else ""
        raise file_error(
            f"load: there is no file {str(path)!r}{place}", FileNotFoundError
        ) from None
    except OSError as error:
        raise _file_trouble("load", path, "read", error) from None


def _load(path: Path) -> Any:
    with path.open("rb") as file:
        if file.read(2) != b"PK":  # how every zip begins
            raise StateError(f"load: {path} {_FOREIGN if path.stat().st_size else 'is empty'}")
        try:
            with zipfile.ZipFile(file) as archive:
                if _STRUCTURE in archive.namelist():
                    structure = json.loads(archive.read(_STRUCTURE))
                    if structure["format"] == _FORMAT:
                        return _restored(structure["state"], archive)
                    problem = f"has the format {structure['format']!r}, known here is {_FORMAT!r}"
                else:
                    problem = _FOREIGN
        except _DAMAGE as error:
            problem = f"is damaged or was cut short ({error}); use an older checkpoint"
    raise StateError(f"load: {path} {problem}")


def _restored(value: Any, archive: zipfile.ZipFile) -> Any:
    if isinstance(value, list):
        return [_restored(v, archive) for v in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        entry = io.BytesIO(archive.read(f"{value['array']}.npy"))
        return np.lib.format.read_array(entry, allow_pickle=False)
    if "tuple" in value:
        return tuple(_restored(v, archive) for v in value["tuple"])
    return {k: _restored(v, archive) for k, v in value["dict"]}

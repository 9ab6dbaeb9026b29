"""The file of a checkpoint: a nest of dictionaries, lists and arrays in one .npz.

The file is a zip of .npy arrays and one JSON text, ``checkpoint.json``, which holds the rest of the
structure: dictionaries, lists, numbers and text. Nothing in it is ever unpickled, and
``np.load(path)`` can read it too. It appears at once and whole: it is written beside ``path`` and
then renamed, so that a failure leaves an older file as it was.
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


def write_archive(user: str, state: Any, path: Any) -> None:
    """Write a nest of what ``save`` takes to exactly ``path``; errors name the ``user``."""
    path = _path(user, path)
    if not os.path.isdir(path.parent):
        raise file_error(
            f"{user}: there is no folder {str(path.parent)!r}; make it first, or save elsewhere",
            FileNotFoundError,
        )
    arrays: dict[str, Array] = {}
    structure = {"format": _FORMAT, "state": _described(user, state, "", arrays)}
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
        raise _file_trouble(user, path, "written", error) from None
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
            + (f"; write {user}(model, path)" if user == "save" else "")
        ) from None
    if os.path.isdir(path):
        raise file_error(
            f"{user}: {str(path)!r} is a folder; give the name of a file in it", IsADirectoryError
        )
    return path


def _file_trouble(user: str, path: Path, done: str, error: OSError) -> FileError:
    why = error.strerror or error
    return file_error(f"{user}: {str(path)!r} cannot be {done}: {why}", type(error))


def _described(user: str, value: Any, place: str, arrays: dict[str, Array]) -> Any:
    """Return ``value`` for JSON, and put the arrays in it into ``arrays``."""
    if isinstance(value, Tensor):
        value = value._array
    is_scalar = isinstance(value, np.number | np.bool_)
    value = np.asarray(value) if is_scalar else value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        name = place or "array"
        while name in arrays:
            name += "'"
        arrays[name] = value
        return {"scalar" if is_scalar else "array": name}
    if isinstance(value, Mapping) and all(isinstance(key, str | int) for key in value):
        entries = value.items()
        return {"dict": [[k, _described(user, v, _inside(place, k), arrays)] for k, v in entries]}
    if isinstance(value, list | tuple):
        items = [_described(user, v, _inside(place, i), arrays) for i, v in enumerate(value)]
        return {"tuple": items} if isinstance(value, tuple) else items
    kind = f"{value.dtype} array" if isinstance(value, np.ndarray) else type(value).__name__
    raise DTypeError(
        f"{user}: cannot store a {kind} at {place or 'the top'!r}; a checkpoint holds tensors, "
        f"arrays, numbers, text, None, and dictionaries and lists of them, so pass state_dict()s"
    )


def _inside(place: str, key: str | int) -> str:
    return f"{place}/{key}" if place else str(key)


def read_archive(user: str, path: Any) -> Any:
    """Return what ``write_archive`` wrote, with tensors as NumPy arrays."""
    path = _path(user, path)
    try:
        return _read(user, path)
    except FileNotFoundError:
        place = f" in {Path.cwd()}" if not path.is_absolute() else ""
        raise file_error(
            f"{user}: there is no file {str(path)!r}{place}", FileNotFoundError
        ) from None
    except OSError as error:
        raise _file_trouble(user, path, "read", error) from None


def _read(user: str, path: Path) -> Any:
    with path.open("rb") as file:
        if file.read(2) != b"PK":  # how every zip begins
            raise StateError(f"{user}: {path} {_FOREIGN if path.stat().st_size else 'is empty'}")
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
    raise StateError(f"{user}: {path} {problem}")


def _restored(value: Any, archive: zipfile.ZipFile) -> Any:
    if isinstance(value, list):
        return [_restored(v, archive) for v in value]
    if not isinstance(value, dict):
        return value
    for kind in ("array", "scalar"):
        if kind in value:
            entry = io.BytesIO(archive.read(f"{value[kind]}.npy"))
            array = np.lib.format.read_array(entry, allow_pickle=False)
            return array if kind == "array" else array[()]
    if "tuple" in value:
        return tuple(_restored(v, archive) for v in value["tuple"])
    return {k: _restored(v, archive) for k, v in value["dict"]}

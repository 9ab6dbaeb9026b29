"""Data in files that the user has: IDX, the format of MNIST, and .npz."""

import gzip
import io
import math
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import DTypeError, FileError, ShapeError, file_error
from autograd_mini.nn.arguments import require
from autograd_mini.nn.data import TensorDataset
from autograd_mini.rows import Array

_IDX_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP = b"\x1f\x8b"  # how every gzip file begins
_DAMAGE = (
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def idx(path: Any) -> Array:
    """Return the array in an IDX file, plain or compressed by gzip, with its shape and dtype.

    The header is two zero bytes, the code of the dtype (8: uint8, 9: int8, 11: int16, 12: int32,
    13: float32, 14: float64), the number of axes, and each axis as four bytes; all big-endian.

    Source of the format: Y. LeCun, C. Cortes, C. J. C. Burges 1998, "The MNIST database of
    handwritten digits"; rights are those of the file.

    Raises FileError (an OSError) for a file that is missing, cut short or of another format.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "labels.idx"
    >>> _ = file.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    >>> idx(file)
    array([7, 2, 1], dtype=uint8)
    """
    content = _content("idx", path)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _IDX_DTYPES:
        raise _trouble("idx", path, "is not an IDX file: its first bytes are no IDX header")
    dtype, n_axes = np.dtype(_IDX_DTYPES[content[2]]), content[3]
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise _trouble("idx", path, "was cut short in its header")
    shape = tuple(np.frombuffer(content, ">u4", n_axes, offset=4).tolist())
    needed = start + math.prod(shape) * dtype.itemsize
    if len(content) != needed:
        problem = "was cut short" if len(content) < needed else "goes on after its end"
        sizes = f"shape {shape} of {dtype.name} needs {needed} bytes, {len(content)} are there"
        raise _trouble("idx", path, f"{problem}: {sizes}")
    try:
        array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    except ValueError as error:  # more axes or a larger size than any array has
        raise _trouble("idx", path, f"has a header of no array: {error}") from None
    return array.astype(dtype.newbyteorder("="))


def mnist(folder: Any) -> tuple[TensorDataset, TensorDataset]:
    """Return (train, test) of MNIST, or of a set in its form, from the four files in ``folder``.

    The files are ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
    ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte``, each as it is or with ``.gz``;
    nothing is downloaded. Fashion-MNIST and KMNIST have the same form.

    x: (60000, 784) and (10000, 784) floats, images of 28 × 28 pixels row by row, ink from 0 (none)
    to 255; default dtype. y: (60000,) and (10000,) int64, 0..9.

    Source: Y. LeCun, C. Cortes, C. J. C. Burges 1998, "The MNIST database of handwritten digits",
    licence CC BY-SA 3.0; the licence of another set is its own.

    Raises FileError (an OSError) for files that are missing, damaged or of another format.
    """
    place = _as_path("mnist", folder)
    if not place.is_dir():
        raise file_error(f"mnist: there is no folder {str(folder)!r}", FileNotFoundError)
    return _images(place, "train"), _images(place, "t10k")


def _images(folder: Path, part: str) -> TensorDataset:
    x = _mnist_array(folder, f"{part}-images-idx3-ubyte")
    y = _mnist_array(folder, f"{part}-labels-idx1-ubyte")
    if (x.ndim, y.ndim) != (3, 1) or len(x) != len(y):
        raise FileError(
            f"mnist: the {part} images and labels in {str(folder)!r} must be (n, height, width) "
            f"and (n,), got {x.shape} and {y.shape}"
        )
    flat = x.reshape(len(x), math.prod(x.shape[1:]))
    return TensorDataset(flat.astype(get_default_dtype()), y.astype(np.int64))


def _mnist_array(folder: Path, name: str) -> Array:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return idx(path)
    raise file_error(
        f"mnist: there is no file {name!r} or {name + '.gz'!r} in {str(folder)!r}; the four files "
        f"of MNIST belong there",
        FileNotFoundError,
    )


def from_npz(path: Any, names: Sequence[str] = ("x", "y")) -> TensorDataset:
    """Return the arrays ``names`` of an .npz archive, which have one row an example.

    Floats become the default dtype, whole numbers and truth values int64. Nothing is unpickled.
    Source and licence are those of the file.

    Raises FileError (an OSError) for a file that is missing, damaged, of another format, without
    such an array or with one of Python objects; DTypeError for arrays that are not of real numbers,
    ShapeError for arrays of different lengths.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "mine.npz"
    >>> np.savez(file, x=np.eye(3), y=[0, 1, 2])
    >>> from_npz(file)
    TensorDataset(3 examples: (3,) float32, () int64)
    """
    listed = isinstance(names, list | tuple) and len(names) > 0
    named = listed and all(isinstance(name, str) for name in names)
    require("from_npz: names", names, named, "a list of the arrays' names")
    content = io.BytesIO(_content("from_npz", path))
    try:
        with NpzFile(content, allow_pickle=False) as archive:
            held = archive.files
            arrays = [archive[name] for name in names if name in held]
    except _DAMAGE as error:
        if "allow_pickle" in str(error):
            problem = "holds Python objects, which are never unpickled; save arrays of numbers"
        else:
            problem = f"is not an .npz archive, is damaged or was cut short ({error})"
        raise _trouble("from_npz", path, problem) from None
    missing = [name for name in names if name not in held]
    if missing:
        held_names = ", ".join(held) or "none"
        raise _trouble("from_npz", path, f"has no array {missing[0]!r}; its arrays: {held_names}")
    try:
        return TensorDataset(*map(_usual, names, arrays))
    except ShapeError as error:
        raise ShapeError(f"from_npz: in {str(path)!r}: {error}") from None


def _usual(name: str, stored: Array | bytes) -> Array:
    array = np.asarray(stored)
    if array.dtype.kind not in "biuf":
        raise DTypeError(f"from_npz: {name!r} must hold real numbers, got {array.dtype}")
    return array.astype(get_default_dtype() if array.dtype.kind == "f" else np.int64)


def _content(user: str, path: Any) -> bytes:
    """Return a file's bytes, decompressed."""
    try:
        content = _as_path(user, path).read_bytes()
        return gzip.decompress(content) if content[:2] == _GZIP else content
    except FileNotFoundError:
        raise file_error(f"{user}: there is no file {str(path)!r}", FileNotFoundError) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _trouble(user, path, f"is damaged or was cut short ({error})") from None
    except OSError as error:
        text = f"{user}: {str(path)!r} cannot be read: {error.strerror or error}"
        raise file_error(text, type(error)) from None


def _as_path(user: str, given: Any) -> Path:
    try:
        return Path(given)
    except TypeError:
        kind = type(given).__name__
        raise DTypeError(f"{user}: the path must be text or a Path, got {kind}") from None


def _trouble(user: str, path: Any, problem: str) -> FileError:
    return FileError(f"{user}: {str(path)!r} {problem}")

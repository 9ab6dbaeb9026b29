"""``torch.save`` and ``torch.load``: state dicts as .npz files, never a pickle."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from autograd_mini import nn
from autograd_mini.devices import check_device
from autograd_mini.errors import DTypeError, StateError
from autograd_mini.tensors import Tensor


def save(obj: Any, f: str | os.PathLike[str]) -> None:
    """Write a state dict, or a nest of dictionaries and lists of tensors, to the file ``f``.

    The file is an .npz whatever it is called, and PyTorch cannot read it with ``torch.load``;
    ``np.load`` can. See ``nn.save``.

    Raises DTypeError for a whole module: what it is made of would have to be pickled.
    """
    if isinstance(obj, nn.Module):
        raise DTypeError(
            f"save: a whole {type(obj).__name__} would have to be pickled, with its code; write "
            f"torch.save(model.state_dict(), {str(f)!r})"
        )
    nn.save(obj, f)


def load(
    f: str | os.PathLike[str], map_location: Any = None, weights_only: bool | None = None
) -> Any:
    """Return what ``save`` wrote to ``f``, as tensors.

    ``map_location`` may only be the CPU. ``weights_only`` changes nothing: no file is unpickled.

    Raises StateError for a file that PyTorch wrote, and for what ``nn.load`` refuses.
    """
    check_device(map_location)
    if isinstance(f, str | os.PathLike) and _is_pickled(Path(f)):
        raise StateError(
            f"load: {str(f)!r} was written by PyTorch and holds a pickle, which can run any code "
            f"when it is read, so it is not read here. With PyTorch, write np.savez('weights.npz', "
            f"**{{k: v.numpy() for k, v in torch.load({str(f)!r}).items()}}); then "
            f"model.load_state_dict(np.load('weights.npz'))"
        )
    return _as_tensors(nn.load(f))


def _is_pickled(path: Path) -> bool:
    """Tell whether a file is PyTorch's: a zip with a pickle in it, or, of old, a bare one."""
    try:
        with path.open("rb") as file:
            if file.read(2) in (b"\x80\x02", b"\x80\x03", b"\x80\x04"):
                return True
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("data.pkl") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def _as_tensors(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return Tensor(value)
    if isinstance(value, dict):
        return {key: _as_tensors(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_as_tensors, value))
    return value

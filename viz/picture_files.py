"""Where a picture goes: the path is checked before the work, the file appears whole or not."""

import os
from collections.abc import Sequence
from pathlib import Path

from autograd_mini.errors import ArgumentError


def picture_path(path: str | os.PathLike[str], forms: Sequence[str]) -> Path:
    """Return ``path`` if a picture in one of ``forms`` (``svg``, …) can be written there.

    Raises ArgumentError for another extension, FileNotFoundError for a missing folder, and
    IsADirectoryError if the path is a folder.
    """
    target = Path(path)
    if target.suffix.lower().lstrip(".") not in forms:
        got = f"the extension {target.suffix}" if target.suffix else "no extension"
        raise ArgumentError(
            f"save: {target.name!r} has {got}; a picture is written as "
            f"{', '.join(forms[:-1])} or {forms[-1]}"
        )
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"save: there is no folder {str(target.parent)!r}; make it first, or save elsewhere"
        )
    if target.is_dir():
        raise IsADirectoryError(f"save: {str(target)!r} is a folder; give the name of a file in it")
    return target


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path`` and move it into place, so that no half file is ever seen.

    An existing file is replaced and keeps its permissions; a link keeps pointing where it did.
    """
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        if target.exists():
            draft.chmod(target.stat().st_mode)
        os.replace(draft, target)
    except PermissionError:
        raise PermissionError(f"save: {str(path)!r} cannot be written: permission denied") from None
    finally:
        draft.unlink(missing_ok=True)

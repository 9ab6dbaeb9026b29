"""Where a picture goes: the path is checked before the work, the file appears whole or not."""

import os
from collections.abc import Sequence
from pathlib import Path

from autograd_mini.errors import ArgumentError, FileError, file_error


def picture_path(path: str | os.PathLike[str], forms: Sequence[str]) -> Path:
    """Return ``path`` if a picture in one of ``forms`` (``svg``, …) can be written there.

    Raises ArgumentError for another extension or for what is no path, and FileError, which is a
    FileNotFoundError for a missing folder and an IsADirectoryError if the path is a folder.
    """
    if not isinstance(path, str | os.PathLike):
        raise ArgumentError(
            f"save: it takes the name of a file, such as 'picture.svg'; got {type(path).__name__} "
            f"{path!r}"
        )
    target = Path(path)
    if target.suffix.lower().lstrip(".") not in forms:
        got = f"the extension {target.suffix}" if target.suffix else "no extension"
        raise ArgumentError(
            f"save: {target.name!r} has {got}; a picture is written as "
            f"{', '.join(forms[:-1])} or {forms[-1]}"
        )
    try:
        has_folder, is_folder = target.parent.is_dir(), target.is_dir()
    except OSError as error:
        raise _unwritable(target, error) from None
    if not has_folder:
        raise file_error(
            f"save: there is no folder {str(target.parent)!r}; make it first, or save elsewhere",
            FileNotFoundError,
        )
    if is_folder:
        raise file_error(
            f"save: {str(target)!r} is a folder; give the name of a file in it", IsADirectoryError
        )
    return target


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path`` and move it into place, so that no half file is ever seen.

    An existing file is replaced and keeps its permissions; a link keeps pointing where it did.
    Raises FileError, of the kind that the system raised.
    """
    try:
        target = Path(os.path.realpath(path))
        draft = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
        try:
            draft.write_bytes(content)
            if target.exists():
                draft.chmod(target.stat().st_mode)
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None
    except ValueError as error:
        raise ArgumentError(f"save: {str(path)!r} cannot be written: {error}") from None


def _unwritable(path: Path, error: OSError) -> FileError:
    reason = (error.strerror or str(error)).lower()
    message = f"save: {str(path)!r} cannot be written: {reason}; save elsewhere"
    return file_error(message, type(error))

"""The learner's folder: copies of the lessons to work in, and the record of progress."""

import os
from dataclasses import dataclass
from pathlib import Path

from autograd_mini.cli_name import command_name
from autograd_mini.errors import AutogradError, file_error
from autograd_mini.tutorials.course import Lesson, all_lessons
from autograd_mini.tutorials.progress import FILE_NAME, Progress

DEFAULT_FOLDER = "autograd-lessons"
COPIED_FILES = ("lesson.py", "exercise.py")


@dataclass(frozen=True)
class Started:
    """Which files of the learner's folder were written, and which were there and stayed."""

    folder: Path
    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def find_workspace(start: Path) -> Path | None:
    """Return the learner's folder around ``start``, or the default one just below it, or None."""
    start = start.resolve()
    for folder in (*(start, *start.parents), start / DEFAULT_FOLDER):
        if (folder / FILE_NAME).is_file():
            return folder
    return None


def start_workspace(folder: Path) -> Started:
    """Copy the lessons into ``folder`` and begin a record; a file that exists is never touched.

    Raises AutogradError, before anything is written, if the record there is damaged; FileError if
    ``folder`` is a file or cannot be written to.
    """
    record = folder / FILE_NAME
    try:
        if record.is_file():
            Progress.read(record)
        written, kept = _copy_lessons(folder)
    except OSError as error:
        file = next((each for each in (folder, *folder.parents) if os.path.isfile(each)), None)
        why = f"{file} is a file" if file else error.strerror
        raise file_error(
            f"the lessons cannot be put into {folder}: {why}; name a folder that you may write to, "
            f'as in `{command_name()} tutorial start "{Path.home() / DEFAULT_FOLDER}"`',
            type(error),
        ) from None
    if not record.exists():
        Progress(record).save()
    return Started(folder, tuple(written), tuple(kept))


def _copy_lessons(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the files written, and those that were there and stayed."""
    written, kept = [], []
    for lesson in all_lessons():
        place = folder / lesson.folder.name
        place.mkdir(parents=True, exist_ok=True)
        for name in COPIED_FILES:
            target = place / name
            try:
                with target.open("xb") as stream:
                    stream.write((lesson.folder / name).read_bytes())
                written.append(target)
            except FileExistsError:
                kept.append(target)
    return written, kept


def exercise_file(folder: Path, lesson: Lesson) -> Path:
    """Return the learner's ``exercise.py`` of ``lesson``.

    Raises AutogradError, saying how to put it back, if it is not there.
    """
    file = folder / lesson.folder.name / "exercise.py"
    if not file.is_file():
        raise AutogradError(
            f"{file} is not there; `{command_name()} tutorial start` puts missing files back and "
            "leaves the others alone."
        )
    return file


def lesson_file(folder: Path | None, lesson: Lesson) -> Path:
    """Return the learner's copy of ``lesson.py`` if there is one, else the original."""
    own = folder / lesson.folder.name / "lesson.py" if folder else None
    return own if own and own.is_file() else lesson.folder / "lesson.py"


def reset_lesson(folder: Path, lesson: Lesson) -> list[Path]:
    """Put the starter files of ``lesson`` back; return where the changed ones were kept."""
    backups = []
    for name in COPIED_FILES:
        original = (lesson.folder / name).read_bytes()
        file = folder / lesson.folder.name / name
        if file.is_file() and file.read_bytes() != original:
            backups.append(file.rename(_free_backup_name(file)))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(original)
    return backups


def _free_backup_name(file: Path) -> Path:
    backup, count = file.with_name(file.name + ".bak"), 1
    while backup.exists():
        count += 1
        backup = file.with_name(f"{file.name}.bak{count}")
    return backup

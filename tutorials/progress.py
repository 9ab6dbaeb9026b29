"""What the learner has done so far: the file ``.autograd-mini.json`` in the learner's folder.

The file survives a re-install, can be committed, and is replaced in one move, so that a crash
leaves either the old one or the new one. Lessons of other versions of the course are kept as found.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from autograd_mini.cli_name import command_name
from autograd_mini.errors import AutogradError, file_error
from autograd_mini.tutorials.course import Exercise, Lesson, all_lessons

FILE_NAME = ".autograd-mini.json"
SCHEMA = 1


class Progress:
    """The learner's record: per lesson what passed at the last check, the hints seen, the date.

    A lesson is completed when one check passes all its exercises; it stays so until it is reset.
    """

    def __init__(self, file: Path, document: dict[str, Any] | None = None) -> None:
        self.file = file
        self._document = document or {"schema": SCHEMA, "lessons": {}}

    @classmethod
    def read(cls, file: Path) -> "Progress":
        """Read the record in ``file``.

        Raises AutogradError, and changes nothing, if the file is damaged or of a newer version.
        """
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
            fault = _fault(document)
        except ValueError as error:
            fault = str(error)
        if fault:
            raise AutogradError(
                f"{file} is damaged ({fault}). Your exercises are untouched: rename that file, "
                f'type `{command_name()} tutorial start "{file.parent}"` for a new record, and '
                "`check --all` fills it again."
            )
        if document["schema"] > SCHEMA:
            raise AutogradError(
                f"{file} was written by a newer autograd-mini (schema {document['schema']}; this "
                f"version reads {SCHEMA}): update autograd-mini."
            )
        return cls(file, document)

    def save(self) -> None:
        """Write the record, through a temporary file beside it.

        Raises FileError, and leaves the old record, if that cannot be done.
        """
        try:
            self._write()
        except OSError as error:
            raise file_error(
                f"your progress cannot be written to {self.file}: {error.strerror}", type(error)
            ) from None

    def _write(self) -> None:
        handle, temporary = tempfile.mkstemp(
            prefix=FILE_NAME, suffix=".tmp", dir=self.file.parent, text=False
        )
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                json.dump(self._document, stream, indent=2, ensure_ascii=False)
                stream.write("\n")
            os.replace(temporary, self.file)
        except BaseException:
            os.unlink(temporary)
            raise

    def passed(self, lesson: Lesson) -> list[str]:
        """The names of the exercises that passed at the last check."""
        names = self._entry(lesson)["passed"]
        return [exercise.name for exercise in lesson.exercises if exercise.name in names]

    def completed(self, lesson: Lesson) -> str | None:
        """The date (ISO 8601) of the first check that passed as a whole, or None."""
        date: str | None = self._entry(lesson)["completed"]
        return date

    def hints_seen(self, lesson: Lesson, exercise: Exercise) -> int:
        """How many hints of ``exercise`` were given."""
        seen: int = self._entry(lesson)["hints"].get(exercise.name, 0)
        return seen

    def note_check(self, lesson: Lesson, passed: list[str], today: str) -> None:
        """Remember which exercises passed; the lesson is completed when all did."""
        entry = self._own_entry(lesson)
        entry["passed"] = passed
        if len(passed) == len(lesson.exercises):
            entry["completed"] = entry["completed"] or today

    def note_hint(self, lesson: Lesson, exercise: Exercise, seen: int) -> None:
        """Remember that ``seen`` hints of ``exercise`` were given."""
        self._own_entry(lesson)["hints"][exercise.name] = seen

    def forget(self, lesson: Lesson) -> None:
        """Drop everything noted about ``lesson``."""
        self._document["lessons"].pop(lesson.slug, None)

    def current_lesson(self) -> Lesson:
        """The first lesson not completed; the last one when all are."""
        lessons = all_lessons()
        return next((each for each in lessons if not self.completed(each)), lessons[-1])

    def _entry(self, lesson: Lesson) -> dict[str, Any]:
        empty: dict[str, Any] = {"passed": [], "hints": {}, "completed": None}
        entry: dict[str, Any] = empty | self._document["lessons"].get(lesson.slug, {})
        return entry

    def _own_entry(self, lesson: Lesson) -> dict[str, Any]:
        entry = self._entry(lesson)
        self._document["lessons"][lesson.slug] = entry
        return entry


def _fault(document: Any) -> str | None:
    """What keeps ``document`` from being a record, or None."""
    if not isinstance(document, dict) or not isinstance(document.get("schema"), int):
        return "it has no schema number"
    if document["schema"] > SCHEMA:
        return None
    if not isinstance(document.get("lessons"), dict):
        return "its lessons are missing"
    for slug, entry in document["lessons"].items():
        expected = {"passed": list, "hints": dict, "completed": str | None}
        if not isinstance(entry, dict) or not all(
            isinstance(entry[key], kind) for key, kind in expected.items() if key in entry
        ):
            return f"its entry for {slug!r} is malformed"
        if not all(isinstance(count, int) for count in entry.get("hints", {}).values()):
            return f"its hints for {slug!r} are not counts"
    return None

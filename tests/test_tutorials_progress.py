"""The learner's record and folder: a round trip, damage that loses nothing, nothing overwritten."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from autograd_mini.errors import AutogradError
from autograd_mini.tutorials.course import all_lessons, find_lesson
from autograd_mini.tutorials.progress import FILE_NAME, Progress
from autograd_mini.tutorials.workspace import (
    exercise_file,
    find_workspace,
    lesson_file,
    reset_lesson,
    start_workspace,
)

LESSON = find_lesson("diamond")
FIRST, SECOND = LESSON.exercises[:2]
EVERY = [exercise.name for exercise in LESSON.exercises]


def test_round_trip(tmp_path: Path) -> None:
    progress = Progress(tmp_path / FILE_NAME)
    progress.note_check(LESSON, [FIRST.name], "2030-01-01")
    progress.note_hint(LESSON, SECOND, 2)
    progress.save()
    again = Progress.read(tmp_path / FILE_NAME)
    assert again.passed(LESSON) == [FIRST.name]
    assert again.hints_seen(LESSON, SECOND) == 2
    assert again.hints_seen(LESSON, FIRST) == 0
    assert again.completed(LESSON) is None
    assert os.listdir(tmp_path) == [FILE_NAME]


def test_completed_once_stays_completed(tmp_path: Path) -> None:
    progress = Progress(tmp_path / FILE_NAME)
    progress.note_check(LESSON, EVERY, "2030-01-01")
    assert progress.current_lesson() == all_lessons()[1]
    progress.note_check(LESSON, EVERY[1:], "2030-01-02")
    assert progress.passed(LESSON) == EVERY[1:]
    progress.note_check(LESSON, EVERY, "2030-01-03")
    assert progress.completed(LESSON) == "2030-01-01"
    progress.forget(LESSON)
    assert progress.completed(LESSON) is None


def test_all_completed(tmp_path: Path) -> None:
    progress = Progress(tmp_path / FILE_NAME)
    for lesson in all_lessons():
        progress.note_check(lesson, [each.name for each in lesson.exercises], "2030-01-01")
    assert progress.current_lesson() == all_lessons()[-1]


def test_lessons_of_other_versions_are_kept(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    other = {"passed": ["x"], "hints": {}, "completed": "2029-01-01", "more": 1}
    file.write_text(json.dumps({"schema": 1, "lessons": {"later": other}, "more": 2}))
    progress = Progress.read(file)
    progress.note_hint(LESSON, FIRST, 1)
    progress.save()
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["lessons"]["later"] == other
    assert document["more"] == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"schema": 1, "lessons": {"diam',
        b"\xff\xfe",
        b"[]",
        b'{"lessons": {}}',
        b'{"schema": "1", "lessons": {}}',
        b'{"schema": 1}',
        b'{"schema": 1, "lessons": []}',
        b'{"schema": 1, "lessons": {"diamond": []}}',
        b'{"schema": 1, "lessons": {"diamond": {"passed": "all"}}}',
        b'{"schema": 1, "lessons": {"diamond": {"hints": {"primals": "two"}}}}',
        b'{"schema": 1, "lessons": {"diamond": {"completed": true}}}',
    ],
)
def test_damaged_record_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(content)
    for action in (lambda: Progress.read(file), lambda: start_workspace(tmp_path)):
        with pytest.raises(AutogradError, match="is damaged") as caught:
            action()
        assert str(file) in str(caught.value)
        assert "Your exercises are untouched" in str(caught.value)
    assert file.read_bytes() == content
    assert os.listdir(tmp_path) == [FILE_NAME]


def test_record_of_a_newer_version(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"schema": 2, "something": "else"}', encoding="utf-8")
    with pytest.raises(AutogradError, match="written by a newer autograd-mini"):
        Progress.read(tmp_path / FILE_NAME)


def test_failed_save_keeps_the_old_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress = Progress(tmp_path / FILE_NAME)
    progress.save()
    before = (tmp_path / FILE_NAME).read_bytes()
    progress.note_hint(LESSON, FIRST, 1)

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dump", full)
    with pytest.raises(OSError, match="No space left"):
        progress.save()
    assert (tmp_path / FILE_NAME).read_bytes() == before
    assert os.listdir(tmp_path) == [FILE_NAME]


def test_start_writes_once_and_never_over(tmp_path: Path) -> None:
    folder = tmp_path / "lessons"
    first = start_workspace(folder)
    assert len(first.written) == 2 * len(all_lessons())
    assert first.kept == ()
    mine = exercise_file(folder, LESSON)
    mine.write_text("mine", encoding="utf-8")
    (folder / "02_gradient_checking" / "exercise.py").unlink()
    progress = Progress.read(folder / FILE_NAME)
    progress.note_hint(LESSON, FIRST, 1)
    progress.save()
    second = start_workspace(folder)
    assert [file.parent.name for file in second.written] == ["02_gradient_checking"]
    assert len(second.kept) == 2 * len(all_lessons()) - 1
    assert mine.read_text(encoding="utf-8") == "mine"
    assert Progress.read(folder / FILE_NAME).hints_seen(LESSON, FIRST) == 1


def test_copies_are_the_originals(tmp_path: Path) -> None:
    start_workspace(tmp_path)
    for lesson in all_lessons():
        for name in ("exercise.py", "lesson.py"):
            copy = tmp_path / lesson.folder.name / name
            assert copy.read_bytes() == (lesson.folder / name).read_bytes()
            assert not copy.is_symlink()


def test_find_workspace(tmp_path: Path) -> None:
    assert find_workspace(tmp_path) is None
    folder = tmp_path / "autograd-lessons"
    start_workspace(folder)
    assert find_workspace(folder) == folder
    assert find_workspace(folder / "01_diamond") == folder
    assert find_workspace(tmp_path) == folder


def test_own_copy_of_the_lesson_is_used(tmp_path: Path) -> None:
    original = LESSON.folder / "lesson.py"
    assert lesson_file(None, LESSON) == original
    assert lesson_file(tmp_path, LESSON) == original
    start_workspace(tmp_path)
    assert lesson_file(tmp_path, LESSON) == tmp_path / "01_diamond" / "lesson.py"


def test_missing_exercise_says_how_to_get_it_back(tmp_path: Path) -> None:
    with pytest.raises(AutogradError, match="tutorial start` puts missing files back"):
        exercise_file(tmp_path, LESSON)


def test_reset_keeps_every_version(tmp_path: Path) -> None:
    start_workspace(tmp_path)
    mine = exercise_file(tmp_path, LESSON)
    assert reset_lesson(tmp_path, LESSON) == []
    for text, backup in [("one", "exercise.py.bak"), ("two", "exercise.py.bak2")]:
        mine.write_text(text, encoding="utf-8")
        assert reset_lesson(tmp_path, LESSON) == [mine.with_name(backup)]
        assert mine.with_name(backup).read_text(encoding="utf-8") == text
        assert mine.read_bytes() == (LESSON.folder / "exercise.py").read_bytes()
    mine.unlink()
    assert reset_lesson(tmp_path, LESSON) == []
    assert mine.is_file()

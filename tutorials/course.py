"""What lessons there are: the folders ``NN_slug`` beside this file, read without running them.

A lesson folder holds ``lesson.py`` (prose and cells), ``exercise.py`` (the learner's starter),
``checks.py`` (one ``test_<name>`` per function to write; its docstring is the sentence shown),
``solution.py`` and ``lesson.toml`` (title, minutes, needs, hints, explanation).
"""

import ast
import difflib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograd_mini.errors import ArgumentError

COURSE_FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Exercise:
    """One function for the learner to write: its name, its task in a sentence, its hints."""

    name: str
    sentence: str
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """One lesson of the course."""

    folder: Path
    number: int
    slug: str
    title: str
    minutes: int
    needs: tuple[str, ...]
    explanation: str
    exercises: tuple[Exercise, ...]


class UnknownLessonError(ArgumentError):
    """No lesson, or more than one, goes by the name that was given."""


@cache
def all_lessons() -> tuple[Lesson, ...]:
    """Return every lesson, in the order of its number."""
    folders = (path for path in COURSE_FOLDER.iterdir() if re.fullmatch(r"\d+_\w+", path.name))
    return tuple(sorted(map(_read_lesson, folders), key=lambda lesson: lesson.number))


def find_lesson(text: str) -> Lesson:
    """Return the lesson called ``text``: its number, its folder, its slug or a unique part of it.

    ``gradcheck`` finds ``gradient_checking``: beginnings of its words, run together, will do.

    Raises UnknownLessonError, with the nearest name and the list of lessons.

    >>> find_lesson("gradcheck").number, find_lesson("1").slug
    (2, 'diamond')
    """
    lessons = all_lessons()
    wanted = re.sub(r"[\s-]+", "_", text.strip().rstrip("/\\").lower())
    exact = [lesson for lesson in lessons if wanted in (lesson.slug, lesson.folder.name)] or [
        lesson for lesson in lessons if wanted.isdecimal() and int(wanted) == lesson.number
    ]
    found = exact or [
        lesson
        for lesson in lessons
        if wanted
        and (wanted in lesson.slug or _abbreviates(wanted.replace("_", ""), lesson.slug.split("_")))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownLessonError(f"{text!r} fits more than one tutorial: {_names(tuple(found))}")
    near = difflib.get_close_matches(wanted, [lesson.slug for lesson in lessons], n=1, cutoff=0.5)
    guess = f"; did you mean {near[0]!r}?" if near else "."
    raise UnknownLessonError(f"no tutorial {text!r}{guess} There are: {_names(lessons)}")


def _names(lessons: tuple[Lesson, ...]) -> str:
    return ", ".join(f"{lesson.number} {lesson.slug}" for lesson in lessons)


def _abbreviates(text: str, words: list[str]) -> bool:
    """Whether ``text`` is a run of beginnings of some of ``words``, in their order."""
    if not text or not words:
        return not text
    shared = 0
    while text[: shared + 1] == words[0][: shared + 1] and shared < min(len(text), len(words[0])):
        shared += 1
    return any(_abbreviates(text[n:], words[1:]) for n in range(shared, -1, -1))


def _read_lesson(folder: Path) -> Lesson:
    import tomllib

    number, slug = folder.name.split("_", 1)
    facts = tomllib.loads((folder / "lesson.toml").read_text(encoding="utf-8"))
    checks = ast.parse((folder / "checks.py").read_text(encoding="utf-8"))
    exercises = tuple(
        Exercise(
            name := node.name.removeprefix("test_"),
            " ".join((ast.get_docstring(node) or name).split()),
            tuple(facts["hints"][name]),
        )
        for node in checks.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )
    return Lesson(
        folder=folder,
        number=int(number),
        slug=slug,
        title=facts["title"],
        minutes=facts["minutes"],
        needs=tuple(facts["needs"]),
        explanation=facts["explanation"],
        exercises=exercises,
    )

"""The course itself: every lesson runs, every solution passes, every starter asks to be written."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from autograd_mini.tutorials.cells import read_cells
from autograd_mini.tutorials.course import Lesson, UnknownLessonError, all_lessons, find_lesson
from autograd_mini.tutorials.prose import to_terminal
from autograd_mini.tutorials.runner import check_exercises

ROOT = Path(__file__).resolve().parent.parent
NUMBERS = {
    "diamond": ["11.652", "dy/dx1 = 5.50000", "dy/dx2 = 1.71634", "dy/dx = 21.0", "1073741824"],
    "gradient_checking": ["3.0301", "3.0001", "2.919e-10", "0.65", "WRONG"],
    "vanishing_exploding": [
        "2.6e+26",
        "7.0e-46",
        "predicted 0.577",
        "vanishing: dL/ds",
        "healthy: dL/ds",
    ],
}

each_lesson = pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: lesson.slug)


@each_lesson
def test_lesson_runs_as_a_plain_program(lesson: Lesson) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error", str(lesson.folder / "lesson.py")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for number in NUMBERS[lesson.slug]:
        assert number in done.stdout


@each_lesson
def test_solution_passes(lesson: Lesson) -> None:
    report = check_exercises(lesson, lesson.folder / "solution.py")
    assert report.is_passed, [outcome.feedback for outcome in report.outcomes]
    assert all(outcome.printed == "" for outcome in report.outcomes)


@each_lesson
def test_starter_fails_every_exercise_by_asking_for_it(lesson: Lesson) -> None:
    report = check_exercises(lesson, lesson.folder / "exercise.py")
    assert report.problem is None
    for outcome in report.outcomes:
        if outcome.exercise.name == "network_gradients":  # written, with bugs to find
            assert outcome.status == "failed"
            assert "W1: relative difference 0.83" in outcome.feedback
            assert "b2: relative difference" in outcome.feedback
            assert "W2" not in outcome.feedback
        else:
            assert outcome.status == "todo"
            assert outcome.feedback == f"not written yet (line {outcome.line})"


@each_lesson
def test_lesson_is_complete(lesson: Lesson) -> None:
    assert len(lesson.exercises) >= 3
    assert lesson.minutes > 0
    assert lesson.explanation.strip()
    assert all(find_lesson(slug).number < lesson.number for slug in lesson.needs)
    for exercise in lesson.exercises:
        assert len(exercise.hints) == 3
        assert exercise.sentence != exercise.name
    cells = read_cells(lesson.folder / "lesson.py")
    assert cells[0].is_prose
    assert cells[-1].is_prose
    assert sum(not cell.is_prose for cell in cells) >= 5


def test_lessons_stand_in_their_order() -> None:
    assert [lesson.number for lesson in all_lessons()] == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("2", "gradient_checking"),
        ("02", "gradient_checking"),
        ("gradient_checking", "gradient_checking"),
        ("Gradient-Checking", "gradient_checking"),
        ("gradcheck", "gradient_checking"),
        ("check", "gradient_checking"),
        ("02_gradient_checking/", "gradient_checking"),
        ("explod", "vanishing_exploding"),
        ("vanexp", "vanishing_exploding"),
        ("dia", "diamond"),
    ],
)
def test_find_lesson_by(text: str, slug: str) -> None:
    assert find_lesson(text).slug == slug


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gradient_chekcing", "did you mean 'gradient_checking'?"),
        ("dimond", "did you mean 'diamond'?"),
        ("backprob", "no tutorial 'backprob'. There are: 1 diamond, 2 gradient_checking, 3 van"),
        ("99", "no tutorial '99'"),
        ("", "no tutorial ''"),
        ("ing", "fits more than one tutorial: 2 gradient_checking, 3 vanishing_exploding"),
    ],
)
def test_unknown_lesson(text: str, message: str) -> None:
    with pytest.raises(UnknownLessonError) as caught:
        find_lesson(text)
    assert message in str(caught.value)


def test_cells_know_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "lesson.py"
    file.write_bytes(
        b"import math\r\n# %% [markdown]\r\n# # Title\r\n#\r\n# text\r\n# %%\r\n\r\nx = 1\r\n"
    )
    cells = read_cells(file)
    assert [(cell.is_prose, cell.source, cell.line) for cell in cells] == [
        (False, "import math", 1),
        (True, "# Title\n\ntext", 3),
        (False, "x = 1", 8),
    ]


def test_planted_bugs_are_found_by_the_learners_own_checker(tmp_path: Path) -> None:
    folder = find_lesson("gradient_checking").folder
    starter = (folder / "exercise.py").read_text(encoding="utf-8")
    solution = (folder / "solution.py").read_text(encoding="utf-8")
    tools = solution[: solution.index("def network_loss")]
    file = tmp_path / "exercise.py"
    file.write_text(tools + starter[starter.index("def network_loss") :], encoding="utf-8")
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, timeout=30)
    assert done.stdout == "wrong: ['W1', 'b1', 'b2']\n"


def test_prose_on_a_terminal() -> None:
    markdown = """# Title

Some **bold** and `code` text
that goes on.
- one
- two words here

    y = x

```
def f():

    return 1
```
| a | b |
"""
    text = to_terminal(markdown, width=16)
    assert click.unstyle(text).splitlines() == [
        *["Title", "=====", "", "Some bold", "and `code` text", "that goes on.", ""],
        *["  - one", "  - two words", "    here", "", "    y = x", ""],
        *["    def f():", "", "        return 1", "", "    | a | b |"],
    ]
    assert click.style("bold", bold=True) in text
    assert click.style("`code`", fg="cyan") in text

"""What the commands print: tables, lessons, and what to type next."""

import shutil
import textwrap
from pathlib import Path
from typing import Any

import click

from autograd_mini.cli_name import command_name
from autograd_mini.tutorials.cells import Cell
from autograd_mini.tutorials.course import Lesson, find_lesson
from autograd_mini.tutorials.progress import Progress
from autograd_mini.tutorials.prose import to_terminal


def tutorial_command(folder: Path | None = None) -> str:
    """Return how to call us in ``folder``, by default the current one."""
    return f"{command_name(folder)} tutorial"


def short_path(path: Path) -> str:
    """Write ``path`` briefly: from the current folder if it lies in it, else as it is."""
    try:
        return str(path.resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return str(path)


def lesson_data(lesson: Lesson, progress: Progress | None) -> dict[str, Any]:
    """Return a lesson and how far the learner is in it, with stable keys, for JSON."""
    return {
        "number": lesson.number,
        "slug": lesson.slug,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "needs": list(lesson.needs),
        "exercises": [exercise.name for exercise in lesson.exercises],
        "passed": progress.passed(lesson) if progress else [],
        "completed": progress.completed(lesson) if progress else None,
    }


def echo_table(rows: list[dict[str, Any]], current: int | None) -> None:
    """Print a line or two for each lesson; an arrow stands before the current one."""
    for row in rows:
        pointer = ">" if row["number"] == current else " "
        state = f"{len(row['passed'])} of {len(row['exercises'])} passed"
        if row["completed"]:
            state = click.style(f"completed {row['completed']}", fg="green")
        name = click.style(f"{row['number']} {row['slug']:<20}", bold=True)
        click.echo(f"{pointer} {name}  {row['minutes']:>2} min  {state}")
        click.echo(f"    {row['title']}")


def echo_heading(lesson: Lesson) -> None:
    """Print which lesson this is, how long it takes and what should come before."""
    needs = [find_lesson(slug) for slug in lesson.needs]
    after = "; after " + ", ".join(f"{each.number} {each.slug}" for each in needs) if needs else ""
    click.echo(
        click.style(f"Lesson {lesson.number}, about {lesson.minutes} minutes{after}", dim=True)
    )


def echo_cell(cell: Cell) -> None:
    """Print a cell: prose as text, code behind a bar, its long lines broken between words."""
    if cell.is_prose:
        click.echo("\n" + to_terminal(cell.source, text_width()))
        return
    click.echo()
    bar = click.style("| ", dim=True)
    for line in cell.source.splitlines():
        for part in _broken(line, text_width() - 2):
            click.echo(bar + click.style(part, fg="cyan"))


def _broken(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 8)
    parts = textwrap.wrap(
        line,
        width,
        subsequent_indent=indent,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return parts or [""]


def echo_exercises(lesson: Lesson, folder: Path | None) -> None:
    """Print the exercises of a lesson and where the learner's file is."""
    click.secho("\nExercises", bold=True)
    for number, exercise in enumerate(lesson.exercises, start=1):
        click.echo(to_terminal(f"{number}. `{exercise.name}`: {exercise.sentence}", text_width()))
    if folder is None:
        click.echo()
        echo_advice("For your own copy of them:", "start")
    else:
        click.echo(f"\nThey are in {short_path(folder / lesson.folder.name / 'exercise.py')}")
        echo_advice("When you have written them:", f"check {lesson.number}")


def echo_advice(when: str, command: str) -> None:
    """Print what to type; a long command gets a line of its own, so that it can be copied."""
    command = f"{tutorial_command()} {command}"
    line = f"{when} `{command}`"
    click.echo(line if len(line) <= text_width() else f"{when}\n    {command}")


def echo_after_check(lesson: Lesson, progress: Progress, passed: bool) -> None:
    """Print what to do next: a hint, or the explanation and the next lesson."""
    if not passed:
        echo_advice("When you are stuck:", f"hint {lesson.number}")
        return
    click.echo(to_terminal(lesson.explanation, text_width()))
    click.echo()
    echo_advice("One way to write it:", f"solution {lesson.number}")
    following = progress.current_lesson()
    if progress.completed(following):
        click.secho("That was the last lesson: the course is complete.", bold=True)
    else:
        echo_advice("Next, when you like:", f"run {following.number}")


def reader_goes_on() -> bool:
    """Wait for a key; False if it says to leave."""
    click.secho("-- any key to go on, q to leave --", dim=True, err=True, nl=False)
    key = click.getchar()
    click.echo("\r" + " " * 34 + "\r", err=True, nl=False)
    return key not in "qQ\x1b"


def text_width() -> int:
    """The width of the terminal, at most what reads well."""
    return min(shutil.get_terminal_size().columns, 88)

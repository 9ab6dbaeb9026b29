"""What the commands print: tables, lessons, and what to type next."""

import shutil
from pathlib import Path
from typing import Any

import click

from autograd_mini.tutorials.cells import Cell
from autograd_mini.tutorials.course import Lesson, find_lesson
from autograd_mini.tutorials.progress import Progress
from autograd_mini.tutorials.prose import to_terminal

COMMAND = "autograd-mini tutorial"


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
    """Print a cell: prose as text, code behind a bar."""
    if cell.is_prose:
        click.echo("\n" + to_terminal(cell.source, text_width()))
        return
    click.echo()
    bar = click.style("| ", dim=True)
    for line in cell.source.splitlines():
        click.echo(bar + click.style(line, fg="cyan"))


def echo_exercises(lesson: Lesson, folder: Path | None) -> None:
    """Print the exercises of a lesson and where the learner's file is."""
    click.secho("\nExercises", bold=True)
    for number, exercise in enumerate(lesson.exercises, start=1):
        click.echo(to_terminal(f"{number}. `{exercise.name}`: {exercise.sentence}", text_width()))
    if folder is None:
        click.echo(f"\nType `{COMMAND} start` for your own copy of them.")
    else:
        click.echo(f"\nThey are in {folder / lesson.folder.name / 'exercise.py'}")
        click.echo(f"When you have written them, type `{COMMAND} check {lesson.number}`")


def echo_after_check(lesson: Lesson, progress: Progress, passed: bool) -> None:
    """Print what to do next: a hint, or the explanation and the next lesson."""
    if not passed:
        click.echo(f"When you are stuck: `{COMMAND} hint {lesson.number}`")
        return
    click.echo(to_terminal(lesson.explanation, text_width()))
    click.echo(f"\nOne way to write it: `{COMMAND} solution {lesson.number}`")
    following = progress.current_lesson()
    if progress.completed(following):
        click.secho("That was the last lesson: the course is complete.", bold=True)
    else:
        click.echo(f"Next, when you like: `{COMMAND} run {following.number}`")


def reader_goes_on() -> bool:
    """Wait for a key; False if it says to leave."""
    click.secho("-- any key to go on, q to leave --", dim=True, err=True, nl=False)
    key = click.getchar()
    click.echo("\r" + " " * 34 + "\r", err=True, nl=False)
    return key not in "qQ\x1b"


def text_width() -> int:
    """The width of the terminal, at most what reads well."""
    return min(shutil.get_terminal_size().columns, 88)

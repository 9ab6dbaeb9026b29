"""The commands ``autograd-mini tutorial ...``: click glue only; the work is in the files beside."""

import datetime
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from autograd_mini.errors import AutogradError
from autograd_mini.tutorials.cells import Cell, read_cells
from autograd_mini.tutorials.course import (
    Lesson,
    UnknownLessonError,
    all_lessons,
    find_lesson,
)
from autograd_mini.tutorials.player import Player
from autograd_mini.tutorials.progress import FILE_NAME, Progress
from autograd_mini.tutorials.prose import to_terminal
from autograd_mini.tutorials.report import report_data, report_text
from autograd_mini.tutorials.runner import check_exercises
from autograd_mini.tutorials.workspace import (
    DEFAULT_FOLDER,
    exercise_file,
    find_workspace,
    lesson_file,
    reset_lesson,
    start_workspace,
)

_COMMAND = "autograd-mini tutorial"


def _to_lesson(ctx: click.Context, param: click.Parameter, value: str | None) -> Lesson | None:
    try:
        return find_lesson(value) if value else None
    except UnknownLessonError as error:
        raise click.UsageError(str(error), ctx) from None


def _complete_lesson(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [lesson.slug for lesson in all_lessons() if lesson.slug.startswith(incomplete)]


_lesson_argument = click.argument(
    "lesson",
    metavar="[N]",
    required=False,
    callback=_to_lesson,
    shell_complete=_complete_lesson,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def tutorial() -> None:
    """Learn by lessons that check your own code.

    N is a lesson's number, its name, or a part of the name; without it, the lesson whose folder
    you are in, else the first that you have not completed.

    \b
    autograd-mini tutorial start      copy the exercises into ./autograd-lessons
    autograd-mini tutorial run 1      read and run lesson 1
    autograd-mini tutorial check 1    check what you wrote
    """


@tutorial.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_command(as_json: bool) -> None:
    """List the lessons, and how far you are.

    Example: autograd-mini tutorial list
    """
    progress = _progress_or_none()
    rows = [_lesson_data(lesson, progress) for lesson in all_lessons()]
    if as_json:
        click.echo(json.dumps({"lessons": rows}, indent=2))
        return
    _echo_table(rows, progress.current_lesson().number if progress else None)
    if progress is None:
        click.echo(f"\nType `{_COMMAND} start` for your own copy of the exercises.")


@tutorial.command("start")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
def start_command(folder: Path | None) -> None:
    """Copy the lessons into DIR (default: ./autograd-lessons), to work in.

    A file that exists is never overwritten. Run it again to put missing files back.

    Example: autograd-mini tutorial start
    """
    folder = folder or find_workspace(Path.cwd()) or Path(DEFAULT_FOLDER)
    started = start_workspace(folder)
    for file in started.kept:
        click.echo(f"kept  {file}  (it was there already)")
    for file in started.written:
        click.echo(f"wrote {file}")
    lesson = Progress.read(folder / FILE_NAME).current_lesson()
    inside = "" if Path.cwd() == folder.resolve() else f'cd "{folder}"'
    steps = [
        (inside, ""),
        (f"{_COMMAND} run {lesson.number}", "read the lesson and see it run"),
        (f"edit {Path(lesson.folder.name, 'exercise.py')}", "in your own editor"),
        (f"{_COMMAND} check {lesson.number}", "check what you wrote; `hint` helps"),
    ]
    click.echo("\nNext, type:")
    for step, why in steps:
        if step:
            click.echo(f"  {click.style(f'{step:<42}', bold=True)}{why}".rstrip())


@tutorial.command("show")
@_lesson_argument
def show_command(lesson: Lesson | None) -> None:
    """Show lesson N, its text, code and exercises, without running anything.

    Example: autograd-mini tutorial show 2
    """
    lesson = lesson or _current_lesson()
    folder = find_workspace(Path.cwd())
    _echo_heading(lesson)
    for cell in read_cells(lesson_file(folder, lesson)):
        _echo_cell(cell)
    _echo_exercises(lesson, folder)


@tutorial.command("run")
@_lesson_argument
@click.option("--no-pause", is_flag=True, help="Do not stop after each step (a pipe never stops).")
def run_command(lesson: Lesson | None, no_pause: bool) -> None:
    """Read lesson N step by step: the text, the code, and what the code prints.

    Your own copy of lesson.py runs if you have one, so change it and run it again.

    Example: autograd-mini tutorial run 1
    """
    lesson = lesson or _current_lesson()
    folder = find_workspace(Path.cwd())
    file = lesson_file(folder, lesson)
    pausing = not no_pause and sys.stdin.isatty() and sys.stdout.isatty()
    _echo_heading(lesson)
    player, cells = Player(file), read_cells(file)
    for cell in cells:
        _echo_cell(cell)
        if cell.is_prose:
            continue
        player.run(cell)
        click.echo()
        if pausing and cell is not cells[-1] and not _reader_goes_on():
            return
    _echo_exercises(lesson, folder)


@tutorial.command("check")
@_lesson_argument
@click.option("--all", "check_all", is_flag=True, help="Check every lesson.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def check_command(
    ctx: click.Context, lesson: Lesson | None, check_all: bool, as_json: bool
) -> None:
    """Check your exercise.py of lesson N. The exit status is 0 if all of it passes, else 1.

    Example: autograd-mini tutorial check 1
    """
    if check_all and lesson:
        raise click.UsageError("give a lesson or --all, not both")
    folder = _workspace()
    progress = Progress.read(folder / FILE_NAME)
    lessons = all_lessons() if check_all else (lesson or _current_lesson(),)
    today = datetime.date.today().isoformat()
    reports = []
    for each in lessons:
        report = check_exercises(each, exercise_file(folder, each))
        reports.append(report)
        progress.note_check(each, report.passed_names, today)
        progress.save()
        if not as_json:
            click.echo(report_text(report, _width()) + "\n")
            if not check_all:
                _echo_after_check(each, progress, passed=report.is_passed)
    all_passed = all(report.is_passed for report in reports)
    if as_json:
        data = {"passed": all_passed, "lessons": [report_data(report) for report in reports]}
        click.echo(json.dumps(data, indent=2))
    ctx.exit(0 if all_passed else 1)


@tutorial.command("hint")
@_lesson_argument
def hint_command(lesson: Lesson | None) -> None:
    """Give one further hint for the first exercise of lesson N that has not passed.

    Example: autograd-mini tutorial hint 1
    """
    lesson = lesson or _current_lesson()
    progress = Progress.read(_workspace() / FILE_NAME)
    passed = progress.passed(lesson)
    waiting = [each for each in lesson.exercises if each.name not in passed]
    if not waiting:
        click.echo(f"All exercises of lesson {lesson.number} have passed; no hint is left to give.")
        return
    exercise = waiting[0]
    given = progress.hints_seen(lesson, exercise)
    shown = min(given + 1, len(exercise.hints))
    click.secho(f"{lesson.number} {lesson.title}, exercise `{exercise.name}`", bold=True)
    for level, hint in enumerate(exercise.hints[:shown], start=1):
        click.echo(to_terminal(f"{level}. {' '.join(hint.split())}", _width()))
    if given == shown:
        click.echo(f"\nThat was the last one. `{_COMMAND} solution {lesson.number}` shows it all.")
    else:
        click.echo(f"\nHint {shown} of {len(exercise.hints)}.", err=True)
        progress.note_hint(lesson, exercise, shown)
        progress.save()


@tutorial.command("solution")
@_lesson_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
def solution_command(lesson: Lesson | None, yes: bool) -> None:
    """Print a solution of lesson N; asks first if you have not completed it.

    Example: autograd-mini tutorial solution 1
    """
    lesson = lesson or _current_lesson()
    progress = _progress_or_none()
    completed = progress is not None and progress.completed(lesson) is not None
    if not completed and not yes:
        question = f"Lesson {lesson.number} is not completed yet. Show its solution all the same?"
        try:
            wanted = click.confirm(question, err=True)
        except click.Abort:
            raise click.UsageError(f"lesson {lesson.number} is not completed; add --yes") from None
        if not wanted:
            click.echo(f"Good. `{_COMMAND} hint {lesson.number}` gives a hint.", err=True)
            return
    click.echo((lesson.folder / "solution.py").read_text(encoding="utf-8"), nl=False)


@tutorial.command("reset")
@_lesson_argument
def reset_command(lesson: Lesson | None) -> None:
    """Put the starter files of lesson N back; what you wrote is kept as exercise.py.bak.

    Example: autograd-mini tutorial reset 1
    """
    lesson = lesson or _current_lesson()
    folder = _workspace()
    progress = Progress.read(folder / FILE_NAME)
    backups = reset_lesson(folder, lesson)
    progress.forget(lesson)
    progress.save()
    click.echo(f"Lesson {lesson.number} is as it was at the start.")
    for backup in backups:
        click.echo(f"What you had is kept in {backup}")


@tutorial.command("progress")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def progress_command(as_json: bool) -> None:
    """Show which lessons you have completed, and which comes next.

    Example: autograd-mini tutorial progress
    """
    folder = _workspace()
    progress = Progress.read(folder / FILE_NAME)
    rows = [_lesson_data(lesson, progress) for lesson in all_lessons()]
    done = sum(row["completed"] is not None for row in rows)
    current = progress.current_lesson()
    if as_json:
        data = {"folder": str(folder), "current": current.slug, "completed": done, "lessons": rows}
        click.echo(json.dumps(data, indent=2))
        return
    _echo_table(rows, current.number)
    click.echo(f"\n{done} of {len(rows)} lessons completed, in {folder}")
    if done < len(rows):
        click.echo(f"Next: `{_COMMAND} run {current.number}`")


def _workspace() -> Path:
    folder = find_workspace(Path.cwd())
    if folder is None:
        raise AutogradError(
            f"no lessons were found here or in a folder above ({Path.cwd()}): go to your lessons' "
            f"folder, or type `{_COMMAND} start` to make one here."
        )
    return folder


def _progress_or_none() -> Progress | None:
    folder = find_workspace(Path.cwd())
    return Progress.read(folder / FILE_NAME) if folder else None


def _current_lesson() -> Lesson:
    """The lesson whose folder we are in, else the first that is not completed."""
    progress = _progress_or_none()
    if progress is None:
        return all_lessons()[0]
    here = (Path.cwd(), *Path.cwd().parents)
    inside = [each for each in all_lessons() if progress.file.parent / each.folder.name in here]
    return inside[0] if inside else progress.current_lesson()


def _lesson_data(lesson: Lesson, progress: Progress | None) -> dict[str, Any]:
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


def _echo_table(rows: list[dict[str, Any]], current: int | None) -> None:
    for row in rows:
        pointer = ">" if row["number"] == current else " "
        state = f"{len(row['passed'])} of {len(row['exercises'])} passed"
        if row["completed"]:
            state = click.style(f"completed {row['completed']}", fg="green")
        name = click.style(f"{row['number']} {row['slug']:<20}", bold=True)
        click.echo(f"{pointer} {name}  {row['minutes']:>2} min  {state}")
        click.echo(f"    {row['title']}")


def _echo_heading(lesson: Lesson) -> None:
    needs = [find_lesson(slug) for slug in lesson.needs]
    after = "; after " + ", ".join(f"{each.number} {each.slug}" for each in needs) if needs else ""
    click.echo(
        click.style(f"Lesson {lesson.number}, about {lesson.minutes} minutes{after}", dim=True)
    )


def _echo_cell(cell: Cell) -> None:
    if cell.is_prose:
        click.echo("\n" + to_terminal(cell.source, _width()) + "\n")
        return
    bar = click.style("│ ", dim=True)
    for line in cell.source.splitlines():
        click.echo(bar + click.style(line, fg="cyan"))


def _echo_exercises(lesson: Lesson, folder: Path | None) -> None:
    click.secho("\nExercises", bold=True)
    for number, exercise in enumerate(lesson.exercises, start=1):
        click.echo(to_terminal(f"{number}. `{exercise.name}`: {exercise.sentence}", _width()))
    if folder is None:
        click.echo(f"\nType `{_COMMAND} start` for your own copy of them.")
    else:
        click.echo(f"\nThey are in {folder / lesson.folder.name / 'exercise.py'}")
        click.echo(f"When you have written them, type `{_COMMAND} check {lesson.number}`")


def _echo_after_check(lesson: Lesson, progress: Progress, passed: bool) -> None:
    if not passed:
        click.echo(f"When you are stuck: `{_COMMAND} hint {lesson.number}`")
        return
    click.echo(to_terminal(lesson.explanation, _width()))
    click.echo(f"\nAnother way to write it: `{_COMMAND} solution {lesson.number}`")
    following = progress.current_lesson()
    if progress.completed(following):
        click.secho("That was the last lesson: the course is complete.", bold=True)
    else:
        click.echo(f"Next, when you like: `{_COMMAND} run {following.number}`")


def _reader_goes_on() -> bool:
    click.secho("-- any key to go on, q to leave --", dim=True, err=True, nl=False)
    key = click.getchar()
    click.echo("\r" + " " * 34 + "\r", err=True, nl=False)
    return key not in "qQ\x1b"


def _width() -> int:
    return min(shutil.get_terminal_size().columns, 88)

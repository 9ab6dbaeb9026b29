"""The commands ``autograd-mini tutorial ...``: click glue only; the work is in the files beside."""

import datetime
import json
import sys
from pathlib import Path

import click

from autograd_mini.errors import AutogradError
from autograd_mini.tutorials.cells import read_cells
from autograd_mini.tutorials.course import (
    Lesson,
    UnknownLessonError,
    all_lessons,
    find_lesson,
)
from autograd_mini.tutorials.framed import framed_output
from autograd_mini.tutorials.player import Player
from autograd_mini.tutorials.progress import FILE_NAME, Progress
from autograd_mini.tutorials.prose import to_terminal
from autograd_mini.tutorials.report import report_data, report_text
from autograd_mini.tutorials.runner import check_exercises
from autograd_mini.tutorials.screen import (
    echo_advice,
    echo_after_check,
    echo_cell,
    echo_exercises,
    echo_heading,
    echo_table,
    lesson_data,
    reader_goes_on,
    short_path,
    text_width,
    tutorial_command,
)
from autograd_mini.tutorials.workspace import (
    DEFAULT_FOLDER,
    exercise_file,
    find_workspace,
    lesson_file,
    reset_lesson,
    start_workspace,
)


def _to_lesson(ctx: click.Context, param: click.Parameter, value: str | None) -> Lesson | None:
    try:
        return find_lesson(value) if value else None
    except UnknownLessonError as error:
        raise click.UsageError(str(error), ctx) from None


def _to_folder(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    if value is not None and not value.strip():
        raise click.UsageError(
            f"the folder's name is empty; leave it out for ./{DEFAULT_FOLDER}, or write . for the "
            f"current folder",
            ctx,
        )
    return Path(value) if value else None


def _complete_lesson(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [lesson.slug for lesson in all_lessons() if lesson.slug.startswith(incomplete)]


_lesson_argument = click.argument(
    "lesson",
    metavar="[N]",
    required=False,
    callback=_to_lesson,
    shell_complete=_complete_lesson,
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.pass_context
def tutorial(ctx: click.Context) -> None:
    """Learn by lessons that check your own code.

    N is a lesson's number, its name, or a part of the name; without it, the lesson whose folder
    you are in, else the first that you have not completed.

    \b
    autograd-mini tutorial start      copy the exercises into ./autograd-lessons
    autograd-mini tutorial run 1      read and run lesson 1
    autograd-mini tutorial check 1    check what you wrote
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@tutorial.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_command(as_json: bool) -> None:
    """List the lessons.

    Example: autograd-mini tutorial list
    """
    progress = _progress_or_none()
    rows = [lesson_data(lesson, progress) for lesson in all_lessons()]
    if as_json:
        click.echo(json.dumps({"lessons": rows}, indent=2))
        return
    echo_table(rows, progress.current_lesson().number if progress else None)
    if progress is None:
        click.echo()
        echo_advice("For your own copy of the exercises:", "start")


@tutorial.command("start")
@click.argument("folder", metavar="[DIR]", required=False, callback=_to_folder)
def start_command(folder: Path | None) -> None:
    """Copy the lessons into DIR, to work in.

    DIR is ./autograd-lessons if you name none, or the lessons' folder that you are in. A file that
    exists is never overwritten. Run it again to put missing files back.

    Example: autograd-mini tutorial start
    """
    folder = folder or find_workspace(Path.cwd()) or Path(DEFAULT_FOLDER)
    started = start_workspace(folder)
    is_here = Path.cwd() == folder.resolve()
    click.echo(f"In {'this folder' if is_here else short_path(folder)}:")
    for file in started.kept:
        click.echo(f"  kept  {file.relative_to(folder)}  (it was there already)")
    for file in started.written:
        click.echo(f"  wrote {file.relative_to(folder)}")
    lesson = Progress.read(folder / FILE_NAME).current_lesson()
    command = tutorial_command(folder)
    steps = [
        (f"{command} run {lesson.number}", "read the lesson and see it run"),
        (f"edit {Path(lesson.folder.name, 'exercise.py')}", "in your own editor"),
        (f"{command} check {lesson.number}", "check what you wrote"),
    ]
    click.echo("\nNext, type:")
    if not is_here:
        click.secho(f"  cd {_quoted(short_path(folder))}", bold=True)
    column = max(len(step) for step, _ in steps) + 2
    is_wide = column + max(len(why) for _, why in steps) + 2 > text_width()
    for step, why in steps:
        gap = "\n      " if is_wide else " " * (column - len(step))
        click.echo(f"  {click.style(step, bold=True)}{gap}{why}")


@tutorial.command("show")
@_lesson_argument
def show_command(lesson: Lesson | None) -> None:
    """Show lesson N without running anything.

    Example: autograd-mini tutorial show 2
    """
    lesson = lesson or _current_lesson()
    folder = find_workspace(Path.cwd())
    echo_heading(lesson)
    for cell in read_cells(lesson_file(folder, lesson)):
        echo_cell(cell)
    echo_exercises(lesson, folder)


@tutorial.command("run")
@_lesson_argument
@click.option("--no-pause", is_flag=True, help="Do not stop after each step (a pipe never stops).")
def run_command(lesson: Lesson | None, no_pause: bool) -> None:
    """Read lesson N and see its code run.

    Step by step: the text, the code, and what the code prints.
    Your own copy of lesson.py runs if you have one, so change it and run it again.

    Example: autograd-mini tutorial run 1
    """
    lesson = lesson or _current_lesson()
    folder = find_workspace(Path.cwd())
    file = lesson_file(folder, lesson)
    pausing = not no_pause and sys.stdin.isatty() and sys.stdout.isatty()
    echo_heading(lesson)
    player, cells = Player(file), read_cells(file)
    for cell in cells:
        echo_cell(cell)
        if cell.is_prose:
            continue
        with framed_output():
            player.run(cell)
        if pausing and cell is not cells[-1] and not reader_goes_on():
            return
    echo_exercises(lesson, folder)


@tutorial.command("check")
@_lesson_argument
@click.option("--all", "check_all", is_flag=True, help="Check every lesson.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def check_command(
    ctx: click.Context, lesson: Lesson | None, check_all: bool, as_json: bool
) -> None:
    """Check what you wrote for lesson N.

    The exit status is 0 if all of it passes, else 1.

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
            click.echo(report_text(report, text_width()) + "\n")
            if not check_all:
                echo_after_check(each, progress, passed=report.is_passed)
    all_passed = all(report.is_passed for report in reports)
    if as_json:
        data = {"passed": all_passed, "lessons": [report_data(report) for report in reports]}
        click.echo(json.dumps(data, indent=2))
    ctx.exit(0 if all_passed else 1)


@tutorial.command("hint")
@_lesson_argument
def hint_command(lesson: Lesson | None) -> None:
    """Give one further hint for lesson N.

    It is for the lesson's first exercise that did not pass in your last check.

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
    click.secho(f"Lesson {lesson.number}, exercise `{exercise.name}`", bold=True)
    for level, hint in enumerate(exercise.hints[:shown], start=1):
        click.echo(to_terminal(f"{level}. {' '.join(hint.split())}", text_width()))
    if given == shown:
        click.echo()
        echo_advice("That was the last one. To see it all:", f"solution {lesson.number}")
    else:
        click.echo(f"\nHint {shown} of {len(exercise.hints)}.", err=True)
        progress.note_hint(lesson, exercise, shown)
        progress.save()


@tutorial.command("solution")
@_lesson_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
def solution_command(lesson: Lesson | None, yes: bool) -> None:
    """Print a solution of lesson N.

    Asks first if you have not completed the lesson.

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
            click.echo(f"Good. `{tutorial_command()} hint {lesson.number}` gives a hint.", err=True)
            return
    click.echo((lesson.folder / "solution.py").read_text(encoding="utf-8"), nl=False)


@tutorial.command("reset")
@_lesson_argument
def reset_command(lesson: Lesson | None) -> None:
    """Begin lesson N again, keeping what you wrote.

    The starter files come back; your own are renamed to exercise.py.bak, lesson.py.bak.

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
        click.echo(f"What you had is kept in {short_path(backup)}")


@tutorial.command("progress")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def progress_command(as_json: bool) -> None:
    """Show how far you are, and what comes next.

    Example: autograd-mini tutorial progress
    """
    folder = _workspace()
    progress = Progress.read(folder / FILE_NAME)
    rows = [lesson_data(lesson, progress) for lesson in all_lessons()]
    done = sum(row["completed"] is not None for row in rows)
    current = progress.current_lesson()
    if as_json:
        data = {"folder": str(folder), "current": current.slug, "completed": done, "lessons": rows}
        click.echo(json.dumps(data, indent=2))
        return
    echo_table(rows, current.number)
    click.echo(f"\n{done} of {len(rows)} lessons completed, in {folder}")
    if done < len(rows):
        echo_advice("Next:", f"run {current.number}")


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path


def _workspace() -> Path:
    folder = find_workspace(Path.cwd())
    if folder is None:
        raise AutogradError(
            f"no lessons were found here or in a folder above ({Path.cwd()}): go to your lessons' "
            f"folder, or type `{tutorial_command()} start` to make one here."
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

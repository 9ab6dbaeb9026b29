"""The words for what a check found: as text for the terminal, as data for ``--json``."""

import textwrap
from pathlib import Path
from typing import Any

import click

from autograd_mini.tutorials.runner import Outcome, Report

_INDENT = " " * 8
_MARKS = {
    "passed": click.style("pass", fg="green"),
    "failed": click.style("FAIL", fg="red", bold=True),
    "todo": click.style("todo", fg="yellow"),
    "unchecked": click.style("  --", dim=True),
}


def report_text(report: Report, width: int) -> str:
    """Return a line per exercise, and below it the feedback and what the learner's code printed."""
    lesson, file = report.lesson, report.file
    if file.is_relative_to(Path.cwd()):
        file = file.relative_to(Path.cwd())
    lines = [click.style(f"{lesson.number} {lesson.title}", bold=True)]
    lines.append(f"  {click.style(str(file), dim=True)}\n")
    if report.problem:
        lines.append(f"  {_MARKS['failed']}  {file.name} could not be loaded")
        lines += _details(report.problem, width)
    for outcome in report.outcomes:
        name = outcome.exercise.name
        first, *others = _indented(f"{name}: {outcome.exercise.sentence}", width)
        first = first.strip().replace(name, click.style(name, bold=True), 1)
        lines += [f"  {_MARKS[outcome.status]}  {first}", *others, *_details(outcome, width)]
    return "\n".join(lines)


def report_data(report: Report) -> dict[str, Any]:
    """Return the report with stable keys, for JSON."""
    problem = report.problem
    return {
        "number": report.lesson.number,
        "slug": report.lesson.slug,
        "file": str(report.file),
        "passed": report.is_passed,
        "problem": {"feedback": problem.feedback, "line": problem.line} if problem else None,
        "exercises": [
            {
                "name": each.exercise.name,
                "sentence": each.exercise.sentence,
                "status": each.status,
                "feedback": each.feedback,
                "line": each.line,
                "printed": each.printed,
            }
            for each in report.outcomes
        ],
    }


def _details(outcome: Outcome, width: int) -> list[str]:
    lines = [line for part in outcome.feedback.splitlines() for line in _indented(part, width)]
    if outcome.printed:
        lines.append(_INDENT + click.style("your code printed:", dim=True))
        lines += [f"{_INDENT}| {line}" for line in outcome.printed.splitlines()]
    return lines


def _indented(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )

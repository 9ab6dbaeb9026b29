"""The words for what a check found: as text for the terminal, as data for ``--json``."""

import textwrap
from typing import Any

import click

from autograd_mini.tutorials.runner import Outcome, Report

_MARKS = {
    "passed": click.style("pass", fg="green"),
    "failed": click.style("FAIL", fg="red", bold=True),
    "todo": click.style("todo", fg="yellow"),
    "unchecked": click.style("  --", dim=True),
}


def report_text(report: Report, width: int) -> str:
    """Return a line per exercise, and below it the feedback and what the learner's code printed."""
    lesson = report.lesson
    title = click.style(f"{lesson.number} {lesson.title}", bold=True)
    lines = [f"{title}  {click.style(str(report.file), dim=True)}"]
    if report.problem:
        lines += [f"  {_MARKS['failed']}  {report.file.name} could not be loaded"]
        lines += _details(report.problem, width)
    for outcome in report.outcomes:
        lines.append(f"  {_MARKS[outcome.status]}  {click.style(outcome.exercise.name, bold=True)}")
        lines[-1] += f": {outcome.exercise.sentence}"
        lines += _details(outcome, width)
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
    indent = " " * 8
    lines = []
    for paragraph in outcome.feedback.splitlines():
        lines += textwrap.wrap(
            paragraph,
            width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    if outcome.printed:
        lines.append(indent + click.style("your code printed:", dim=True))
        lines += [f"{indent}| {line}" for line in outcome.printed.splitlines()]
    return lines

"""Check a learner's file in a fresh Python process, whatever that file does to its process.

The child (``judge.py``) writes one marked line of JSON per event. If it dies inside one exercise,
that exercise has its outcome and a new child judges the rest.
"""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import autograd_mini
from autograd_mini.errors import AutogradError
from autograd_mini.tutorials.course import Exercise, Lesson

_STARTING_SECONDS = 30  # for Python and NumPy to load on a slow, busy machine

# -I hides the current folder, so that a learner's own nn.py or random.py shadows nothing. A source
# checkout is then not on the path and goes in front; a user's site folder or PYTHONPATH goes last.
_BOOT = """
import json, sys
request = json.load(open(0, encoding="utf-8", closefd=False))
sys.path[:0] = [request["package"]] if request["package"] not in sys.path else []
sys.path += [folder for folder in request["path"] if folder not in sys.path]
from autograd_mini.tutorials.judge import judge
judge(request)
"""


@dataclass(frozen=True)
class Outcome:
    """What came out for one exercise: status is passed, failed, todo or unchecked."""

    exercise: Exercise
    status: str
    feedback: str = ""
    line: int | None = None
    printed: str = ""


@dataclass(frozen=True)
class Report:
    """What came out for one lesson; ``problem`` is set when the file could not be loaded at all."""

    lesson: Lesson
    file: Path
    outcomes: tuple[Outcome, ...]
    problem: Outcome | None = None

    @property
    def passed_names(self) -> list[str]:
        """The names of the exercises that passed."""
        return [each.exercise.name for each in self.outcomes if each.status == "passed"]

    @property
    def is_passed(self) -> bool:
        """Whether every exercise passed."""
        return len(self.passed_names) == len(self.outcomes)


def check_exercises(lesson: Lesson, file: Path, seconds: float = 5.0) -> Report:
    """Judge every exercise of ``lesson`` in ``file``, each within ``seconds``.

    Raises AutogradError if no check can be run here at all.
    """
    outcomes: dict[str, Outcome] = {}
    while waiting := [each for each in lesson.exercises if each.name not in outcomes]:
        events, ending = _run_child(lesson, file, [each.name for each in waiting], seconds)
        if events[-1]["status"] == "begun":
            dead = {"status": "failed", "feedback": ending, "line": None, "printed": ""}
            events.append(events[-1] | dead)
        for event in events:
            if event["status"] == "begun":
                continue
            if event["name"] is None:
                unchecked = tuple(Outcome(each, "unchecked") for each in lesson.exercises)
                return Report(lesson, file, unchecked, _outcome(lesson.exercises[0], event))
            exercise = next(each for each in waiting if each.name == event["name"])
            outcomes.setdefault(exercise.name, _outcome(exercise, event))
    return Report(lesson, file, tuple(outcomes[each.name] for each in lesson.exercises))


def _outcome(exercise: Exercise, event: dict[str, Any]) -> Outcome:
    return Outcome(exercise, event["status"], event["feedback"], event["line"], event["printed"])


def _run_child(
    lesson: Lesson, file: Path, names: list[str], seconds: float
) -> tuple[list[dict[str, Any]], str]:
    """Run a child for the exercises ``names``: return its events, and how it died if it did."""
    marker = secrets.token_hex(8)
    request = {
        "package": str(Path(autograd_mini.__file__).resolve().parent.parent),
        "path": [folder for folder in sys.path if folder],
        "checks": str(lesson.folder / "checks.py"),
        "exercise": str(file),
        "names": names,
        "seconds": seconds,
        "marker": marker,
    }
    limit = _STARTING_SECONDS + seconds * len(names)
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-X", "utf8", "-c", _BOOT],
            input=json.dumps(request).encode(),
            capture_output=True,
            env={**os.environ, "MPLBACKEND": "agg"},
            timeout=limit,
        )
        output, notes = child.stdout, child.stderr
        ending = f"Python itself came to an end here (exit status {child.returncode})"
    except subprocess.TimeoutExpired as expired:
        output, notes = expired.stdout or b"", expired.stderr or b""
        ending = f"no answer within {limit:g} seconds: is it an endless loop?"
    events = [
        json.loads(line.removeprefix(marker))
        for line in output.decode("utf-8", errors="replace").splitlines()
        if line.startswith(marker)
    ]
    if not events:
        reason = notes.decode("utf-8", errors="replace").strip().splitlines() or [ending]
        raise AutogradError(f"the checks of lesson {lesson.number} cannot run here: {reason[-1]}")
    return events, ending

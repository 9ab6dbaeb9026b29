"""What came out: one row per workload, the versions, the machine."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from autograd_mini.tutorials.bench.contestants import BY_HAND, Workload
from autograd_mini.tutorials.bench.libraries import OURS, PYTORCH, Library
from autograd_mini.tutorials.bench.race import Race

EXPLANATION = """\
Times are medians in microseconds of one step. A ratio is the median, over rounds in which all took
turns, of our time by theirs: below 1, autograd_mini is the faster one. The goal stands behind it.
All run on one thread of one process; losses and gradients were compared before the timing."""


@dataclass(frozen=True)
class Result:
    """The medians of one workload; ``ratios`` and ``goals`` by the name of the rival."""

    workload: str
    what: str
    rounds: int
    microseconds: dict[str, float]
    ratios: dict[str, float]
    goals: dict[str, float]


def result_of(workload: Workload, race: Race) -> Result:
    """Return the medians of a race that has been run."""
    names = list(race.contestants)
    return Result(
        workload.name,
        workload.what,
        len(race.seconds_per_step[OURS]),
        {name: race.seconds(name) * 1e6 for name in names},
        {name: race.ratio(OURS, name) for name in names if name != OURS},
        {BY_HAND: workload.goal.by_hand, PYTORCH: workload.goal.pytorch},
    )


def machine(libraries: Sequence[Library]) -> dict[str, str]:
    """Return the versions of all that runs, and what it runs on."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        **{library.name: library.version for library in libraries},
        "NumPy": f"{np.__version__} with {blas['name']} {blas['version']}",
        "Python": platform.python_version(),
        "system": platform.platform(),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
    }


def _processor() -> str:
    """Return the processor's name; Linux tells it in a file only."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def heading() -> str:
    """Return the first two lines of the table."""
    return (
        f"{'':17}{OURS:>13}{BY_HAND:>11}{'ratio':>7}{'goal':>7}{PYTORCH:>11}{'ratio':>7}{'goal':>7}"
        f"\n{'─' * 80}"
    )


def line(result: Result) -> str:
    """Return a workload's line of the table; a ratio is green where it reaches the goal."""
    text = f"{result.workload:17}{result.microseconds[OURS]:13,.0f}"
    for rival in (BY_HAND, PYTORCH):
        if rival not in result.ratios:
            text += f"{'–':>11}{'–':>7}{'–':>7}"
            continue
        ratio, goal = result.ratios[rival], result.goals[rival]
        shown = click.style(f"{ratio:7.2f}", fg="green" if ratio <= goal else "red")
        text += f"{result.microseconds[rival]:11,.0f}{shown}{goal:7.2f}"
    return text

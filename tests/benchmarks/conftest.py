"""Prints the tables of times and of memory at the end of a run of the benchmarks."""

import pytest
from click import unstyle

from autograd_mini.tutorials.bench.libraries import libraries
from autograd_mini.tutorials.bench.report import EXPLANATION, Result, heading, line, machine

RESULTS = pytest.StashKey[list[Result]]()
MEMORY = pytest.StashKey[dict[str, dict[str, float]]]()


@pytest.fixture
def results(request: pytest.FixtureRequest) -> list[Result]:
    """The results so far; a benchmark appends its own."""
    return request.config.stash.setdefault(RESULTS, [])


@pytest.fixture
def memory(request: pytest.FixtureRequest) -> dict[str, dict[str, float]]:
    """The megabytes at the peak of a step, by workload and contestant."""
    return request.config.stash.setdefault(MEMORY, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    results = terminalreporter.config.stash.get(RESULTS, [])
    memory = terminalreporter.config.stash.get(MEMORY, {})
    if not results and not memory:
        return
    say = terminalreporter.write_line
    if results:
        say(f"\n{heading()}")
    in_colour = terminalreporter.config.get_terminal_writer().hasmarkup
    for result in results:
        say(line(result) if in_colour else unstyle(line(result)))
    if results:
        say(f"\n{EXPLANATION}\n")
    if memory:
        say(f"\nPeak memory of a step beyond the workload's arrays, in megabytes\n{'─' * 64}")
    for name, megabytes in memory.items():
        say(f"{name:17}" + "".join(f"{who:>16}{mb:7.1f}" for who, mb in megabytes.items()))
    say("")
    for what, it_is in machine(libraries()).items():
        say(f"{what:17}{it_is}")

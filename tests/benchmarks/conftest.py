"""Prints one table of all races at the end of a run of the benchmarks."""

import pytest

from autograd_mini.tutorials.bench.libraries import libraries
from autograd_mini.tutorials.bench.report import EXPLANATION, Result, heading, line, machine

RESULTS = pytest.StashKey[list[Result]]()


@pytest.fixture
def results(request: pytest.FixtureRequest) -> list[Result]:
    """The results so far; a benchmark appends its own."""
    return request.config.stash.setdefault(RESULTS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    results = terminalreporter.config.stash.get(RESULTS, [])
    if not results:
        return
    say = terminalreporter.write_line
    say(f"\n{heading()}")
    for result in results:
        say(line(result))
    say(f"\n{EXPLANATION}\n")
    for what, it_is in machine(libraries()).items():
        say(f"{what:17}{it_is}")

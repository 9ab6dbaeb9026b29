"""The benchmark command and its workloads: the contestants agree, the table is whole."""

import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from test_cli import in_a_process

from autograd_mini.cli import main
from autograd_mini.errors import RuleError
from autograd_mini.tutorials.bench.command import ONE_THREAD
from autograd_mini.tutorials.bench.contestants import BY_HAND, Contestant, check_agreement
from autograd_mini.tutorials.bench.libraries import OURS, PYTORCH, libraries
from autograd_mini.tutorials.bench.race import Race
from autograd_mini.tutorials.bench.workloads import WORKLOADS

QUICK = ("--rounds", "1", "--lap", "0")


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ONE_THREAD.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("name", WORKLOADS)
def test_contestants_agree(name: str) -> None:
    contestants = WORKLOADS[name].enter(libraries())
    assert {OURS, BY_HAND} <= set(contestants)
    check_agreement(contestants)


def test_a_wrong_gradient_is_not_timed() -> None:
    right, wrong = np.ones(3), np.array([1.0, 1.0, -1.0])
    contestants = {
        OURS: Contestant(lambda: None, lambda: [right, wrong]),
        BY_HAND: Contestant(lambda: None, lambda: [right, right]),
    }
    with pytest.raises(RuleError, match=r"disagree in array 1 of shape \(3,\) by 1.2 of its size"):
        check_agreement(contestants)


def test_contestants_take_turns() -> None:
    turns: list[str] = []
    contestants = {
        name: Contestant(lambda name=name: turns.append(name), lambda: []) for name in "ab"
    }
    race = Race(contestants, seconds=0)
    turns.clear()
    for _ in range(3):
        race.round()
    assert "".join(turns) == "ababab"


def test_ratios_are_taken_within_rounds() -> None:
    race = Race({name: Contestant(lambda: None, lambda: []) for name in "ab"}, seconds=0)
    race.seconds_per_step = {"a": [1, 20, 3], "b": [2, 40, 1]}
    assert race.ratio("a", "b") == 0.5
    assert race.seconds("a") == 3


def run(*args: str) -> Any:
    return CliRunner().invoke(main, ["bench", *args])


@pytest.mark.usefixtures("one_thread")
def test_the_table_has_a_line_for_each_workload() -> None:
    done = run("operations-8", "mlp-small", *QUICK)
    assert done.exit_code == 0, done.output
    first, _, *lines = done.stdout.splitlines()
    assert first.split() == [OURS, *BY_HAND.split(), "ratio", "goal", PYTORCH, "ratio", "goal"]
    assert [text.split()[0] for text in lines[:2]] == ["operations-8", "mlp-small"]
    assert "NumPy" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.usefixtures("one_thread")
def test_json_holds_times_ratios_goals_and_machine() -> None:
    report = json.loads(run("operations-8", *QUICK, "--json").stdout)
    (result,) = report["results"]
    assert result["workload"] == "operations-8"
    assert result["rounds"] == 1
    assert result["microseconds"][OURS] > 0
    assert result["ratios"][BY_HAND] > 0
    assert result["goals"] == {BY_HAND: 1.3, PYTORCH: 0.25}
    assert {OURS, "NumPy", "Python", "processor"} <= set(report["machine"])


@pytest.mark.usefixtures("one_thread")
def test_without_pytorch_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = libraries()[:1]
    monkeypatch.setattr("autograd_mini.tutorials.bench.command.libraries", lambda: ours)
    done = run("operations-8", *QUICK)
    assert done.exit_code == 0, done.output
    assert "PyTorch          not installed" in done.stdout


def test_libraries_load_with_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ONE_THREAD:
        monkeypatch.delenv(name, raising=False)
    done = in_a_process("bench", "operations-0d", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "operations-0d" in done.stdout


def test_workloads_are_listed() -> None:
    assert [text.split()[0] for text in run("--list").stdout.splitlines()] == list(WORKLOADS)


def test_an_unknown_workload_is_named() -> None:
    done = run("mlp-large")
    assert done.exit_code == 2
    assert "mlp-large" in done.stderr
    assert "mlp-small" in done.stderr

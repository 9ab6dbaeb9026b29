"""The command line as a whole: help, version, wrong use, failures, streams."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import autograd_mini
from autograd_mini.cli import COMMANDS, main
from autograd_mini.errors import ArgumentError

ROOT = str(Path(autograd_mini.__file__).parents[1])


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, arguments)


def in_a_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograd_mini", *arguments],
        env={**os.environ, "PYTHONPATH": ROOT, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_version() -> None:
    assert run("--version").output == f"autograd-mini, version {autograd_mini.__version__}\n"
    assert in_a_process("--version").stdout.split()[-1] == autograd_mini.__version__


@pytest.mark.parametrize("arguments", [(), ("-h",), ("--help",)])
def test_help_lists_every_command(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = run(name, "-h")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: autograd-mini {name}") or "Usage:" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["turo"], "no command 'turo'; did you mean 'tour'?"),
        (["frobnicate"], "no command 'frobnicate'; the commands are "),
        (["tour", "--epochs", "none"], "'none' is not a valid integer"),
        (["tour", "--epochs", "0"], "0 is not in the range x>=1"),
        (["--nonsense"], "No such option"),
        (["tour", "--seed", "-1"], "-1 is not in the range x>=0"),
        (["tour", "-o", ""], "the folder needs a name"),
    ],
)
def test_wrong_use_is_one_line_on_stderr_and_exit_2(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("autograd-mini: ")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ArgumentError("lr must be positive"), 1, "lr must be positive"),
        (PermissionError(13, "Permission denied", "out"), 1, "out: Permission denied"),
        (click.BadParameter("bad"), 2, "bad"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_failures_are_one_line(
    error: BaseException, status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @click.command()
    def fail() -> None:
        raise error

    monkeypatch.setattr(type(main), "get_command", lambda *_: fail)
    result = run("doctor")
    assert result.exit_code == status
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_doctor_tells_versions_engine_and_output() -> None:
    result = run("doctor")
    assert result.exit_code == 0
    for word in ("autograd_mini", "numpy", "graphs drawn by", "autograd-mini-out"):
        assert word in result.stdout


def test_doctor_without_dot(tmp_path: Path) -> None:
    done = in_a_process("doctor", PATH=str(tmp_path), GRAPHVIZ_DOT="")
    assert done.returncode == 0, done.stderr
    assert re.search(r"graphs drawn by .*the built-in layout; dot was not found", done.stdout)


def test_output_survives_a_closed_pipe() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "autograd_mini", "--help"],
        env={**os.environ, "PYTHONPATH": ROOT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


def test_a_pipe_that_knows_no_greek(tmp_path: Path) -> None:
    done = in_a_process("tutorial", "list", PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr

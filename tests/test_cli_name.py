"""The command as hints print it is what the learner can type."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import autograd_mini
from autograd_mini.cli_name import command_name

ROOT = Path(autograd_mini.__file__).resolve().parent.parent


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with an environment that was not activated."""
    file = tmp_path / "home" / ".venv" / "bin" / "autograd-mini"
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\n", encoding="utf-8")
    file.chmod(0o755)
    monkeypatch.chdir(tmp_path / "home")
    monkeypatch.setenv("PATH", os.defpath)
    return file


def called_by(path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(path)])


def test_called_by_a_path(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = os.path.join(".venv", "bin", "autograd-mini")
    for path in (wanted, program):
        called_by(path, monkeypatch)
        assert command_name() == wanted
    lessons = Path("lessons")
    assert command_name(lessons) == os.path.join("..", wanted)
    monkeypatch.chdir(program.parent)
    called_by(program, monkeypatch)
    assert command_name() == os.path.join(".", "autograd-mini")


def test_far_away_the_path_is_absolute(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called_by(program, monkeypatch)
    assert command_name(Path(*["deep"] * 40)) == str(program)


def test_found_by_the_shell(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(program.parent), os.defpath]))
    for path in (os.path.join(".venv", "bin", "autograd-mini"), program):
        called_by(path, monkeypatch)
        assert command_name() == "autograd-mini"


def test_another_installation_on_the_path_does_not_count(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "autograd-mini").write_bytes(program.read_bytes())
    (other / "autograd-mini").chmod(0o755)
    monkeypatch.setenv("PATH", str(other))
    called_by(program, monkeypatch)
    assert command_name() == os.path.join(".venv", "bin", "autograd-mini")


def test_a_space_is_quoted(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = program.parent.parent.rename(tmp_path / "home" / "my env")
    called_by(moved / "bin" / "autograd-mini", monkeypatch)
    assert command_name() == f'"{os.path.join("my env", "bin", "autograd-mini")}"'


def test_called_as_a_module(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called_by(ROOT / "autograd_mini" / "__main__.py", monkeypatch)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    assert command_name() == f"{os.path.join('.venv', 'bin', 'python')} -m autograd_mini"


def test_other_programs_say_the_bare_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("", "-c", "pytest", "/usr/lib/pytest/__main__.py"):
        called_by(path, monkeypatch)
        assert command_name() == "autograd-mini"


def test_in_a_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autograd_mini", "tutorial", "list"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "-m autograd_mini tutorial start" in done.stdout

"""The README does what it says: its sessions run, its commands work, its links lead somewhere."""

import doctest
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograd_mini.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.strip()
    for block in re.findall(r"^ *```bash\n(.*?)^ *```", README, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]


def test_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    example = doctest.DocTestParser().get_doctest(README, {}, "README", "README.md", 0)
    result = doctest.DocTestRunner().run(example)
    assert result.attempted > 15
    assert result.failed == 0
    assert (tmp_path / "diamond.svg").exists()


def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    own = [line.split()[1:] for line in COMMANDS if line.startswith("autograd-mini ")]
    assert own
    for arguments in own:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, (arguments, result.output)


def test_setup_commands_are_what_ci_runs() -> None:
    """CI evaluates the first two lines of the bash blocks in a clean clone; they must be these."""
    first, second = COMMANDS[:2]
    assert first.startswith("python3 -m venv .venv")
    assert first.endswith("autograd-mini tour")
    assert second.endswith("-m pytest")


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)]+)\)", README)
    local = [target for target in targets if not target.startswith("https://")]
    assert ".readme/depth.png" in local
    for target in local:
        assert (ROOT / target).exists(), target

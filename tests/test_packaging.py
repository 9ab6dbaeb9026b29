"""What is packed: the wheel holds every file of the four folders under one import package."""

import importlib.util
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import autograd_mini

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {
    "autograd_mini": "autograd_mini",
    "nn": "autograd_mini/nn",
    "viz": "autograd_mini/viz",
    "tutorials": "autograd_mini/tutorials",
}


def sources() -> set[str]:
    """Return where each file of the four folders must be in the wheel."""
    return {
        f"{target}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, target in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None,
    reason="the build backend is not installed here; pip builds with one of its own",
)
def test_sdist_to_wheel_round_trip(tmp_path: Path) -> None:
    def build(what: str, source: Path) -> Path:
        command = [sys.executable, "-m", "hatchling", "build", "-t", what, "-d", str(tmp_path)]
        subprocess.run(command, cwd=source, check=True, capture_output=True)
        (built,) = tmp_path.glob("*.tar.gz" if what == "sdist" else "*.whl")
        return built

    with tarfile.open(build("sdist", ROOT)) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (unpacked,) = (tmp_path / "source").iterdir()
    with zipfile.ZipFile(build("wheel", unpacked)) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == sources()
    assert "autograd_mini/py.typed" in packed
    assert "autograd_mini/nn/datasets/digits.npz" in packed
    assert "autograd_mini/nn/datasets/sonnets.txt" in packed


def test_types_are_announced() -> None:
    assert (ROOT / "autograd_mini" / "py.typed").exists()


@pytest.mark.parametrize("name", ["nn", "viz", "tutorials"])
def test_a_students_own_modules_do_not_get_in_the_way(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong one')\n", encoding="utf-8")
    code = f"import autograd_mini.{name} as ours; print(ours.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(autograd_mini.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == f"autograd_mini.{name}", done.stderr

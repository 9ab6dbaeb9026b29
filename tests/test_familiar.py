"""Familiar scripts run unchanged but for the import: the same loss curves as PyTorch's.

Each script in ``familiar/`` starts from numbers that NumPy draws, computes in float64, and leaves
its loss curve in ``losses``. Where PyTorch is installed, the same text runs with PyTorch's imports;
its curves are also stored in ``familiar/curves.json``. To store them anew:
``python tests/test_familiar.py``.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag

FOLDER = Path(__file__).parent / "familiar"
SCRIPTS = sorted(FOLDER.glob("*.py"))
CURVES = FOLDER / "curves.json"
OURS = "autograd_mini.torchlike"


def run(script: Path, library: str) -> list[float]:
    """Return the loss curve of a script whose imports name ``library``."""
    text = script.read_text(encoding="utf-8").replace(OURS, library)
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, str(script), "exec"), space)
    losses: list[float] = space["losses"]
    return losses


@pytest.fixture
def default_dtypes() -> Iterator[None]:
    """Undo the scripts' set_default_dtype."""
    yield
    ag.set_default_dtype("float32")
    try:
        import torch
    except ImportError:
        return
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.usefixtures("default_dtypes")
def test_the_loss_curve_is_the_stored_one_of_pytorch(script: Path) -> None:
    expected = json.loads(CURVES.read_text(encoding="utf-8"))[script.stem]
    np.testing.assert_allclose(run(script, OURS), expected, rtol=0, atol=1e-6)
    assert len(expected) >= 20


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.usefixtures("default_dtypes")
def test_the_stored_curve_is_pytorchs(script: Path) -> None:
    pytest.importorskip("torch", reason="runs the script with PyTorch")
    expected = json.loads(CURVES.read_text(encoding="utf-8"))[script.stem]
    np.testing.assert_allclose(run(script, "torch"), expected, rtol=0, atol=1e-6)


def test_what_the_scripts_call_exists() -> None:
    """List the names after ``torch.``, and methods of tensors, that the scripts use."""
    import autograd_mini.torchlike as torchlike

    text = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    functions = set(re.findall(r"\btorch\.(\w+)", text.replace(OURS, "")))
    assert not [name for name in functions if not hasattr(torchlike, name)]
    methods = {
        *("view", "size", "dim", "numel", "nelement", "item", "detach", "cpu", "to", "double"),
        *("float", "backward", "mean", "std", "sum", "max", "exp", "log", "log10", "norm", "pow"),
        *("split", "transpose", "contiguous", "masked_fill", "argmax", "eq", "view_as", "copy_"),
        *("unsqueeze", "tolist", "numpy", "min", "shape", "data", "grad", "requires_grad"),
    }
    unused = [name for name in methods if not re.search(rf"\.{name}\b", text)]
    assert set(unused) <= {"float", "detach"}
    assert not [name for name in methods if not hasattr(ag.Tensor, name)]


if __name__ == "__main__":
    curves = {script.stem: run(script, "torch") for script in SCRIPTS}
    CURVES.write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")

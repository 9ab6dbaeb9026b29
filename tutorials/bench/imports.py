"""How long ``import`` takes in a fresh interpreter, beside NumPy's own and PyTorch's."""

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import autograd_mini
from autograd_mini.tutorials.bench.contestants import BY_HAND, Contestant, Goal, Workload
from autograd_mini.tutorials.bench.libraries import OURS, PYTORCH, Library

MODULES = {OURS: "autograd_mini", PYTORCH: "torch", BY_HAND: "numpy"}


def enter(libraries: Sequence[Library]) -> dict[str, Contestant]:
    """Return contestants that start an interpreter; there is nothing to agree on."""
    folder = str(Path(autograd_mini.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": folder}

    def contestant(name: str) -> Contestant:
        command = [sys.executable, "-c", f"import {MODULES[name]}"]
        return Contestant(partial(subprocess.run, command, env=environment, check=True), lambda: [])

    names = [*(library.name for library in libraries), BY_HAND]
    return {name: contestant(name) for name in names}


WORKLOADS = (
    Workload("import", "a fresh interpreter that imports the library", Goal(1.10, 0.08), enter),
)

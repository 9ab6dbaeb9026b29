"""Peak memory of a step against NumPy by hand and PyTorch; tests/benchmarks/run prints it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd_mini.tutorials.bench.contestants import BY_HAND
from autograd_mini.tutorials.bench.libraries import libraries

PROGRAM = Path(__file__).with_name("peak_memory.py")
GIVE_BACK_AT_ONCE = {"MALLOC_MMAP_THRESHOLD_": "65536"}  # glibc: freed arrays leave the process


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "name", ["elementwise-1e6", "mlp-mnist-512", "conv-small", "char-lstm", "transformer"]
)
def test_peak_memory(name: str, memory: dict[str, dict[str, float]]) -> None:
    for contestant in [*(library.name for library in libraries()), BY_HAND]:
        done = subprocess.run(
            [sys.executable, "-P", str(PROGRAM), name, contestant],
            env={**os.environ, **GIVE_BACK_AT_ONCE},
            capture_output=True,
            text=True,
            check=True,
        )
        memory.setdefault(name, {})[contestant] = int(done.stdout) / 1024

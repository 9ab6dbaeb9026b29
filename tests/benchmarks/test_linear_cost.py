"""Cost grows linearly: what a row, an example or a time step costs does not depend on their number.

The only assertions about time, and only as ratios within one run, on one thread. What is quadratic
would be a thousand times off at the largest size; the bound leaves room for a busy machine.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import autograd_mini
from autograd_mini.tutorials.bench.command import ONE_THREAD

PROGRAM = Path(__file__).with_name("linear_cost.py")
BOUND = 6.0


@pytest.mark.parametrize(
    ("workload", "sizes"),
    [
        ("long_chain", (20, 200, 2_000, 20_000)),
        ("wide_fan", (20, 200, 2_000, 20_000)),
        ("many_inputs", (20, 200, 2_000, 20_000)),
        ("large_batch", (32, 320, 3_200, 32_000)),
        ("long_sequence", (3, 30, 300, 3_000)),
    ],
)
def test_cost_is_linear(workload: str, sizes: tuple[int, ...]) -> None:
    folder = str(Path(autograd_mini.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, str(PROGRAM), workload, *map(str, sizes)],
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        check=True,
    )
    each = json.loads(done.stdout)
    shown = ", ".join(f"{n}: {cost * 1e6:.2f} µs" for n, cost in zip(sizes, each, strict=True))
    print(workload, shown)
    assert each[-1] <= BOUND * min(each[:-1]), f"{workload} costs each {shown}"

"""Print the kilobytes that steps of a workload need beyond its arrays; run by bench_memory.py.

The peak of the process over three steps, less what it held before the first one. Linux tells both,
and lets the peak be reset.
"""

import sys
from pathlib import Path

from autograd_mini.tutorials.bench.libraries import libraries
from autograd_mini.tutorials.bench.workloads import WORKLOADS

STEPS = 3
LOADS_CODE = "mlp-small", "elementwise-1e4"


def kilobytes(what: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(what):
            return int(line.split()[1])
    raise LookupError(what)


workload, contestant = sys.argv[1:]
mine = [library for library in libraries() if library.name == contestant]
for name in LOADS_CODE:
    WORKLOADS[name].enter(mine)[contestant].step()
step = WORKLOADS[workload].enter(mine)[contestant].step
Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
before = kilobytes("VmRSS")
for _ in range(STEPS):
    step()
print(kilobytes("VmHWM") - before)

"""Every workload against NumPy by hand and PyTorch; run it with tests/benchmarks/run.

pytest-benchmark times our laps. Before each of them the others run theirs, so that all take turns;
its JSON holds the ratios in ``extra_info``.
"""

from dataclasses import asdict
from typing import Any

import pytest

from autograd_mini.tutorials.bench.contestants import check_agreement
from autograd_mini.tutorials.bench.libraries import OURS, libraries
from autograd_mini.tutorials.bench.race import Race
from autograd_mini.tutorials.bench.report import Result, result_of
from autograd_mini.tutorials.bench.workloads import WORKLOADS

ROUNDS = 9
LAP = 0.08


@pytest.mark.parametrize("name", WORKLOADS)
def test_workload(name: str, benchmark: Any, results: list[Result]) -> None:
    contestants = WORKLOADS[name].enter(libraries())
    check_agreement(contestants)
    race = Race(contestants, LAP)

    def laps_of_the_others() -> None:
        for other in contestants.keys() - {OURS}:
            race.lap(other)

    benchmark.pedantic(race.lap, args=(OURS,), setup=laps_of_the_others, rounds=ROUNDS)
    results.append(result_of(WORKLOADS[name], race))
    benchmark.extra_info.update(asdict(results[-1]), steps_per_lap=race.steps[OURS])

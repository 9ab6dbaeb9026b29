"""``autograd-mini bench``: how fast the engine is here, beside NumPy by hand and PyTorch."""

import json
import os
import subprocess
import sys
from dataclasses import asdict

import click
import numpy as np

import autograd_mini
from autograd_mini.tutorials.bench.contestants import check_agreement
from autograd_mini.tutorials.bench.libraries import PYTORCH, libraries
from autograd_mini.tutorials.bench.race import Race
from autograd_mini.tutorials.bench.report import EXPLANATION, heading, line, machine, result_of
from autograd_mini.tutorials.bench.workloads import WORKLOADS

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("workloads", nargs=-1, type=click.Choice(sorted(WORKLOADS)), metavar="[WORKLOAD]…")
@click.option(
    "--rounds", default=5, show_default=True, type=click.IntRange(1), help="Rounds of each."
)
@click.option(
    "--lap",
    default=0.02,
    show_default=True,
    type=click.FloatRange(0),
    help="Seconds that a contestant runs in a round.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("--list", "list_", is_flag=True, help="List the workloads.")
def bench(
    workloads: tuple[str, ...], rounds: int, lap: float, as_json: bool, list_: bool
) -> int | None:
    """Time the engine against the same work by hand in NumPy, and against PyTorch.

    Without names, all workloads run but the import: about 15 seconds on a quiet machine.

    \b
    Example:  autograd-mini bench mlp-small operations-8
    """
    if list_:
        for workload in WORKLOADS.values():
            click.echo(f"{workload.name:17} {workload.what}")
        return None
    if not ONE_THREAD.items() <= os.environ.items():
        return _in_one_thread()
    contenders = libraries()
    results = []
    if not as_json:
        click.echo(heading())
    with np.errstate(all="ignore"):
        for name in workloads or [name for name in WORKLOADS if name != "import"]:
            contestants = WORKLOADS[name].enter(contenders)
            check_agreement(contestants)
            race = Race(contestants, lap)
            for _ in range(rounds):
                race.round()
            results.append(result_of(WORKLOADS[name], race))
            if not as_json:
                click.echo(line(results[-1]))
    if as_json:
        report = {"machine": machine(contenders), "results": [asdict(each) for each in results]}
        click.echo(json.dumps(report, indent=2))
        return None
    click.echo(f"\n{EXPLANATION}\n")
    for what, it_is in machine(contenders).items():
        click.echo(f"{what:17}{it_is}")
    if len(contenders) == 1:
        click.echo(f"{PYTORCH:17}not installed; python -m pip install torch to compare with it")
    return None


def _in_one_thread() -> int:
    """Run the same command line again, in a process whose libraries load with one thread."""
    package = os.path.dirname(os.path.dirname(autograd_mini.__file__))
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "autograd_mini", *sys.argv[1:]]
    return subprocess.run(command, env=environment, check=False).returncode

"""Interleaved timing: in each round every contestant runs one lap, and laps are compared.

A machine is never quiet, and it slows down all who run at the same time: so the ratio of two
contestants is taken within each round, and the median over rounds is reported. All share a process:
memory that one has freed is at hand for the others, so arrays of megabytes, which alone would be
fetched from the system and given back in every step, can look cheaper than they are.
"""

from statistics import median
from time import perf_counter

from autograd_mini.tutorials.bench.contestants import Contestant

WARM_UP = 3


class Race:
    """Times ``contestants`` in laps of about ``seconds``.

    ``seconds_per_step`` holds what each lap gave, by contestant.
    """

    def __init__(self, contestants: dict[str, Contestant], seconds: float) -> None:
        self.contestants = contestants
        self.seconds_per_step: dict[str, list[float]] = {name: [] for name in contestants}
        self.steps = {name: self._steps_in(seconds, name) for name in contestants}

    def _steps_in(self, seconds: float, name: str) -> int:
        """Warm up, and return how many steps fill a lap."""
        fastest = min(self._time(name, 1) for _ in range(WARM_UP))
        return max(1, round(seconds / fastest))

    def _time(self, name: str, n_steps: int) -> float:
        """Return the seconds per step of ``n_steps`` steps."""
        step = self.contestants[name].step
        start = perf_counter()
        for _ in range(n_steps):
            step()
        return (perf_counter() - start) / n_steps

    def lap(self, name: str) -> None:
        self.seconds_per_step[name].append(self._time(name, self.steps[name]))

    def round(self) -> None:
        """Let every contestant run a lap, in turn."""
        for name in self.contestants:
            self.lap(name)

    def seconds(self, name: str) -> float:
        """Return the median time of a step."""
        return median(self.seconds_per_step[name])

    def ratio(self, name: str, other: str) -> float:
        """Return the median over rounds of the time of ``name`` by the time of ``other``."""
        laps = zip(self.seconds_per_step[name], self.seconds_per_step[other], strict=True)
        return median(mine / theirs for mine, theirs in laps)

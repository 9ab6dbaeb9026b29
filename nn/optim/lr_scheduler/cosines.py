"""Schedules along a cosine."""

from math import cos, pi
from typing import Any

from autograd_mini.errors import StateError
from autograd_mini.nn.arguments import is_number
from autograd_mini.nn.optim.lr_scheduler.schedule import LRScheduler
from autograd_mini.nn.optim.optimizer import Optimizer


def _between(start: float, end: float, done: float) -> float:
    """Go from ``start`` to ``end`` along half a cosine, ``done`` from 0 to 1."""
    return end + (start - end) / 2 * (1 + cos(pi * done))


class CosineAnnealingLR(LRScheduler):
    """lr = η + (base − η)·(1 + cos(π·t/T_max))/2, with η = ``eta_min``.

    Source: I. Loshchilov, F. Hutter 2016, "SGDR: stochastic gradient descent with warm restarts",
    eq. 5, without restarts.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> [round(lr, 6) for lr in CosineAnnealingLR(optimizer, T_max=2).preview(3)]
    [8.0, 4.0, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,  # noqa: N803 (PyTorch's name)
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self._require_positive_integer("T_max", T_max)
        self.T_max, self.eta_min = T_max, eta_min
        self._floor = eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        return _between(base, self.eta_min, t / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Cosine annealing that starts anew after T_0, then T_0·T_mult, then T_0·T_mult², … steps.

    Source: I. Loshchilov, F. Hutter 2016, "SGDR: stochastic gradient descent with warm restarts",
    eq. 5.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> schedule = CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    >>> [round(lr, 2) for lr in schedule.preview(7)]
    [8.0, 4.0, 8.0, 6.83, 4.0, 1.17, 8.0]
    """

    _is_outright = True

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,  # noqa: N803
        T_mult: int = 1,  # noqa: N803
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self._require_positive_integer("T_0", T_0)
        self._require_positive_integer("T_mult", T_mult)
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        period = self.T_0
        if self.T_mult == 1:
            t %= period
        while t >= period:
            t -= period
            period *= self.T_mult
        return _between(base, self.eta_min, t / period)


class OneCycleLR(LRScheduler):
    """Up from max_lr/div_factor to ``max_lr``, then down to nearly nothing, once.

    Up during ``pct_start`` of ``total_steps`` (or ``epochs``·``steps_per_epoch``), then down to
    max_lr/div_factor/final_div_factor; with ``three_phase`` down as it went up, then on to that.
    ``anneal_strategy``: "cos" or "linear". ``cycle_momentum``: ``momentum``, or the first of
    ``betas``, goes the other way, between ``max_momentum`` and ``base_momentum``.

    Raises ArgumentError for values out of range, StateError for steps beyond the cycle.

    Source: L. N. Smith, N. Topin 2017, "Super-convergence: very fast training of neural networks
    using large learning rates", section 3, as PyTorch has it.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=1.0, momentum=0.9)
    >>> schedule = OneCycleLR(optimizer, max_lr=1.0, total_steps=10, anneal_strategy="linear")
    >>> [round(lr, 2) for lr in schedule.preview(10)]
    [0.04, 0.52, 1.0, 0.86, 0.71, 0.57, 0.43, 0.29, 0.14, 0.0]
    """

    _is_outright = True

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        if total_steps is None:
            self._require_positive_integer("epochs, without total_steps,", epochs)
            self._require_positive_integer("steps_per_epoch", steps_per_epoch)
            total_steps = (epochs or 0) * (steps_per_epoch or 0)
        self._require_positive_integer("total_steps", total_steps)
        allowed = is_number(pct_start) and 0 <= pct_start <= 1
        self._require("pct_start", pct_start, allowed, "a number from 0 to 1")
        known = anneal_strategy in ("cos", "linear")
        self._require("anneal_strategy", anneal_strategy, known, "'cos' or 'linear'")
        n = len(optimizer.param_groups)
        largest = list(max_lr) if isinstance(max_lr, list | tuple) else [max_lr] * n
        allowed = len(largest) == n and all(is_number(lr) and lr > 0 for lr in largest)
        self._require("max_lr", max_lr, allowed, f"a number above 0, or a list of {n}")
        if cycle_momentum:
            allowed = all({"momentum", "betas"} & set(group) for group in optimizer.param_groups)
            name = type(optimizer).__name__
            self._require(
                "cycle_momentum", True, allowed, f"False for {name}, which has no momentum"
            )
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        self.cycle_momentum = cycle_momentum
        up = pct_start * total_steps - 1
        ends = [up, 2 * up, total_steps - 1.0] if three_phase else [up, total_steps - 1.0]
        self._ends = ends
        momenta = [max_momentum, base_momentum, max_momentum, max_momentum]
        self._momenta = momenta[: len(ends) + 1]
        self._rates = []
        for group, top in zip(optimizer.param_groups, largest, strict=True):
            first = top / div_factor
            last = first / final_div_factor
            self._rates.append([first, top, first, last] if three_phase else [first, top, last])
            if last_epoch == -1:
                group["initial_lr"] = first
        super().__init__(optimizer, last_epoch)

    def _go_to(self, t: int) -> None:
        if t > self.total_steps:  # one step past the end is let go, as the last of a loop makes it
            raise StateError(
                f"OneCycleLR: the cycle has {self.total_steps} steps, and all are done; make it "
                f"longer by total_steps"
            )
        super()._go_to(t)
        if self.cycle_momentum:
            momentum = self._at(self._momenta, t)
            for group in self.optimizer.param_groups:
                if "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum

    def _rate_of(self, group: int, t: int) -> float:
        return self._at(self._rates[group], t)

    def _at(self, levels: list[Any], t: int) -> float:
        """Return the value at step ``t`` between the levels that the phases lead to."""
        start = 0.0
        for begin, end, stop in zip(levels, levels[1:], self._ends, strict=False):
            if t <= stop or stop is self._ends[-1]:
                done = (t - start) / (stop - start)
                if self.anneal_strategy == "linear":
                    return float(begin + (end - begin) * done)
                return _between(begin, end, done)
            start = stop
        raise AssertionError("the last phase has no end")

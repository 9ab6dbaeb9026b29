"""Several schedules on one optimizer: one after the other, or together."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from autograd_mini.errors import ArgumentError
from autograd_mini.nn.arguments import require
from autograd_mini.nn.optim.lr_scheduler.plateau import ReduceLROnPlateau
from autograd_mini.nn.optim.lr_scheduler.schedule import LRScheduler
from autograd_mini.nn.optim.optimizer import Optimizer


class SequentialLR(LRScheduler):
    """Run ``schedulers`` one after the other; each begins, at its step 0, at its milestone.

    ``milestones``: the step numbers at which the second, third, … take over. Often a LinearLR to
    warm up, then a CosineAnnealingLR.

    >>> from autograd_mini import nn
    >>> from autograd_mini.nn.optim.lr_scheduler import ExponentialLR, LinearLR
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> warm_up = LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> decay = ExponentialLR(optimizer, gamma=0.5)
    >>> SequentialLR(optimizer, [warm_up, decay], milestones=[2]).preview(5)
    [4.0, 6.0, 8.0, 4.0, 2.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        _check_parts("SequentialLR", schedulers, optimizer)
        allowed = len(milestones) == len(schedulers) - 1 and all(
            a < b for a, b in pairwise(milestones)
        )
        n = len(schedulers) - 1
        self._require("milestones", milestones, allowed, f"{n} increasing step numbers")
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer, last_epoch)

    def _turn(self, t: int) -> tuple[LRScheduler, int]:
        """Return whose turn it is at step ``t``, and which step that is for it."""
        turn = bisect_right(self.milestones, t)
        return self.schedulers[turn], t - (self.milestones[turn - 1] if turn else 0)

    def _go_to(self, t: int) -> None:
        part, at = self._turn(t)
        if at == 0:
            self._set(list(self.base_lrs))
        part._go_to(at)
        self._last_lr = part.get_last_lr()
        self.last_epoch = t

    def _next(self, group: int, lr: float, t: int) -> float:
        part, at = self._turn(t)
        return part._next(group, lr if at else self.base_lrs[group], at)


class ChainedScheduler(LRScheduler):
    """Run ``schedulers`` together: in every step each of them, so that their factors multiply.

    >>> from autograd_mini import nn
    >>> from autograd_mini.nn.optim.lr_scheduler import ConstantLR, ExponentialLR
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> parts = [ConstantLR(optimizer, 0.5, total_iters=2), ExponentialLR(optimizer, gamma=0.5)]
    >>> ChainedScheduler(parts).preview(4)
    [4.0, 2.0, 2.0, 1.0]
    """

    def __init__(
        self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None
    ) -> None:
        require("ChainedScheduler: schedulers", schedulers, len(schedulers) > 0, "at least one")
        _check_parts("ChainedScheduler", schedulers, optimizer or schedulers[0].optimizer)
        steps = {scheduler.last_epoch for scheduler in schedulers}
        if len(steps) > 1:
            raise ArgumentError(
                f"ChainedScheduler: the schedules must have made equally many steps, and have made "
                f"{sorted(steps)}"
            )
        self.schedulers = list(schedulers)
        first = schedulers[0]
        self.optimizer, self.base_lrs = first.optimizer, first.base_lrs
        self.last_epoch, self._last_lr = first.last_epoch, self._current()

    def _go_to(self, t: int) -> None:
        for part in self.schedulers:
            part._go_to(t)
        self.last_epoch, self._last_lr = t, self._current()

    def _next(self, group: int, lr: float, t: int) -> float:
        for part in self.schedulers:
            lr = part._next(group, lr, t)
        return lr


def _check_parts(name: str, schedulers: Sequence[LRScheduler], optimizer: Optimizer) -> None:
    for i, part in enumerate(schedulers):
        allowed = isinstance(part, LRScheduler) and part.optimizer is optimizer
        place = f"{name}: schedulers[{i}]"
        kind = type(part).__name__
        require(place, kind, allowed, "a schedule of the same optimizer")
        is_blind = not isinstance(part, ReduceLROnPlateau)
        require(place, kind, is_blind, "a schedule that needs no loss; step this one by itself")

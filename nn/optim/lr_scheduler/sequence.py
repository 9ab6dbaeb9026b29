"""One schedule after the other."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

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
        for i, scheduler in enumerate(schedulers):
            allowed = isinstance(scheduler, LRScheduler) and scheduler.optimizer is optimizer
            self._require(
                f"schedulers[{i}]", scheduler, allowed, "a schedule of the same optimizer"
            )
        allowed = len(milestones) == len(schedulers) - 1 and all(
            a < b for a, b in pairwise(milestones)
        )
        n = len(schedulers) - 1
        self._require("milestones", milestones, allowed, f"{n} increasing step numbers")
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer, last_epoch)

    def _rate_of(self, group: int, t: int) -> float:
        turn = bisect_right(self.milestones, t)
        begin = self.milestones[turn - 1] if turn else 0
        return self.schedulers[turn]._rate_of(group, t - begin)

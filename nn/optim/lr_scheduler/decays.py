"""Schedules that lower the rate by a formula of the step number t."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from numbers import Integral
from typing import Any

from autograd_mini.nn.arguments import is_number
from autograd_mini.nn.optim.lr_scheduler.schedule import LRScheduler
from autograd_mini.nn.optim.optimizer import Optimizer


class StepLR(LRScheduler):
    """lr = base·γ^⌊t/step_size⌋: multiplied by ``gamma`` every ``step_size`` steps.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> StepLR(optimizer, step_size=2, gamma=0.5).preview(5)
    [8.0, 8.0, 4.0, 4.0, 2.0]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self._require_positive_integer("step_size", step_size)
        self._require("gamma", gamma, is_number(gamma), "a finite number")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        return base * self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """lr = base·γ^k after k of the ``milestones``.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> MultiStepLR(optimizer, milestones=[1, 3], gamma=0.5).preview(4)
    [8.0, 4.0, 4.0, 2.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self._require("gamma", gamma, is_number(gamma), "a finite number")
        milestones = list(milestones)
        whole = all(isinstance(milestone, Integral) for milestone in milestones)
        self._require("milestones", milestones, whole, "whole numbers")
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        return base * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """lr = base·γᵗ.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> ExponentialLR(optimizer, gamma=0.5).preview(3)
    [8.0, 4.0, 2.0]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self._require("gamma", gamma, is_number(gamma), "a finite number")
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        return base * self.gamma**t


class InverseTimeLR(LRScheduler):
    """lr = base/(1 + decay·t), the decay by epochs that introductory courses teach.

    PyTorch has no such schedule; there it is a LambdaLR.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=0.2)
    >>> [round(lr, 3) for lr in InverseTimeLR(optimizer, decay=1.0).preview(5)[1:]]
    [0.1, 0.067, 0.05, 0.04]
    """

    def __init__(self, optimizer: Optimizer, decay: float, last_epoch: int = -1) -> None:
        self._require("decay", decay, is_number(decay) and decay >= 0, "a number, at least 0")
        self.decay = decay
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        return base / (1 + self.decay * t)


class PolynomialLR(LRScheduler):
    """lr = base·(1 − t/total_iters)^power, 0 from ``total_iters`` on.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> PolynomialLR(optimizer, total_iters=4).preview(6)
    [8.0, 6.0, 4.0, 2.0, 0.0, 0.0]
    """

    def __init__(
        self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
    ) -> None:
        self._require_positive_integer("total_iters", total_iters)
        self._require("power", power, is_number(power) and power >= 0, "a number, at least 0")
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        return base * float((1 - min(t, self.total_iters) / self.total_iters) ** self.power)


class ConstantLR(LRScheduler):
    """lr = base·factor for the first ``total_iters`` steps, then base.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> ConstantLR(optimizer, factor=0.5, total_iters=2).preview(3)
    [4.0, 4.0, 8.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        allowed = is_number(factor) and 0 <= factor <= 1
        self._require("factor", factor, allowed, "a number from 0 to 1")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        return base * (self.factor if t < self.total_iters else 1.0)


class LinearLR(LRScheduler):
    """From base·start_factor to base·end_factor in ``total_iters`` equal steps: a linear warm-up.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> LinearLR(optimizer, start_factor=0.25, total_iters=3).preview(5)
    [2.0, 4.0, 6.0, 8.0, 8.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        allowed = is_number(start_factor) and 0 < start_factor <= 1
        self._require("start_factor", start_factor, allowed, "a number above 0 and at most 1")
        allowed = is_number(end_factor) and 0 <= end_factor <= 1
        self._require("end_factor", end_factor, allowed, "a number from 0 to 1")
        self._require_positive_integer("total_iters", total_iters)
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        done = min(t, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * done)


class _ByFunction(LRScheduler):
    def __init__(self, optimizer: Optimizer, lr_lambda: Any, last_epoch: int = -1) -> None:
        n = len(optimizer.param_groups)
        functions = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * n
        allowed = len(functions) == n and all(map(callable, functions))
        self._require("lr_lambda", lr_lambda, allowed, f"a function, or a list of {n}")
        self.lr_lambdas: list[Callable[[int], float]] = functions
        super().__init__(optimizer, last_epoch)


class LambdaLR(_ByFunction):
    """lr = base·f(t), with a function ``lr_lambda`` for all groups or a list, one for each.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> LambdaLR(optimizer, lambda t: 1 / (1 + t)).preview(2)
    [8.0, 4.0]
    """

    _is_outright = True

    def _rate_of(self, group: int, t: int) -> float:
        return self.base_lrs[group] * self.lr_lambdas[group](t)


class MultiplicativeLR(_ByFunction):
    """lr = base·f(1)·…·f(t), with a function ``lr_lambda`` for all groups or a list of them.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> MultiplicativeLR(optimizer, lambda t: 0.5).preview(3)
    [8.0, 4.0, 2.0]
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Any, last_epoch: int = -1) -> None:
        self._products = [[1.0] for _ in optimizer.param_groups]
        super().__init__(optimizer, lr_lambda, last_epoch)

    def _rate_of(self, group: int, t: int) -> float:
        products = self._products[group]
        while len(products) <= t:
            products.append(products[-1] * self.lr_lambdas[group](len(products)))
        return self.base_lrs[group] * products[t]

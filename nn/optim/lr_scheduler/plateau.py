"""A schedule that looks at the loss."""

from math import inf
from typing import Any

from autograd_mini.errors import ArgumentError, UnsupportedError
from autograd_mini.nn.arguments import is_number
from autograd_mini.nn.optim.lr_scheduler.schedule import LRScheduler
from autograd_mini.nn.optim.optimizer import Optimizer


class ReduceLROnPlateau(LRScheduler):
    """lr ← max(lr·factor, min_lr) after more than ``patience`` steps without a better value.

    ``step(value)`` takes the loss, or with ``mode="max"`` what should grow. Better is a change by
    more than ``threshold``, of the best value ("rel") or absolute ("abs"). During ``cooldown``
    steps after a reduction nothing is counted. A change of at most ``eps`` is not made.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=8.0)
    >>> scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     scheduler.step(loss)
    >>> scheduler.get_last_lr()
    [4.0]
    """

    _saved = (*LRScheduler._saved, "best", "num_bad_epochs", "cooldown_counter")

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        self._require("mode", mode, mode in ("min", "max"), "'min' or 'max'")
        known = threshold_mode in ("rel", "abs")
        self._require("threshold_mode", threshold_mode, known, "'rel' or 'abs'")
        allowed = is_number(factor) and 0 <= factor < 1
        self._require("factor", factor, allowed, "a number, at least 0 and below 1")
        n = len(optimizer.param_groups)
        self.min_lrs = list(min_lr) if isinstance(min_lr, list | tuple) else [min_lr] * n
        self._require("min_lr", min_lr, len(self.min_lrs) == n, f"a number, or a list of {n}")
        self.sign = 1.0 if mode == "min" else -1.0
        self.factor, self.patience, self.cooldown, self.eps = factor, patience, cooldown, eps
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.best = inf * self.sign
        self.num_bad_epochs = self.cooldown_counter = 0
        super().__init__(optimizer)

    def _next(self, group: int, lr: float, t: int) -> float:
        if self.num_bad_epochs <= self.patience:
            return lr
        lower = max(lr * self.factor, self.min_lrs[group])
        return lower if lr - lower > self.eps else lr

    def step(self, metrics: Any = None) -> None:
        """Take the newest value of the loss, and lower the rates if it has stopped falling."""
        if metrics is None:
            raise ArgumentError(
                "ReduceLROnPlateau.step takes the newest loss; write scheduler.step(loss)"
            )
        value = float(metrics)
        if self._is_better(value):
            self.best = value
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        super().step()
        if self.num_bad_epochs > self.patience:
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def _is_better(self, value: float) -> bool:
        margin = self.threshold * (abs(self.best) if self.threshold_mode == "rel" else 1.0)
        if self.best in (inf, -inf):
            return self.sign * value < inf
        return self.sign * value < self.sign * self.best - margin

    def preview(self, steps: int, group: int = 0) -> list[float]:
        raise UnsupportedError(
            "ReduceLROnPlateau: it follows the losses of a training, so it cannot be previewed"
        )

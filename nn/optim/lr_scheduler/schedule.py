"""What schedules share: the learning rate is a function of the step, set at each ``step()``."""

from collections.abc import Mapping
from typing import Any, ClassVar

from autograd_mini.errors import DTypeError, StateError, UnsupportedError
from autograd_mini.nn.arguments import require
from autograd_mini.nn.optim.optimizer import Optimizer


class LRScheduler:
    """Base of schedules: ``rate(base, t)`` is the learning rate at step t of a group.

    ``optimizer``: whose ``param_groups`` are set, at once and by every ``step()``. ``base`` is the
    rate that the group was made with, kept in it as ``initial_lr``. ``last_epoch``: −1, or the
    number of steps done by a training that is taken up again; then the groups must have
    ``initial_lr``.

    A rate that others have changed, another schedule of the same optimizer or you, is moved by the
    factor rate(base, t)/rate(base, t − 1), so that several schedules multiply (ChainedScheduler);
    LambdaLR, CosineAnnealingWarmRestarts and OneCycleLR set theirs outright. One after the other
    they are run by SequentialLR.

    >>> from autograd_mini import nn
    >>> optimizer = nn.optim.SGD([nn.Parameter([1.0])], lr=0.5)
    >>> class Halving(LRScheduler):
    ...     def rate(self, base, t):
    ...         return base / 2**t
    >>> scheduler = Halving(optimizer)
    >>> scheduler.step()
    >>> scheduler.get_last_lr(), scheduler.preview(3)
    ([0.25], [0.5, 0.25, 0.125])
    """

    _saved: tuple[str, ...] = ("last_epoch", "base_lrs", "_last_lr")
    _is_outright: ClassVar[bool] = False
    """Whether the rate is set whatever others have made of it."""
    _floor = 0.0
    """What the rate is scaled above."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise DTypeError(
                f"{type(self).__name__} takes an optimizer first, got {type(optimizer).__name__}"
            )
        self._require("last_epoch", last_epoch, isinstance(last_epoch, int), "a whole number")
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise StateError(
                    f"{type(self).__name__}: to go on from last_epoch={last_epoch}, group {i} of "
                    f"the optimizer needs 'initial_lr'; load the optimizer's state_dict() first"
                )
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self._last_lr: list[float] = []
        if last_epoch == -1 or self._is_outright:
            self._go_to(last_epoch + 1)
        else:
            self.last_epoch = last_epoch + 1
            self._last_lr = self._current()

    def rate(self, base: float, t: int) -> float:
        """Return the learning rate at step ``t`` = 0, 1, … of a group made with ``base``."""
        raise UnsupportedError(
            f"{type(self).__name__} has no rate; define def rate(self, base, t): in place of "
            f"PyTorch's get_lr"
        )

    def step(self) -> None:
        """Set the rates of the next step; call it after ``optimizer.step()``."""
        self._go_to(self.last_epoch + 1)

    def _go_to(self, t: int) -> None:
        """Set the rates of step ``t``, which comes after step t − 1."""
        rates = self._current()[: len(self.base_lrs)]
        self._set([self._next(i, lr, t) for i, lr in enumerate(rates)])
        self.last_epoch = t

    def _next(self, group: int, lr: float, t: int) -> float:
        """Return the rate at step ``t`` of a group whose rate has been ``lr``."""
        now = self._rate_of(group, t)
        before = self._rate_of(group, t - 1) if t else self.base_lrs[group]
        if self._is_outright or lr == before:
            return now
        if now == before:
            return lr
        if before == self._floor:
            return lr + now - before
        return self._floor + (lr - self._floor) * (now - self._floor) / (before - self._floor)

    def _rate_of(self, group: int, t: int) -> float:
        return self.rate(self.base_lrs[group], t)

    def _current(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def _set(self, rates: list[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=False):
            group["lr"] = rate
        self._last_lr = rates

    def get_last_lr(self) -> list[float]:
        """Return the rates that were set last, one for each group."""
        return list(self._last_lr)

    def preview(self, steps: int, group: int = 0) -> list[float]:
        """Return the rates of the first ``steps`` steps of a group; nothing is changed."""
        rates, lr = [], self.base_lrs[group]
        for t in range(steps):
            lr = self._next(group, lr, t)
            rates.append(lr)
        return rates

    def state_dict(self) -> dict[str, Any]:
        """Return where the schedule stands. Functions and settings are not part of it."""
        state = {name: getattr(self, name) for name in self._saved}
        return {k: list(v) if isinstance(v, list) else v for k, v in state.items()}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from ``state_dict()`` of a schedule of the same kind.

        The rates themselves are in the optimizer's state. Raises StateError if it does not fit.
        """
        if not isinstance(state_dict, Mapping) or set(state_dict) != set(self._saved):
            raise StateError(
                f"{type(self).__name__}: this is not the state_dict() of such a schedule, and "
                f"nothing was loaded"
            )
        for name, value in state_dict.items():
            setattr(self, name, list(value) if isinstance(value, list | tuple) else value)

    def _require(self, name: str, value: Any, allowed: bool, wanted: str) -> None:
        require(f"{type(self).__name__}: {name}", value, allowed, wanted)

    def _require_positive_integer(self, name: str, value: Any) -> None:
        self._require(name, value, isinstance(value, int) and value > 0, "a whole number above 0")

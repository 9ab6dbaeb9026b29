"""Contestants: who does the work of a workload, and the proof that they do the same work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from autograd_mini.errors import RuleError
from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.libraries import Library

BY_HAND = "by hand"
TOLERANCE = {"f": 1e-4, "d": 1e-8}  # of float32 and float64


class Contestant(NamedTuple):
    """``step`` is timed; ``answer`` returns what all contestants must agree on."""

    step: Callable[[], Any]
    answer: Callable[[], Sequence[Array]]


@dataclass(frozen=True)
class Goal:
    """The ratio of times that we want to reach, to NumPy by hand and to PyTorch."""

    by_hand: float
    pytorch: float


@dataclass(frozen=True)
class Workload:
    """A piece of work. ``enter`` makes its contestants, by name, ours first."""

    name: str
    what: str
    goal: Goal
    enter: Callable[[Sequence[Library]], dict[str, Contestant]]


def check_agreement(contestants: dict[str, Contestant]) -> None:
    """Raise RuleError unless all answers equal those by hand, to the accuracy of the dtype.

    An array may be off by the tolerance times its norm, or times a hundredth of the norm of all
    arrays together where it is smaller: some gradients are zero but for rounding.
    """
    expected = contestants[BY_HAND].answer()
    whole = float(np.sqrt(sum(np.sum(np.square(array)) for array in expected)))
    for name in contestants.keys() - {BY_HAND}:
        answers = contestants[name].answer()
        for position, (answer, right) in enumerate(zip(answers, expected, strict=True)):
            scale = max(float(np.linalg.norm(right)), 0.01 * whole)
            off = float(np.linalg.norm(answer - right)) / scale
            if answer.shape != right.shape or not off <= TOLERANCE[right.dtype.char]:
                raise RuleError(
                    f"{name} and NumPy by hand disagree in array {position} of shape "
                    f"{right.shape} by {off:.2g} of its size; nothing was timed"
                )

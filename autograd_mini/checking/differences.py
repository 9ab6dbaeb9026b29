"""The numeric side: difference quotients of the whole function, with their kinks and rounding."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from autograd_mini.checking.report import GOOD, Entry, ParameterCheck
from autograd_mini.checking.subject import Subject, same_branches
from autograd_mini.recording import Tape
from autograd_mini.rows import Array

N_WORST = 3
SHORTER = np.array([1, 1e-1, 1e-2, 1e-3])
KINK = 1e-2
"""One-sided slopes further apart than this, relative to the gradient, meet at a kink."""


def accumulated_rounding(tape: Tape) -> float:
    """Return how far rounding can move the result: every row's own, weighted by its adjoint.

    Σ u·|v̄·v| over all elements of all rows, u the unit roundoff: the use for which S. Linnainmaa
    1976, "Taylor expansion of the accumulated rounding error", BIT 16, introduced adjoints.
    """
    return sum(
        float(np.finfo(row.dtype).eps) * float(np.abs(row.adjoint * row.output).sum())
        for row in tape
        if row.adjoint is not None and row.dtype.kind == "f"
    )


def unswept(name: str, gradient: Array) -> ParameterCheck:
    """Return the check of a parameter whose gradient could not be had: the sweep raised."""
    return ParameterCheck(name, gradient.shape, np.nan, np.nan, 0.0, (), 0)


def check_entries(
    name: str, gradient: Array, subject: Subject, eps: float, rounding: float
) -> ParameterCheck:
    """Compare ``gradient`` with central differences in every entry of the parameter."""
    array = subject.parameters[name]._array
    numeric, noise = np.zeros_like(array), np.zeros_like(array)
    smooth = np.ones(array.shape, dtype=bool)
    scale = float(np.abs(gradient).max(initial=0.0))
    for index in np.ndindex(array.shape):
        centre = float(array[index])

        def move(step: float, index: tuple[int, ...] = index, centre: float = centre) -> float:
            array[index] = centre + step
            return float(array[index]) - centre

        line = _Line(subject, move, float(gradient[index]), scale, rounding)
        largest = eps * max(1.0, abs(centre))
        numeric[index], noise[index], smooth[index] = line.measure(
            [*(largest * SHORTER), *([eps * abs(centre)] if 0 < abs(centre) < SHORTER[-1] else [])]
        )
        move(0.0)
    return _compared(name, array.shape, gradient, numeric, noise, smooth, "entry")


def check_directions(
    name: str, gradient: Array, subject: Subject, eps: float, rounding: float, n_directions: int
) -> ParameterCheck:
    """Compare slopes along random directions: two runs each, however large the parameter is."""
    array = subject.parameters[name]._array
    centre = array.copy()
    rng = np.random.default_rng(len(name))
    numeric, noise, claimed = (np.zeros(n_directions) for _ in range(3))
    smooth = np.ones(n_directions, dtype=bool)
    for i in range(n_directions):
        direction: Array = np.asarray(rng.standard_normal(array.shape))
        direction = direction / max(_norm(direction), 1e-300)
        claimed[i] = float(np.vdot(gradient, direction))

        def move(step: float, direction: Array = direction) -> float:
            array[...] = centre + step * direction
            return step

        line = _Line(subject, move, float(claimed[i]), _norm(gradient), rounding)
        steps = eps * max(1.0, _norm(centre)) * SHORTER
        for start in range(len(steps)):  # a shorter step may meet no kink
            numeric[i], noise[i], smooth[i] = line.measure(list(steps[start:]))
            if smooth[i]:
                break
        move(0.0)
    return _compared(name, array.shape, claimed, numeric, noise, smooth, "direction")


@dataclass
class _Line:
    """The function along one line through the parameters, and the slope that is claimed for it.

    ``move(h)`` goes to x + h and returns the exact step; ``scale``: of the whole gradient.
    """

    subject: Subject
    move: Callable[[float], float]
    claimed: float
    scale: float
    rounding: float

    def measure(self, steps: list[float]) -> tuple[float, float, bool]:
        """Return the difference quotient, its rounding, and whether it says anything: no kink.

        Shorter steps are taken as long as they bring the quotient nearer: then the function bends,
        and it was truncation that parted the two. A wrong slope stays wrong at every step.
        """
        quotient, noise = self._quotient(steps[0])
        gap = self._gap(quotient)
        if gap <= max(noise, 1e-9 * self.scale, 1e-9 * abs(quotient)):
            return quotient, noise, True
        if self._changes_branch(steps[0]):
            return quotient, noise, False
        before, last = quotient, steps[0]
        for longer, step in pairwise(steps):
            plain, its_noise = self._quotient(step)
            bend = (plain - before) / ((longer / step) ** 2 - 1)  # Richardson: the error is ∝ h²
            nearer = min(plain, plain + bend, key=self._gap)
            if np.isfinite(gap) and self._gap(nearer) >= gap / 4:
                break
            before, last = plain, step
            quotient, noise, gap = nearer, its_noise, self._gap(nearer)
        return quotient, noise, gap <= GOOD * self.scale or not self._has_two_slopes(last)

    def _gap(self, quotient: float) -> float:
        """Return how far a quotient is from what is claimed, ∞ where the function has no value."""
        gap = abs(quotient - self.claimed)
        return gap if np.isfinite(gap) else np.inf

    def _quotient(self, step: float) -> tuple[float, float]:
        """Return (f(x + h) − f(x − h)) / 2h and what rounding may add to it."""
        above = self.move(step)
        high = self.subject.loss()
        below = self.move(-step)
        low = self.subject.loss()
        return (high - low) / (above - below), 2 * self.rounding / (above - below)

    def _changes_branch(self, step: float) -> bool:
        """Tell whether a recorded row is on another branch at x + h than at x − h: a kink."""
        self.move(step)
        taken = self.subject.branches()
        self.move(-step)
        return not same_branches(taken, self.subject.branches())

    def _has_two_slopes(self, step: float) -> bool:
        """Tell whether the slopes on both sides differ, and the claimed one is between them.

        So it is at the kink of a primitive that declares no branches, and of an ``if`` in ``f``.
        """
        above = self.move(step)
        high = self.subject.loss()
        below = self.move(-step)
        low = self.subject.loss()
        self.move(0.0)
        middle = self.subject.loss()
        right, left = (high - middle) / above, (middle - low) / -below
        largest = max(self.scale, abs(right), abs(left))
        margin = 1e-5 * largest
        return (
            abs(right - left) > KINK * largest
            and min(right, left) - margin <= self.claimed <= max(right, left) + margin
        )


def _compared(
    name: str,
    shape: tuple[int, ...],
    analytic: Array,
    numeric: Array,
    noise: Array,
    smooth: Array,
    unit: str,
) -> ParameterCheck:
    error = np.where(smooth, np.abs(analytic - numeric), 0)
    total = _norm(analytic[smooth]) + _norm(numeric[smooth])
    order = np.argsort(-error, axis=None, kind="stable")[:N_WORST]
    worst: list[Entry] = []
    for flat in order:
        index = tuple(int(i) for i in np.unravel_index(flat, error.shape))
        if not worst or error[index] > GOOD * total:
            where = str(list(index)) if unit == "entry" else f" along direction {index[0]}"
            worst.append(Entry(where, float(analytic[index]), float(numeric[index])))
    relative, rounding = _norm(error) / total if total else 0.0, _norm(noise[smooth])
    drowned = relative >= GOOD and 0 < _norm(analytic[smooth]) <= rounding
    return ParameterCheck(
        name,
        shape,
        relative=relative,
        difference=_norm(error),
        rounding=rounding,
        worst=tuple(worst),
        n_kinks=int(np.size(smooth) - np.count_nonzero(smooth)),
        undecided=drowned or (smooth.size > 0 and not smooth.any()),
    )


def _norm(values: Array) -> float:
    return float(np.linalg.norm(values.ravel()))

"""The numeric side: difference quotients of the whole function, with their kinks and rounding."""

from collections.abc import Callable

import numpy as np

from autograd_mini.checking.report import GOOD, Entry, ParameterCheck
from autograd_mini.checking.subject import Subject, same_branches
from autograd_mini.recording import Tape
from autograd_mini.rows import Array

N_WORST = 3
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

        claimed = float(gradient[index])
        step = eps * max(1.0, abs(centre))
        quotient, noise_here = _quotient(subject, move, step, rounding)
        gap = abs(quotient - claimed)
        if gap > max(noise_here, 1e-9 * scale, 1e-9 * abs(quotient)):
            smooth[index] = not _straddles(subject, move, step, claimed, scale)
        if smooth[index] and centre and gap > max(noise_here, 1e-8 * scale):
            near, near_noise = _quotient(subject, move, eps * abs(centre), rounding)
            if abs(near - claimed) < gap:  # the function bends too much for the larger step
                quotient, noise_here = near, near_noise
        numeric[index], noise[index] = quotient, noise_here
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

        def move_along(step: float, direction: Array = direction) -> float:
            array[...] = centre + step * direction
            return step

        for step in (eps * max(1.0, _norm(centre)) * shorter for shorter in (1, 0.1, 0.01)):
            numeric[i], noise[i] = _quotient(subject, move_along, step, rounding)
            slope = float(claimed[i])
            if abs(numeric[i] - slope) <= max(float(noise[i]), 1e-8 * _norm(gradient)):
                break
            smooth[i] = not _straddles(subject, move_along, step, slope, _norm(gradient))
            if smooth[i]:
                break
        move_along(0.0)
    return _compared(name, array.shape, claimed, numeric, noise, smooth, "direction")


Move = Callable[[float], float]


def _quotient(subject: Subject, move: Move, step: float, rounding: float) -> tuple[float, float]:
    """Return (f(x + h) − f(x − h)) / 2h and what rounding may add to it."""
    above = move(step)
    high = subject.loss()
    below = move(-step)
    low = subject.loss()
    return (high - low) / (above - below), 2 * rounding / (above - below)


def _straddles(subject: Subject, move: Move, step: float, claimed: float, scale: float) -> bool:
    """Tell whether x + h and x − h are on different sides of a kink.

    They are if a recorded row took another branch. A primitive that declares no branches may have a
    kink too: then the slopes on both sides differ, and the claimed one is not outside them.
    """
    above = move(step)
    high, taken = subject.loss(), subject.branches()
    below = move(-step)
    low, other = subject.loss(), subject.branches()
    if not same_branches(taken, other):
        return True
    move(0.0)
    middle = subject.loss()
    right, left = (high - middle) / above, (middle - low) / -below
    margin = 1e-5 * max(scale, abs(right), abs(left))
    return (
        abs(right - left) > KINK * max(scale, abs(right), abs(left))
        and min(right, left) - margin <= claimed <= max(right, left) + margin
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
    return ParameterCheck(
        name,
        shape,
        relative=_norm(error) / total if total else 0.0,
        difference=_norm(error),
        rounding=_norm(noise[smooth]),
        worst=tuple(worst),
        n_kinks=int(np.size(smooth) - np.count_nonzero(smooth)),
    )


def _norm(values: Array) -> float:
    return float(np.linalg.norm(values.ravel()))

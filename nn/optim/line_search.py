"""How far to go along a direction: a step that satisfies the strong Wolfe conditions."""

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

from autograd_mini.rows import Array

ENOUGH_DECREASE, ENOUGH_FLATTER, MOST_TRIALS = 1e-4, 0.9, 25


class Point(NamedTuple):
    """A place on the line: distance, loss, gradient, slope of the loss along the line."""

    t: float
    f: float
    g: Array
    slope: float


def strong_wolfe(
    evaluate: Callable[[float], Point], start: Point, t: float, size: float, tolerance: float
) -> Point:
    """Return a point where the loss is lower in proportion, and the slope 0.9 times as steep.

    f(t) ≤ f(0) + 10⁻⁴·t·f′(0) and |f′(t)| ≤ 0.9·|f′(0)|. First ``t`` grows until such a point lies
    between two trials; then the two close in on it. ``size``: the largest |component| of the
    direction. If 25 trials do not find it, the best end is returned.

    Source: J. Nocedal, S. Wright 2006, "Numerical optimization", algorithms 3.5 and 3.6, with cubic
    interpolation, eq. 3.59, and the safeguards of PyTorch.
    """

    def is_too_high(p: Point) -> bool:
        return p.f > start.f + ENOUGH_DECREASE * p.t * start.slope

    def is_flat_enough(p: Point) -> bool:
        return abs(p.slope) <= -ENOUGH_FLATTER * start.slope

    before, here = start, evaluate(t)
    trials = 0
    while trials < MOST_TRIALS:
        if is_too_high(here) or (trials > 1 and here.f >= before.f):
            break
        if is_flat_enough(here):
            return here
        if here.slope >= 0:
            break
        least, most = here.t + 0.01 * (here.t - before.t), 10 * here.t
        t = _cubic_minimum(before, here, least, most)
        before, here = here, evaluate(t)
        trials += 1
    else:
        before = start
    low, high = (before, here) if before.f <= here.f else (here, before)
    was_slow = False
    while trials < MOST_TRIALS and abs(high.t - low.t) * size >= tolerance:
        left, right = sorted((low.t, high.t))
        t = _cubic_minimum(*((low, high) if low.t < high.t else (high, low)), left, right)
        margin = 0.1 * (right - left)
        is_slow = min(right - t, t - left) < margin
        if is_slow and (was_slow or t >= right or t <= left):
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            is_slow = False
        was_slow = is_slow
        here = evaluate(t)
        trials += 1
        if is_too_high(here) or here.f >= low.f:
            high = here
            if high.f < low.f:
                low, high = high, low
        else:
            if is_flat_enough(here):
                return here
            if here.slope * (high.t - low.t) >= 0:
                high = low
            low = here
    return low


def _cubic_minimum(a: Point, b: Point, least: float, most: float) -> float:
    """Return where the cubic through two points with these slopes is lowest, within bounds."""
    d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if square < 0:
        return (least + most) / 2
    d2 = sqrt(square)
    t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
    return min(max(t, least), most)

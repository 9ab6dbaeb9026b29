"""One argument of one row, taken out of the tape: pull a cotangent through it, push a change."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograd_mini.rows import Array, Row
from autograd_mini.sweep import unbroadcast

EPS = 6e-6
N_ENTRIES = 256
"""So many entries of a large array are compared; of a smaller one, all."""
NEGLIGIBLE = 1e-13
"""A slope below this drowns in what a primitive rounds inside: ln(1 + 1e-10) has six digits."""


class Probe:
    """One argument of one row at its recorded values, with a random cotangent ``g``."""

    def __init__(self, row: Row, position: int, g: Array) -> None:
        assert row.primitive is not None
        self.row = row
        self.position = position
        self.g = g
        self.primitive = row.primitive
        self.argument = row.primitive.argument(position)
        self.x: Array = np.asarray(row.inputs[position])

    def pull(self, *, position: int | None = None, **replaced: Any) -> Array:
        """Return what the rule makes of ``g``; of other values where ``replaced`` gives them.

        ``g``, ``out``, ``inputs`` and ``kwargs`` can be replaced, and the rule by another's. As in
        the sweep, broadcasting is undone here.
        """
        cotangent = self.raw(position=position, **replaced)
        if cotangent.shape != self.x.shape and self.primitive.broadcasts:
            cotangent = unbroadcast(cotangent, self.x.shape)
        return cotangent

    def raw(self, *, position: int | None = None, **replaced: Any) -> Array:
        """Return the same before broadcasting is undone."""
        rule = self.primitive.vjp(self.position if position is None else position)
        assert rule is not None
        result = rule(
            replaced.get("g", self.g),
            replaced.get("out", self.row.output),
            *replaced.get("inputs", self.row.inputs),
            **replaced.get("kwargs", self.row.kwargs),
        )
        cotangent = np.asarray(result)
        if cotangent.dtype.kind not in "fiub":
            raise TypeError(f"it returned {type(result).__name__}, not an array")
        return cotangent

    def push(self, x: Array) -> float:
        """Return ⟨g, z⟩ for another value of the argument, NaN where the primitive refuses it."""
        try:
            return float(np.vdot(self.g, self.primitive.run(self._with(x), self.row.kwargs)))
        except (ValueError, ArithmeticError):  # LinAlgError is a ValueError
            return np.nan

    def branch(self, x: Array) -> Array | None:
        """Return which smooth piece the primitive is on, or None if it declares none."""
        if self.primitive.branch is None:
            return None
        return np.asarray(self.primitive.branch(*self._with(x), **self.row.kwargs))

    def same_branch(self, x: Array, y: Array) -> bool:
        one, other = self.branch(x), self.branch(y)
        return one is None or other is None or np.array_equal(one, other)

    @cached_property
    def rounding(self) -> float:
        """By how much rounding may move ⟨g, z⟩."""
        out = self.row.output
        unit = np.finfo(out.dtype if out.dtype.kind == "f" else np.float64).eps
        return 4 * float(unit) * float(np.abs(self.g * out).sum())

    def _with(self, x: Array) -> tuple[Any, ...]:
        inputs = list(self.row.inputs)
        inputs[self.position] = x
        return tuple(inputs)


def probes_of(rows: list[Row]) -> Iterator[Probe]:
    """Yield every differentiable argument of every row, with one cotangent per row."""
    rng = np.random.default_rng(1)
    for row in rows:
        if row.primitive is None:
            continue
        g = np.asarray(rng.standard_normal(row.shape), dtype=row.dtype)
        for position, parent in enumerate(row.parents):
            if parent is not None and parent.requires_grad:
                yield Probe(row, position, g)


@dataclass
class Sample:
    """Difference quotients of a probe in some entries: ``index`` in the flattened argument.

    ``smooth`` is False for entries at a kink, which say nothing.
    """

    probe: Probe
    index: Array
    numeric: Array
    tolerance: Array
    smooth: Array

    def of(self, candidate: Array) -> Array:
        """Return the sampled entries of ``candidate``."""
        return candidate.reshape(-1)[self.index]

    def agreeing(self, candidate: Array) -> Array:
        """Return where the sampled entries of ``candidate`` are right, kinks included."""
        close: Array = np.abs(self.of(candidate) - self.numeric) <= self.tolerance
        return ~self.smooth | close

    def matches(self, candidate: Any) -> bool:
        """Tell whether ``candidate`` is a right cotangent, as far as was measured."""
        array = np.asarray(candidate)
        return array.shape == self.probe.x.shape and bool(self.agreeing(array).all())

    @property
    def is_whole(self) -> bool:
        return self.index.size == self.probe.x.size

    @property
    def whole(self) -> Array:
        return self.numeric.reshape(self.probe.x.shape)


def agrees_along_direction(probe: Probe, claimed: Array, relative: bool = False) -> bool:
    """Tell whether ``claimed`` gives the right slope along a random direction; cheap.

    ``relative``: entries move in proportion to their size, for functions that bend strongly near 0.
    False means no more than that the entries should be looked at.
    """
    x, size = probe.x, np.abs(probe.x)
    scale = np.where(size > 0, 1e-4 * size, EPS) if relative else EPS * np.maximum(1, size)
    step = np.asarray(np.random.default_rng(2).standard_normal(x.shape) * scale)
    for _ in range(3):
        above, below = probe.branch(x + step), probe.branch(x - step)
        if above is None or below is None or np.array_equal(above, below):
            break
        crossing = above != below
        step = step / 100 if crossing.shape != x.shape else np.where(crossing, 0, step)
    else:
        return False
    slope = float(np.vdot(claimed, step))
    change = (probe.push(x + step) - probe.push(x - step)) / 2
    size_of_slope = float(np.linalg.norm((claimed * step).ravel())) + abs(change)
    return abs(slope - change) <= 1e-6 * size_of_slope + probe.rounding


def sampled(probe: Probe, claimed: Array | None) -> Sample:
    """Measure difference quotients, with the step that favours ``claimed`` among three."""
    size = probe.x.size
    index = np.arange(size)
    if size > N_ENTRIES:
        index = np.sort(np.random.default_rng(3).choice(size, N_ENTRIES, replace=False))
    flat = None if claimed is None else claimed.reshape(-1)
    measured = [
        _quotient(probe, i, None if flat is None else float(flat[i])) for i in index.tolist()
    ]
    numeric, noise, smooth = (np.array([m[k] for m in measured]) for k in range(3))
    smooth = smooth.astype(bool) & np.isfinite(numeric)
    largest = float(np.abs(numeric[smooth]).max(initial=0.0))
    tolerance = 1e-6 * np.abs(numeric) + 1e-7 * largest + noise
    tolerance += NEGLIGIBLE * float(np.abs(probe.g).max(initial=0.0))
    return Sample(probe, index, numeric, tolerance, smooth)


def _quotient(probe: Probe, flat: int, claimed: float | None) -> tuple[float, float, bool]:
    """Return the difference quotient in one entry, its rounding, and whether it is smooth there."""
    centre = float(probe.x.reshape(-1)[flat])
    best = (np.nan, 0.0, False)
    for step in (EPS * max(1.0, abs(centre)), EPS * abs(centre), 1e-4 * abs(centre)):
        above, below = probe.x.copy(), probe.x.copy()
        above.reshape(-1)[flat] = centre + step
        below.reshape(-1)[flat] = centre - step
        width = float(above.reshape(-1)[flat] - below.reshape(-1)[flat])
        if not width or not probe.same_branch(above, below):
            continue
        high, low = probe.push(above), probe.push(below)
        numeric, noise = (high - low) / width, probe.rounding / width
        if not np.isfinite(numeric):
            continue
        if claimed is None:
            return numeric, noise, True
        if not best[2] or abs(numeric - claimed) < abs(best[0] - claimed):
            best = numeric, noise, not _is_kink(probe, high, low, width / 2, claimed)
    return best


def _is_kink(probe: Probe, high: float, low: float, step: float, claimed: float) -> bool:
    """Tell whether the slopes on both sides differ, with the claimed one not outside them."""
    middle = probe.push(probe.x)
    right, left = (high - middle) / step, (middle - low) / step
    largest = max(abs(right), abs(left))
    margin = 1e-5 * largest + probe.rounding / step
    return (
        abs(right - left) > 0.01 * largest + 2 * probe.rounding / step
        and min(right, left) - margin <= claimed <= max(right, left) + margin
    )

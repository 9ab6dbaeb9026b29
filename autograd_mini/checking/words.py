"""What is wrong with a rule, in words: by trying which change to it makes it right."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations
from math import prod
from typing import Any

import numpy as np

from autograd_mini.checking.probe import Probe, Sample
from autograd_mini.rows import Array
from autograd_mini.sweep import unbroadcast

Verdict = tuple[float | None, str]
RATIO = "the ratio of its result to the difference quotient is"


def explain_values(sample: Sample, claimed: Array) -> Verdict:
    """Return the ratio, if it is one number, and the words for a cotangent of the right shape."""
    for explain in (
        _in_time,
        _in_g,
        _known_ratio,
        _unchanged,
        _other_branch,
        _repaired,
        _anothers,
        _counting_ratio,
        _known_factor,
        _overwritten,
        _shifted,
        _one_ratio,
    ):
        verdict = explain(sample, claimed)
        if verdict is not None:
            return verdict
    return None, _partly(sample, claimed)


def explain_refusal(sample: Sample, claim: Array | Exception) -> str:
    """Return the words for a rule that raised, or returned another shape than its input's."""
    x = sample.probe.x
    if isinstance(claim, Exception):
        what = f"it raised {type(claim).__name__} ({' '.join(str(claim).split())})"
    else:
        what = f"it returned shape {claim.shape} for an input of shape {x.shape}"
        if _tried(lambda: sample.matches(unbroadcast(claim, x.shape))):
            return f"{what}; sum over the axes along which {sample.probe.argument} was broadcast"
        if claim.size == x.size and sample.matches(claim.reshape(x.shape)):
            return f"{what}; the numbers are right, an axis is missing or too much: reshape it"
    repair = next(_working_repairs(sample), None)
    return f"{what}; {repair}" if repair else what


def _in_g(sample: Sample, claimed: Array) -> Verdict | None:
    """A rule must be linear in the cotangent."""
    probe = sample.probe
    twice, nothing = probe.pull(g=2 * probe.g), probe.pull(g=0 * probe.g)
    if not np.any(claimed):
        return 0.0, f"{RATIO} 0; nothing is sent back"
    if np.array_equal(twice, claimed):
        repaired = _tried(lambda: sample.matches(claimed * probe.g))
        with_g = "; multiply by it" if repaired else ""
        return None, f"its result does not depend on the cotangent g, the chain is cut{with_g}"
    if np.any(nothing):
        right = "; without it the rule is right" if sample.matches(claimed - nothing) else ""
        return None, f"it adds a constant: for g = 0 it does not return 0{right}"
    if not np.allclose(twice, 2 * claimed, rtol=1e-6, atol=0):
        return None, "it is not linear in the cotangent g: twice the g must give twice the result"
    return None


def _in_time(sample: Sample, claimed: Array) -> Verdict | None:
    """A rule must depend on its arguments only."""
    probe = sample.probe
    probe.primitive.run(probe.row.inputs, probe.row.kwargs)
    fresh = probe.pull()
    if np.array_equal(fresh, claimed):
        return None
    words = "it uses a stale value that was saved outside of it by another call"
    if sample.matches(fresh):
        words += ", not its own arguments; right after this call of the primitive it is right"
    return None, words


def _ratio(sample: Sample, claimed: Array) -> float | None:
    """Return claimed / numeric if it is the same in all entries."""
    found, true = sample.of(claimed)[sample.smooth], sample.numeric[sample.smooth]
    largest = np.abs(true).max(initial=0.0)
    if not largest:
        return None
    ratio = float(np.vdot(true, found) / np.vdot(true, true))
    margin = (sample.tolerance * max(1.0, abs(ratio)))[sample.smooth]
    return ratio if np.all(np.abs(found - ratio * true) <= margin) else None


def _known_ratio(sample: Sample, claimed: Array) -> Verdict | None:
    ratio = _ratio(sample, claimed)
    meanings = {-1.0: "a sign is wrong", 2.0: "counted twice", 0.5: "a factor 2 is missing"}
    for known, meaning in meanings.items():
        if ratio is not None and np.isclose(ratio, known, rtol=1e-4):
            return known, f"{RATIO} {_number(known)} everywhere; {meaning}"
    return None


def _counting_ratio(sample: Sample, claimed: Array) -> Verdict | None:
    """Ratios that are numbers of elements."""
    ratio = _ratio(sample, claimed)
    x = sample.probe.x
    if ratio is None or x.size < 2:
        return None
    counts = sorted({x.size, *x.shape, *_reduced_counts(sample.probe)} - {0, 1})
    ddof = sample.probe.row.kwargs.get("ddof", 0)
    for n in counts:
        told = f"{RATIO} {_number(ratio)} everywhere"
        if np.isclose(ratio, n):
            return ratio, f"{told}; a division by {n}, the number of elements, is missing"
        if np.isclose(ratio, 1 / n):
            return ratio, f"{told} = 1/{n}; it is divided by the {n} elements once too often"
        for d in {1, int(ddof)} - {0}:
            if n > d and np.isclose(ratio, (n - d) / n):
                return ratio, f"{told} = {n - d}/{n}; it divides by n, not by n − {d}"
            if n > d and np.isclose(ratio, n / (n - d)):
                return ratio, f"{told} = {n}/{n - d}; it divides by n − {d}, not by n"
    return None


def _reduced_counts(probe: Probe) -> set[int]:
    if probe.row.output.size and probe.x.size % probe.row.output.size == 0:
        return {probe.x.size // probe.row.output.size}
    return set()


def _one_ratio(sample: Sample, claimed: Array) -> Verdict | None:
    ratio = _ratio(sample, claimed)
    if ratio is None:
        return None
    why = "a constant factor is wrong"
    for n in range(3, 13):
        for factor, fault in ((n, "too much"), (1 / n, "missing")):
            if np.isclose(ratio, factor):
                why = f"a factor {n} is {fault}"
    return ratio, f"{RATIO} {_number(ratio)} everywhere; {why}"


def _unchanged(sample: Sample, claimed: Array) -> Verdict | None:
    g = np.asarray(sample.probe.g)
    if not _tried(lambda: bool(np.array_equal(unbroadcast(g, claimed.shape), claimed))):
        return None
    return None, "it passes g on unchanged; the local derivative, its factor, is missing"


def _other_branch(sample: Sample, claimed: Array) -> Verdict | None:
    found, true = sample.of(claimed)[sample.smooth], sample.numeric[sample.smooth]
    if found.size < 2 or not np.any(true):
        return None
    if np.array_equal(found != 0, np.abs(true) <= sample.tolerance[sample.smooth]):
        return None, (
            "it is zero exactly where it should not be, and the other way round: the branches are "
            "exchanged"
        )
    return None


def _anothers(sample: Sample, claimed: Array) -> Verdict | None:
    """The cotangent of another argument of the primitive."""
    probe = sample.probe
    for i in range(len(probe.row.inputs)):
        if i != probe.position and probe.primitive.vjp(i) is not None:
            other = _attempt(partial(probe.pull, position=i))
            if other is not None and np.array_equal(other, claimed):
                name = probe.primitive.argument(i)
                return None, f"it is the rule of {name}, that of another argument"
    return None


def _repaired(sample: Sample, claimed: Array) -> Verdict | None:
    words = next(_working_repairs(sample), None)
    return None if words is None else (None, words)


def _working_repairs(sample: Sample) -> Iterator[str]:
    for words, repair in _repairs(sample.probe):
        cotangent = _attempt(repair)
        if cotangent is not None and sample.matches(cotangent):
            yield words


def _repairs(probe: Probe) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield changes to a rule, with the words for the fault that each would mend."""
    primitive, inputs, kwargs = probe.primitive, probe.row.inputs, probe.row.kwargs
    names = [primitive.argument(i) for i in range(len(inputs))]
    for i, j in permutations(range(len(inputs)), 2):
        swapped = list(inputs)
        swapped[i], swapped[j] = inputs[j], inputs[i]
        if i < j:
            words = f"with {names[i]} and {names[j]} swapped it is right"
            yield words, partial(probe.pull, inputs=tuple(swapped))
    for i, name in enumerate(names):
        if i != probe.position and primitive.vjp(i) is not None:
            words = f"the rules of {probe.argument} and {name} are exchanged"
            yield words, partial(probe.pull, position=i)
    if probe.x.ndim == 2 and "axis" not in kwargs:
        yield "its result must be transposed", lambda: _transposed(probe.raw())
    for axis in range(probe.x.ndim):
        if isinstance(kwargs.get("axis"), int) and axis != kwargs["axis"] % probe.x.ndim:
            words = f"it is right for axis={axis}, but the call was for axis={kwargs['axis']}"
            yield words, partial(probe.pull, kwargs={**kwargs, "axis": axis})
    for i, name in enumerate(names):
        if np.ndim(inputs[i]) >= 2:
            turned = [_transposed(x) if k == i else x for k, x in enumerate(inputs)]
            words = f"with {name} transposed it is right"
            yield words, partial(probe.pull, inputs=tuple(turned))
    if np.ndim(probe.g) >= 2:
        yield "with g transposed it is right", partial(probe.pull, g=_transposed(probe.g))
        yield (
            "with z transposed it is right",
            partial(probe.pull, out=_transposed(probe.row.output)),
        )
    if "axis" in kwargs and probe.x.ndim >= 2 and not kwargs.get("keepdims"):
        words = "put the reduced axis back before g is spread: np.expand_dims(g, axis)"
        yield words, lambda: probe.pull(g=np.expand_dims(probe.g, kwargs["axis"]))
    for order in permutations(range(probe.x.ndim)) if probe.x.ndim <= 4 else ():
        if order != tuple(range(probe.x.ndim)):
            words = (
                f"its result has exchanged axes: transposed, {order}, it is right"
                if "axis" not in kwargs
                else f"g is spread along the wrong axis: the reduced one, {kwargs['axis']}, must "
                f"be put back where it was (np.expand_dims, or keepdims)"
            )
            yield words, partial(_permuted, probe, order)
    for axis in range(probe.x.ndim):
        words = f"its result is reversed along axis {axis}"
        yield words, partial(_flipped, probe, axis)


def _permuted(probe: Probe, order: tuple[int, ...]) -> Array:
    return np.transpose(probe.pull(), order)


def _flipped(probe: Probe, axis: int) -> Array:
    return np.flip(probe.pull(), axis)


def _transposed(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _known_factor(sample: Sample, claimed: Array) -> Verdict | None:
    """A factor that is missing or too much: an input, the output, or a simple function of one."""
    probe = sample.probe
    values = {probe.primitive.argument(i): x for i, x in enumerate(probe.row.inputs)}
    values["z"] = probe.row.output
    for name, value in values.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            continue
        if _attempt(partial(np.broadcast_shapes, value.shape, claimed.shape)) != claimed.shape:
            continue
        for shown, factor in ((name, value), (f"{name}²", value**2), (f"(1 − {name})", 1 - value)):
            candidates = {
                f"a factor {shown} is missing": np.multiply(claimed, factor),
                f"a factor {shown} is too much": np.divide(claimed, factor),
                f"a factor −{shown} is missing": -np.multiply(claimed, factor),
            }
            for words, candidate in candidates.items():
                if sample.matches(candidate):
                    return None, words
    return None


def _overwritten(sample: Sample, claimed: Array) -> Verdict | None:
    """Elements that a primitive reads several times must get all of their contributions."""
    probe = sample.probe
    ids = np.arange(probe.x.size).reshape(probe.x.shape)
    picked = _attempt(lambda: np.asarray(probe.primitive.run([ids], probe.row.kwargs)))
    if picked is None or picked.dtype.kind != "i" or len(probe.row.inputs) != 1:
        return None
    inside = picked.size and picked.min() >= 0 and picked.max() < probe.x.size
    if not inside or not np.array_equal(probe.x.reshape(-1)[picked], probe.row.output):
        return None
    counts = np.bincount(picked.reshape(-1), minlength=probe.x.size)[sample.index]
    wrong = ~sample.agreeing(claimed)
    if wrong.any() and np.all(counts[wrong] > 1):
        return None, (
            "elements that were read several times have only one of their contributions: = where "
            "+= is needed (np.add.at)"
        )
    return None


def _shifted(sample: Sample, claimed: Array) -> Verdict | None:
    """The right numbers one place off: an off-by-one slice."""
    if not sample.is_whole or not sample.smooth.all():
        return None
    for axis, n in enumerate(claimed.shape):
        if n < 3:
            continue
        for found, true in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
            before = (slice(None),) * axis
            shifted, right = claimed[(*before, found)], sample.whole[(*before, true)]
            if np.any(right) and np.allclose(shifted, right, rtol=1e-5, atol=1e-9):
                return None, f"its numbers are one place off along axis {axis}: an off-by-one slice"
    return None


def _partly(sample: Sample, claimed: Array) -> str:
    """Say in how many entries it is wrong, and what these have in common."""
    wrong = ~sample.agreeing(claimed)
    n_wrong = int(np.count_nonzero(wrong))
    if not n_wrong:
        return "it is right in the entries that were measured, but not along a random direction"
    worst = int(np.argmax(np.where(wrong, np.abs(sample.of(claimed) - sample.numeric), 0)))
    where = [int(i) for i in np.unravel_index(sample.index[worst], sample.probe.x.shape)]
    entries = "entries" if sample.is_whole else "entries tried"
    told = (
        f"wrong in {n_wrong} of {sample.smooth.sum()} {entries}; worst at {where}: "
        f"{sample.of(claimed)[worst]:.6g}, the difference quotient is {sample.numeric[worst]:.6g}"
    )
    x = sample.of(sample.probe.x)
    for words, region in (("negative", x < 0), ("positive", x > 0), ("zero", x == 0)):
        if np.array_equal(wrong, region & sample.smooth) and n_wrong < prod(wrong.shape):
            return f"{told}; they are those where {sample.probe.argument} is {words}"
    return told


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def _attempt(action: Callable[[], Any]) -> Any:
    """Return what ``action`` gives, None if it raises: trials may not fit."""
    try:
        return action()
    except Exception:
        return None


def _tried(action: Callable[[], Any]) -> bool:
    return bool(_attempt(action))

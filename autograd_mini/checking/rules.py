"""Which rule is wrong? Every row's own VJPs against differences of the primitive itself.

A row is a function that was run at known values, so each of its rules can be checked alone. What is
wrong with one is put into words in ``words.py``.
"""

from dataclasses import replace

import numpy as np

from autograd_mini.checking.probe import (
    EPS,
    N_ENTRIES,
    Probe,
    agrees_along_direction,
    probes_of,
    sampled,
)
from autograd_mini.checking.report import Finding
from autograd_mini.checking.words import explain_refusal, explain_values
from autograd_mini.rows import Array, Row


def wrong_rules(rows: list[Row]) -> list[Finding]:
    """Return one finding per primitive and argument whose rule is wrong, in the tape's order."""
    probes = list(probes_of(rows))
    # All rules run before any primitive does: a rule that keeps values of its own, instead of using
    # its arguments, has now those of the last call.
    claims = [_claim(probe) for probe in probes]
    findings: dict[tuple[str, str], Finding] = {}
    for probe, claim in zip(probes, claims, strict=True):
        key = probe.primitive.name, probe.argument.partition("[")[0]
        if key in findings:
            if isinstance(claim, Exception) or not _is_right(probe, claim):
                findings[key] = replace(findings[key], n_rows=findings[key].n_rows + 1)
            continue
        finding = _finding(probe, claim)
        if finding is not None:
            findings[key] = finding
    return list(findings.values()) or wrong_ties(rows)


def wrong_ties(rows: list[Row]) -> list[Finding]:
    """Return findings for rows whose tied elements get shares that do not add up.

    At a tie no single element has a derivative, but all may be moved together without another
    winning: along that direction the slope is defined, and the shares must give it.
    """
    findings = {}
    for row in rows:
        if row.primitive is None or row.primitive.branch is None:
            continue
        claims = [
            (probe, claim)
            for probe in probes_of([row])
            if isinstance(claim := _claim(probe), np.ndarray)
        ]
        if claims and not _adds_up(row, claims):
            worst, _ = max(claims, key=lambda pair: _gap(*pair))
            findings[row.primitive.name, worst.argument] = _named(
                worst,
                None,
                "the shares of tied elements do not add up to 1; divide the cotangent among the "
                "elements that tie",
            )
    return list(findings.values())


def _adds_up(row: Row, claims: list[tuple[Probe, Array]]) -> bool:
    """Move all arguments of a row together: the slope must be the sum of what the rules say."""
    assert row.primitive is not None
    assert row.primitive.branch is not None
    step = EPS * max(1.0, *(float(np.abs(probe.x).max(initial=0.0)) for probe, _ in claims))
    moved = {probe.position for probe, _ in claims}
    above, below = (
        tuple(x + h if i in moved else x for i, x in enumerate(row.inputs)) for h in (step, -step)
    )
    branch, run = row.primitive.branch, row.primitive.run
    if not np.array_equal(branch(*above, **row.kwargs), branch(*below, **row.kwargs)):
        return True
    probe = claims[0][0]
    slope = sum(float(claim.sum()) for _, claim in claims)
    high, low = np.vdot(probe.g, run(above, row.kwargs)), np.vdot(probe.g, run(below, row.kwargs))
    margin = probe.rounding / step + 1e-6 * float(np.abs(probe.g).sum())
    return abs(slope - float(high - low) / (2 * step)) <= margin


def _claim(probe: Probe) -> Array | Exception:
    try:
        return probe.pull()
    except Exception as error:  # whatever a user's rule raises is what is to be explained
        return error


def _is_right(probe: Probe, claimed: Array) -> bool:
    if claimed.shape != probe.x.shape:
        return False
    if agrees_along_direction(probe, claimed):
        return True
    return sampled(probe, claimed).matches(claimed)


def _finding(probe: Probe, claim: Array | Exception) -> Finding | None:
    if isinstance(claim, Exception) or claim.shape != probe.x.shape:
        return _named(probe, None, explain_refusal(sampled(probe, None), claim))
    if agrees_along_direction(probe, claim):
        return None
    sample = sampled(probe, claim)
    if sample.matches(claim) and (
        sample.is_whole or agrees_along_direction(probe, claim, relative=True)
    ):
        return None  # along the direction it met a kink, or bends
    if not sample.smooth.any():
        return None
    ratio, words = explain_values(sample, claim)
    return _named(probe, ratio, words)


def _named(probe: Probe, ratio: float | None, words: str) -> Finding:
    argument = probe.argument
    slope = probe.primitive.slope(argument)
    rule = f"∂z/∂{argument.partition('[')[0]} = {slope}" if slope else ""
    return Finding(words, probe.primitive.name, argument, ratio, probe.row.line, rule=rule)


def _gap(probe: Probe, claim: Array) -> float:
    """Return how far a rule is from plain central differences, which share two-way ties."""
    gap = 0.0
    for flat in range(min(probe.x.size, N_ENTRIES)):
        above, below = probe.x.copy(), probe.x.copy()
        above.reshape(-1)[flat] += EPS
        below.reshape(-1)[flat] -= EPS
        numeric = (probe.push(above) - probe.push(below)) / (2 * EPS)
        gap = max(gap, abs(float(claim.reshape(-1)[flat]) - numeric))
    return gap

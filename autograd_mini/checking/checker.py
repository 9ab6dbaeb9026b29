"""Gradient checking: compare the sweep with central differences, parameter by parameter.

The judge is the definition of the derivative, so it needs no knowledge of any rule. Only when a
check fails does it look at the tape, to name what is wrong: ``rules.py`` and ``paths.py``.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from autograd_mini.checking.differences import (
    accumulated_rounding,
    check_directions,
    check_entries,
    unswept,
)
from autograd_mini.checking.paths import broken_path
from autograd_mini.checking.report import GOOD, Finding, GradientReport, ParameterCheck
from autograd_mini.checking.rules import wrong_rules, wrong_ties
from autograd_mini.checking.subject import Subject, subject_of
from autograd_mini.errors import ArgumentError
from autograd_mini.recording import Tape
from autograd_mini.rows import Array
from autograd_mini.sweep import reverse_sweep
from autograd_mini.tensors import Tensor

EPS = 6e-6
N_DIRECTIONS = 3


def gradcheck(
    f: Callable[..., Tensor],
    inputs: Any,
    eps: float = EPS,
    *,
    order: int = 1,
    mode: Literal["entries", "directions"] = "entries",
) -> GradientReport:
    """Check the gradient of ``f`` against (f(x + h) − f(x − h)) / 2h, in float64.

    ``inputs``: a Tensor, a sequence of them (``f`` gets each as an argument), a dict, or a module
    (``f`` gets it whole; its parameters are checked, and are as before afterwards). float32 values
    are copied to float64, and the report says so. ``f`` may return any shape: what is checked is
    its product with a fixed random cotangent. ``eps``: h = eps · max(1, |x|); 6e-6 balances
    truncation against rounding. ``order``: 2 checks the gradient of the gradient. ``mode``:
    "entries" tries every entry; "directions" three random directions per parameter, two runs each
    however large it is.

    When the check fails, every row of the tape is checked by itself, and the report names the
    wrong rule: primitive, argument, what is wrong with it, and the line that called it. If all
    rules are right, it says where the path from the parameter to the result is cut.

    Random draws from the default generator are replayed, so dropout can be checked. An entry whose
    two evaluations fall on different sides of a kink (relu, abs, max, …) is recognised by the
    branches that the recorded rows took, counted, and left out.

    Raises DTypeError if nothing in ``inputs`` is a float tensor, GraphError if ``f`` does not
    return a Tensor, changes its inputs, or gives two results for one input, ArgumentError for a bad
    ``eps``, ``order`` or ``mode``.

    >>> import autograd_mini as ag
    >>> report = gradcheck(lambda x: (x * x).sum(), ag.tensor([1.0, -2.0]))
    >>> bool(report), report.checks[0].verdict
    (True, 'good')
    >>> cube = ag.primitive(lambda x: x**3, name="cube", x=lambda g, out, x: -g * 3 * x**2)
    >>> print(gradcheck(lambda x: cube(x), ag.tensor([1.0, 2.0])).findings[0].words)
    the ratio of its result to the difference quotient is −1 everywhere; a sign is wrong

    Source: Ng, "Improving Deep Neural Networks", week 1, "Gradient checking".
    """
    if not isinstance(eps, int | float):
        raise ArgumentError(
            f"gradcheck: eps is a number between 0 and 1, got {type(eps).__name__}; give several "
            f"inputs as one list"
        )
    if not 0 < eps < 1:
        raise ArgumentError(f"gradcheck: eps must be between 0 and 1, got {eps}; try 6e-6")
    if order not in (1, 2):
        raise ArgumentError(f"gradcheck: order must be 1 or 2, got {order}")
    if mode not in ("entries", "directions"):
        raise ArgumentError(f"gradcheck: mode must be 'entries' or 'directions', got {mode!r}")
    notes = []
    with np.errstate(all="ignore"), subject_of(f, inputs, order) as subject:
        if subject.lent_float32:
            notes.append("float32 values were copied to float64 for the check")
        gradients, tape, failure = _swept(subject)
        rounding = accumulated_rounding(tape)
        coarse = next((row for row in tape if row.dtype in (np.float32, np.float16)), None)
        if coarse is not None:
            line = f" at {coarse.line}" if coarse.line else ""
            notes.append(
                f"{coarse.operation}{line} calculates in {coarse.dtype}: the check sees only what "
                f"its rounding leaves"
            )
        checks = [
            unswept(name, gradient)
            if failure is not None
            else check_entries(name, gradient, subject, eps, rounding)
            if mode == "entries"
            else check_directions(name, gradient, subject, eps, rounding, N_DIRECTIONS)
            for name, gradient in gradients.items()
        ]
        findings = _diagnosis(subject, checks, tape, gradients, failure)
    for check in checks:
        if check.verdict == "good" and check.relative >= GOOD:
            notes.append(f"{check.name}: the difference is within the rounding of f itself")
        if check.undecided and not check.n_kinks:
            notes.append(
                f"{check.name}: its gradient is smaller than the rounding of f, so differences "
                f"cannot judge it; take large constants out of f"
            )
    n_kinks = sum(check.n_kinks for check in checks)
    if n_kinks:
        one, many = ("entry", "entries") if mode == "entries" else ("direction", "directions")
        what = f"1 {one} straddles" if n_kinks == 1 else f"{n_kinks} {many} straddle"
        notes.append(f"{what} a kink and {'was' if n_kinks == 1 else 'were'} left out")
    return GradientReport(checks, notes, findings)


def _swept(subject: Subject) -> tuple[dict[str, Array], Tape, Exception | None]:
    """Return the gradients by name, the tape, and what the sweep raised, if it did.

    A parameter that the sweep does not reach has gradient 0; if it raised, they are all NaN.
    """
    output, tape = subject.recorded()
    gradients = {name: np.zeros_like(p._array) for name, p in subject.parameters.items()}
    failure = None
    if output.requires_grad:
        rows = [parameter.row for parameter in subject.parameters.values()]
        seed = subject.seed.astype(output.dtype)
        try:
            found = reverse_sweep(output.row, seed, rows)
        except Exception as error:  # whatever a user's rule raises is what is to be explained
            failure = error
            return {name: g + np.nan for name, g in gradients.items()}, tape, failure
        for name, parameter in subject.parameters.items():
            if parameter.row in found:
                gradients[name] = np.asarray(found[parameter.row], dtype=np.float64)
    return gradients, tape, failure


def _diagnosis(
    subject: Subject,
    checks: list[ParameterCheck],
    tape: Tape,
    gradients: dict[str, Array],
    failure: Exception | None,
) -> list[Finding]:
    """Return the causes of a failed check: wrong rules, else a broken path."""
    failed = [check.name for check in checks if check.verdict in ("look again", "wrong")]
    if failed or any(check.undecided for check in checks):
        wrong = wrong_rules(list(subject.recorded()[1]))
        if wrong or not failed:
            return wrong
        if failure is not None:
            return [Finding(f"the sweep could not be done: {failure}")]
        return broken_path(subject, failed, tape, gradients)
    if any(check.n_kinks for check in checks):
        return wrong_ties(list(subject.recorded()[1]))
    return []

"""All rules are right, yet the gradient is not: where the path to the result is broken."""

from typing import Any

import numpy as np

from autograd_mini.checking.probe import Probe
from autograd_mini.checking.report import Finding
from autograd_mini.checking.subject import Subject
from autograd_mini.recording import Tape
from autograd_mini.rows import Array, Row

NUDGE = 1e-4
CUTTERS = "detach(), .data, .numpy(), .item() or no_grad() do that"


def broken_path(
    subject: Subject, failed: list[str], tape: Tape, gradients: dict[str, Array]
) -> list[Finding]:
    """Return what is wrong between the rows: a cut, a lost contribution, or nothing on the tape.

    ``tape``: of the sweep that gave ``gradients``. ``failed``: the parameters that are not good.
    """
    not_finite = _not_finite(tape)
    if not_finite is not None:
        return [not_finite]
    cuts = [finding for name in failed if (finding := _cut(subject, name, tape)) is not None]
    if cuts:
        return cuts
    lost = _lost(tape, {subject.parameters[name].row: name for name in gradients}, gradients)
    return lost or [
        Finding(
            "all rules are right and nothing is cut: the difference quotient itself may be off. "
            "Look at ag.gradcheck_curve, and for jumps in f"
        )
    ]


def _not_finite(tape: Tape) -> Finding | None:
    for row in tape:
        if not np.isfinite(row.output).all():
            return Finding(
                f"{row.operation}{_at(row)} gave inf or NaN: there is no derivative there. All "
                f"rules are right; keep its inputs inside the function's domain"
            )
    return None


def _cut(subject: Subject, name: str, tape: Tape) -> Finding | None:
    """Move the parameter a little, and look which *constants* of the tape move with it."""
    array = subject.parameters[name]._array
    centre = array.copy()
    before = [_constants(row) for row in tape]  # copies: a detached array is the parameter's own
    array += NUDGE * np.random.default_rng(4).uniform(0.5, 1, array.shape)
    try:
        output, moved = subject.recorded()
        after = [_constants(row) for row in moved]
    finally:
        array[...] = centre
    right = "all rules are right"
    start = f"{right}; the path from {name} to the result is cut: "
    if not output.requires_grad:
        return Finding(
            f"{start}the result was made by {output._made_by} from values without a graph; "
            f"{CUTTERS}"
        )
    if [row.operation for row in tape] != [row.operation for row in moved]:
        return Finding(
            f"{right}, but f takes another path when {name} moves by {NUDGE}: its value decides "
            f"an if or a loop"
        )
    for row, old, new in zip(tape, before, after, strict=True):
        for argument, value in old.items():
            if _differs(value, new[argument]):
                return Finding(
                    f"{start}{row.operation}{_at(row)} took its {argument} as a constant, though "
                    f"the value follows {name}; {CUTTERS}"
                )
    return None


def _constants(row: Row) -> dict[str, Any]:
    """Return copies of what an operation took as constants, and its metadata, by name."""
    assert row.primitive is not None
    found = {key: _copy(value) for key, value in row.kwargs.items()}
    for position, parent in enumerate(row.parents):
        if parent is None or not parent.requires_grad:
            found[row.primitive.argument(position)] = _copy(row.inputs[position])
    return found


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _differs(old: Any, new: Any) -> bool:
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) != len(new) or any(map(_differs, old, new))
    if isinstance(old, np.ndarray | float | np.generic):
        return not np.array_equal(np.asarray(old), np.asarray(new))
    return bool(old != new)


def _lost(tape: Tape, names: dict[Row, str], gradients: dict[str, Array]) -> list[Finding]:
    """Look for rows whose adjoint is not the sum of what their consumers sent."""
    sent: dict[Row, list[tuple[Row, Array]]] = {}
    for row in reversed(list(tape)):
        for position, parent in enumerate(row.parents):
            if parent is not None and parent.requires_grad and row.adjoint is not None:
                sent.setdefault(parent, []).append((row, Probe(row, position, row.adjoint).pull()))
    for row, contributions in sent.items():
        adjoint = gradients[names[row]] if row in names else row.adjoint
        total = sum(array for _, array in contributions)
        if adjoint is None or np.allclose(adjoint, total, rtol=1e-6, atol=1e-12):
            continue
        name = names.get(row) or f"the result of {row.operation}{_at(row)}"
        users = " and ".join(f"{user.operation}{_at(user)}" for user, _ in contributions)
        only = [u for u, array in contributions if np.allclose(adjoint, array, rtol=1e-6)]
        why = (
            f"its adjoint holds only what {only[0].operation} sent: = where += is needed"
            if only and len(contributions) > 1
            else "its adjoint is not the sum of what they sent; does a hook change it?"
        )
        told = f"all rules are right; {name} is used by {users}, but {why}"
        return [Finding(told)]
    return []


def _at(row: Row) -> str:
    return f" at {row.line}" if row.line else ""

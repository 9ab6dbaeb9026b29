"""The forward and the reverse pass over a tape, replayed one row at a time.

The arithmetic is the reverse sweep's own, ``pull``; what a sweep throws away is kept here: who
added what to whose adjoint.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_mini.debugging.step_text import step_text
from autograd_mini.errors import GraphError
from autograd_mini.explaining.sources import line_text
from autograd_mini.rows import Array, Released, Row, wengert_list
from autograd_mini.sweep import pull, refuse_changed


@dataclass(frozen=True, eq=False)
class Contribution:
    """What one row adds to the adjoint of one of its inputs.

    ``source`` and ``target``: names of the two rows. ``argument``: of the primitive. ``slope``: the
    local derivative's formula. ``local``: its value, where each element of the result depends on
    one element of the input, or the result is a single element; else None. ``value``: what is
    added. ``before`` and ``after``: the target's adjoint; before the first it is None.
    """

    source: str
    target: str
    argument: str
    slope: str
    local: Array | None
    value: Array
    before: Array | None
    after: Array


@dataclass(frozen=True, eq=False)
class Step:
    """One row in one of the two passes; printing it shows it in full.

    ``name``: of the row, v0, v1, …, as in the table. ``is_forward``: which pass. ``place``: where
    in it, such as ``reverse 2 of 7``. ``code``: the text of the line that recorded the row, if it
    is known. ``inputs``: of each the row's name, None for a literal, and the values. ``primal``:
    the row's value. ``adjoint``: complete and after its hooks; None in the forward pass.
    ``received``: what made the adjoint; nothing for the output, which starts with the seed.
    ``sent``: what it adds to the adjoints of its inputs. ``variable``: the name of the variable
    that holds the row's tensor, if it is known.
    """

    row: Row
    name: str
    is_forward: bool
    place: str
    code: str
    inputs: tuple[tuple[str | None, Any], ...]
    primal: Array
    adjoint: Array | None = None
    received: tuple[Contribution, ...] = ()
    sent: tuple[Contribution, ...] = ()
    variable: str = ""

    def __str__(self) -> str:
        return step_text(self)


@np.errstate(all="ignore")  # the learner's own backward warns
def replay(output: Row, seed: Array) -> list[Step]:
    """Return the steps of the forward and then of the reverse pass, without touching the tape.

    Raises GraphError if a backward has released arrays that are needed, or one has changed.
    """
    rows = wengert_list(output)
    _refuse_released(rows)
    refuse_changed([r for r in rows if r.parents], [r for r in rows if not r.parents])
    names = {row: f"v{i}" for i, row in enumerate(rows)}
    primals = {row: row.output.copy() if row.is_leaf else row.output for row in rows}

    codes = {row: line_text(row.line) for row in rows}
    inputs = {
        row: tuple(
            (None, array) if parent is None else (names[parent], primals[parent])
            for parent, array in zip(row.parents, row.inputs, strict=True)
        )
        for row in rows
    }
    steps = [
        Step(row, names[row], True, place, codes[row], inputs[row], primals[row])
        for row, place in zip(rows, _places("forward", len(rows)), strict=True)
    ]
    differentiable = [row for row in reversed(rows) if row.requires_grad]
    adjoints = {output: np.array(seed)}
    received: dict[Row, list[Contribution]] = {row: [] for row in rows}
    for row, place in zip(differentiable, _places("reverse", len(differentiable)), strict=True):
        g, came, sent = _after_hooks(row, adjoints[row]), tuple(received[row]), []
        for position, parent in enumerate(row.parents):
            if parent is None or not parent.requires_grad:
                continue
            contribution = _contribution(row, position, g, adjoints.get(parent), names)
            adjoints[parent] = contribution.after
            received[parent].append(contribution)
            sent.append(contribution)
        about = (row, names[row], False, place, codes[row], inputs[row], primals[row])
        steps.append(Step(*about, g, came, tuple(sent)))
    return steps


def _after_hooks(row: Row, g: Array) -> Array:
    for hook in (row.hooks or {}).values():
        g = hook(g)
    return g


def _places(direction: str, n: int) -> list[str]:
    return [f"{direction} {i} of {n}" for i in range(1, n + 1)]


def _contribution(
    row: Row, position: int, g: Array, before: Array | None, names: dict[Row, str]
) -> Contribution:
    primitive, parent = row.primitive, row.parents[position]
    assert primitive is not None
    assert parent is not None
    value = np.array(pull(row, position, g, row.output, row.inputs))
    local = _local(row, position)
    argument = primitive.argument(position)
    return Contribution(
        names[row],
        names[parent],
        argument,
        primitive.slope(argument),
        local,
        value,
        before,
        value if before is None else np.asarray(before + value),
    )


def _local(row: Row, position: int) -> Array | None:
    """Return the local derivative where a VJP of ones is one."""
    primitive = row.primitive
    assert primitive is not None
    is_elementwise = primitive.broadcasts and getattr(primitive.fn, "signature", None) is None
    if row.output.size != 1 and not (is_elementwise and row.inputs[position].shape == row.shape):
        return None
    return np.array(pull(row, position, np.ones_like(row.output), row.output, row.inputs))


def _refuse_released(rows: Iterable[Row]) -> None:
    for row in rows:
        if any(isinstance(value, Released) for value in (*row.inputs, row.output)):
            raise GraphError(
                f"debug: an earlier backward() released the values that {row.operation}, of shape "
                f"{row.shape}, had saved. Compute the result again under `with ag.record():`, or "
                f"call backward(retain_graph=True)"
            )

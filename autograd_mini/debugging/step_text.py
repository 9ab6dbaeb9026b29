"""A step of the debugger as text: the row, its values, and who adds what to whom."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_mini.brief import brief
from autograd_mini.table import aligned, operation_text

if TYPE_CHECKING:
    from autograd_mini.debugging.replay import Contribution, Step

INDENT = 6 * " "
FEW = 4
"""Arrays of at most this many elements are shown whole."""
WIDTH = 79
"""What does not fit into so many columns goes into a second line."""
WINDOW = 12
"""Rows shown above and below the pointer of a long table."""


def value_text(value: Any) -> str:
    """Return a value in a few characters; of a large array also its range, zeros and NaNs.

    >>> value_text(np.float64(11.6520714)), value_text(np.array([1.0, 0.5]))
    ('11.6521', '[1 0.5]')
    >>> value_text(np.array([0.0] * 6 + [3.0, np.nan]))
    '(8,) 0 … 3, 75% zeros, 1 NaN'
    """
    array = np.asarray(value)
    if array.ndim == 0 or array.size <= FEW:
        return f"{array[()]:.6g}" if array.ndim == 0 and array.dtype.kind == "f" else brief(array)
    if array.dtype.kind != "f":
        return brief(array)
    finite = array[np.isfinite(array)]
    n_nan = np.isnan(array).sum()
    n_zeros, n_infinite = np.sum(array == 0), array.size - finite.size - n_nan
    notes = []
    if finite.size:
        low, high = f"{finite.min():.3g}", f"{finite.max():.3g}"
        notes.append(f"all {low}" if low == high else f"{low} … {high}")
    if 0 < n_zeros < array.size:
        notes.append(f"{n_zeros / array.size:.0%} zeros")
    for n, kind in ((n_nan, "NaN"), (n_infinite, "inf")):
        if n:
            notes.append(f"all {kind}" if n == array.size else f"{n} {kind}")
    return f"{array.shape} {', '.join(notes)}"


def step_text(step: "Step") -> str:
    """Return a step as it is shown in full: where it stands, its values, what it adds."""
    return "\n".join([*row_lines(step), *sent_lines(step.sent)])


def row_lines(step: "Step", *, with_primal: bool = True) -> list[str]:
    """Return the lines about the row itself, before what it adds to others."""
    row = step.row
    formula = row.primitive.doc.partition(";")[0] if row.primitive else ""
    scope = f"in {row.scope}" if row.scope else ""
    top = "   ".join(part for part in (f"── {step.place} ──", row.line, scope, step.code) if part)
    lines = [top]
    if len(top) > WIDTH:
        lines = [top.removesuffix(step.code).rstrip(), *([f"   {step.code}"] if step.code else [])]
    lines.append(f"{f'{title(step)} {operation_of(step)}':<36} {formula}".rstrip())
    if row.primitive is not None:
        for position, (name, value) in enumerate(step.inputs):
            argument = row.primitive.argument(position)
            lines.append(f"   {argument} = {name or 'literal':<8} {value_text(value)}")
    if with_primal:
        symbol = "value" if row.is_leaf else "z"
        lines.append(f"   {symbol} = {step.name:<8} {value_text(step.primal)}")
    if step.adjoint is not None:
        lines.append(f"   adjoint of {step.name} = {value_text(step.adjoint)}   {_origin(step)}")
        if row.is_leaf:
            lines.append("   a leaf: this is its gradient")
    return lines


def title(step: "Step") -> str:
    """Return the row's name and the name of the variable that holds it, if one is known."""
    return f"{step.name} {step.variable}".rstrip()


def operation_of(step: "Step") -> str:
    """Return the row's operation as the table writes it."""
    names = {
        parent: name
        for parent, (name, _) in zip(step.row.parents, step.inputs, strict=True)
        if parent is not None and name is not None
    }
    return operation_text(step.row, names)


def _origin(step: "Step") -> str:
    hooks = "; then its hooks ran" if step.row.hooks else ""
    if not step.received:
        return f"(the seed{hooks})"
    if len(step.received) == 1 and not hooks:
        return f"(from {step.received[0].source})"
    parts = " + ".join(f"{value_text(c.value)} (from {c.source})" for c in step.received)
    return f"= {parts}{hooks}"


def sent_lines(sent: Sequence["Contribution"]) -> list[str]:
    """Return a line for each contribution: reason, value, the adjoint before and after."""
    if not sent:
        return []
    rows = [
        (
            f"to {c.target}",
            f"by ∂z/∂{c.argument} = {slope_text(c)}",
            f"adds {value_text(c.value)}",
            f"adjoint of {c.target}: {change_text(c)}",
        )
        for c in sent
    ]
    lines = aligned(rows)
    if max(map(len, lines)) > WIDTH - len(INDENT):
        lines = [
            line
            for to, slope, value, change in rows
            for line in (f"{to}  {slope}", f"{INDENT}{value}  {change}")
        ]
    return ["   it adds", *(INDENT + line for line in lines)]


def change_text(contribution: "Contribution") -> str:
    """Return the target's adjoint before and after."""
    after = value_text(contribution.after)
    if contribution.before is None:
        return "0 → the same" if contribution.after.ndim else f"0 → {after}"
    return f"{value_text(contribution.before)} → {after}"


def slope_text(contribution: "Contribution") -> str:
    """Return the local derivative: its formula, and its value where that is one number each."""
    formula = contribution.slope or "(see its rule)"
    if contribution.local is None:
        return formula
    local = contribution.local
    is_one_number = local.size and np.all(local == local.flat[0])
    value = value_text(local.flat[0] if is_one_number else local)
    return value if value == formula.replace("−", "-") else f"{formula} = {value}"


def table_text(steps: Sequence["Step"], position: int) -> str:
    """Return the textbook table as it stands at a step, with a pointer at its row.

    Adjoints are as far as they have been added up by then; in the forward pass, only values are
    known, up to the pointer.
    """
    here = steps[position]
    rows = [step for step in steps if step.is_forward]
    adjoints = {}
    for step in steps[: position + 1]:
        if step.adjoint is not None:
            adjoints[step.name] = step.adjoint
            adjoints.update({c.target: c.after for c in step.sent})
    at = next(i for i, step in enumerate(rows) if step.row is here.row)
    first, last = max(0, at - WINDOW), at + WINDOW + 1
    lines = [("", "row", "operation", "primal", "adjoint so far")]
    for i, step in list(enumerate(rows))[first:last]:
        is_known = not here.is_forward or i <= at
        primal = value_text(step.primal) if is_known else "·"
        adjoint = value_text(adjoints[step.name]) if step.name in adjoints else "·"
        lines.append(("→" if i == at else "", title(step), operation_of(step), primal, adjoint))
    text = aligned(lines)
    if first > 0:
        text.insert(1, f"   ⋮ {first} rows above")
    if last < len(rows):
        text.append(f"   ⋮ {len(rows) - last} rows below")
    return "\n".join(text)

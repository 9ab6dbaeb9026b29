"""Where NaN and infinity are first made, forward in the values and backward in the gradients."""

from typing import Any

import numpy as np

from autograd_mini.rows import Array, Released, Row

NAN, INF = "NaN", "inf"


def trouble(value: Any) -> str:
    """Return ``"NaN"`` or ``"inf"`` if an element is one, else ``""``; ``"?"`` if it was released.

    >>> trouble(np.array([1.0, np.inf])), trouble(np.array([np.inf, np.nan])), trouble(2)
    ('inf', 'NaN', '')
    """
    if isinstance(value, Released):
        return "?"
    numbers = np.asarray(value)
    if numbers.dtype.kind != "f" or numbers.size == 0:
        return ""
    low, high = numbers.min(), numbers.max()
    if np.isnan(low):
        return NAN
    return INF if np.isinf(low) or np.isinf(high) else ""


def value_marks(rows: list[Row]) -> dict[Row, str]:
    """Return ``"NaN first made here"`` for rows whose output has one although no input has.

    Infinities likewise. A leaf that holds one brought it in. Where an input was released, nobody
    can tell, and the row stays unmarked.
    """
    marks = {}
    for row in rows:
        kind = trouble(row.output)
        if kind not in (NAN, INF):
            continue
        before = {trouble(value) for value in row.inputs}
        inherited = before & ({NAN} if kind == NAN else {NAN, INF})
        if row.is_leaf:
            marks[row] = f"{kind} came in here"
        elif not inherited and "?" not in before:
            marks[row] = f"{kind} first made here"
    return marks


def gradient_marks(rows: list[Row], gradients: dict[Row, Array]) -> dict[Row, str]:
    """Return a mark for the first row of the sweep that makes a NaN, and for infinity likewise.

    Its own rule must do so, from a finite gradient and from values that are no NaN themselves.
    """
    marks: dict[Row, str] = {}
    missing = {NAN, INF}
    for row in reversed(rows):
        incoming = gradients.get(row)
        if row.primitive is None or incoming is None or trouble(incoming):
            continue
        if NAN in map(trouble, (row.output, *row.inputs)):
            continue
        for position, parent in enumerate(row.parents):
            arrived = gradients.get(parent) if parent is not None else None
            if arrived is not None and trouble(arrived) in (NAN, INF):
                made = trouble(_pulled(row, position, incoming))
                if made in missing:
                    missing.remove(made)
                    marks[row] = f"gradient: {made} first made here"
    return marks


def _pulled(row: Row, position: int, cotangent: Array) -> Any:
    """Return what the rule of one argument makes of ``cotangent``; nothing if that was released."""
    rule = row.primitive.vjp(position) if row.primitive is not None else None
    saved = (row.output, *row.inputs)
    if rule is None or any(isinstance(value, Released) for value in saved):
        return 0
    with np.errstate(all="ignore"):
        return rule(cotangent, *saved, **row.kwargs)

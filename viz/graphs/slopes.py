"""What an edge says: the primitive's local derivative, its letters replaced by the rows' names.

A primitive states ``∂z/∂x = y``, with z its result and x, y its arguments. On the edge from v1 to
v2 that reads ``∂v2/∂v1 = v0``. Where the rule is no slope but what becomes of the gradient that
comes back, such as ``ḡ @ yᵀ``, the edge says so: ``v̄1 = v̄2 @ v0ᵀ``.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_mini.brief import brief
from autograd_mini.rows import Released, Row
from autograd_mini.viz.text import clip, number

LONGEST_FORMULA = 24
"""Of a longer one only what stands before the comma is shown."""
LONGEST_LABEL = 48
INCOMING = "ḡ"
"""How a formula writes the gradient of its result."""
BAR = "\N{COMBINING MACRON}"
RESULT = "z"
_EXPONENT = re.compile("[⁻⁺⁰¹²³⁴-⁹]*[ˣʸᶻ][ˣʸᶻ⁻⁺⁰¹²³⁴-⁹]*")
_LOWERED = str.maketrans("ˣʸᶻ⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "xyz−+0123456789")
_LETTER = "[A-Za-z_]"
ORDINALS = ("1st", "2nd", "3rd")


def barred(name: str) -> str:
    """Return ``v̄3`` for ``v3``: the gradient dL/dv3."""
    return f"{name[0]}{BAR}{name[1:]}"


def edge_label(row: Row, position: int, index: Mapping[Row, int], n_uses: int) -> str:
    """Return the text of the edge into ``row`` at ``position``, along which a gradient returns.

    ``index``: the place of each row on the tape. ``n_uses``: how many edges bring gradients to the
    tail.
    """
    primitive, parent = row.primitive, row.parents[position]
    assert primitive is not None
    assert parent is not None
    head, tail = f"v{index[row]}", f"v{index[parent]}"
    formula = substituted(primitive.slope(primitive.argument(position)), row, index)
    if len(formula) > LONGEST_FORMULA:
        formula = formula.partition(",")[0]
    if INCOMING in formula:
        sign = "=" if n_uses == 1 else "+="
        text = f"{barred(tail)} {sign} {formula.replace(INCOMING, barred(head))}"
        return clip(text, LONGEST_LABEL)
    value = scalar_slope(row, position)
    text = " = ".join(dict.fromkeys(filter(None, (f"∂{head}/∂{tail}", formula, value))))
    uses = [i for i, other in enumerate(row.parents) if other is parent]
    if len(uses) > 1:
        place = uses.index(position)
        text = f"{(*ORDINALS, f'{place + 1}th')[min(place, 3)]}: {text}"
    return clip(text, LONGEST_LABEL)


def substituted(formula: str, row: Row, index: Mapping[Row, int]) -> str:
    """Return ``formula`` in the names of the rows; plain numbers stand for themselves.

    An exponent made of letters comes down to the line: ``xʸ⁻¹`` is ``v0^(3−1)``.
    """
    assert row.primitive is not None
    names = {RESULT: f"v{index[row]}"}
    inputs = [] if row.primitive.variadic else row.primitive.arguments
    for argument, parent, value in zip(inputs, row.parents, row.inputs, strict=False):
        names[argument] = _plain(value) if parent is None else f"v{index[parent]}"
    formula = _EXPONENT.sub(lambda match: f"^({match[0].translate(_LOWERED)})", formula)
    letters = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    pattern = rf"(?<!{_LETTER})({letters})(?!{_LETTER})"
    return re.sub(pattern, lambda match: names[match[1]], formula)


def _plain(value: Any) -> str:
    if np.size(value) != 1:
        return "array"
    text = brief(np.asarray(value).reshape(())).replace("-", "−")
    return f"({text})" if text.startswith("−") else text


def scalar_slope(row: Row, position: int) -> str:
    """Return the local derivative's number where output and input are single elements."""
    assert row.primitive is not None
    rule = row.primitive.vjp(position)
    saved = (row.output, *row.inputs)
    if rule is None or any(isinstance(value, Released) for value in saved):
        return ""
    if row.output.size != 1 or row.inputs[position].size != 1:
        return ""
    try:
        with np.errstate(all="ignore"):
            slope = np.asarray(rule(np.ones_like(row.output), *saved, **row.kwargs))
    except Exception:  # a learner's broken rule is for backward() to report; the picture goes on
        return ""
    return number(slope.item()) if slope.size == 1 else ""

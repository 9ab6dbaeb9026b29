"""What a function's derivative is, how its rule is written, and where it stands.

All of it is read from the declarations: the registry is the catalogue.
"""

import inspect
import textwrap
from collections.abc import Callable
from difflib import get_close_matches
from functools import reduce
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError
from autograd_mini.explaining.anatomy import parts
from autograd_mini.explaining.sources import Source, source_of, without_docstring
from autograd_mini.ops.constant import CONSTANT
from autograd_mini.registry import Primitive, composition, find, primitives

OURS = "autograd_mini.ops."
BAR = "\\|"
CONSTANT_TEXT = (
    "piecewise constant, no gradient: a small change of the argument does not change the result, "
    "so the derivative is 0 wherever there is one. It returns a plain array or number"
)
LEGEND = "g: cotangent of z; out: z itself. A rule returns the cotangent of its argument."


class Explanation:
    """A text that shows itself in the REPL; ``str()`` and ``print()`` give it too."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def explain(function: Callable[..., Any] | str | None = None) -> Explanation:
    """Explain the derivative of ``function``: formula, slopes, the rule's source and its place.

    ``function``: a primitive, a NumPy function, a function made of primitives, or a name such as
    ``"multiply"`` or ``"np.linalg.norm"``. Without it: all primitives by family.

    Raises ArgumentError for a function without a derivative here, with the nearest names.

    >>> import numpy as np, autograd_mini as ag
    >>> print(str(ag.explain(np.sin)).partition("rule")[0].rstrip())
    sin   z = sin x
      ∂z/∂x = cos x
    >>> ag.explain("sign")  # doctest: +ELLIPSIS
    sign   piecewise constant, no gradient: ...
    """
    if function is None:
        return Explanation(_table())
    found = _named(function) if isinstance(function, str) else function
    primitive = _primitive(found)
    if primitive is not None:
        return Explanation(_primitive_text(primitive))
    name = getattr(found, "__name__", str(found))
    if found in CONSTANT:
        return Explanation(f"{name}   {CONSTANT_TEXT}")
    return Explanation(_composed_text(name, composition(found) or found))


def _named(name: str) -> Callable[..., Any]:
    """Find a function by name, among ours first, then among NumPy's.

    Raises ArgumentError, with the nearest names.
    """
    import autograd_mini

    bare = name.strip().removeprefix("np.").removeprefix("numpy.").removeprefix("ag.")
    for primitive in reversed(primitives()):
        if primitive.name == bare:
            return primitive
    for package in (autograd_mini, np):
        try:
            found = reduce(getattr, bare.split("."), package)
        except AttributeError:
            continue
        if callable(found) and (_has_derivative(found) or package is np):
            return found
    raise ArgumentError(_no_such(repr(name)))


def _has_derivative(function: Any) -> bool:
    return bool(_primitive(function) or composition(function) or parts(function))


def _primitive(function: Any) -> Primitive | None:
    """Return the primitive that a function or a Tensor method stands for."""
    found = find(function)
    if found is None and getattr(function, "__qualname__", "").startswith(("Methods.", "Tensor.")):
        same = [p for p in primitives() if p.name == function.__name__]
        return same[0] if same else None
    return found


def _no_such(name: str) -> str:
    known = {p.name for p in primitives()} | set(composed_names()) | set(constant_names())
    near = get_close_matches(name.strip("'\"").removeprefix("np."), known, n=3, cutoff=0.6)
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    return f"explain: no derivative is known for {name}; {guess}explain() lists all functions"


# ── one function ────────────────────────────────────────────────────────────────────────────────


def _primitive_text(primitive: Primitive) -> str:
    formula = primitive.doc.partition(";")[0] or "(declared without a formula)"
    lines = [f"{primitive.name}   {formula}"]
    lines += [f"  {_slope(primitive, argument)}" for argument in primitive.arguments]
    if primitive.keywords:
        lines.append(f"  keywords: {', '.join(primitive.keywords)}")
    if primitive.broadcasts and len(primitive.arguments) > 1:
        lines.append(
            "  Inputs broadcast; the reverse sweep sums over the axes that were stretched."
        )
    return "\n".join([*lines, "", *_rules(primitive)])


def _slope(primitive: Primitive, argument: str) -> str:
    if argument not in primitive.vjps:
        return f"{argument}: not differentiable"
    return f"∂z/∂{argument} = {primitive.slope(argument) or '(see the rule)'}"


def _rules(primitive: Primitive) -> list[str]:
    sources: list[Source] = []
    hidden = []
    for label, rule in primitive.sources.items():
        source = source_of(rule, label)
        if source is None:
            hidden.append(label)
        elif source not in sources:
            sources.append(source)
    lines = []
    if sources:
        lines.append(f"rule   {sources[0].file}, line {sources[0].line}")
        lines += [f"  {line}".rstrip() for s in sources for line in s.text.splitlines()]
        lines.append(LEGEND)
    if hidden:
        file = primitive.sources[hidden[0]].__code__.co_filename
        lines.append(
            f"rule   of {', '.join(hidden)}: no source file, it was typed in the REPL or built by "
            f"code ({file})"
        )
    return lines


def _composed_text(name: str, function: Callable[..., Any]) -> str:
    """Explain a function that has no rule of its own.

    Raises ArgumentError if it is not made of functions that have one.
    """
    made_of = parts(function)
    if not made_of:
        raise ArgumentError(_no_such(name))
    lines = [f"{name}   made of {', '.join(made_of)}: the tape records these, each by its own rule"]
    summary = (inspect.getdoc(function) or "").partition("\n")[0]
    if summary:
        lines.append(f"  {summary}")
    source = source_of(function)
    if source is not None:
        lines += ["", f"source   {source.file}, line {source.line}"]
        lines += [f"  {line}".rstrip() for line in without_docstring(source.text).splitlines()]
    return "\n".join(lines)


# ── all functions ───────────────────────────────────────────────────────────────────────────────


def family(primitive: Primitive) -> str:
    """Return the name of the file under ``ops/`` that declares it, or of a user's module."""
    return _module(primitive).removeprefix(OURS)


def _module(primitive: Primitive) -> str:
    return next(iter(primitive.vjps.values())).__module__ or "elsewhere"


def families() -> dict[str, list[Primitive]]:
    """Return all primitives by family, both in alphabetical order."""
    grouped: dict[str, list[Primitive]] = {}
    for primitive in primitives():
        grouped.setdefault(family(primitive), []).append(primitive)
    return dict(sorted(grouped.items()))


def composed_names() -> list[str]:
    """Return the names of NumPy's functions that are answered by a composition of ours."""
    return _numpy_names(
        lambda function: (
            (made := composition(function)) is not None and made.__module__.startswith(OURS)
        )
    )


def constant_names() -> list[str]:
    """Return the names of NumPy's functions whose result carries no gradient."""
    return _numpy_names(lambda function: function in CONSTANT)


def _numpy_names(wanted: Callable[[Any], bool]) -> list[str]:
    """Return the names of NumPy's public functions that ``wanted`` picks, each function once."""
    names: dict[Any, str] = {}
    for prefix, module in (("", np), ("linalg.", np.linalg)):
        for name in sorted(module.__all__):
            function = getattr(module, name)
            if callable(function) and not isinstance(function, type) and wanted(function):
                is_own_name = name == getattr(function, "__name__", name)
                if function not in names or (is_own_name and not prefix):
                    names[function] = prefix + name
    return sorted(names.values())


def _value_and_slopes(primitive: Primitive) -> tuple[str, str]:
    formula, _, slopes = primitive.doc.partition(";")
    return formula.strip(), " ".join(slopes.split())


def _table() -> str:
    lines = []
    for name, members in families().items():
        width = max(len(p.name) for p in members)
        lines += ["", name]
        for p in members:
            value, slopes = _value_and_slopes(p)
            lines.append(f"  {p.name:<{width}}  {value:<26}  {slopes}".rstrip())
    for title, names in (("made of these", composed_names()), ("no gradient", constant_names())):
        wrapped = textwrap.wrap(", ".join(names), 96, initial_indent="  ", subsequent_indent="  ")
        lines += ["", title, *wrapped] if names else []
    return "\n".join(lines[1:])


def markdown() -> str:
    """Return the table of this package's own functions as a Markdown page.

    >>> markdown().splitlines()[0]
    '# Functions with a derivative'
    """
    lines = [
        "# Functions with a derivative",
        "",
        "Written by `autograd-mini explain --markdown` from the declarations beside this page; do",
        "not edit it. `autograd-mini explain NAME` shows a function's rule and where it stands.",
    ]
    for name, members in families().items():
        rows = [_markdown_row(p) for p in members if _module(p).startswith(OURS)]
        if rows:
            heading = ["| function | value | slopes |", "|---|---|---|"]
            lines += ["", f"## [{name}]({name}.py)", "", *heading, *rows]
    for title, names in (("Made of these", composed_names()), ("No gradient", constant_names())):
        listed = ", ".join(f"`{name}`" for name in names)
        lines += ["", f"## {title}", "", listed] if names else []
    return "\n".join(lines) + "\n"


def _markdown_row(primitive: Primitive) -> str:
    value, slopes = _value_and_slopes(primitive)
    row = f"`{primitive.name}`", value, slopes.replace("; ", "<br>")
    return f"| {' | '.join(cell.replace('|', BAR) for cell in row)} |"

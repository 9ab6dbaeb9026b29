"""Where does the NaN come from? Every operation and every pull, looked at when asked for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_mini.errors import AnomalyError
from autograd_mini.modes import modes
from autograd_mini.registry import Primitive
from autograd_mini.rows import Row, calling_line


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Raise at the first operation, or derivative of one, that makes a NaN or an inf.

    The error names the primitive, its line, and the range of its inputs. An inf that only passes
    through, such as the −inf of a mask, is let pass; a NaN never is, wherever it came from. Lines
    are known for operations that ran inside. NumPy's own warnings about them are silenced, because
    the error says more. Per thread; outside the block nothing is looked at.

    Raises AnomalyError, a GraphError.

    >>> import autograd_mini as ag
    >>> x = ag.tensor([0.0, 4.0], requires_grad=True)
    >>> with ag.detect_anomaly():
    ...     np.sqrt(x).sum().backward()
    Traceback (most recent call last):
        ...
    autograd_mini.errors.AnomalyError: detect_anomaly: the VJP of sqrt for x, ... made 1 inf of 2 \
elements; x in 0..4, out in 0..2, g in 1..1
    """
    before, modes.now.anomaly = modes.now.anomaly, True
    try:
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            yield
    finally:
        modes.now.anomaly = before


def inspect_operation(primitive: Primitive, inputs: tuple[Any, ...], out: Any) -> None:
    """Raise if ``out`` is the first value to be NaN or inf."""
    complaint = _complaint(out, inputs)
    if complaint:
        line = calling_line()
        named = {primitive.argument(i): value for i, value in enumerate(inputs)}
        raise AnomalyError(
            f"detect_anomaly: {primitive.name}{f' at {line}' if line else ''} {complaint}; "
            f"{_ranges(named)}"
        )


def inspected(pull: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``pull``, the application of one VJP, with a look at what comes out."""

    def inspecting(row: Row, position: int, g: Any, out: Any, inputs: tuple[Any, ...]) -> Any:
        modes.now.anomaly = False  # the rule's own operations are not the ones to be named
        try:
            cotangent = pull(row, position, g, out, inputs)
        finally:
            modes.now.anomaly = True
        complaint = _complaint(_array(cotangent), (_array(g), *row._inputs))
        if complaint:
            assert row.primitive is not None
            named = {row.primitive.argument(i): value for i, value in enumerate(row._inputs)}
            line = f"called at {row.line}" if row.line else "called outside detect_anomaly(),"
            raise AnomalyError(
                f"detect_anomaly: the VJP of {row.primitive.name} for "
                f"{row.primitive.argument(position)}, {line} {complaint}; "
                f"{_ranges({**named, 'out': row.output, 'g': _array(g)})}"
            )
        return cotangent

    return inspecting


def _array(value: Any) -> Any:
    return getattr(value, "_array", value)


def _complaint(made: Any, inputs: tuple[Any, ...]) -> str:
    """Say what is wrong with ``made``, or nothing if its inputs were no better."""
    if made.dtype.kind != "f" or np.isfinite(made).all():
        return ""
    n_nan, n_inf = int(np.isnan(made).sum()), int(np.isinf(made).sum())
    numbers = [value for value in map(np.asarray, inputs) if value.dtype.kind == "f"]
    if n_nan:
        of = f"{n_nan} NaN of {made.size} element{'s' * (made.size > 1)}"
        if any(np.isnan(value).any() for value in numbers):
            return f"was given NaN and returned {of}"
        return f"made {of}"
    if all(np.isfinite(value).all() for value in numbers):
        return f"made {n_inf} inf of {made.size} element{'s' * (made.size > 1)}"
    return ""


def _ranges(named: dict[str, Any]) -> str:
    """Return ``x in 0..4, y in -inf..2 and NaN``."""
    parts = []
    for name, value in named.items():
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" or not array.size:
            continue
        known = array[~np.isnan(array)]
        parts.append(
            " and ".join(
                [f"{name} in {known.min():.4g}..{known.max():.4g}"] * bool(known.size)
                + [f"{name} has NaN"] * (known.size < array.size)
            )
        )
    return ", ".join(parts)

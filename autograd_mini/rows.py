"""Rows of the tape, and the Wengert list that is recovered from them.

Every recorded operation is one ``Row``. A row points at its parents and keeps arrays, never
Tensors, so graphs have no reference cycles and vanish the moment nobody holds their output. There
is no global list: the tape of a result is gathered from it and sorted by serial number, which is a
topological order because inputs are always older (R. E. Wengert 1964, "A simple automatic
derivative evaluation program"). Read ``sweep.py`` next.
"""

import sys
from collections.abc import Callable
from itertools import count
from math import prod
from operator import attrgetter
from pathlib import Path
from typing import Any
from weakref import ref

import numpy as np

from autograd_mini.modes import modes
from autograd_mini.ownership import HELD_TWICE, fingerprint, references
from autograd_mini.registry import VJP, Primitive

Array = np.ndarray[Any, np.dtype[Any]]

serials = count()

SMALL = 64
"""Arrays of at most this many elements stay on the tape after a backward, to be looked at."""


class Released:
    """Stands where a large array was, after a backward has spent it."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.shape = shape
        self.dtype = dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return prod(self.shape)

    def __repr__(self) -> str:
        return "released"


class GradientHolder:
    """Keeps the gradient of a Tensor for its row.

    A gradient that is tracked leads back to the row. It is held by the Tensor, which the row knows
    by a weak reference only, so that no cycle is closed.
    """

    __slots__ = ("_tensor", "_untracked")

    def __init__(self, tensor: Any) -> None:
        self._tensor = ref(tensor)
        self.grad = None

    @property
    def grad(self) -> Any:
        tensor = self._tensor()
        return self._untracked if tensor is None else tensor._grad

    @grad.setter
    def grad(self, value: Any) -> None:
        tensor = self._tensor()
        if tensor is not None:
            tensor._grad = value
        self._untracked = None if value is None or value.requires_grad else value


class Extras:
    """What few rows have, kept apart so that all others are made quickly.

    ``keeps``: arrays and adjoints stay after backward. ``line``: where it was called, under
    ``record()`` and ``detect_anomaly()``. ``hooks``: called with the complete cotangent.
    ``holder``: where backward leaves the gradient, if it does. ``saved``: what a fused primitive's
    forward left for its backward. ``source``: of a view, the leaf whose memory it shows.
    """

    __slots__ = ("holder", "hooks", "keeps", "line", "saved", "source")

    def __init__(self) -> None:
        self.holder: GradientHolder | None = None
        self.hooks: dict[int, Callable[[Any], Any]] | None = None
        self.keeps = False
        self.line: str | None = None
        self.saved: Any = None
        self.source: Leaf | None = None


def _extra(name: str, default: Any = None) -> Any:
    """Return the attribute of a row that stands in its extras, if it has any."""

    def get(row: "Row") -> Any:
        return default if row.extras is None else getattr(row.extras, name)

    def put(row: "Row", value: Any) -> None:
        if row.extras is None:
            row.extras = Extras()
        setattr(row.extras, name, value)

    return property(get, put)


class Row:
    """One recorded operation.

    ``serial``: its place on the tape. ``primitive``: what was applied. ``parents``: the row of each
    array input, None where it was a plain number or array. ``rules``: the VJP of each input, None
    where no gradient is wanted. ``inputs``: the input arrays. ``kwargs``: metadata such as
    ``axis``. ``output``: the primal. ``_inputs`` and ``_output`` are the same for the engine, which
    does not write to them. ``scope``: the module it ran in. ``adjoint``: the cotangent that the
    last backward brought here, kept when small or asked for. ``spent``: a backward has used it up.
    ``exposed``: an input's memory that its owner may write to, see ``Leaf``.
    ``extras``: the rest, of rows that have it.
    """

    __slots__ = (
        "__weakref__",
        "_inputs",
        "_output",
        "adjoint",
        "exposed",
        "extras",
        "kwargs",
        "parents",
        "primitive",
        "requires_grad",
        "rules",
        "scope",
        "serial",
        "spent",
    )

    is_leaf = False
    name = ""
    keeps = _extra("keeps", False)
    line = _extra("line")
    hooks = _extra("hooks")
    holder = _extra("holder")
    saved = _extra("saved")
    source = _extra("source")

    def __init__(
        self,
        primitive: Primitive | None,
        parents: tuple["Row | None", ...],
        rules: tuple[VJP | None, ...],
        inputs: tuple[Any, ...],
        kwargs: dict[str, Any],
        output: Array,
        scope: str,
    ) -> None:
        self.serial = next(serials)
        self.primitive = primitive
        self.parents = parents
        self.rules = rules
        self._inputs = inputs
        self.kwargs = kwargs
        self._output: Any = output
        self.scope = scope
        self.requires_grad = True
        self.exposed = self.spent = False
        self.adjoint: Array | None = None
        self.extras: Extras | None = None

    @property
    def inputs(self) -> tuple[Any, ...]:
        for parent, value in zip(self.parents, self._inputs, strict=True):
            if isinstance(parent, Leaf):
                parent.expose()
            else:
                lock(value, None if parent is None else parent.source)
        return self._inputs

    @property
    def output(self) -> Any:
        lock(self._output, self.source)
        return self._output

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self._output.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._output.dtype  # type: ignore[no-any-return]

    @property
    def grad(self) -> Any:
        """The gradient that backward has accumulated here, a Tensor or None."""
        return None if self.holder is None else self.holder.grad

    @property
    def operation(self) -> str:
        """The primitive's name, or what kind of leaf it is."""
        if self.primitive is not None:
            return self.primitive.name
        return "leaf" if self.requires_grad else "constant"

    def settle(self) -> None:
        """Before a row saves this view of a leaf: see ``Leaf.settle``."""
        if self.source.exposed:
            self.source.settle()

    def release(self) -> None:
        """Let go of large arrays, unless they are to be kept."""
        if self.extras is not None:
            if self.extras.keeps:
                return
            self.extras.saved = None
        self._inputs = tuple(map(_shrink, self._inputs))
        self._output = _shrink(self._output)

    def recover(self) -> None:
        """After a backward that failed midway: it can be run again if nothing was released."""
        if not any(isinstance(value, Released) for value in (self._output, *self._inputs)):
            self.spent = False

    def __repr__(self) -> str:
        return f"<row {self.serial}: {self.operation} {self.shape}>"


class Leaf(Row):
    """The row of a tensor that no operation made: an input, a parameter, a constant.

    Its array may be written by its user, who can reach it as ``.data``. A leaf is *exposed* from
    then until its next use at which nobody else holds the array; a new one is exposed, as an alias
    may be about. Meanwhile the fingerprint in ``trace`` tells whether the values changed, and
    ``changed_at`` is the serial number of the last change: rows before it saw other values.
    ``reached``: the line that last got the array, under ``record()`` and ``detect_anomaly()``.
    """

    __slots__ = ("changed_at", "name", "reached", "trace")

    is_leaf = True
    moves = 0
    """How often the array of any leaf was replaced, for those who lay arrays out in memory."""

    def __init__(self, output: Array, requires_grad: bool) -> None:
        super().__init__(None, (), (), (), {}, output, modes.now.scope)
        self.requires_grad = requires_grad
        self.name = ""
        self.changed_at = -1
        self.exposed = True
        self.reached: str | None = None
        self.trace: int | None = None  # None: no row holds the array, so changes do not matter

    @property
    def output(self) -> Any:
        self.expose()
        return self._output

    def expose(self) -> None:
        """Note that the caller is about to get the writable array."""
        if modes.now.recording is not None or modes.now.anomaly:
            self.reached = calling_line()
        if not self.exposed:
            self.exposed = True
            self.trace = (
                fingerprint(self._output) if references(self._output) > HELD_TWICE else None
            )

    def written(self) -> None:
        """Note a change by a writer that is trusted to say so: no fingerprint is needed."""
        self.changed_at = next(serials)

    def settle(self) -> None:
        """Before a row saves the array: end the exposure if nobody can write any more."""
        if references(self._output) > HELD_TWICE:
            self._look()
        else:
            self.exposed = False

    def is_shared(self) -> bool:
        """Tell whether anybody but its Tensor holds the array, or a view of it."""
        return references(self._output) > HELD_TWICE

    def changed_since_saved(self) -> int:
        """Return the serial number of the last change that a row may have missed, else −1."""
        if self.exposed and self.trace is not None:
            self._look()
        return self.changed_at

    def _look(self) -> None:
        trace = fingerprint(self._output)
        if self.trace is not None and trace != self.trace:
            self.changed_at = next(serials)
        self.trace = trace


def lock(array: Any, source: Leaf | None) -> None:
    """Before an array of the tape is given out: make it read-only, and what it is a view of.

    ``source``: the leaf that it is a view of, if it is; the memory of that stays writable.
    """
    if source is not None:
        source.expose()
    while isinstance(array, np.ndarray):
        array.flags.writeable = False
        array = array.base if source is None else None


def _shrink(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.size > SMALL:
        return Released(value.shape, value.dtype)
    return value


def calling_line() -> str | None:
    """Return ``file.py:12``, the innermost line outside the engine, nn, viz and NumPy."""
    frame = sys._getframe(1)
    while _is_machinery(frame.f_globals.get("__name__", "")):
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def _is_machinery(module: str) -> bool:
    top, _, rest = module.partition(".")
    return top == "numpy" or (top == "autograd_mini" and not rest.startswith("tutorials"))


def wengert_list(output: Row, since: int = 0) -> list[Row]:
    """Gather the rows that lead to ``output`` through differentiable paths, oldest first.

    ``since``: leave out rows with smaller serial numbers. Linear in the number of rows; no
    recursion, so depth is limited by memory only.
    """
    reached = {output}
    frontier = [output]
    while frontier:
        for parent in frontier.pop().parents:
            if parent is not None and parent not in reached and parent.serial >= since:
                reached.add(parent)
                frontier.append(parent)
    return sorted(reached, key=attrgetter("serial"))

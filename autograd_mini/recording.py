"""The tape as a thing to hold: of a result, or of all that happened in a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, overload

from autograd_mini.errors import DTypeError, GraphError
from autograd_mini.modes import modes
from autograd_mini.rows import Array, Released, Row, wengert_list
from autograd_mini.table import textbook_table

if TYPE_CHECKING:
    from autograd_mini.tensors import Tensor


class Tape:
    """A list of rows in the order of recording; printing it gives the textbook table.

    Of more than 60 rows, printing shows both ends; ``table()`` shows all.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(3.0, requires_grad=True)
    >>> tape = ag.tape(x * x)
    >>> len(tape), tape[-1].operation
    (2, 'multiply')
    """

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> "Tape": ...
    def __getitem__(self, index: int | slice) -> "Row | Tape":
        if isinstance(index, slice):
            return Tape(self.rows[index])
        return self.rows[index]

    def table(
        self,
        head: int | None = None,
        tail: int | None = None,
        *,
        tangent: "Tensor | None" = None,
    ) -> str:
        """Return the textbook table; of a long tape, only its ``head`` and ``tail`` rows.

        ``tangent``: a tensor on the tape, for a column with the derivative of each row with respect
        to it, as forward mode finds it; its elements move together.

        Raises GraphError if the tensor is not on the tape, or values that are needed are released.

        >>> import numpy as np, autograd_mini as ag
        >>> x, y = ag.tensor(2.0, requires_grad=True), ag.tensor(5.0, requires_grad=True)
        >>> print(ag.tape(np.log(x) + x * y - np.sin(y)).table(tangent=x))
        row  operation           shape  primal   tangent  adjoint
        v0   leaf                ()     2        1        ·
        v1   leaf                ()     5        0        ·
        v2   = log(v0)           ()     0.6931   0.5      ·
        v3   = multiply(v0, v1)  ()     10       5        ·
        v4   = add(v2, v3)       ()     10.69    5.5      ·
        v5   = sin(v1)           ()     -0.9589  0        ·
        v6   = subtract(v4, v5)  ()     11.65    5.5      ·

        Source: Baydin, Pearlmutter, Radul and Siskind 2018, table 2.
        """
        return textbook_table(self.rows, head, tail, self._tangents(tangent))

    def _tangents(self, tangent: "Tensor | None") -> dict[Row, Array] | None:
        from autograd_mini.transforms.tangents import tangents

        if tangent is None:
            return None
        if not hasattr(tangent, "row") or tangent.row not in self.rows:
            raise GraphError("table: tangent= takes a tensor that is on this tape")
        if any(isinstance(x, Released) for row in self.rows for x in (row.output, *row.inputs)):
            raise GraphError(
                "table: a backward has released values that the tangents need; print the table "
                "before it, or call backward(retain_graph=True)"
            )
        return tangents(self.rows, tangent.row)

    def __str__(self) -> str:
        return self.table(20, 20) if len(self) > 60 else self.table()

    __repr__ = __str__


def tape(y: "Tensor") -> Tape:
    """Return the rows that lead to ``y``, in the order in which they were recorded.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(3.0, requires_grad=True)
    >>> print(ag.tape(x * x + 1))
    row  operation           shape  primal  adjoint
    v0   leaf                ()     3       ·
    v1   = multiply(v0, v0)  ()     9       ·
    v2   = add(v1, 1)        ()     10      ·
    """
    if not hasattr(y, "row"):
        raise DTypeError(f"tape: it takes a Tensor, got {type(y).__name__}")
    return Tape(wengert_list(y.row))


@contextmanager
def record() -> Iterator[Tape]:
    """Keep every row of the block, dead ends too, with all arrays, adjoints and source lines.

    The ground for looking at a step: ``backward()`` inside or after the block fills the rows'
    ``adjoint`` and releases nothing. Blocks do not nest: an inner one takes its rows for itself.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(3.0, requires_grad=True)
    >>> with ag.record() as tape:
    ...     y = x * x
    ...     dead_end = x + 1
    >>> [row.operation for row in tape]
    ['multiply', 'add']
    """
    outer, modes.now.recording = modes.now.recording, []
    tape = Tape(modes.now.recording)
    try:
        yield tape
    finally:
        modes.now.recording = outer

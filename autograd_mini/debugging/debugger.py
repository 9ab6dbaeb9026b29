"""The tape debugger: step through the forward and the reverse pass of a tensor of your own."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograd_mini.debugging.replay import Contribution, Step, replay
from autograd_mini.debugging.step_text import table_text
from autograd_mini.errors import ArgumentError, DTypeError
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor


class Debugger:
    """The steps of the two passes over the tape of ``y``, with a pointer at one of them.

    ``y``: a tensor that requires a gradient. ``gradient``: its cotangent, 1 for a single element.
    Iterating gives all steps: the forward pass from the oldest row, then the reverse pass from the
    newest. The pointer starts at the beginning of the reverse pass; the moves return the step they
    came to. Nothing is changed: neither ``.grad`` nor the tape, which may be spent already.

    Raises GraphError without a graph, or if a backward has released large values; record them with
    ``ag.record()``, which also notes source lines.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(3.0, requires_grad=True)
    >>> steps = ag.Debugger(x * x)
    >>> [(step.name, float(step.adjoint)) for step in steps if not step.is_forward]
    [('v1', 1.0), ('v0', 6.0)]
    >>> print(steps.next())
    ── reverse 2 of 2 ──
    v0 leaf
       value = v0       3
       adjoint of v0 = 6   = 3 (from v1) + 3 (from v1)
       a leaf: this is its gradient
    """

    def __init__(self, y: Tensor, gradient: Any = None) -> None:
        if not isinstance(y, Tensor):
            raise DTypeError(f"debug: it takes a Tensor, got {type(y).__name__}")
        self.steps = replay(y.row, y.seed(gradient, "debug"))
        self.n_rows = sum(step.is_forward for step in self.steps)
        self.position = self.n_rows

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    @property
    def step(self) -> Step:
        """The step under the pointer."""
        return self.steps[self.position]

    def next(self) -> Step:
        """Move one step on; at the end, stay. Return the step."""
        return self.go(min(self.position + 1, len(self) - 1))

    def previous(self) -> Step:
        """Move one step back; at the beginning, stay. Return the step."""
        return self.go(max(self.position - 1, 0))

    def go(self, position: int) -> Step:
        """Move to a position, 0 being the first step of the forward pass. Return the step."""
        self.position = range(len(self))[position]
        return self.step

    def jump(self, name: str) -> Step:
        """Move to the row called ``name`` (``"v3"``), staying in this pass. Return the step.

        Raises ArgumentError if there is no such row, or no gradient reaches it in this pass.
        """
        for position, step in enumerate(self.steps):
            if step.name == name and step.is_forward == self.step.is_forward:
                return self.go(position)
        self._refuse_unknown(name)
        raise ArgumentError(f"{name} is a constant: no gradient goes there; see the forward pass")

    def run_to(self, found: Callable[[Array], bool]) -> Step | None:
        """Move to the next row of the reverse pass whose adjoint is as ``found`` asks.

        ``found`` is a function of the adjoint, such as ``is_zero``, ``is_not_finite`` or
        ``is_larger_than(10)``. Return the step; None if there is none, and the pointer stays.
        """
        for position in range(self.position + 1, len(self)):
            adjoint = self.steps[position].adjoint
            if adjoint is not None and found(adjoint):
                return self.go(position)
        return None

    def who(self, name: str) -> list[Contribution]:
        """Return all that is added to the adjoint of the row called ``name``, in order.

        Raises ArgumentError if there is no such row.
        """
        self._refuse_unknown(name)
        return [c for step in self.steps for c in step.sent if c.target == name]

    def _refuse_unknown(self, name: str) -> None:
        if all(step.name != name for step in self.steps):
            raise ArgumentError(f"no row {name!r}; the rows are v0 to v{self.n_rows - 1}")

    def name_variables(self, namespace: dict[str, Any]) -> None:
        """Show beside each row the name of the variable in ``namespace`` that holds its tensor."""
        variables = {
            value.row: name
            for name, value in reversed(namespace.items())
            if isinstance(value, Tensor) and not name.startswith("_")
        }
        self.steps = [
            replace(step, variable="" if step.row.is_leaf and step.row.name else name)
            if (name := variables.get(step.row, ""))
            else step
            for step in self.steps
        ]

    def table(self) -> str:
        """Return the textbook table as it stands at this step, with a pointer at its row."""
        return table_text(self.steps, self.position)

    def __str__(self) -> str:
        return str(self.step)

    def __repr__(self) -> str:
        return f"<debugger of {self.n_rows} rows, at {self.step.place}: {self.step.name}>"


def is_zero(adjoint: Array) -> bool:
    """Tell whether nothing arrives: every element is zero."""
    return not np.any(adjoint)


def is_not_finite(adjoint: Array) -> bool:
    """Tell whether an element is NaN or infinite."""
    return not np.all(np.isfinite(adjoint))


def is_larger_than(limit: float) -> Callable[[Array], bool]:
    """Return the test whether an element's size exceeds ``limit``."""
    return lambda adjoint: bool(np.any(np.abs(adjoint) > limit))


def debug(y: Tensor, gradient: Any = None) -> Debugger:
    """Step through the forward and the reverse pass of ``y``, in a terminal by single keys.

    ``gradient``: the cotangent of ``y``; 1 for a single element. In a terminal it reads commands
    (``h`` lists them) until ``q``. It returns the Debugger, which can be stepped and iterated; make
    that by ``ag.Debugger(y)`` to get it without a dialogue.

    Raises GraphError as ``Debugger`` does.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(2.0, requires_grad=True)
    >>> ag.debug(x * x + x)                                     # without a terminal: no dialogue
    <debugger of 3 rows, at reverse 1 of 3: v2>
    """
    debugger = Debugger(y, gradient)
    caller = sys._getframe(1)
    debugger.name_variables({**caller.f_globals, **caller.f_locals})
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        from autograd_mini.debugging.dialogue import Dialogue

        Dialogue(debugger, input, print).run()
    return debugger

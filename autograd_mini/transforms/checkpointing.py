"""Checkpointing: keep a function's inputs only, and run it again in backward."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_mini.errors import GraphError
from autograd_mini.modes import enable_grad, is_grad_enabled, modes
from autograd_mini.randomness import default_generator
from autograd_mini.registry import Primitive
from autograd_mini.rows import Array, Row, serials, wengert_list
from autograd_mini.tensors import Tensor, apply, constant, cotangents, of_row


def checkpoint(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return ``f(*args, **kwargs)``, a Tensor, as one row of the tape that stores no inner values.

    Backward runs ``f`` again to get them back: one more forward pass for the memory of all that
    lies inside. n layers in √n checkpoints need √n times less. Tensors that ``f`` closes over, such
    as a module's parameters, get their gradients too. Random draws from the default generator are
    replayed. It works to any order; a backward with ``create_graph=True`` keeps the values that it
    has computed again. Under ``record()`` it only calls ``f``, so that all can be looked at.

    Raises GraphError if ``f`` returns no Tensor; and in backward, if ``f`` run again uses other
    tensors or gives another result.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(0.5, requires_grad=True)
    >>> y = ag.checkpoint(lambda x: np.exp(np.sin(x * x)), x)
    >>> len(ag.tape(y))
    2
    >>> y.backward()
    >>> round(x.grad.item(), 4)
    1.2409

    Source: Griewank and Walther 2000, "Algorithm 799: revolve"; T. Chen et al. 2016, "Training deep
    nets with sublinear memory cost".
    """
    if not is_grad_enabled() or modes.now.recording is not None:
        return f(*args, **kwargs)
    replay = _Replay(lambda: f(*args, **kwargs))
    y, inputs = replay.run()
    if not inputs:
        return y
    output = y._array
    name = getattr(f, "__name__", type(f).__name__)
    primitive = Primitive(
        lambda inputs: output,
        f"checkpoint({name})",
        f"z = {name}, run again in backward; ∂z/∂inputs = what that run's tape says",
        {"inputs": lambda i, g, out, *inputs: replay.pull(i, g, out)},
        broadcasts=False,
        branch=None,
        complain=None,
    )
    replay.inputs = inputs
    return apply(primitive, tuple(of_row(row, array) for row, array in inputs.items()))


class _Replay:
    """A call that can be made again, and what it then says about derivatives."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.inputs: dict[Row, Array] = {}
        self._call = call
        self._draws = default_generator().bit_generator.state
        self._seed: Any = None
        self._found: dict[Row, Any] = {}

    def run(self) -> tuple[Tensor, dict[Row, Array]]:
        """Return the result with its graph, and the older rows that it depends on."""
        self._since = next(serials)
        with enable_grad():
            y = self._call()
        if not isinstance(y, Tensor):
            raise GraphError(
                f"checkpoint: f returned {type(y).__name__}, expected one Tensor; call it once for "
                f"each result, or stack them"
            )
        inputs: dict[Row, Array] = {}
        if y.requires_grad and y.row.serial >= self._since:
            for row in wengert_list(y.row, self._since):
                for parent, array in zip(row.parents, row._inputs, strict=True):
                    if parent is not None and parent.requires_grad and parent.serial < self._since:
                        inputs[parent] = array
        return y, inputs

    def pull(self, position: int, g: Any, out: Any) -> Any:
        """Return the cotangent of one input; all are found in one sweep, when the first is due."""
        row = list(self.inputs)[position]
        if g is not self._seed or row not in self._found:
            self._seed, self._found = g, self._sweep(g, out)
        cotangent = self._found.pop(row)
        if not self._found:
            self._seed = None
        return cotangent

    def _sweep(self, g: Any, out: Any) -> dict[Row, Any]:
        generator = default_generator()
        now = generator.bit_generator.state
        generator.bit_generator.state = self._draws
        try:
            y, inputs = self.run()
        finally:
            generator.bit_generator.state = now
        if not np.array_equal(y._array, getattr(out, "_array", out), equal_nan=True):
            raise GraphError(
                "checkpoint: f gave another result when backward ran it again. Let it draw random "
                "numbers from ag.default_generator(), which is replayed, and change nothing that "
                "it uses before backward"
            )
        if list(inputs) != list(self.inputs):
            raise GraphError(
                "checkpoint: f used other tensors when backward ran it again; do not rebind what "
                "it uses before backward"
            )
        create_graph = isinstance(g, Tensor)
        seed = g if create_graph else constant(g)
        rows = list(inputs)
        return cotangents(y, seed, rows, create_graph, create_graph, "checkpoint", self._since)

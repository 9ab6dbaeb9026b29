"""Fused primitives: one row for what would be many, where that saves passes over memory.

A fused primitive is a composition of others, its definition, that comes with a faster forward and
one backward for all arguments. The definition is what it means: it gives the derivatives of higher
order, and tests hold the two equal. A composition and its fusion are the same function, so nothing
can be gained but time (R. Frostig et al. 2018, "Compiling machine learning programs via high-level
tracing", has the idea of rules for whole functions).
"""

from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any

from autograd_mini.ops.elementwise import positive
from autograd_mini.registry import Primitive, register
from autograd_mini.rows import serials
from autograd_mini.sweep import reverse_sweep
from autograd_mini.tensors import Tensor, of_row

Forward = Callable[..., tuple[Any, Any]]
Backward = Callable[..., tuple[Any, ...]]


class Fused(Primitive):
    """A primitive with a definition, a forward that saves what its backward wants, and that."""

    __slots__ = ("backward", "definition", "forward")

    is_fused = True

    def __init__(
        self,
        definition: Callable[..., Any],
        name: str,
        doc: str,
        forward: Forward,
        backward: Backward,
    ) -> None:
        self.definition = definition
        self.forward = forward
        self.backward = backward
        self.name = name
        self.doc = doc
        self.fn = lambda *inputs, **metadata: forward(*inputs, **metadata)[0]
        self.variadic = self.broadcasts = False
        self.may_return_its_input = True
        self.branch = self.complain = self.together = None
        code = definition.__code__
        self.arguments = code.co_varnames[: code.co_argcount]
        self.keywords = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
        self._signature = signature(definition)
        self.vjps = {
            argument: self._rule(position)
            for position, argument in enumerate(self.arguments)
            if self.slope(argument)
        }

    def _rule(self, position: int) -> Callable[..., Any]:
        """Return the VJP of one argument alone, in the form that primitives have it."""
        wanted = tuple(i == position for i in range(len(self.arguments)))

        def rule(g: Any, out: Any, *inputs: Any, **metadata: Any) -> Any:
            return self.pull(g, None, wanted, inputs, metadata)[position]

        rule.__module__ = self.definition.__module__
        return rule

    @property
    def sources(self) -> dict[str, Callable[..., Any]]:
        return {"definition": self.definition, "backward": self.backward}

    def pull(
        self,
        g: Any,
        saved: Any,
        wanted: tuple[bool, ...],
        inputs: tuple[Any, ...],
        metadata: dict[str, Any],
    ) -> tuple[Any, ...]:
        """Return the ``wanted`` inputs' cotangents: arrays, or Tensors if g is one."""
        if isinstance(g, Tensor):
            return self._pull_definition(g, wanted, inputs, metadata)
        if saved is None:  # released, or asked for one argument alone
            _, saved = self.forward(*inputs, **metadata)
        return self.backward(g, saved, wanted, *inputs, **metadata)

    def _pull_definition(
        self, g: Any, wanted: tuple[bool, ...], inputs: tuple[Any, ...], metadata: dict[str, Any]
    ) -> tuple[Any, ...]:
        since = next(serials)
        own = [positive(x) if isinstance(x, Tensor) else x for x in inputs]  # rows to stop at
        y = self.definition(*own, **metadata)
        rows = [x.row if w else None for x, w in zip(own, wanted, strict=True)]
        found = reverse_sweep(
            y.row, g, filter(None, rows), retain_graph=True, lift=of_row, since=since
        )
        return tuple(row and found.get(row) for row in rows)


def fused(
    definition: Callable[..., Any],
    *,
    name: str,
    doc: str,
    forward: Forward,
    backward: Backward,
    overrides: Iterable[Callable[..., Any]] = (),
) -> Fused:
    """Declare a faster form of ``definition`` and return it as a callable primitive.

    ``definition(*inputs, **metadata)``: the composition of primitives that it stands for, on arrays
    and Tensors. Its positional parameters are the inputs, its keyword-only ones the metadata.
    ``forward``: of the same arguments, on arrays: the result and whatever ``backward`` needs, which
    the tape keeps until then.
    ``backward(g, saved, wanted, *inputs, **metadata)``: the cotangents of all inputs, in their
    shapes and dtypes; ``wanted`` says which will be used, and None may stand for the others. It
    must not write into ``g`` or the inputs.
    ``doc``: the formula and the slopes, as for ``ag.primitive``; an input without a slope, such as
    labels, is not differentiable.

    A sweep that is recorded itself (``create_graph=True``) differentiates the definition, so any
    order is right if the definition is.

    >>> import numpy as np, autograd_mini as ag
    >>> def forward(x):
    ...     out = np.tanh(x)
    ...     return x * out, out
    >>> def backward(g, t, wanted, x):
    ...     return (g * (t + x * (1 - t * t)),)
    >>> gate = fused(lambda x: x * np.tanh(x), name="gate", forward=forward, backward=backward,
    ...              doc="z = x·tanh x; ∂z/∂x = tanh x + x·(1 − tanh² x)")
    >>> x = ag.tensor(1.0, requires_grad=True)
    >>> gate(x).backward()
    >>> round(x.grad.item(), 4)
    1.1816
    """
    return register(Fused(definition, name, doc, forward, backward), (definition, *overrides))

"""What a model is made of: output shapes, parameters and multiply-adds, layer by layer."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError
from autograd_mini.modes import enable_grad, modes
from autograd_mini.nn.generators import random_state_kept
from autograd_mini.nn.module import Module
from autograd_mini.nn.multiply_adds import multiply_adds
from autograd_mini.recording import record
from autograd_mini.tensors import Tensor


@dataclass(frozen=True)
class SummaryRow:
    """One place of a model where a module stands.

    ``name``: dotted, "" of the model itself. ``kind``: the module's class. ``output_shape``: of its
    last call, nested if there are several outputs; None if it was not called. ``calls``: how often
    it was. ``parameters``, ``trained``: of this module without those below it; 0 where it stands
    again, ``shared_with`` names its first place. ``multiply_adds``: of this place without those
    below it, in all calls.
    """

    name: str
    kind: str
    output_shape: Any
    calls: int
    parameters: int
    trained: int
    multiply_adds: int
    shared_with: str | None


class Summary:
    """The table that ``summary`` returns: ``rows``, and totals; printing it shows the table.

    ``parameters`` and ``trained`` count each parameter of the model once, ``multiply_adds`` is the
    sum over the rows.
    """

    def __init__(self, rows: list[SummaryRow]) -> None:
        self.rows = rows
        self.parameters = sum(row.parameters for row in rows)
        self.trained = sum(row.trained for row in rows)
        self.multiply_adds = sum(row.multiply_adds for row in rows)

    def __iter__(self) -> Iterator[SummaryRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        lines = [("layer", "output shape", "parameters", "multiply-adds")]
        lines += [_cells(row) for row in self.rows]
        lines.append(("total", "", f"{self.parameters:,}", f"{self.multiply_adds:,}"))
        if self.trained != self.parameters:
            lines.append(("of them trained", "", f"{self.trained:,}", ""))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            f"{layer:<{widths[0]}}  {shape:<{widths[1]}}  {n:>{widths[2]}}  "
            f"{cost:>{widths[3]}}".rstrip()
            for layer, shape, n, cost in lines
        )

    __repr__ = __str__


def _cells(row: SummaryRow) -> tuple[str, str, str, str]:
    own = row.name.rpartition(".")[2]
    depth = len(row.name.split(".")) if row.name else 0
    layer = "  " * depth + (f"{own}: {row.kind}" if own else row.kind)
    if row.shared_with is not None:
        layer += f" (= {row.shared_with})"
    if row.calls > 1:
        layer += f", {row.calls} calls"
    is_empty = row.parameters == row.multiply_adds == 0
    numbers = ("", "") if is_empty else (f"{row.parameters:,}", f"{row.multiply_adds:,}")
    return layer, _shape_text(row.output_shape), *numbers


def _shape_text(shape: Any) -> str:
    return "" if shape is None else str(shape)


def summary(model: Module, input: Any) -> Summary:  # noqa: A002 (as users call it)
    """Run ``model`` once and return a table of its layers.

    ``input``: what the model is called with: a tensor, an array or a list of numbers; a tuple of
    them for several arguments. Shapes and multiply-adds are for all of its examples together.

    Each row is for one place in the model: its output's shape, its parameters and multiply-adds
    without those of the rows below it, so that the columns add up. Multiply-adds are counted from
    the matrix products and convolutions that were recorded, so your own modules count too; see
    ``SummaryRow`` for the fields.

    The model is run in evaluation mode and left as it was: modes, buffers, gradients and the random
    state do not change.

    Raises DTypeError if ``model`` is no module, ArgumentError for a shape in place of an input.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    >>> nn.summary(model, ag.zeros(1, 784))
    layer        output shape  parameters  multiply-adds
    Sequential   (1, 10)
      0: Linear  (1, 128)         100,480        100,352
      1: ReLU    (1, 128)
      2: Linear  (1, 10)            1,290          1,280
    total                         101,770        101,632
    """
    if not isinstance(model, Module):
        raise DTypeError(f"summary takes a module and its input, got {type(model).__name__}")
    if isinstance(input, tuple) and input and all(isinstance(n, int) for n in input):
        raise ArgumentError(
            f"summary runs the model, so it takes an input and not the shape {input}; write "
            f"summary(model, ag.zeros{input})"
        )
    shapes: dict[str, Any] = {}
    calls: dict[str, int] = {}

    def note(module: Module, args: Any, output: Any) -> None:
        shapes[modes.now.scope] = _shape(output)
        calls[modes.now.scope] = calls.get(modes.now.scope, 0) + 1

    with _undisturbed(model), ExitStack() as hooks, enable_grad(), record() as tape:
        for module in model.modules():
            hooks.callback(module.register_forward_hook(note).remove)
        model(*map(_tracked, input if isinstance(input, tuple) else (input,)))
    places = list(model.named_modules(remove_duplicate=False))
    costs = dict.fromkeys((name for name, _ in places), 0)
    for row in tape:
        scope = row.scope
        while scope not in costs:  # a scope that the module opened itself
            scope = scope.rpartition(".")[0]
        costs[scope] += multiply_adds(row)
    return Summary(list(_rows(places, shapes, calls, costs)))


def _rows(
    places: list[tuple[str, Module]],
    shapes: dict[str, Any],
    calls: dict[str, int],
    costs: dict[str, int],
) -> Iterator[SummaryRow]:
    first: dict[Module, str] = {}
    counted = set()
    for name, module in places:
        if module in first and name not in calls:
            continue
        own = [p for p in module.parameters(recurse=False) if p not in counted]
        counted.update(own)
        yield SummaryRow(
            name=name,
            kind=type(module).__name__,
            output_shape=shapes.get(name),
            calls=calls.get(name, 0),
            parameters=sum(p.size for p in own),
            trained=sum(p.size for p in own if p.requires_grad),
            multiply_adds=costs[name],
            shared_with=first.get(module),
        )
        first.setdefault(module, name)


def _shape(output: Any) -> Any:
    if isinstance(output, tuple | list):
        return tuple(map(_shape, output))
    if isinstance(output, Mapping):
        return {key: _shape(value) for key, value in output.items()}
    return tuple(output.shape) if hasattr(output, "shape") else None


def _tracked(value: Any) -> Any:
    """Return what can be recorded of an argument."""
    if isinstance(value, list | np.ndarray):
        value = Tensor(value)
    is_float = isinstance(value, Tensor) and value.dtype.kind == "f"
    return Tensor(value, requires_grad=True) if is_float else value


@contextmanager
def _undisturbed(model: Module) -> Iterator[None]:
    """Let ``model`` run in evaluation mode, with all parameters tracked, and leave no trace."""
    stores = ("_parameters", "_buffers", "_modules")
    modules = list(model.modules())
    attributes = [(module, dict(vars(module))) for module in modules]
    parts = [(held, dict(held)) for m in modules for held in (getattr(m, s) for s in stores)]
    buffers = [(buffer, buffer._array.copy()) for buffer in model.buffers()]
    frozen = [parameter for parameter in model.parameters() if not parameter.requires_grad]
    scope = modes.now.scope
    with random_state_kept(model):
        try:
            for parameter in frozen:
                parameter.requires_grad = True
            modes.now.scope = vars(model)["_name"] = ""
            model.eval()
            yield
        finally:
            modes.now.scope = scope
            for parameter in frozen:
                parameter.requires_grad = False
            for buffer, values in buffers:
                if not np.array_equal(buffer._array, values, equal_nan=values.dtype.kind == "f"):
                    buffer.data[...] = values
            for store, entries in parts:
                store.clear()
                store.update(entries)
            for module, before in attributes:
                vars(module).clear()
                vars(module).update(before, _named_in=None)

"""What is checked: a function and its parameters, in float64, run with replayed random draws."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograd_mini.errors import DTypeError, GraphError
from autograd_mini.modes import enable_grad
from autograd_mini.randomness import default_generator
from autograd_mini.recording import Tape, record
from autograd_mini.rows import Array, Leaf, wengert_list
from autograd_mini.tensors import Tensor
from autograd_mini.transforms.gradients import grad


@dataclass
class Subject:
    """A function that can be run again and again, and the parameters to differentiate it in."""

    parameters: dict[str, Tensor]
    run: Callable[[], Tensor]
    lent_float32: bool

    @cached_property
    def seed(self) -> Array:
        """A fixed random cotangent, 1 for one number: the result's product with it is checked."""
        shape = self.value().shape
        return fixed_cotangent(shape) if shape else np.ones(shape)

    def value(self) -> Array:
        """Return the result at the present values of the parameters."""
        with enable_grad():  # as in the recorded run: f may register hooks, or ask
            return self.run()._array

    def loss(self) -> float:
        """Return ⟨seed, result⟩, the number whose derivative is checked."""
        return float(np.vdot(self.seed, self.value()))

    def recorded(self) -> tuple[Tensor, Tape]:
        """Return the result and the tape of the run that made it."""
        with enable_grad(), record() as tape:
            output = self.run()
        return output, tape

    def branches(self) -> list[Array]:
        """Return which smooth piece every recorded row with a kink is on."""
        return [
            row.primitive.branch(*row.inputs, **row.kwargs)
            for row in self.recorded()[1]
            if row.primitive is not None and row.primitive.branch is not None
        ]


def fixed_cotangent(shape: tuple[int, ...]) -> Array:
    return np.random.default_rng(0).uniform(0.5, 1.5, shape)


def same_branches(one: list[Array], other: list[Array]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))


@contextmanager
def subject_of(f: Callable[..., Tensor], inputs: Any, order: int = 1) -> Iterator[Subject]:
    """Lend ``f`` float64 copies of ``inputs``, to be moved at will; give all back afterwards."""
    parameters, arguments = named_parameters(inputs)
    before = [(parameter, parameter._array, parameter._row) for parameter in parameters.values()]
    buffers = list(inputs.buffers()) if hasattr(inputs, "buffers") else []
    kept = [buffer._array.copy() for buffer in buffers]  # running statistics move at every run
    for name, parameter in parameters.items():
        parameter._array = parameter._array.astype(np.float64)
        parameter._row = leaf = Leaf(parameter._array, requires_grad=True)
        leaf.name = name
    try:
        for _ in range(order - 1):
            f = _slope_of(f, list(parameters.values()))
        narrow = any(array.dtype == np.float32 for _, array, _ in before)
        subject = Subject(parameters, _replayed(f, arguments), narrow)
        _refuse_changes(subject)
        yield subject
    finally:
        for parameter, array, row in before:
            parameter._array, parameter._row = array, row
        for buffer, values in zip(buffers, kept, strict=True):
            buffer.data = values


def named_parameters(inputs: Any) -> tuple[dict[str, Tensor], tuple[Any, ...]]:
    """Return what to check, by name, and the arguments that ``f`` is to be called with."""
    if hasattr(inputs, "named_parameters"):
        parameters = {name: p for name, p in inputs.named_parameters() if p.requires_grad}
        return parameters, (inputs,)
    if isinstance(inputs, Mapping):
        named, arguments = dict(inputs), (inputs,)
    else:
        arguments = tuple(inputs) if isinstance(inputs, Sequence) else (inputs,)
        named = {f"x{i}": value for i, value in enumerate(arguments)}
    floats = {n: t for n, t in named.items() if isinstance(t, Tensor) and t.dtype.kind == "f"}
    if not floats:
        raise DTypeError("gradcheck: nothing to check, because no input is a float tensor")
    return floats, arguments


def _replayed(f: Callable[..., Tensor], arguments: tuple[Any, ...]) -> Callable[[], Tensor]:
    """Return ``f`` at ``arguments`` as a function that draws the same random numbers every time."""
    generator = default_generator()
    state = generator.bit_generator.state

    def run() -> Tensor:
        generator.bit_generator.state = state
        return _tensor(f(*arguments))

    return run


def _tensor(output: Any) -> Tensor:
    if not isinstance(output, Tensor):
        raise GraphError(
            f"gradcheck: f returned {type(output).__name__}, expected a Tensor that is "
            f"calculated from the inputs by differentiable functions"
        )
    return output


def _slope_of(f: Callable[..., Tensor], parameters: list[Tensor]) -> Callable[..., Tensor]:
    """Return ⟨v, ∇f⟩ for fixed v: the gradient of this function is the Hessian times v."""

    def slope(*arguments: Any) -> Tensor:
        with enable_grad():
            output = _tensor(f(*arguments))
            total = Tensor(0.0, dtype=np.float64)
            if not output.requires_grad:
                return total
            reached = set(wengert_list(output.row))
            xs = [parameter for parameter in parameters if parameter.row in reached]
            for g in grad(output, xs, fixed_cotangent(output.shape), create_graph=True):
                total = total + (g * fixed_cotangent(g.shape)).sum()
            return total

    return slope


def _refuse_changes(subject: Subject) -> None:
    """Raise if ``f`` changes what it is given, or gives two results for one input."""
    before = {name: p._array.copy() for name, p in subject.parameters.items()}
    first = subject.value().copy()
    for name, parameter in subject.parameters.items():
        if not np.array_equal(before[name], parameter._array, equal_nan=True):
            raise GraphError(
                f"gradcheck: f changed the values of {name} in place while it ran, so that they "
                f"are not what it was to be checked at. Make a new tensor instead"
            )
    if not np.array_equal(first, subject.value(), equal_nan=True):
        raise GraphError(
            "gradcheck: f gave two different results for the same input. Let it draw random "
            "numbers from ag.default_generator(), which the check replays, or remove its state"
        )

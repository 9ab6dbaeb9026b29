"""Gradient checking: compare the sweep with central differences, parameter by parameter.

The judge is the definition of the derivative, so it needs no knowledge of any rule. Bands and the
relative difference are those of Andrew Ng's course "Improving Deep Neural Networks", week 1.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, GraphError
from autograd_mini.modes import enable_grad, no_grad
from autograd_mini.randomness import default_generator
from autograd_mini.recording import Tape, record
from autograd_mini.rows import Array, Leaf
from autograd_mini.sweep import reverse_sweep
from autograd_mini.tensors import Tensor

GOOD = 1e-7
WRONG = 1e-3


@dataclass(frozen=True)
class ParameterCheck:
    """The comparison for one parameter: ``relative`` = ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖), ĝ by differences.

    ``rounding`` is the norm that ‖g − ĝ‖ may reach by rounding alone; below it nothing is wrong.
    ``worst`` is the index of the entry that differs most, with both of its values. ``n_kinks``
    entries sit so near a kink that their difference quotient straddles it; they are left out.
    """

    name: str
    shape: tuple[int, ...]
    relative: float
    difference: float
    rounding: float
    worst: tuple[int, ...]
    analytic: float
    numeric: float
    n_kinks: int

    @property
    def verdict(self) -> str:
        """``good`` below 1e-7, ``wrong`` above 1e-3, ``look again`` between them."""
        if self.relative < GOOD or self.difference <= self.rounding:
            return "good"
        return "look again" if self.relative <= WRONG else "wrong"


@dataclass(frozen=True)
class GradientReport:
    """The checks of all parameters; true when every verdict is ``good``. Print it for the table."""

    checks: list[ParameterCheck]
    notes: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return all(check.verdict == "good" for check in self.checks)

    @property
    def relative(self) -> float:
        """The largest relative difference of any parameter."""
        return max((check.relative for check in self.checks), default=0.0)

    def __str__(self) -> str:
        cells = [("parameter", "shape", "relative difference", "verdict")]
        for check in self.checks:
            cells.append((check.name, str(check.shape), f"{check.relative:.2e}", check.verdict))
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in cells
        ]
        for check in self.checks:
            if check.verdict != "good":
                lines.append(
                    f"{check.name}{list(check.worst)} differs most: backward {check.analytic:.6g}, "
                    f"central difference {check.numeric:.6g}"
                )
        return "\n".join([*lines, *self.notes])

    __repr__ = __str__


def gradcheck(f: Callable[..., Tensor], inputs: Any, eps: float = 6e-6) -> GradientReport:
    """Check the gradient of ``f`` in every entry against (f(x + h) − f(x − h)) / 2h, in float64.

    ``inputs``: a Tensor, a sequence of them (``f`` gets each as an argument), a dict, or a module
    (``f`` gets it whole; its parameters are checked, and are as before afterwards). float32 values
    are copied to float64, and the report says so. ``f`` may return any shape: what is checked is
    its product with a fixed random cotangent. ``eps``: h = eps · max(1, |x|); 6e-6 balances
    truncation against rounding.

    Random draws from the default generator are replayed, so dropout can be checked. An entry whose
    two evaluations fall on different sides of a kink (relu, abs, max, …) is recognised by the
    branches that the recorded rows took, counted, and left out.

    Raises DTypeError if nothing in ``inputs`` is a float tensor, GraphError if ``f`` does not
    return a tracked Tensor or gives two results for one input, ArgumentError for a bad ``eps``.

    >>> import autograd_mini as ag
    >>> report = gradcheck(lambda x: (x * x).sum(), ag.tensor([1.0, -2.0]))
    >>> bool(report), report.checks[0].verdict
    (True, 'good')

    Source: Ng, "Improving Deep Neural Networks", week 1, "Gradient checking".
    """
    if not 0 < eps < 1:
        raise ArgumentError(f"gradcheck: eps must be between 0 and 1, got {eps}; try 6e-6")
    parameters, arguments = _named_parameters(inputs)
    notes = []
    if any(parameter.dtype == np.float32 for parameter in parameters.values()):
        notes.append("float32 values were copied to float64 for the check")
    with _in_float64(parameters):
        loss = _replayed(f, arguments)
        with enable_grad(), record() as tape:
            output = loss()
        if not np.array_equal(loss()._array, output._array, equal_nan=True):
            raise GraphError(
                "gradcheck: f gave two different results for the same input. Let it draw random "
                "numbers from ag.default_generator(), which the check replays, or remove its state"
            )
        seed = np.random.default_rng(0).uniform(0.5, 1.5, output.shape)
        rows = [parameter.row for parameter in parameters.values()]
        gradients = reverse_sweep(output.row, seed, rows) if output.requires_grad else {}
        rounding = _accumulated_rounding(tape)
        checks = [
            _check(name, parameter, gradients.get(parameter.row), loss, seed, eps, rounding)
            for name, parameter in parameters.items()
        ]
    for check in checks:
        if check.verdict == "good" and check.relative >= GOOD:
            notes.append(f"{check.name}: the difference is within the rounding of f itself")
    n_kinks = sum(check.n_kinks for check in checks)
    if n_kinks:
        notes.append(f"{n_kinks} entries straddle a kink and were left out")
    return GradientReport(checks, notes)


Loss = Callable[[], Tensor]


def _named_parameters(inputs: Any) -> tuple[dict[str, Tensor], tuple[Any, ...]]:
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


@contextmanager
def _in_float64(parameters: dict[str, Tensor]) -> Iterator[None]:
    """Lend every parameter a float64 leaf of its own; give it its row and array back afterwards."""
    before = [(parameter, parameter._array, parameter._row) for parameter in parameters.values()]
    for name, parameter in parameters.items():
        parameter._array = parameter._array.astype(np.float64)
        parameter._row = leaf = Leaf(parameter._array, requires_grad=True)
        leaf.name = name
    try:
        yield
    finally:
        for parameter, array, row in before:
            parameter._array, parameter._row = array, row


def _replayed(f: Callable[..., Tensor], arguments: tuple[Any, ...]) -> Loss:
    """Return ``f`` at ``arguments`` as a function that draws the same random numbers every time."""
    generator = default_generator()
    state = generator.bit_generator.state

    def loss() -> Tensor:
        generator.bit_generator.state = state
        output = f(*arguments)
        if not isinstance(output, Tensor):
            raise GraphError(
                f"gradcheck: f returned {type(output).__name__}, expected a Tensor that is "
                f"calculated from the inputs by differentiable functions"
            )
        return output

    return loss


def _accumulated_rounding(tape: Tape) -> float:
    """Return how far rounding can move the result: every row's own, weighted by its adjoint.

    Σ u·|v̄·v| over all elements of all rows, u the unit roundoff: the use for which S. Linnainmaa
    1976, "Taylor expansion of the accumulated rounding error", BIT 16, introduced adjoints.
    """
    return float(np.finfo(np.float64).eps) * sum(
        float(np.abs(row.adjoint * row.output).sum()) for row in tape if row.adjoint is not None
    )


def _check(
    name: str,
    parameter: Tensor,
    gradient: Array | None,
    loss: Loss,
    seed: Array,
    eps: float,
    rounding: float,
) -> ParameterCheck:
    """Compare ``gradient``, None meaning zero, with central differences in every entry."""
    primal = parameter._array
    analytic = np.zeros_like(primal) if gradient is None else gradient
    numeric = np.zeros_like(primal)
    noise = np.zeros_like(primal)
    smooth = np.ones(primal.shape, dtype=bool)
    scale = float(np.abs(analytic).max(initial=0.0))
    for index in np.ndindex(primal.shape):
        centre = float(primal[index])
        above, below = centre + eps * max(1, abs(centre)), centre - eps * max(1, abs(centre))
        with no_grad():
            primal[index] = above
            high = float(np.vdot(seed, loss()._array))
            primal[index] = below
            low = float(np.vdot(seed, loss()._array))
        numeric[index] = (high - low) / (above - below)
        noise[index] = 2 * rounding / (above - below)
        gap = float(abs(numeric[index] - analytic[index]))
        if gap > max(float(noise[index]), 1e-9 * scale, 1e-9 * abs(float(numeric[index]))):
            primal[index] = above
            taken = _branches(loss)
            primal[index] = below
            smooth[index] = _same(taken, _branches(loss))
        primal[index] = centre
    error = np.where(smooth, np.abs(analytic - numeric), 0)
    total = _norm(analytic[smooth]) + _norm(numeric[smooth])
    worst = np.unravel_index(np.argmax(error), error.shape) if error.size else ()
    return ParameterCheck(
        name,
        primal.shape,
        relative=_norm(error) / total if total else 0.0,
        difference=_norm(error),
        rounding=_norm(noise[smooth]),
        worst=tuple(int(i) for i in worst),
        analytic=float(analytic[worst]) if error.size else 0.0,
        numeric=float(numeric[worst]) if error.size else 0.0,
        n_kinks=int(np.size(smooth) - np.count_nonzero(smooth)),
    )


def _norm(values: Array) -> float:
    return float(np.linalg.norm(values.ravel()))


def _branches(loss: Loss) -> list[Array]:
    """Return which smooth piece every recorded row with a kink was on."""
    with enable_grad(), record() as tape:
        loss()
    return [
        row.primitive.branch(*row.inputs, **row.kwargs)
        for row in tape
        if row.primitive is not None and row.primitive.branch is not None
    ]


def _same(one: list[Array], other: list[Array]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))

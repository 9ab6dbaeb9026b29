"""The U-curve: the error of a difference quotient against its step.

A large step truncates the Taylor series, a small one drowns in rounding; between them is the best
step. The complex step has no subtraction, so it has no rounding side (W. Squire and G. Trapp 1998,
"Using complex variables to estimate derivatives of real functions").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_mini.checking.subject import Subject, subject_of
from autograd_mini.errors import ArgumentError
from autograd_mini.rows import Array
from autograd_mini.sweep import reverse_sweep
from autograd_mini.tensors import Tensor

STEPS = tuple(float(10**-k) for k in np.arange(1, 12.5, 0.5))
IMAGINARY_STEP = 1e-20
SMALLEST = 1e-17
# Rows of these are analytic functions whose NumPy implementation takes complex numbers. Others
# (abs, max, relu, sigmoid by abs, …) would give a wrong imaginary part, so they forbid the method.
ANALYTIC = frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "negative",
        "positive",
        "power",
        "square",
        "reciprocal",
        "sqrt",
        "exp",
        "expm1",
        "exp2",
        "log",
        "log1p",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "arctan",
        "matmul",
        "sum",
        "mean",
        "prod",
        "reshape",
        "transpose",
        "swapaxes",
        "expand_dims",
        "squeeze",
        "broadcast_to",
        "concatenate",
        "stack",
        "getitem",
    ]
)


@dataclass(frozen=True)
class StepCurve:
    """Errors of difference quotients along one direction; print it for the picture.

    ``steps``: h. ``forward``: |(f(x + h) − f(x))/h − slope|. ``central``: the same for
    (f(x + h) − f(x − h))/2h. ``slope``: of the sweep, in float64. ``complex_step``: the error of
    Im f(x + ih)/h at h = 1e-20, None where the function does not allow it.
    """

    steps: tuple[float, ...]
    forward: tuple[float, ...]
    central: tuple[float, ...]
    slope: float
    complex_step: float | None

    @property
    def best(self) -> tuple[float, float]:
        """The step at which the central difference errs least, and that error."""
        error, step = min(zip(self.central, self.steps, strict=True))
        return step, error

    def __str__(self) -> str:
        return _picture(self)

    __repr__ = __str__


def gradcheck_curve(
    f: Callable[..., Tensor],
    inputs: Any,
    steps: Sequence[float] = STEPS,
    dtype: DTypeLike = np.float64,
) -> StepCurve:
    """Return how the error of difference quotients of ``f`` depends on the step.

    ``f`` and ``inputs`` as in ``gradcheck``; the slope is taken along one direction through all
    inputs, so it costs two runs per step, however many there are. ``dtype``: what the quotients
    are calculated in; the sweep that they are compared with runs in float64.

    Raises ArgumentError for a step that is not positive, and the errors of ``gradcheck``.

    >>> import autograd_mini as ag
    >>> curve = gradcheck_curve(np.tanh, ag.tensor(np.float64(0.7)), steps=[1e-1, 1e-5, 1e-9])
    >>> curve.best[0]
    1e-05
    >>> print(curve)  # doctest: +ELLIPSIS
    error  (of the slope 0.63474)
    1e-02  ○
    1e-03
    1e-04  ●
    1e-05
    1e-06    ○
    1e-07
    1e-08      ●
    ...
    ● central, best ... at h = 1e-05;  ○ one-sided;  ◐ both
    complex step: ...

    Source: the picture is figure 3 of Baydin, Pearlmutter, Radul and Siskind 2018, "Automatic
    differentiation in machine learning: a survey".
    """
    if not len(steps) or min(steps) <= 0:
        raise ArgumentError(f"gradcheck_curve: steps must be positive numbers, got {steps}")
    with np.errstate(all="ignore"), subject_of(f, inputs) as subject:
        centres = {name: p._array.copy() for name, p in subject.parameters.items()}
        directions = _directions(subject)
        slope = _slope(subject, directions)
        complex_step = _complex_step(subject, centres, directions)

        def at(h: float) -> float:
            for name, parameter in subject.parameters.items():
                centre, direction = centres[name].astype(dtype), directions[name].astype(dtype)
                parameter._array = np.asarray(centre + np.asarray(h, dtype) * direction)
            return subject.loss()

        here = at(0.0)
        values = [(h, at(h), at(-h)) for h in steps]
    return StepCurve(
        steps=tuple(steps),
        forward=tuple(abs((high - here) / h - slope) for h, high, _ in values),
        central=tuple(abs((high - low) / (2 * h) - slope) for h, high, low in values),
        slope=slope,
        complex_step=None if complex_step is None else abs(complex_step - slope),
    )


def _directions(subject: Subject) -> dict[str, Array]:
    """Return one direction of length 1 through all parameters; 1 itself for a single number."""
    rng = np.random.default_rng(5)
    raw = {name: rng.uniform(0.5, 1.5, p.shape) for name, p in subject.parameters.items()}
    length = np.sqrt(sum(float(np.sum(np.square(direction))) for direction in raw.values()))
    return {name: np.asarray(direction / length) for name, direction in raw.items()}


def _slope(subject: Subject, directions: dict[str, Array]) -> float:
    output, _ = subject.recorded()
    if not output.requires_grad:
        return 0.0
    rows = {p.row: directions[name] for name, p in subject.parameters.items()}
    found = reverse_sweep(output.row, subject.seed.astype(output.dtype), list(rows))
    return sum(float(np.vdot(cotangent, rows[row])) for row, cotangent in found.items())


def _complex_step(
    subject: Subject, centres: dict[str, Array], directions: dict[str, Array]
) -> float | None:
    if any(row.operation not in ANALYTIC for row in subject.recorded()[1]):
        return None
    for name, parameter in subject.parameters.items():
        parameter._array = np.asarray(centres[name] + 1j * IMAGINARY_STEP * directions[name])
    value = subject.value()
    return float(np.sum(subject.seed * value.imag)) / IMAGINARY_STEP


def _picture(curve: StepCurve) -> str:
    """Draw both errors: one line a decade, one column a step, both logarithmic."""
    decades = [
        [int(np.floor(np.log10(max(error, SMALLEST)))) for error in errors]
        for errors in (curve.central, curve.forward)
    ]
    lines = [f"error  (of the slope {curve.slope:.6g})"]
    for decade in range(max(map(max, decades)), min(map(min, decades)) - 1, -1):
        marks = (
            " ●○◐"[(central == decade) + 2 * (forward == decade)]
            for central, forward in zip(*decades, strict=True)
        )
        lines.append(f"1e{decade:+03d}  {' '.join(marks)}".rstrip())
    step, error = curve.best
    lines.append(f"h      {curve.steps[0]:.0e} … {curve.steps[-1]:.0e}")
    lines.append(f"● central, best {error:.1e} at h = {step:.0e};  ○ one-sided;  ◐ both")
    if curve.complex_step is not None:
        lines.append(f"complex step: {curve.complex_step:.1e}")
    return "\n".join(lines)

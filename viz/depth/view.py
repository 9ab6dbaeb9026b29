"""The depth view: what a network does to its signals, layer by layer, beside what theory predicts.

``layers.py`` reads the tape, ``theory.py`` predicts, ``verdict.py`` judges; here it comes together.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import isfinite, nan
from operator import mul
from typing import TYPE_CHECKING, Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ArgumentError, GraphError, ShapeError
from autograd_mini.rows import wengert_list
from autograd_mini.sweep import reverse_sweep
from autograd_mini.viz.chart import Chart
from autograd_mini.viz.depth.activations import known_activation
from autograd_mini.viz.depth.layers import Layer, hidden_layers, measured_layers
from autograd_mini.viz.depth.theory import Prediction, predict
from autograd_mini.viz.depth.verdict import THRESHOLDS, Verdict, factor_per_layer, judge, ratio

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def flow(
    model: Callable[[Any], Any], x: Any, loss: Callable[[Any], Any], lr: float = 0.01
) -> "Flow":
    """Run one step of ``model`` and return what happens to its signals across depth.

    ``model``: any function of x whose layers multiply with parameters; modules and ``ag.scope``
    give the layers their names. ``x``: a batch, Tensor or array. ``loss``: a function of the
    model's output that returns one number, such as ``lambda y: F.cross_entropy(y, labels)``.
    ``lr``: the step size of plain gradient descent for which the update ratio lr·‖dL/dW‖/‖W‖ is
    stated.

    Nothing is trained: gradients of the parameters and the default generator's state are afterwards
    what they were. The model runs in the mode it is in: with Dropout in training, with one drawn
    mask. Sizes are root mean squares per element. The verdict: vanishing or exploding if from the
    last hidden layer to the first the size of dL/ds, the gradient at the pre-activations, changes
    over 10-fold and over 15 % per layer, or over 1000-fold, what a change of width does not
    counted; ``verdict.py`` has the others.

    Raises ArgumentError for a model or loss that is no function, a loss that wants more than the
    output, or an lr that is not positive; GraphError if the output has no graph or no layer was
    found; ShapeError if x is empty or the loss is not one number.

    >>> import autograd_mini as ag
    >>> from autograd_mini.viz.depth.view import flow
    >>> rng = ag.manual_seed(0)
    >>> weights = [ag.tensor(rng.normal(0, 0.05, (64, 64)), True) for _ in range(8)]
    >>> def model(x):
    ...     for weight in weights:
    ...         x = ag.tanh(x @ weight)
    ...     return x
    >>> result = flow(model, ag.randn(100, 64), lambda y: y.mean())
    >>> result.verdict.word, f"{result.factor:.2f}", f"{result.predicted_factor:.2f}"
    ('vanishing', '0.39', '0.39')
    """
    _check_functions(model, loss)
    batch = ag.Tensor(x)
    if not batch.size:
        raise ShapeError(f"flow: x is empty, of shape {batch.shape}; give at least one example")
    if not (isinstance(lr, int | float | np.floating) and lr > 0 and isfinite(lr)):
        raise ArgumentError(f"flow: lr must be a positive finite number, got {lr!r}")
    random = ag.default_generator().bit_generator
    state = random.state
    try:
        with ag.enable_grad(), np.errstate(all="ignore"):
            output = model(batch)
            _check_output(output)
            value = loss(output)
            _check_loss(value)
            layers = _measure(output, value)
    finally:
        random.state = state
    if not layers:
        raise GraphError(
            "flow: no layer was found: nothing in the model multiplies (@) with a parameter, that "
            "is a leaf tensor of two or more axes with requires_grad=True"
        )
    return Flow(layers, value.item(), lr)


def compare_flows(flows: "Mapping[str, Flow]") -> "FlowComparison":
    """Put flows side by side, by name: one picture on one log axis, one text.

    Raises ArgumentError for none, or for anything else than ``{name: flow}``.

    >>> import autograd_mini as ag
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((50, 32))
    >>> def flow_of(gain):
    ...     layers = [ag.tensor(rng.normal(0, gain / 32**0.5, (32, 32)), True) for _ in range(8)]
    ...     return flow(lambda x: reduce(lambda a, w: ag.tanh(a @ w), layers, x), x, ag.mean)
    >>> from functools import reduce
    >>> text = compare_flows({"small": flow_of(0.1), "right": flow_of(1)}).text()
    >>> [line.split() for line in text.splitlines() if line.startswith("verdict")]
    [['verdict', 'vanishing', 'healthy']]
    """
    if not isinstance(flows, Mapping):
        raise ArgumentError(
            f"compare_flows: it takes flows by name, {{name: flow}}; got {type(flows).__name__}"
        )
    if not flows:
        raise ArgumentError("compare_flows: there is nothing to compare; give {name: flow}")
    for name, each in flows.items():
        if not isinstance(each, Flow):
            raise ArgumentError(
                f"compare_flows: {name!r} is {type(each).__name__}, not a Flow; make it by "
                f"viz.flow(model, x, loss)"
            )
    return FlowComparison(dict(flows))


class Flow(Chart):
    """What one step does across depth: ``print`` it, ``save`` it, ``show`` it, or take its numbers.

    ``layers``: the measured records, from input to output. ``predictions``: theory's, one per
    layer, from the weights and the input only; empty, with ``no_theory`` saying why, where the
    layers are no plain chain. ``hidden``: the layers without the output layer, which stands apart
    if it has another width or activation. ``factor``: how the root mean square of dL/ds changes
    going back one hidden layer, the geometric mean; ``predicted_factor`` likewise (NaN without two
    hidden layers, or without theory). ``update_ratios``: lr·‖dL/dW‖/‖W‖, about 1e-3 in healthy
    training. ``verdict``: word, cause, remedy.
    """

    def __init__(self, layers: Sequence[Layer], loss: float, lr: float) -> None:
        self.layers = list(layers)
        self.hidden = list(hidden_layers(layers))
        self.loss = loss
        self.lr = lr
        self.no_theory = _why_no_theory(self.layers)
        self.predictions: list[Prediction] = []
        if not self.no_theory:
            self.predictions = predict(self.layers, self.layers[0].input_mean_square)
        self.verdict: Verdict = judge(self.layers)

    @property
    def factor(self) -> float:
        return factor_per_layer(self.layers)

    @property
    def predicted_factor(self) -> float:
        between = self.predictions[: len(self.hidden) - 1]
        steps = [p.factor for p in between if p.factor is not None]
        with np.errstate(all="ignore"):
            return float(np.exp(np.mean(np.log(steps)))) if steps else nan

    @property
    def has_output_layer(self) -> bool:
        return len(self.hidden) < len(self.layers)

    @property
    def predicted_gradients(self) -> list[float]:
        """Theory's rms of dL/ds per layer, going back from the measured one of the last layer."""
        if not self.predictions:
            return [nan] * len(self.layers)
        steps = [p.factor for p in reversed(self.predictions) if p.factor is not None]
        return list(accumulate(steps, mul, initial=self.layers[-1].gradient_rms))[::-1]

    @property
    def update_ratios(self) -> list[float]:
        return [
            self.lr * ratio(layer.weight_gradient_rms, layer.weight_rms)
            if layer.weight_gradient_rms
            else 0.0
            for layer in self.layers
        ]

    def data(self) -> dict[str, Any]:
        """Return everything as plain numbers and strings, ready for JSON.

        null stands for a number that does not apply, "inf" and "nan" for one that is not finite.
        """
        records = [
            _jsonable(vars(layer)) | {"update_ratio": _plain(update), "predicted": None}
            for layer, update in zip(self.layers, self.update_ratios, strict=True)
        ]
        is_deep = len(self.hidden) > 1
        is_predicted = is_deep and bool(self.predictions)
        predictions = zip(records, self.predictions, self.predicted_gradients, strict=False)
        for record, prediction, gradient in predictions:
            record["predicted"] = _jsonable(vars(prediction)) | {"gradient_rms": _plain(gradient)}
        return {
            "verdict": self.verdict.word,
            "cause": self.verdict.cause,
            "remedy": self.verdict.remedy,
            "hidden_layers": len(self.hidden),
            "factor": _plain(self.factor) if is_deep else None,
            "predicted_factor": _plain(self.predicted_factor) if is_predicted else None,
            "no_theory": self.no_theory,
            "loss": _plain(self.loss),
            "lr": self.lr,
            "thresholds": THRESHOLDS,
            "layers": records,
        }

    def text(self, color: bool | None = None) -> str:
        """Return a table of the layers with bars, the verdict, its cause and a remedy; 80 columns.

        ``color``: with terminal colours; by default when standard output is a terminal and the
        environment variable NO_COLOR is not set.
        """
        from autograd_mini.viz.depth.terminal import flow_text

        return flow_text(self, color)

    def figure(self) -> "Figure":
        """Return a matplotlib Figure: the signals by depth on one log axis, theory dashed."""
        from autograd_mini.viz.depth.picture import flow_figure

        return flow_figure(self)


class FlowComparison(Chart):
    """Flows side by side; ``flows`` by name. It shows itself as a Flow does."""

    def __init__(self, flows: dict[str, Flow]) -> None:
        self.flows = flows

    def data(self) -> dict[str, Any]:
        """Return each flow's ``data()`` by name."""
        return {name: flow.data() for name, flow in self.flows.items()}

    def text(self, color: bool | None = None) -> str:
        """Return dL/ds by layer in one column per flow, then the verdicts; 80 columns up to four.

        ``color``: as for ``Flow.text``.
        """
        from autograd_mini.viz.depth.terminal import comparison_text

        return comparison_text(self.flows, color)

    def figure(self) -> "Figure":
        """Return a matplotlib Figure: one panel per flow, on one log axis."""
        from autograd_mini.viz.depth.picture import comparison_figure

        return comparison_figure(self.flows)


def _measure(output: ag.Tensor, value: ag.Tensor) -> list[Layer]:
    """Sweep back from the loss; what rows outside this step kept of earlier sweeps is put back."""
    rows = wengert_list(value.row)
    leaves = {row: row.adjoint for row in rows if row.is_leaf}
    try:
        gradients = reverse_sweep(value.row, value.seed(None), retain_graph=True)
        return measured_layers(rows, output.row, gradients)
    finally:
        for row, adjoint in leaves.items():
            row.adjoint = adjoint


def _check_functions(model: Any, loss: Any) -> None:
    if not callable(model):
        raise ArgumentError(
            f"flow: model must be a module or a function of x, got {type(model).__name__}"
        )
    if not callable(loss):
        raise ArgumentError(
            f"flow: loss must be a function of the model's output, such as "
            f"lambda out: F.cross_entropy(out, labels); got {type(loss).__name__}"
        )
    try:
        signature = inspect.signature(getattr(loss, "forward", loss))
    except ValueError:  # not every function written in C tells its arguments
        return
    try:
        signature.bind("the output")
    except TypeError as error:
        raise ArgumentError(
            f"flow: loss takes the model's output alone, and this one says {str(error)!r}; write "
            f"lambda out: F.cross_entropy(out, labels)"
        ) from None


def _check_output(output: Any) -> None:
    if not isinstance(output, ag.Tensor):
        forgot = "; does it end with return?" if output is None else ""
        raise GraphError(f"flow: the model returned {type(output).__name__}, not a Tensor{forgot}")
    if not output.requires_grad:
        raise GraphError(
            "flow: the model's output has no graph: no parameter with requires_grad=True led to "
            "it, or it was made under no_grad() or detached"
        )


def _check_loss(value: Any) -> None:
    if not isinstance(value, ag.Tensor):
        raise GraphError(f"flow: loss returned {type(value).__name__}, not a Tensor")
    if value.size != 1:
        raise ShapeError(
            f"flow: loss must return one number, got shape {value.shape}; end it with .mean()"
        )
    if not value.requires_grad:
        raise GraphError("flow: the loss has no graph: it must be computed from the model's output")


def _why_no_theory(layers: Sequence[Layer]) -> str:
    for layer, above in pairwise(layers):
        if known_activation(layer.activation) is None:
            forks = layer.activation.endswith(("fork", "branch"))
            way = "takes more ways than one" if forks else f"goes through {layer.activation}"
            return (
                f"between {layer.name} and {above.name} the signal {way}, and the theory is for a "
                f"chain with one activation each"
            )
    return ""


def _jsonable(numbers: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in numbers.items()}


def _plain(value: Any) -> Any:
    """JSON has no numbers that are not finite."""
    return str(value) if isinstance(value, float) and not isfinite(value) else value

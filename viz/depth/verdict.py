"""From the layers to one word, its cause in numbers, and one remedy.

The word rests on how much the size of dL/ds, the root mean square of the back-propagated signal,
changes from the last hidden layer back to the first. What a change of width alone does to it does
not count: a layer of n units that feeds m divides the same gradient among n, so with weights of the
right size the mean square changes by m/n, and learning does not suffer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, isclose, isfinite, isnan, log, nan, prod, sqrt
from statistics import fmean, median_low

from autograd_mini.viz.depth.activations import known_activation
from autograd_mini.viz.depth.layers import Layer, hidden_layers

TOTAL, PACE, LIMIT = 10.0, 1.15, 1000.0
"""Vanishing or exploding: from the last hidden layer to the first dL/ds changes more than TOTAL
times, and more than PACE times per layer; or more than LIMIT times at any pace, be it in the output
layer. Changes of width are taken out first."""
SATURATED = 0.5
"""Saturated: in some layer more than this share of tanh or sigmoid outputs is on the flat part."""
DEAD = 0.9
"""Dead: in some layer more than this share of relu units is 0 on every sample."""

THRESHOLDS = (
    f"vanishing or exploding: from the last hidden layer to the first dL/ds changes over "
    f"{TOTAL:g}-fold and over {PACE - 1:.0%} per layer, or over {LIMIT:g}-fold, changes of width "
    f"not counted; "
    f"dead: over {DEAD:.0%} of a layer's relu units are 0 on every sample; "
    f"saturated: over {SATURATED:.0%} of a layer's tanh outputs beyond 0.97, or of its sigmoid "
    f"outputs outside 0.03 to 0.97"
)

_SAME = 0.15
_TINY = 1e-30
_INITIALISERS = {
    "relu": 'nn.init.kaiming_normal_(weight, nonlinearity="relu")',
    "tanh": "nn.init.xavier_normal_(weight)",
    "linear": "nn.init.xavier_normal_(weight)",
}


@dataclass(frozen=True)
class Verdict:
    """``word``: healthy, vanishing, exploding, dead, saturated, "no gradient" or "not finite"."""

    word: str
    cause: str
    remedy: str


def short(value: float) -> str:
    """Return a number with three digits, or two and an exponent where it is far from 1.

    >>> short(0.0123456), short(4.6e-5), short(0.0), short(float("inf"))
    ('0.0123', '4.6e-05', '0', 'inf')
    """
    if value == 0 or not isfinite(value) or 1e-3 <= abs(value) < 1e4:
        return f"{value:.3g}" if abs(value) < 1000 or not isfinite(value) else f"{value:.0f}"
    return f"{value:.1e}"


def times(value: float) -> str:
    """Return a factor as ``×0.58``, or ``×?`` where there is none."""
    return "×?" if isnan(value) else f"×{short(value)}"


def _called(layer: Layer) -> str:
    return layer.name if layer.name.startswith("layer") else f"layer {layer.name}"


def factor_per_layer(layers: Sequence[Layer]) -> float:
    """Return by how much dL/ds changes going back one hidden layer: the geometric mean.

    NaN for less than two hidden layers, or if the last of them has no gradient.
    """
    hidden = hidden_layers(layers)
    if len(hidden) == 1:
        return nan
    change = ratio(hidden[0].gradient_rms, hidden[-1].gradient_rms)
    return float(change ** (1 / (len(hidden) - 1)))


def width_factor(layers: Sequence[Layer]) -> float:
    """Return what the widths alone do to dL/ds from the last of ``layers`` back to the first."""
    return sqrt(prod(above.fan_out / above.fan_in for above in layers[1:]))


def ratio(numerator: float, denominator: float) -> float:
    """Divide; x/0 is infinite, 0/0 not a number."""
    if denominator == 0:
        return inf if numerator else float("nan")
    return numerator / denominator


def judge(layers: Sequence[Layer]) -> Verdict:
    """Return the verdict on a step, the gravest first."""
    for find in (_not_finite, _equal_weights, _dead, _no_gradient, _changing, _saturated):
        verdict = find(layers)
        if verdict:
            return verdict
    hidden = hidden_layers(layers)
    if len(hidden) == 1:
        kind = "layer" if len(layers) == 1 else "hidden layer"
        cause = f"there is one {kind} only, no depth to judge{_of_width(layers)}"
        return Verdict("healthy", cause, "none needed")
    total = hidden[0].gradient_rms / hidden[-1].gradient_rms
    cause = (
        f"over the {len(hidden)} hidden layers, from last to first, dL/ds changes "
        f"×{short(total)} in all{_of_width(hidden)}"
    )
    return Verdict("healthy", cause, "none needed")


def _of_width(layers: Sequence[Layer]) -> str:
    share = width_factor(layers)
    return "" if isclose(share, 1.0) else f" (the widths alone make dL/ds ×{short(share)})"


def _not_finite(layers: Sequence[Layer]) -> Verdict | None:
    """Find where values stop being finite: in what was given, then forward, then backward."""
    word = "not finite"
    if not isfinite(layers[0].input_mean_square):
        return Verdict(word, "the input has NaN or infinite values", "clean the data")
    for layer in layers:
        if not isfinite(layer.weight_std + layer.bias_mean_square):
            cause = f"the parameters of {_called(layer)} have NaN or infinite values"
            return Verdict(word, cause, "start again with a smaller learning rate")
    for layer in layers:
        if not isfinite(layer.signal_std):
            cause = f"the signal is no longer finite at {_called(layer)}, going forward"
            return Verdict(word, cause, _shrink(layers))
    for layer in reversed(layers):
        if not isfinite(layer.gradient_rms + layer.weight_gradient_rms):
            cause = f"the gradient is no longer finite at {_called(layer)}, going backward"
            return Verdict(word, cause, _shrink(layers))
    return None


def _shrink(layers: Sequence[Layer]) -> str:
    for below, above in pairwise(layers):
        want = wanted_std(below, above)
        if want and above.weight_std > 2 * want:
            return _rescale(below, above)
    return "look for huge values in the input, and for a division or log of 0 in model and loss"


def _equal_weights(layers: Sequence[Layer]) -> Verdict | None:
    """A layer whose weights are all equal, typically 0, when nothing arrives below it."""
    equal = next((layer for layer in layers if layer.weight_std == 0), None)
    if equal is None or layers[0].gradient_rms:
        return None
    cause, remedy = _equal_text(equal)
    return Verdict("vanishing", f"{cause}, and dL/ds is 0 at {_called(layers[0])}", remedy)


def _equal_text(layer: Layer) -> tuple[str, str]:
    initialiser = _INITIALISERS.get(layer.activation, _INITIALISERS["linear"])
    return (
        f"all weights of {_called(layer)} are equal, so all its units do the same",
        f"draw them at random: {initialiser}",
    )


def _no_gradient(layers: Sequence[Layer]) -> Verdict | None:
    if layers[-1].gradient_rms:
        return None
    return Verdict(
        "no gradient",
        f"dL/ds is 0 already at {_called(layers[-1])}, the last one",
        "look at the loss: it does not depend on the output, or is at its minimum",
    )


def _dead(layers: Sequence[Layer]) -> Verdict | None:
    worst = max(layers, key=lambda layer: layer.dead or 0.0)
    if (worst.dead or 0.0) <= DEAD:
        return None
    return Verdict(
        "dead",
        f"{worst.dead:.0%} of the relu units after {_called(worst)} are 0 on every sample, and "
        f"relu passes no gradient there",
        "start again with a smaller learning rate, biases of 0 and "
        f"{_INITIALISERS['relu']}; or use a relu that leaks",
    )


def _saturated(layers: Sequence[Layer]) -> Verdict | None:
    worst = max(layers, key=_saturation)
    if _saturation(worst) <= SATURATED:
        return None
    return Verdict("saturated", _saturation_text(worst), _unsaturate(layers, worst))


def _saturation(layer: Layer) -> float:
    phi = known_activation(layer.activation)
    return layer.flat if phi and phi.saturates and layer.flat is not None else 0.0


def _saturation_text(layer: Layer) -> str:
    return (
        f"{layer.flat:.0%} of the {layer.activation} outputs after {_called(layer)} are saturated "
        f"(std s = {short(layer.signal_std)})"
    )


def _unsaturate(layers: Sequence[Layer], worst: Layer) -> str:
    if worst is layers[0] and worst.input_mean_square > 4:
        return (
            f"normalise the input to mean 0 and std 1 (its rms is "
            f"{short(sqrt(worst.input_mean_square))})"
        )
    shrink = short(1 / worst.signal_std)
    return f"multiply the weights of {_called(worst)} by {shrink}, so that std s = 1"


def _changing(layers: Sequence[Layer]) -> Verdict | None:
    """Vanishing or exploding: is it every layer, or one?"""
    hidden = hidden_layers(layers)
    if not hidden[-1].gradient_rms or _change(layers[len(hidden) - 1 :]) > LIMIT:
        hidden = layers
    change = _change(hidden)
    pace = change ** (1 / max(len(hidden) - 1, 1))
    if change < LIMIT and (change < TOTAL or pace < PACE):
        return None
    is_falling = hidden[0].gradient_rms < hidden[-1].gradient_rms * width_factor(hidden)
    word = "vanishing" if is_falling else "exploding"
    n_lost = max((i + 1 for i, layer in enumerate(hidden) if not layer.gradient_rms), default=0)
    pairs = list(pairwise(hidden[n_lost:]))
    steps = [log(_step(*pair) / width_factor(pair)) for pair in pairs]
    extreme = (min if is_falling else max)(steps, default=0.0)
    is_cut = n_lost and (not steps or hidden[n_lost].gradient_rms > _TINY)
    if is_cut or abs(extreme) > abs(sum(steps)) / 2:
        position = n_lost - 1 if is_cut else n_lost + steps.index(extreme)
        pair = hidden[position : position + 2]
        effect = f"this layer alone multiplies dL/ds by {short(_step(*pair))}{_of_width(pair)}"
        where = f"at {_called(hidden[position + 1])}, "
    else:
        typical = median_low(layer.weight_std for layer in hidden[n_lost + 1 :])
        position = [layer.weight_std for layer in hidden].index(typical, n_lost + 1) - 1
        mean = exp(fmean(log(_step(*pair)) for pair in pairs))
        effect = f"each layer multiplies dL/ds by {short(mean)}{_of_width(hidden)}"
        if n_lost:
            effect += f"; from {_called(hidden[n_lost - 1])} down it is too small for a float: 0"
        where = ""
    cause, remedy = _explain(hidden, hidden[position], hidden[position + 1], word)
    return Verdict(word, f"{where}{cause}: {effect}", remedy)


def _change(layers: Sequence[Layer]) -> float:
    """Return how many times dL/ds grows or shrinks across ``layers``, widths taken out."""
    total = ratio(layers[0].gradient_rms, layers[-1].gradient_rms * width_factor(layers))
    return max(total, ratio(1, total))


def _step(below: Layer, above: Layer) -> float:
    return below.gradient_rms / above.gradient_rms


def wanted_std(below: Layer, above: Layer) -> float | None:
    """Return the std(W) of ``above`` that keeps signals, given the activation before it."""
    phi = known_activation(below.activation)
    return phi.gain / sqrt(above.fan_in * below.power) if phi and phi.gain else None


def _explain(layers: Sequence[Layer], below: Layer, above: Layer, word: str) -> tuple[str, str]:
    """Return cause and remedy of one step: the activation after ``below``, then ``above``."""
    std = f"std(W) = {short(above.weight_std)}"
    want = wanted_std(below, above)
    if above.weight_std == 0:
        return _equal_text(above)
    if word == "vanishing" and _saturation(below) > SATURATED:
        return _saturation_text(below), _unsaturate(layers, below)
    if below.activation == "sigmoid":
        return (
            f"{std} at width {above.fan_in}, and the slope of sigmoid is at most 0.25",
            "use tanh with nn.init.xavier_normal_, or relu with nn.init.kaiming_normal_, instead "
            "of sigmoid between layers",
        )
    if want is None:
        return (
            f"{std}; no theory here for {below.activation!r} after {_called(below)}",
            f"scale the weights, or put a normalisation layer at {_called(above)}",
        )
    if isclose(above.weight_std, want, rel_tol=_SAME):
        return (
            f"{std} is right for {below.activation} at width {above.fan_in}, but over "
            f"{len(layers)} layers small changes add up",
            "use residual connections or normalisation layers, or fewer or wider layers",
        )
    who = f"{below.activation} at width {above.fan_in}"
    if not isclose(below.power, 1.0):
        who += f", followed by factors of mean square {short(below.power)} (dropout),"
    gain = short(sqrt(above.fan_in) * want)
    return f"{std}; {who} wants {short(want)} (gain {gain})", _rescale(below, above)


def _rescale(below: Layer, above: Layer) -> str:
    want = wanted_std(below, above)
    assert want is not None
    if not isclose(below.power, 1.0):
        return f"start from std(W) = {short(want)}, or drop fewer units"
    return (
        f"{_INITIALISERS[below.activation]}: std {short(want)} at width {above.fan_in} "
        f"(or multiply these weights by {short(want / above.weight_std)})"
    )

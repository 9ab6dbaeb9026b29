"""The depth view as a picture, drawn with matplotlib: signals by layer on one log axis."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import isfinite, isnan, log10, nan
from typing import TYPE_CHECKING, Any

from autograd_mini.viz.depth.labels import short_names
from autograd_mini.viz.depth.terminal import factors
from autograd_mini.viz.depth.verdict import short
from autograd_mini.viz.text import clip

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from autograd_mini.viz.depth.view import Flow

# Okabe and Ito 2008, "Color universal design": told apart with every common colour blindness.
BLUE, GREEN, VERMILION, ORANGE, INK = "#0072B2", "#009E73", "#D55E00", "#E69F00", "#1a1a1a"
_TITLES = {"healthy": GREEN, "vanishing": BLUE, "dead": BLUE, "no gradient": BLUE}

SIZE = "root mean square, or ratio; log scale"
MOST_NAMES = 12
"""Layers are numbered, not named, on the axis of deeper networks."""


def flow_figure(flow: "Flow") -> "Figure":
    """Return the picture of one flow."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 5.2), layout="constrained")
    axes = figure.add_subplot()
    cause = textwrap.fill(flow.verdict.cause, 95)
    detail = "\n".join(filter(None, (factors(flow), cause)))
    _panel(axes, flow, flow.verdict.word, detail, is_alone=True)
    _limits([axes], [flow])
    axes.set_ylabel(SIZE)
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=9
    )
    return figure


def comparison_figure(flows: "Mapping[str, Flow]") -> "Figure":
    """Return the picture of several flows: panels side by side, one log axis."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(max(4.0 * len(flows), 6.0), 4.8), layout="constrained")
    panels = figure.subplots(1, len(flows), sharey=True, squeeze=False)[0]
    handles: dict[str, Any] = {}
    for axes, (name, flow) in zip(panels, flows.items(), strict=True):
        detail = factors(flow).replace(" (", "\n(")
        _panel(axes, flow, f"{clip(name)}: {flow.verdict.word}", detail, is_alone=False)
        handles |= dict(zip(*axes.get_legend_handles_labels()[::-1], strict=True))
    _limits(panels, flows.values())
    panels[0].set_ylabel(SIZE)
    columns = 4 if len(flows) > 2 else 2
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=columns, fontsize=9)
    return figure


def _panel(axes: "Axes", flow: "Flow", title: str, detail: str, is_alone: bool) -> None:
    lines = detail.count("\n") + 1
    axes.set_title(
        title,
        color=_TITLES.get(flow.verdict.word, VERMILION),
        fontweight="bold",
        fontsize=13,
        pad=8 + 13 * lines,
        parse_math=False,
    )
    axes.annotate(
        detail,
        (0.5, 1.0),
        (0, 6),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=9,
        color=INK,
        parse_math=False,
    )
    _signals(axes, flow)
    _layer_axis(axes, [layer.name for layer in flow.layers], flow.has_output_layer, is_alone)


def _signals(axes: "Axes", flow: "Flow") -> None:
    """Draw the three measured signals and, dashed, the predicted dL/ds."""
    places = range(1, len(flow.layers) + 1)
    axes.set_yscale("log")
    for rank, (label, (values, look)) in enumerate(_curves(flow).items()):
        axes.plot(places, [_drawable(value) for value in values], label=label, **look)
        _write_undrawable(axes, values, rank, look["color"])
    axes.grid(True, which="major", color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def _curves(flow: "Flow") -> dict[str, tuple[list[float], dict[str, Any]]]:
    """Return each curve's values and look by its name in the legend."""
    layers = flow.layers
    solid = {"markersize": 4, "linewidth": 1.4}
    curves: dict[str, tuple[list[float], dict[str, Any]]] = {
        "dL/ds, back-propagated signal": (
            [layer.gradient_rms for layer in layers],
            solid | {"color": BLUE, "marker": "o", "linewidth": 2.2},
        ),
        "dL/dW, weight gradient": (
            [layer.weight_gradient_rms for layer in layers],
            solid | {"color": ORANGE, "marker": "s"},
        ),
        f"update:weight ratio, at lr {flow.lr:g}": (
            flow.update_ratios,
            solid | {"color": GREEN, "marker": "^"},
        ),
    }
    if flow.predictions:
        look = {"color": INK, "linestyle": "--", "linewidth": 1.3}
        curves["dL/ds predicted by theory"] = (flow.predicted_gradients, look)
    return curves


def _write_undrawable(axes: "Axes", values: Sequence[float], rank: int, color: str) -> None:
    """Write 0 at the foot and what is not finite at the head, once for each run of layers."""
    words = [short(value) if isnan(_drawable(value)) else "" for value in values]
    place = 1
    for word, group in groupby(words):
        n = len(list(group))
        if word:
            height = 0.03 + 0.045 * rank if word == "0" else 0.96 - 0.045 * rank
            at = axes.get_xaxis_transform()
            if n > 1:
                axes.hlines(height, place, place + n - 1, color, "dotted", transform=at)
            axes.text(
                place + (n - 1) / 2,
                height,
                word,
                transform=at,
                color=color,
                ha="center",
                va="center",
                fontsize=9,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )
        place += n


def _drawable(value: float) -> float:
    """A log axis has no place for 0 and what is not finite; they are written at its ends."""
    return value if isfinite(value) and value > 0 else nan


def _layer_axis(axes: "Axes", names: Sequence[str], has_output: bool, is_alone: bool) -> None:
    """Write the layers' names where there is room, else their numbers; mark the output layer."""
    labels = short_names(names, 16)
    n_letters = max(map(len, labels)) * len(labels)
    axes.set_xlim(0.5, len(names) + 0.5)
    axes.set_xlabel("layer (gradients travel from right to left)")
    turned: dict[str, Any] = {}
    places: Sequence[int] = range(1, len(names) + 1)
    if len(names) > MOST_NAMES or (n_letters > 30 and not is_alone):
        step = -(-len(names) // 8)
        places = range(1, len(names) + 1 - has_output * (step // 2 + 1), step)
        labels = list(map(str, places))
        if has_output:
            places, labels = [*places, len(names)], [*labels, "out"]
    else:
        if n_letters > 70:
            turned = {"rotation": 30, "ha": "right"}
        if has_output:
            labels[-1] += " (out)"
    axes.set_xticks(places, labels, parse_math=False, **turned)
    if has_output:
        axes.axvspan(len(names) - 0.5, len(names) + 0.5, color="#eeeeee", zorder=0)


def _limits(panels: Iterable["Axes"], flows: Iterable["Flow"]) -> None:
    """Show at least three decades, so that small changes look small."""
    values = [
        value
        for flow in flows
        for curve, _ in _curves(flow).values()
        for value in curve
        if isfinite(_drawable(value))
    ]
    low, high = log10(min(values, default=1.0)), log10(max(values, default=1.0))
    margin = max(0.08 * (high - low), (3 - (high - low)) / 2)
    for axes in panels:
        axes.set_ylim(10 ** max(low - margin, -300), 10 ** min(high + margin, 300))

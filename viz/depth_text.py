"""The depth view as text: tables with bars on a log scale, 80 columns, readable without colour."""

import os
import sys
import textwrap
from collections.abc import Iterable, Mapping
from math import isfinite, log10
from typing import TYPE_CHECKING

from autograd_mini.viz.text import clip
from autograd_mini.viz.verdict import THRESHOLDS, TOTAL, ratio, short, times

if TYPE_CHECKING:
    from autograd_mini.viz.depth import Flow

WIDTH = 80
MOST_ROWS = 16
"""Rows of a comparison: of deeper networks only every second layer is shown, or every third, …"""

_COLUMNS = {
    "layer": -9,
    "width": 5,
    "act": -7,
    "std s": 7,
    "dL/ds": 7,
    "theory": 7,
    "log scale": -11,
    "dL/dW": 7,
    "update": 7,
    "flat": 4,
}
"""Widths; a minus aligns to the left."""

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BLUE, _GREEN, _RED, _BOLD, _DIM = 34, 32, 31, 1, 2
_WORDS = {"healthy": _GREEN, "vanishing": _BLUE, "dead": _BLUE, "no gradient": _BLUE}


def flow_text(flow: "Flow", color: bool | None) -> str:
    """Return the table of one flow, its verdict, and what the columns mean."""
    paint = _Paint(color)
    layers = flow.layers
    scale = _LogScale(layer.gradient_rms for layer in layers)
    n_layers = f"{len(layers)} layer{'s' if len(layers) > 1 else ''}"
    rows = [paint(" ".join(_cell(name, width) for name, width in _COLUMNS.items()), _DIM)]
    numbers = zip(layers, flow.predicted_gradients, flow.update_ratios, strict=True)
    for layer, predicted, update in numbers:
        contents = (
            clip(layer.name, 9),
            str(layer.fan_out),
            _activation(layer.activation),
            short(layer.signal_std),
            short(layer.gradient_rms),
            short(predicted) if flow.predictions else "-",
            scale.bar(layer.gradient_rms, 11),
            short(layer.weight_gradient_rms),
            short(update),
            "-" if layer.flat is None else f"{layer.flat:.0%}",
        )
        cells = list(map(_cell, contents, _COLUMNS.values()))
        cells[6] = paint(cells[6], _tint(layer.gradient_rms, layers[-1].gradient_rms))
        rows.append(" ".join(cells))
    return "\n".join(
        [
            paint(f"flow: {n_layers}, loss {short(flow.loss)}, lr {flow.lr:g}", _BOLD),
            *rows,
            "",
            *_conclusion(flow, paint),
            "",
            *(paint(line, _DIM) for line in _meanings(flow)),
        ]
    )


def comparison_text(flows: "Mapping[str, Flow]", color: bool | None) -> str:
    """Return dL/ds by layer, a column per flow, then each verdict with its cause and remedy."""
    paint = _Paint(color)
    column = max((WIDTH - 8) // len(flows) - 2, 14)
    scale = _LogScale(layer.gradient_rms for flow in flows.values() for layer in flow.layers)
    depth = max(len(flow.layers) for flow in flows.values())
    step = -(-depth // MOST_ROWS)
    shown = sorted({*range(0, depth, step), depth - 1})

    def line(title: str, cells: Iterable[str]) -> str:
        return "  ".join([_cell(title, -8), *cells])

    def row(i: int) -> str:
        cells = []
        for flow in flows.values():
            rms = flow.layers[i].gradient_rms if i < len(flow.layers) else None
            bar = "" if rms is None else scale.bar(rms, column - 8)
            number = "" if rms is None else short(rms)
            tint = _tint(rms or 0.0, flow.layers[-1].gradient_rms)
            cells.append(f"{_cell(number, 7)} {paint(_cell(bar, 8 - column), tint)}")
        return line(str(i + 1), cells)

    def summary(title: str, texts: Iterable[str]) -> str:
        return line(title, (_cell(text, -column) for text in texts))

    verdicts = [
        paint(_cell(flow.verdict.word, -column), _WORDS.get(flow.verdict.word, _RED), _BOLD)
        for flow in flows.values()
    ]
    theories = [
        times(flow.predicted_factor) if flow.predictions else "none" for flow in flows.values()
    ]
    lines = [
        paint("dL/ds by layer, on one log scale; layer 1 is next to the input", _BOLD),
        paint(summary("layer", (clip(name, column) for name in flows)), _BOLD),
        *map(row, shown),
        paint("change of dL/ds per layer going back (measured, and predicted by theory)", _DIM),
        summary("measured", (times(flow.factor) for flow in flows.values())),
        summary("theory", theories),
        line("verdict", verdicts),
        "",
    ]
    for name, flow in flows.items():
        colour = _WORDS.get(flow.verdict.word, _RED)
        lines.append(f"{paint(clip(name), _BOLD)}: {paint(flow.verdict.word, colour, _BOLD)}")
        lines += _paragraph("cause", flow.verdict.cause)
        lines += _paragraph("remedy", flow.verdict.remedy)
    return "\n".join(text.rstrip() for text in lines)


def _conclusion(flow: "Flow", paint: "_Paint") -> list[str]:
    word = paint(flow.verdict.word, _WORDS.get(flow.verdict.word, _RED), _BOLD)
    theory = f"theory {times(flow.predicted_factor)}" if flow.predictions else "no theory"
    lines = [f"  verdict {word}: dL/ds {times(flow.factor)} per layer going back ({theory})"]
    lines += _paragraph("cause", flow.verdict.cause)
    lines += _paragraph("remedy", flow.verdict.remedy)
    if flow.no_theory:
        lines += _paragraph("theory", f"none: {flow.no_theory}")
    return lines


def _meanings(flow: "Flow") -> list[str]:
    return textwrap.wrap(
        f"s: pre-activation. dL/ds, dL/dW: root mean squares. theory: dL/ds predicted from the "
        f"weights, going back from the last layer. update: {flow.lr:g}·rms(dL/dW)/rms(W), usually "
        f"about 1e-3. flat: share of outputs where the activation hardly moves. {THRESHOLDS}.",
        WIDTH,
    )


def _activation(name: str) -> str:
    if name == "linear":
        return "-"
    return "other" if "," in name else clip(name, 7)


def _paragraph(title: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=f"{title:>9} ",
        subsequent_indent=" " * 10,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cell(text: str, width: int) -> str:
    return text.ljust(-width) if width < 0 else text.rjust(width)


def _tint(value: float, reference: float) -> int:
    """Return the colour of a gradient: by how far it is from the last layer's."""
    change = ratio(value, reference)
    if not isfinite(change) or change > TOTAL:
        return _RED
    return _BLUE if change < 1 / TOTAL else _GREEN


class _LogScale:
    """Bars over whole decades, at least three."""

    def __init__(self, values: Iterable[float]) -> None:
        exponents = [log10(value) for value in values if value > 0 and isfinite(value)]
        self.high = max(exponents, default=0.0)
        self.low = min(*exponents, self.high - 3, self.high) if exponents else self.high - 3

    def bar(self, value: float, width: int) -> str:
        """Return up to ``width`` blocks; nothing for 0, and the word for what is not finite."""
        if value == 0 or not isfinite(value):
            return "" if value == 0 else short(value)
        share = (log10(value) - self.low) / (self.high - self.low)
        eighths = max(1, round(share * width * 8))
        return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


class _Paint:
    """Wraps text in terminal colours, or not."""

    def __init__(self, color: bool | None) -> None:
        if color is None:
            color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self.color = color

    def __call__(self, text: str, *codes: int) -> str:
        return f"\033[{';'.join(map(str, codes))}m{text}\033[0m" if self.color else text

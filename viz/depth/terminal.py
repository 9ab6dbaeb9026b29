"""The depth view as text: tables with bars on a log scale, 80 columns, readable without colour."""

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite, log10
from typing import TYPE_CHECKING

from autograd_mini.viz.depth.labels import short_names
from autograd_mini.viz.depth.verdict import THRESHOLDS, TOTAL, ratio, short, times
from autograd_mini.viz.text import clip

if TYPE_CHECKING:
    from autograd_mini.viz.depth.view import Flow

WIDTH, NARROWEST = 80, 60
"""Columns of text; fewer, but not below NARROWEST, where the terminal has fewer."""
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
_COMPARISON = "dL/ds by layer, rms on one log scale; layer 1 is next to the input"
_SPARED = ("std s", "flat", "update")
"""Columns that a narrow terminal goes without, in this order."""

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BLUE, _GREEN, _RED, _BOLD, _DIM = 34, 32, 31, 1, 2
_WORDS = {"healthy": _GREEN, "vanishing": _BLUE, "dead": _BLUE, "no gradient": _BLUE}
_COLOUR_CODE = re.compile("\033\\[[0-9;]*m")


def flow_text(flow: "Flow", color: bool | None) -> str:
    """Return the table of one flow, its verdict, and what the columns mean."""
    paint, width = _Paint(color), _width()
    layers = flow.layers
    columns = _columns_within(width)
    scale = _LogScale(layer.gradient_rms for layer in layers)
    n_layers = f"{len(layers)} layer{'s' if len(layers) > 1 else ''}"
    rows = [paint(" ".join(_cell(name, room) for name, room in columns.items()), _DIM)]
    names = short_names([layer.name for layer in layers], 9)
    if flow.has_output_layer:
        names[-1] = f"{names[-1][-5:]} out"
    numbers = zip(layers, names, flow.predicted_gradients, flow.update_ratios, strict=True)
    for layer, name, predicted, update in numbers:
        contents = {
            "layer": name,
            "width": str(layer.fan_out),
            "act": _activation(layer.activation),
            "std s": short(layer.signal_std),
            "dL/ds": short(layer.gradient_rms),
            "theory": short(predicted) if flow.predictions else "-",
            "log scale": scale.bar(layer.gradient_rms, 11),
            "dL/dW": short(layer.weight_gradient_rms),
            "update": short(update),
            "flat": "-" if layer.flat is None else f"{layer.flat:.0%}",
        }
        cells = {column: _cell(contents[column], room) for column, room in columns.items()}
        cells["log scale"] = paint(cells["log scale"], _tint(flow, layer.gradient_rms))
        rows.append(" ".join(cells.values()))
    return "\n".join(
        [
            paint(f"flow: {n_layers}, loss {short(flow.loss)}, lr {flow.lr:g}", _BOLD),
            *rows,
            "",
            *_conclusion(flow, paint, width),
            "",
            *(paint(line, _DIM) for line in _meanings(flow, width)),
        ]
    )


def comparison_text(flows: "Mapping[str, Flow]", color: bool | None) -> str:
    """Return dL/ds by layer, a column per flow, then each verdict with its cause and remedy."""
    paint, whole = _Paint(color), _width()
    width = max((whole - 8) // len(flows) - 2, 14)
    theories = [
        times(flow.predicted_factor) if flow.predictions else "none" for flow in flows.values()
    ]
    has_output = any(flow.has_output_layer for flow in flows.values())
    unit = "hidden layer" if has_output else "layer"
    words = [paint(flow.verdict.word, _word_colour(flow), _BOLD) for flow in flows.values()]
    lines = [
        *(paint(line, _BOLD) for line in textwrap.wrap(_COMPARISON, whole)),
        paint(_columns("layer", [clip(name, width) for name in flows], width), _BOLD),
        *_bars_by_layer(list(flows.values()), width, paint),
        paint(f"change of dL/ds per {unit} going back", _DIM),
        _columns("measured", [times(flow.factor) for flow in flows.values()], width),
        _columns("theory", theories, width),
        _columns("verdict", words, width),
        "",
    ]
    for (name, flow), word in zip(flows.items(), words, strict=True):
        lines.append(f"{paint(clip(name), _BOLD)}: {word}")
        lines += _paragraph("cause", flow.verdict.cause, whole)
        lines += _paragraph("remedy", flow.verdict.remedy, whole)
    return "\n".join(lines)


def _bars_by_layer(flows: "list[Flow]", width: int, paint: "_Paint") -> Iterator[str]:
    scale = _LogScale(layer.gradient_rms for flow in flows for layer in flow.layers)
    depth = max(len(flow.layers) for flow in flows)
    for i in sorted({*range(0, depth, -(-depth // MOST_ROWS)), depth - 1}):
        cells = []
        for flow in flows:
            if i < len(flow.layers):
                rms = flow.layers[i].gradient_rms
                bar = paint(scale.bar(rms, width - 8), _tint(flow, rms))
                cells.append(f"{_cell(short(rms), 7)} {bar}")
            else:
                cells.append("")
        is_output = any(flow.has_output_layer and i + 1 == len(flow.layers) for flow in flows)
        yield _columns(f"{i + 1} out" if is_output else str(i + 1), cells, width)


def _width() -> int:
    if not sys.stdout.isatty():
        return WIDTH
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDTH)


def _columns_within(width: int) -> dict[str, int]:
    """Return the columns of a table that is not wider than ``width``."""
    columns = dict(_COLUMNS)
    for name in _SPARED:
        if sum(map(abs, columns.values())) + len(columns) - 1 > width:
            del columns[name]
    return columns


def _columns(title: str, cells: list[str], width: int) -> str:
    """Return a line of the comparison; colours take no width."""
    padded = [cell + " " * (width - len(_COLOUR_CODE.sub("", cell))) for cell in cells]
    return "  ".join([_cell(title, -8), *padded]).rstrip()


def factors(flow: "Flow") -> str:
    """Return the measured and the predicted factor in words; nothing where there is no depth."""
    if len(flow.hidden) == 1:
        return ""
    unit = "hidden layer" if flow.has_output_layer else "layer"
    theory = f"theory {times(flow.predicted_factor)}" if flow.predictions else "no theory"
    return f"dL/ds {times(flow.factor)} per {unit} going back ({theory})"


def _conclusion(flow: "Flow", paint: "_Paint", width: int) -> list[str]:
    word = flow.verdict.word
    lines = _paragraph("verdict", ": ".join(filter(None, (word, factors(flow)))), width)
    lines[0] = lines[0].replace(word, paint(word, _word_colour(flow), _BOLD), 1)
    lines += _paragraph("cause", flow.verdict.cause, width)
    lines += _paragraph("remedy", flow.verdict.remedy, width)
    if flow.no_theory:
        lines += _paragraph("theory", f"none: {flow.no_theory}", width)
    return lines


def _meanings(flow: "Flow", width: int) -> list[str]:
    out = "out: the output layer, fed by the loss; it counts in no factor. "
    return textwrap.wrap(
        f"s: pre-activation. dL/ds, dL/dW: root mean squares. theory: dL/ds predicted from the "
        f"weights, going back from the last layer. {out * flow.has_output_layer}update: "
        f"{flow.lr:g}·rms(dL/dW)/rms(W), usually about 1e-3. flat: share of outputs where the "
        f"activation hardly moves. {THRESHOLDS}.",
        width,
    )


def _activation(name: str) -> str:
    if name == "linear":
        return "-"
    return "other" if "," in name else clip(name, 7)


def _paragraph(title: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=f"{title:>9} ",
        subsequent_indent=" " * 10,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cell(text: str, width: int) -> str:
    return text.ljust(-width) if width < 0 else text.rjust(width)


def _word_colour(flow: "Flow") -> int:
    return _WORDS.get(flow.verdict.word, _RED)


def _tint(flow: "Flow", gradient: float) -> int:
    """Return the colour of a gradient: by how far it is from the last hidden layer's."""
    change = ratio(gradient, flow.hidden[-1].gradient_rms)
    if flow.verdict.word == "healthy" or 1 / TOTAL <= change <= TOTAL:
        return _GREEN
    return _BLUE if change < 1 else _RED


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

"""The built-in picture: our own layout, drawn by matplotlib on a canvas of its own.

Nothing global is touched: no pyplot, no display. The only font is DejaVu Sans, which comes with
matplotlib and has the signs of calculus.
"""

import io
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from autograd_mini.viz.graphs.diagram import Diagram, Node
from autograd_mini.viz.graphs.layout import Size
from autograd_mini.viz.graphs.looks import (
    BARE,
    LOOKS,
    MODULE,
    THIN,
    Legend,
    Look,
    fill_of,
    legend_of,
    look_of,
)
from autograd_mini.viz.graphs.nesting import Geometry, nested_layout
from autograd_mini.viz.graphs.palette import BOX_FILL, BOX_LINE, INK, TROUBLE, Scale
from autograd_mini.viz.graphs.sheet import BASELINE, LINE_HEIGHT, Sheet, text_width

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARGIN_X, MARGIN_Y = 8.0, 5.0
GAP = 6.0
FRAME = 14.0
"""White space around the picture, and between legend and graph."""
CELL = 18.0
"""Width of a cell of the colour bar."""
LEGEND_LINE = 20.0
NOTE_LINE = 14.0
MOST_DOTS = 50e6
"""Larger pictures get fewer dots an inch."""
LONGEST_SIDE = 60_000.0
"""Agg cannot draw more than 2**16 dots a side."""
EXACT = {"svg.hashsalt": "autograd_mini", "svg.fonttype": "path", "text.hinting": "none"}
"""Settings of matplotlib: the same names in every run, letters as wide as they were measured."""


def draw(diagram: Diagram, form: str, dots: float) -> bytes:
    """Return the picture of ``diagram`` as ``form``: svg, png or pdf; ``dots`` an inch for png.

    The same diagram gives the same bytes.
    """
    import matplotlib as mpl

    figure = figure_of(diagram)
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    width, height = figure.get_size_inches()
    dots = min(dots, sqrt(MOST_DOTS / (width * height)), LONGEST_SIDE / max(width, height))
    content = io.BytesIO()
    with mpl.rc_context(EXACT):  # type: ignore[arg-type]
        figure.savefig(content, format=form, dpi=dots, metadata=undated[form])
    return content.getvalue()


def figure_of(diagram: Diagram) -> "Figure":
    """Return the picture as a matplotlib figure, one point a unit of the layout."""
    sizes = [_node_size(node) for node in diagram.nodes]
    labels = [
        (text_width(edge.label) + GAP, LINE_HEIGHT) if edge.label else (0.0, 0.0)
        for edge in diagram.edges
    ]
    titles = [text_width(box.scope, bold=True) for box in diagram.boxes]
    geometry = nested_layout(diagram, sizes, labels, titles)
    legend = legend_of(diagram)
    tiles = _tiles(legend)
    legend_width, legend_height = _legend_size(tiles)
    width = max(geometry.width, legend_width)
    sheet = Sheet(width + 2 * FRAME, legend_height + geometry.height + 3 * FRAME)
    _draw_legend(sheet, tiles)
    corner = (FRAME + (width - geometry.width) / 2, legend_height + 2 * FRAME)
    _draw_graph(sheet, diagram, geometry.moved(*corner), sizes, legend.scale)
    return sheet.figure


def _node_size(node: Node) -> Size:
    lines = _lines(node)
    width = max(text_width(line, bold) for line, _, bold in lines)
    return width + 2 * MARGIN_X, len(lines) * LINE_HEIGHT + 2 * MARGIN_Y


def _lines(node: Node) -> list[tuple[str, str, bool]]:
    """Return the texts in a node, each with its ink and whether it is bold."""
    ink = look_of(node).ink
    body = [(line, ink, False) for line in node.body]
    return [(node.title, ink, True), *body, *((mark, TROUBLE, True) for mark in node.marks)]


def _draw_graph(
    sheet: Sheet,
    diagram: Diagram,
    geometry: Geometry,
    sizes: list[Size],
    scale: Scale | None,
) -> None:
    for box, (left, top, width, height) in zip(diagram.boxes, geometry.boxes, strict=True):
        sheet.box((left, top), (width, height), MODULE, BOX_FILL)
        sheet.text(left + MARGIN_X, top + LINE_HEIGHT, box.scope, BOX_LINE, True, "left")
    for dashed in (True, False):
        ways = [
            strokes
            for edge, strokes in zip(diagram.edges, geometry.strokes, strict=True)
            if edge.differentiable is not dashed
        ]
        sheet.lines((stroke for strokes in ways for stroke in strokes), dashed)
        sheet.arrowheads((strokes[-1][-1] for strokes in ways), dashed)
    for edge, (x, y) in zip(diagram.edges, geometry.labels, strict=True):
        if edge.label:
            sheet.text(x, y + BASELINE, edge.label, INK)
    for node, (x, y), (width, height) in zip(diagram.nodes, geometry.nodes, sizes, strict=True):
        top = y - height / 2
        fill = fill_of(node, scale)
        sheet.box((x - width / 2, top), (width, height), look_of(node), fill)
        for i, (line, ink, bold) in enumerate(_lines(node)):
            baseline = top + MARGIN_Y + (i + 0.5) * LINE_HEIGHT + BASELINE
            sheet.text(x, baseline, line, ink, bold)


@dataclass(frozen=True)
class Tile:
    """A piece of the legend: a text, a box of some look, or both."""

    text: str
    width: float
    bold: bool = False
    look: Look | None = None
    fill: str = "white"


def _tiles(legend: Legend) -> list[list[Tile]]:
    """Return the rows of the legend: notes, the colour bar, the kinds of nodes."""
    rows = [[Tile(note, text_width(note, bold=True), bold=True)] for note in legend.notes]
    if legend.scale is not None:
        low, high = legend.ticks
        cells = [Tile("", CELL, look=BARE, fill=colour) for colour in legend.cells]
        bar = [_words(f"‖gradient‖   {low}"), *cells, _words(high)]
        for colour, meaning in legend.extras:
            bar += [Tile("", CELL, look=THIN, fill=colour), _words(meaning)]
        rows.append(bar)
    rows.append(
        [
            tile
            for kind in legend.kinds
            for tile in (Tile(kind, text_width(kind) + 2 * GAP, look=LOOKS[kind]), _words(""))
        ]
    )
    return rows


def _words(text: str) -> Tile:
    return Tile(text, text_width(text) + GAP)


def _legend_size(rows: list[list[Tile]]) -> Size:
    return max(sum(tile.width for tile in row) for row in rows), sum(map(_height, rows))


def _height(row: list[Tile]) -> float:
    return LEGEND_LINE if any(tile.look for tile in row) else NOTE_LINE


def _draw_legend(sheet: Sheet, rows: list[list[Tile]]) -> None:
    top = FRAME
    for row in rows:
        x, height = FRAME, _height(row)
        for tile in row:
            if tile.look is not None:
                sheet.box((x, top + 2), (tile.width, height - 4), tile.look, tile.fill)
            ink = INK if tile.look is None else tile.look.ink
            middle, baseline = x + tile.width / 2, top + height / 2 + BASELINE
            sheet.text(middle, baseline, tile.text, ink, tile.bold)
            x += tile.width
        top += height

"""A sheet of paper for matplotlib: shapes and texts are gathered, and become one figure.

Lengths are points; y grows downward.
"""

from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from autograd_mini.viz.graphs.layout import Point, Size, Stroke
from autograd_mini.viz.graphs.looks import Look

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.ft2font import FT2Font

FONT_SIZE = 9.0
LINE_HEIGHT = 12.0
BASELINE = 3.2
"""How far the baseline of a text lies under its middle."""
ROUNDING = 7.0
POINTS_PER_INCH = 72.0
EDGE_INK, EDGE_FAINT = "#555555", "#a0a0a0"
EDGE_WIDTH = 0.9
ARROW_LENGTH, ARROW_WIDTH = 6.0, 4.6
DOUBLE = 2.5
"""Distance of the two lines of a double border."""
CIRCLE = 0.5523
"""Where the control points of a Bézier quarter circle of radius 1 lie."""

DASHES = (0, (4, 3))
MOVE, LINE, CURVE, CLOSE = 1, 2, 4, 79
"""Codes of matplotlib's paths."""


@cache
def _font_file(bold: bool) -> Path:
    import matplotlib as mpl

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(mpl.get_data_path(), "fonts", "ttf", name)


@cache
def _font(bold: bool) -> "FT2Font":
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(_font_file(bold)))
    font.set_size(FONT_SIZE, POINTS_PER_INCH)
    return font


@cache
def _advance(letter: str, bold: bool) -> float:
    return float(_font(bold).load_char(ord(letter)).linearHoriAdvance) / 65536


@cache
def _drawable(bold: bool) -> frozenset[int]:
    return frozenset(_font(bold).get_charmap())


def legible(text: str, bold: bool = False) -> str:
    """Return ``text`` with a box □ for every letter that the font does not have."""
    letters = _drawable(bold)
    return "".join(c if ord(c) in letters else "□" for c in text)


def text_width(text: str, bold: bool = False) -> float:
    """Return how wide ``text`` is drawn, in points."""
    return sum(_advance(letter, bold) for letter in legible(text, bold))


class Sheet:
    """Shapes and texts in the order in which they are put down; ``figure`` is the picture."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure
        from matplotlib.font_manager import FontProperties

        inches = (width / POINTS_PER_INCH, height / POINTS_PER_INCH)
        self.figure = Figure(figsize=inches, dpi=POINTS_PER_INCH, facecolor="white")
        self._axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_axis_off()
        self._axes.set_xlim(0.0, width)
        self._axes.set_ylim(height, 0.0)
        self._fonts = {
            bold: FontProperties(fname=_font_file(bold), size=FONT_SIZE) for bold in (False, True)
        }

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        ink: str,
        bold: bool = False,
        align: Literal["center", "left"] = "center",
    ) -> None:
        """Write ``text`` with its middle, or its left end, at ``x``."""
        from matplotlib.text import Text

        self._put(
            Text(
                x,
                baseline,
                legible(text, bold),
                color=ink,
                fontproperties=self._fonts[bold],
                horizontalalignment=align,
                verticalalignment="baseline",
                parse_math=False,
            )
        )

    def box(self, corner: Point, size: Size, look: Look, fill: str) -> None:
        """Draw a box with its upper left ``corner``, bordered as ``look`` wants."""
        rounding = ROUNDING if look.rounded else 0.0
        dashes = DASHES if look.dashed else "solid"
        self._path(*_outline(corner, size, rounding), fill, look.line, look.border, dashes)
        if look.double:
            (x, y), (width, height) = corner, size
            inner = (width - 2 * DOUBLE, height - 2 * DOUBLE)
            self._path(*_outline((x + DOUBLE, y + DOUBLE), inner, 0.0), "none", look.line, 0.7)

    def lines(self, strokes: Iterable[Stroke], dashed: bool) -> None:
        """Draw strokes: S curves with vertical ends between consecutive points."""
        steps = {step: None for stroke in strokes for step in pairwise(stroke)}
        points: list[Point] = []
        codes: list[int] = []
        for (x, y), (x_end, y_end) in steps:
            middle = (y + y_end) / 2
            points += [(x, y), (x, middle), (x_end, middle), (x_end, y_end)]
            codes += [MOVE, CURVE, CURVE, CURVE]
        ink, dashes = (EDGE_FAINT, DASHES) if dashed else (EDGE_INK, "solid")
        self._path(points, codes, "none", ink, EDGE_WIDTH, dashes)

    def arrowheads(self, tips: Iterable[Point], dashed: bool) -> None:
        """Draw arrowheads that point down to ``tips``."""
        points: list[Point] = []
        for x, y in tips:
            back = y - ARROW_LENGTH
            points += [(x - ARROW_WIDTH / 2, back), (x + ARROW_WIDTH / 2, back), (x, y), (x, y)]
        codes = [MOVE, LINE, LINE, CLOSE] * (len(points) // 4)
        ink = EDGE_FAINT if dashed else EDGE_INK
        self._path(points, codes, ink, ink, 0.0)

    def _path(
        self,
        points: list[Point],
        codes: list[int],
        fill: str,
        line: str,
        width: float,
        dashes: Any = "solid",
    ) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path as Outline

        if points:
            outline = Outline(points, codes)
            self._put(PathPatch(outline, fc=fill, ec=line, lw=width, ls=dashes))

    def _put(self, artist: "Artist") -> None:
        artist.set_zorder(1)
        artist.set_clip_on(False)
        self._axes.add_artist(artist)


def _outline(corner: Point, size: Size, rounding: float) -> tuple[list[Point], list[int]]:
    """Return a rectangle with round corners as points and path codes."""
    (left, top), (width, height) = corner, size
    right, bottom, r = left + width, top + height, rounding
    k = r * (1 - CIRCLE)
    points = [
        (left + r, top),
        (right - r, top),
        *[(right - k, top), (right, top + k), (right, top + r)],
        (right, bottom - r),
        *[(right, bottom - k), (right - k, bottom), (right - r, bottom)],
        (left + r, bottom),
        *[(left + k, bottom), (left, bottom - k), (left, bottom - r)],
        (left, top + r),
        *[(left, top + k), (left + k, top), (left + r, top)],
        (left + r, top),
    ]
    return points, [MOVE, *[LINE, CURVE, CURVE, CURVE] * 4, CLOSE]

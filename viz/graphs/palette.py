"""Colours: a gradient's size on a logarithmic scale, and what else a picture needs.

The scale grows darker from warm to cool, so it survives every common colour blindness, and a print
in grey; black text is legible on all of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

STOPS = ("#fff7d1", "#e4e9a4", "#a9d6a3", "#6bbcb4", "#4b9cc4")
"""The scale, from a vanishing gradient to a large one."""

ZERO = "#ffffff"
UNKNOWN = "#f1f1f1"
CONSTANT = "#fafafa"
INK = "#1a1a1a"
FAINT = "#8a8a8a"
NOT_FINITE = "#fbd0b5"
TROUBLE = "#b84a00"
BOX_LINE = "#7a8fa6"
BOX_FILL = "#f3f6fa"


@dataclass(frozen=True)
class Scale:
    """Colours for magnitudes from ``10**low`` to ``10**high``."""

    low: int
    high: int

    def colour(self, magnitude: float | None) -> str:
        """Return the colour of a gradient: white for exactly 0, grey where it is not known.

        >>> Scale(-2, 0).colour(1.0), Scale(-2, 0).colour(0.0)
        ('#4b9cc4', '#ffffff')
        """
        if magnitude is None:
            return UNKNOWN
        if not isfinite(magnitude):
            return NOT_FINITE
        if magnitude == 0:
            return ZERO
        return shade((log10(magnitude) - self.low) / (self.high - self.low))


def scale_of(magnitudes: Iterable[float | None]) -> Scale | None:
    """Return the scale over whole decades that holds all finite magnitudes but 0; None for none."""
    exponents = [log10(m) for m in magnitudes if m is not None and m > 0 and isfinite(m)]
    if not exponents:
        return None
    low, high = floor(min(exponents)), ceil(max(exponents))
    return Scale(low, max(high, low + 1))


def shade(fraction: float) -> str:
    """Return the colour at ``fraction`` of the scale, 0 to 1."""
    place = min(max(fraction, 0.0), 1.0) * (len(STOPS) - 1)
    i = min(int(place), len(STOPS) - 2)
    mixed = [
        round(a + (place - i) * (b - a))
        for a, b in zip(_rgb(STOPS[i]), _rgb(STOPS[i + 1]), strict=True)
    ]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]

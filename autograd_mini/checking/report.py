"""What a check found: a table of parameters, the worst entries, and the diagnosis in words.

The relative difference and its bands are those of Andrew Ng's course "Improving Deep Neural
Networks", week 1.
"""

from dataclasses import dataclass, field

GOOD = 1e-7
WRONG = 1e-3


@dataclass(frozen=True)
class Entry:
    """One compared number: ``where`` it is, what backward gave, and the difference quotient."""

    where: str
    analytic: float
    numeric: float


@dataclass(frozen=True)
class ParameterCheck:
    """The comparison for one parameter: ``relative`` = ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖), ĝ by differences.

    ``difference`` is ‖g − ĝ‖; ``rounding`` is what it may reach by rounding alone, so that below it
    nothing is wrong. ``worst``: the entries (or directions) that differ most, worst first.
    ``n_kinks`` of them sit so near a kink that their quotient straddles it; they are left out.
    ``undecided``: no entry could be judged, as all are at kinks or drown in the rounding of f.
    """

    name: str
    shape: tuple[int, ...]
    relative: float
    difference: float
    rounding: float
    worst: tuple[Entry, ...]
    n_kinks: int
    undecided: bool = False

    @property
    def verdict(self) -> str:
        """``good`` below 1e-7, ``wrong`` above 1e-3, ``look again`` between them; ``undecided``."""
        if self.undecided:
            return "undecided"
        if self.relative < GOOD or self.difference <= self.rounding:
            return "good"
        return "look again" if self.relative <= WRONG else "wrong"


@dataclass(frozen=True)
class Finding:
    """A cause that the diagnosis found.

    ``primitive`` and ``argument`` name the wrong rule; both are empty when no rule is wrong.
    ``ratio``: backward divided by the difference quotient, where it is one number. ``words``: the
    fault in plain words. ``line``: where the primitive was called. ``n_rows``: on how many rows.
    """

    words: str
    primitive: str = ""
    argument: str = ""
    ratio: float | None = None
    line: str | None = None
    n_rows: int = 1
    rule: str = ""

    def __str__(self) -> str:
        if not self.primitive:
            return self.words
        where = f" at {self.line}" if self.line else ""
        rows = f", and on {self.n_rows - 1} more rows" if self.n_rows > 1 else ""
        rule = f"\n  its formula: {self.rule}" if self.rule else ""
        return (
            f"the rule of {self.primitive} for {self.argument} is wrong{where}{rows}: "
            f"{self.words}{rule}"
        )


@dataclass(frozen=True)
class GradientReport:
    """The checks of all parameters; true when nothing is wrong and something was judged. Print it.

    ``findings``: the causes, when something is wrong.
    """

    checks: list[ParameterCheck]
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def __bool__(self) -> bool:
        verdicts = {check.verdict for check in self.checks}
        return not self.findings and "good" in verdicts and verdicts <= {"good", "undecided"}

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
            if check.verdict not in ("good", "undecided"):
                lines += _worst_lines(check)
        return "\n".join([*lines, *self.notes, *map(str, self.findings)])

    __repr__ = __str__


def _worst_lines(check: ParameterCheck) -> list[str]:
    return [
        f"{check.name}{entry.where} {'differs most' if i == 0 else 'then'}: "
        f"backward {entry.analytic:.6g}, central difference {entry.numeric:.6g}"
        for i, entry in enumerate(check.worst)
    ]

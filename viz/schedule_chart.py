"""A learning rate schedule as a picture."""

import os
from typing import TYPE_CHECKING, Any

from autograd_mini.errors import ArgumentError
from autograd_mini.viz.chart import FORMS, figure_bytes
from autograd_mini.viz.picture_files import picture_path, write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Okabe and Ito's, which colour-blind people tell apart."""


def schedule(
    rates: Any,
    steps: int = 100,
    path: str | os.PathLike[str] | None = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the learning rate over the steps, and return matplotlib's figure.

    ``rates``: a schedule, whose first ``steps`` rates are drawn, of each parameter group, and which
    is left as it is; or the rates themselves. ``path``: also save it there, as svg, png or pdf.
    ``ax``: draw into these axes.

    Raises ArgumentError for no rates or another extension, FileError where it cannot be written.

    >>> figure = schedule([0.1, 0.05, 0.025])
    >>> figure.axes[0].get_ylabel()
    'learning rate'
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    target = None if path is None else picture_path(path, FORMS)
    is_schedule = hasattr(rates, "preview")
    groups = range(len(rates.base_lrs)) if is_schedule else range(1)
    curves = [rates.preview(steps, i) for i in groups] if is_schedule else [list(rates)]
    if not curves[0]:
        raise ArgumentError("schedule: there is no learning rate to draw, give at least one")
    if ax is None:
        ax = Figure(figsize=(6.4, 3.6), layout="constrained").add_subplot()
    for i, values in zip(groups, curves, strict=True):
        color = COLORS[i % len(COLORS)]
        ax.stairs(values, baseline=None, color=color, linewidth=1.8, label=f"group {i}")
    ax.update_datalim([(0, 0)])
    ax.autoscale_view()
    ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
    ax.set_axisbelow(True)
    if len(curves) > 1:
        ax.legend(frameon=False)
    ax.set_title(type(rates).__name__ if is_schedule else "learning rate schedule")
    ax.set_xlabel("step")
    ax.set_ylabel("learning rate")
    ax.grid(True, color="#dddddd", linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)
    figure: Any = ax.get_figure(root=True)
    if target is not None:
        write_whole(target, figure_bytes(figure, target.suffix.lower().lstrip(".")))
    return figure  # type: ignore[no-any-return]

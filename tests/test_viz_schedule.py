"""The picture of a schedule shows its rates and leaves it as it is."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from autograd_mini import nn, viz
from autograd_mini.errors import ArgumentError
from autograd_mini.nn.optim.lr_scheduler import CosineAnnealingLR


def test_it_draws_the_rates(tmp_path: Path) -> None:
    scheduler = CosineAnnealingLR(nn.optim.SGD([nn.Parameter([1.0])], lr=0.1), T_max=50)
    figure = viz.schedule(scheduler, 60, path=tmp_path / "cosine.png")
    assert list(figure.axes[0].lines[0].get_ydata()) == scheduler.preview(60)
    assert figure.axes[0].get_title() == "CosineAnnealingLR"
    assert (scheduler.last_epoch, (tmp_path / "cosine.png").stat().st_size > 1000) == (0, True)
    axes = Figure().add_subplot()
    assert viz.schedule([0.1, 0.2], ax=axes) is axes.get_figure()


def test_what_it_refuses(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="there is no learning rate to draw"):
        viz.schedule([])
    with pytest.raises(ArgumentError, match="has the extension"):
        viz.schedule([0.1], path=tmp_path / "a.jpgg")

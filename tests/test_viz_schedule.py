"""The picture of a schedule shows its rates and leaves it as it is."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from autograd_mini import nn, viz
from autograd_mini.errors import ArgumentError
from autograd_mini.nn.optim.lr_scheduler import CosineAnnealingLR, StepLR


def drawn(figure: Figure) -> list[list[float]]:
    return [list(steps.get_data().values) for steps in figure.axes[0].patches]  # type: ignore


def test_it_draws_the_rates(tmp_path: Path) -> None:
    scheduler = CosineAnnealingLR(
        nn.optim.SGD([nn.Parameter([1.0])], lr=0.1), T_max=50, eta_min=0.09
    )
    figure = viz.schedule(scheduler, 60, path=tmp_path / "cosine.png")
    assert drawn(figure) == [scheduler.preview(60)]
    assert figure.axes[0].get_ylim()[0] < 0
    assert figure.axes[0].get_legend() is None
    assert figure.axes[0].get_title() == "CosineAnnealingLR"
    assert (scheduler.last_epoch, (tmp_path / "cosine.png").stat().st_size > 1000) == (0, True)
    axes = Figure().add_subplot()
    assert viz.schedule([0.1, 0.2], ax=axes) is axes.get_figure()


def test_every_group_has_its_curve() -> None:
    groups = [{"params": [nn.Parameter([1.0])], "lr": lr} for lr in (0.1, 0.02)]
    scheduler = StepLR(nn.optim.SGD(groups), step_size=3)
    figure = viz.schedule(scheduler, 7)
    assert drawn(figure) == [scheduler.preview(7, 0), scheduler.preview(7, 1)]
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["group 0", "group 1"]
    assert all(tick == int(tick) for tick in figure.axes[0].get_xticks())


def test_a_single_rate_can_be_seen() -> None:
    (steps,) = viz.schedule([0.1]).axes[0].patches
    bounds = steps.get_path().get_extents()
    assert (bounds.x0, bounds.x1, bounds.y1) == (0, 1, 0.1)


def test_what_it_refuses(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="there is no learning rate to draw"):
        viz.schedule([])
    with pytest.raises(ArgumentError, match="has the extension"):
        viz.schedule([0.1], path=tmp_path / "a.jpgg")

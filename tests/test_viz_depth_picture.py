"""The depth view as a picture: what is drawn, and how files come out."""

import subprocess
import sys
from math import log10

import numpy as np
import pytest

from autograd_mini import nn
from autograd_mini.errors import ArgumentError
from autograd_mini.viz.depth.view import compare_flows, flow

KINDS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


def flow_of(std, x=None, depth=4, head=0):
    rng = np.random.default_rng(0)
    model = nn.Sequential()
    for i in range(depth):
        model.add_module(f"{2 * i}", nn.Linear(16, 16))
        model.add_module(f"{2 * i + 1}", nn.Tanh())
    if head:
        model.add_module("head", nn.Linear(16, head))
    for parameter in model.parameters():
        nn.init.normal_(parameter, 0, std if parameter.ndim == 2 else 0, generator=rng)
    x = rng.standard_normal((20, 16)).astype(np.float32) if x is None else x
    return flow(model, x, lambda y: (y * y).mean(), lr=0.1)


@pytest.fixture(scope="module")
def healthy():
    return flow_of(0.25)


def curves(axes):
    return {line.get_label(): line.get_ydata() for line in axes.get_lines()}


def test_three_signals_and_the_prediction_on_one_log_axis(healthy):
    (axes,) = healthy.figure().axes
    drawn = curves(axes)
    assert axes.get_yscale() == "log"
    expected = {
        "dL/ds, back-propagated signal": [layer.gradient_rms for layer in healthy.layers],
        "dL/dW, weight gradient": [layer.weight_gradient_rms for layer in healthy.layers],
        "update:weight ratio, at lr 0.1": healthy.update_ratios,
        "dL/ds predicted by theory": healthy.predicted_gradients,
    }
    assert drawn.keys() == expected.keys()
    for label, values in expected.items():
        np.testing.assert_array_equal(drawn[label], values)
    assert axes.get_title() == "healthy"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0", "2", "4", "6"]


@pytest.mark.parametrize(("depth", "label"), [(4, "head (out)"), (30, "out")])
def test_the_output_layer_is_marked(depth, label):
    figure = flow_of(0.25, depth=depth, head=3).figure()
    ticks = figure.axes[0].get_xticklabels()
    assert ticks[-1].get_text() == label
    assert len(figure.axes[0].patches) == 1


def test_small_changes_look_small(healthy):
    low, high = healthy.figure().axes[0].get_ylim()
    assert log10(high / low) >= 3


def test_panels_share_one_axis_and_one_legend():
    flows = {"small": flow_of(0.01), "right": flow_of(0.25), "large": flow_of(3.0, depth=20)}
    figure = compare_flows(flows).figure()
    assert [axes.get_title() for axes in figure.axes] == [
        "small: vanishing",
        "right: healthy",
        "large: exploding",
    ]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 4


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_what_a_log_axis_cannot_show_is_written(value):
    x = np.full((20, 16), value, dtype=np.float32)
    broken = flow_of(0.25, x)
    axes = broken.figure().axes[0]
    assert {text.get_text() for text in axes.texts} & {"0", "nan", "inf"}
    compare_flows({"broken": broken, "right": flow_of(0.25)}).figure()


@pytest.mark.parametrize("form", KINDS)
def test_files_are_what_they_say_and_the_same_each_time(healthy, tmp_path, form):
    first = healthy.save(tmp_path / f"a.{form}")
    second = healthy.save(str(tmp_path / f"b.{form.upper()}"))
    assert first.read_bytes().startswith(KINDS[form])
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a.{form}", f"b.{form.upper()}"]


def test_a_bad_extension_or_folder_is_named(healthy, tmp_path):
    with pytest.raises(
        ArgumentError, match=r"has the extension \.jpgg; a picture is written as svg"
    ):
        healthy.save(tmp_path / "x.jpgg")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        compare_flows({"a": healthy}).save(tmp_path / "nowhere" / "x.png")


def test_notebooks_get_svg_and_the_repl_a_path(healthy, capsys, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setenv("DISPLAY", ":0")
    assert healthy._repr_svg_().startswith("<svg")
    healthy.show()
    path = capsys.readouterr().out.strip()
    assert path.endswith("chart.svg")
    assert len(opened) == 1


def test_names_cannot_break_the_picture(healthy):
    svg = compare_flows({"<script>$x_$ & \n" * 9: healthy})._repr_svg_()
    assert "<script>" not in svg


def test_pyplot_is_never_loaded():
    code = (
        "import sys, numpy as np, autograd_mini as ag\n"
        "from autograd_mini.viz.depth.view import flow\n"
        "assert 'matplotlib' not in sys.modules\n"
        "w = ag.Tensor(np.eye(3), True)\n"
        "flow(lambda x: x @ w, np.eye(3), lambda y: y.sum())._repr_svg_()\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

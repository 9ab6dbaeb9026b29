"""The depth view as text: width, colour, bars, and what stands for 0 and NaN."""

import re

import numpy as np
import pytest

from autograd_mini import nn
from autograd_mini.viz.depth.labels import short_names
from autograd_mini.viz.depth.terminal import MOST_ROWS, WIDTH
from autograd_mini.viz.depth.verdict import short, times
from autograd_mini.viz.depth.view import compare_flows, flow


def flow_of(std, depth=6, width=32, x=None, seed=0):
    rng = np.random.default_rng(seed)
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(width, width), nn.Tanh()]
    model = nn.Sequential(*layers, nn.Linear(width, 3))
    for parameter in model.parameters():
        nn.init.normal_(parameter, 0, std if parameter.ndim == 2 else 0, generator=rng)
    x = rng.standard_normal((40, width)).astype(np.float32) if x is None else x
    return flow(model, x, lambda y: y.mean())


@pytest.fixture(scope="module")
def flows():
    return {
        "too small": flow_of(0.02, depth=30),
        "right": flow_of(32**-0.5, depth=30),
        "too large": flow_of(1.0, depth=30),
    }


@pytest.mark.parametrize("color", [False, True])
def test_everything_fits_80_columns(flows, color):
    texts = [*(flow.text(color) for flow in flows.values()), compare_flows(flows).text(color)]
    for text in texts:
        plain = re.sub(r"\033\[[0-9;]*m", "", text)
        assert max(map(len, plain.splitlines())) <= WIDTH
        assert ("\033[" in text) == color


def test_colour_adds_nothing_but_colour(flows):
    for shown in (*flows.values(), compare_flows(flows)):
        assert re.sub(r"\033\[[0-9;]*m", "", shown.text(True)) == shown.text(False)


def test_colour_follows_the_terminal_and_no_color(flows, monkeypatch):
    healthy = flows["right"]
    assert "\033[" not in str(healthy)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[32m" in str(healthy)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[" not in repr(healthy)


def test_a_row_per_layer_with_bars_that_grow_with_the_logarithm(flows):
    lines = flows["too small"].text(False).splitlines()
    rows = lines[2 : 2 + 31]
    assert [row.split()[0] for row in rows[:3]] == ["0", "2", "4"]
    bars = [len(re.findall("[▏▎▍▌▋▊▉█]", row)) for row in rows]
    assert bars == sorted(bars)
    assert (bars[0], bars[-1]) == (1, 11)


def test_the_verdict_is_readable_without_colour(flows):
    text = flows["too small"].text(False)
    assert "  verdict vanishing: dL/ds ×0.1" in text
    assert "    cause std(W) = 0.0" in text
    assert "   remedy nn.init.xavier_normal_(weight)" in text
    assert "the last hidden layer to the first dL/ds changes over 10-fold" in " ".join(text.split())


def test_the_output_layer_is_marked_and_counts_in_no_factor(flows):
    flow = flows["too small"]
    text = flow.text(False)
    assert text.splitlines()[2 + 30].startswith("60 out ")
    assert "per hidden layer going back" in text
    alone = flow_of(0.1, depth=1).text(False)
    assert "per hidden layer" not in alone
    assert "there is one hidden layer only, no depth to judge" in alone


@pytest.mark.parametrize("columns", [60, 71, 75, 79, 200])
def test_the_text_fits_a_narrow_terminal(flows, monkeypatch, columns):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    texts = [*(flow.text(False) for flow in flows.values()), compare_flows(flows).text(False)]
    longest = max(len(line) for text in texts for line in text.splitlines())
    assert min(columns, WIDTH) - 12 < longest <= min(columns, WIDTH)


def test_a_comparison_stays_short_and_keeps_the_last_layer(flows):
    text = compare_flows(flows).text(False)
    lines = text.splitlines()
    rows = [line for line in lines if re.match(r"\d", line)]
    assert len(rows) <= MOST_ROWS
    assert (rows[0].split()[0], rows[-1].split()[:2]) == ("1", ["31", "out"])
    assert re.search(r"measured +×0.1\d+ +×0.9\d+ +×1.\d+", text)
    assert re.search(r"theory +×0.1\d+ +×0.9\d+ +×1.\d+", text)
    assert re.search(r"verdict +vanishing +healthy +exploding", text)


def test_flows_of_different_depth_and_long_names(flows):
    text = compare_flows({"a" * 100: flow_of(0.1, depth=1), "b\n": flows["right"]}).text(False)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "b\\n" in text


def test_zero_and_nan_have_words_and_no_bars():
    rng = np.random.default_rng(0)
    zero = flow_of(0.0, depth=2, x=rng.standard_normal((4, 32)))
    first = zero.text(False).splitlines()[2]
    assert not re.search("[▏▎▍▌▋▊▉█]", first)
    assert re.search(r"tanh +0 +0 +0", first)
    broken = flow_of(0.1, depth=2, x=np.full((4, 32), np.nan))
    assert "verdict not finite: dL/ds ×? per hidden layer" in broken.text(False)
    assert "×?" in compare_flows({"broken": broken}).text(False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0123456, "0.0123"),
        (9.99e-4, "1.0e-03"),
        (3941.0, "3941"),
        (123456.0, "1.2e+05"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_are_short(value, text):
    assert short(value) == text
    assert times(value) == ("×?" if text == "nan" else f"×{text}")


def test_short_names_spare_what_all_share_and_keep_the_end():
    names = [f"model.encoder.{i}.projection" for i in range(3)]
    assert short_names(names, 40) == names
    assert short_names([*names, "head"], 15) == [*(f"model.encoder.{i}" for i in range(3)), "head"]
    assert short_names(names, 9) == ["…ncoder.0", "…ncoder.1", "…ncoder.2"]

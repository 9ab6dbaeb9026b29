"""The variance maps against closed forms, and against random networks drawn here."""

from itertools import pairwise
from math import exp, pi, sqrt
from types import SimpleNamespace

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.viz.depth.activations import known_activation
from autograd_mini.viz.depth.theory import gaussian_mean, predict, slope_map, variance_map


def layer(width=1, weight_std=1.0, activation="linear", bias_mean_square=0.0, power=1.0):
    return SimpleNamespace(
        fan_in=width,
        fan_out=width,
        weight_std=weight_std,
        activation=activation,
        bias_mean_square=bias_mean_square,
        power=power,
    )


@pytest.mark.parametrize("q", [0.0, 1e-6, 0.3, 1.0, 16.0])
def test_gaussian_mean_of_a_sine_squared_has_a_closed_form(q):
    assert gaussian_mean(lambda s: np.sin(s) ** 2, q) == pytest.approx((1 - exp(-2 * q)) / 2)


@pytest.mark.parametrize("q", [1e-8, 1.0, 1e6])
def test_relu_halves_both_moments_whatever_the_variance(q):
    relu = known_activation("relu")
    assert variance_map(relu, q, 1.0) == pytest.approx(q / 2)
    assert slope_map(relu, q, 1.0) == pytest.approx(1 / 2)


def test_linear_layers_multiply_by_fan_times_variance():
    linear = known_activation("linear")
    assert variance_map(linear, 5.0, 1 / 3, bias_mean_square=2.0) == pytest.approx(5 / 3 + 2)
    assert slope_map(linear, 5.0, 1 / 3) == pytest.approx(1 / 3)


@pytest.mark.parametrize("root", [16.0, 1000.0])
def test_the_slope_of_tanh_is_found_where_evenly_spread_nodes_miss_it(root):
    """For large q, E[tanh′²] → ∫tanh′² ds / √(2πq), and that integral is 4/3."""
    slope = slope_map(known_activation("tanh"), root**2, 1.0)
    assert slope == pytest.approx(4 / 3 / sqrt(2 * pi) / root, rel=2 / root**2)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu", "sin", "linear"])
@pytest.mark.parametrize("q", [0.2, 3.0])
def test_maps_agree_with_a_million_draws(name, q):
    phi = known_activation(name)
    s = sqrt(q) * np.random.default_rng(0).standard_normal(1_000_000)
    step = 1e-5
    slopes = (phi.function(s + step) - phi.function(s - step)) / (2 * step)
    assert variance_map(phi, q, 1.0) == pytest.approx(np.mean(phi.function(s) ** 2), rel=0.005)
    assert slope_map(phi, q, 1.0) == pytest.approx(np.mean(slopes**2), rel=0.005)


@pytest.mark.parametrize(("name", "slope"), [("tanh", 1.0), ("relu", 0.5), ("linear", 1.0)])
def test_at_its_gain_an_activation_keeps_small_signals(name, slope):
    phi = known_activation(name)
    assert phi.gain is not None
    assert slope_map(phi, 1e-12, phi.gain**2) == pytest.approx(1.0)
    assert slope_map(phi, 1e-12, 1.0) == pytest.approx(slope)


def test_unknown_functions_and_functions_of_whole_arrays_are_no_activations():
    for name in ("sum", "logsumexp", "transpose", "squeeze", "add", "fork", "tanh, add"):
        assert known_activation(name) is None


def test_an_activation_that_a_learner_declares_is_understood(monkeypatch):
    monkeypatch.setattr("autograd_mini.registry._registry", {})
    ag.primitive(lambda x: 3 * x, name="test_triple", x=lambda g, out, x: 3 * g)
    triple = known_activation("test_triple")
    assert slope_map(triple, 1.0, 1.0) == pytest.approx(9.0)
    assert triple.gain is None


def test_prediction_follows_a_drawn_network_from_the_input_to_the_output():
    """tanh with biases and changing widths: forward std, and dL/ds for an independent seed."""
    rng = np.random.default_rng(0)
    widths, batch = [400, 600, 300, 500], 200
    x = rng.standard_normal((batch, widths[0])) * 1.7 + 0.4
    a, layers, signals = x, [], []
    matrices = []
    for n_in, n_out in pairwise(widths):
        w = rng.uniform(-1, 1, (n_in, n_out)) * 2 / sqrt(n_in)
        b = 0.5 * rng.standard_normal(n_out)
        signals.append(a @ w + b)
        a = np.tanh(signals[-1])
        matrices.append(w)
        layers.append(
            SimpleNamespace(
                fan_in=n_in,
                fan_out=n_out,
                weight_std=float(w.std()),
                activation="tanh",
                bias_mean_square=float((b**2).mean()),
                power=1.0,
            )
        )
    predictions = predict(layers, float((x**2).mean()))
    for prediction, s in zip(predictions, signals, strict=True):
        assert prediction.signal_std == pytest.approx(s.std(), rel=0.05)
        assert prediction.output_std == pytest.approx(np.tanh(s).std(), rel=0.05)
    g = rng.standard_normal(signals[-1].shape)
    for i in (1, 0):
        above = g
        g = (above @ matrices[i + 1].T) * (1 - np.tanh(signals[i]) ** 2)
        measured = sqrt((g**2).mean() / (above**2).mean())
        assert predictions[i].factor == pytest.approx(measured, rel=0.05)
    assert predictions[-1].factor is None


def test_constants_after_the_activation_count_in_both_directions():
    plain, dropped = (
        predict([layer(4, 0.5, power=power), layer(4, 0.5)], 1.0) for power in (1.0, 2.0)
    )
    assert dropped[0].factor == pytest.approx(sqrt(2) * plain[0].factor)
    assert dropped[1].signal_std == pytest.approx(sqrt(2) * plain[1].signal_std)


def test_an_unknown_end_still_has_a_signal():
    (only,) = predict([layer(4, 0.5, activation="exp, sum")], 1.0)
    assert only.signal_std == 1.0
    assert only.output_std is None

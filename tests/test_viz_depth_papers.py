"""Published results that the depth view must show, and its theory must predict.

Each network is drawn here, bias-free, with N(0, 1) inputs, and a random cotangent at its output.
"""

from math import sqrt

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.viz.depth.view import flow


def normal(gain):
    return lambda rng, n: rng.standard_normal((n, n)) * gain / sqrt(n)


def uniform(gain):
    """U(±gain/√n), of variance gain²/3n."""
    return lambda rng, n: rng.uniform(-1, 1, (n, n)) * gain / sqrt(n)


def flow_of(depth, width, draw, activation, batch=300, seed=0):
    rng = np.random.default_rng(seed)
    weights = [ag.Tensor(draw(rng, width), True, dtype="float32") for _ in range(depth)]
    x, seed_of_loss = rng.standard_normal((2, batch, width)).astype(np.float32)

    def model(x):
        for weight in weights:
            x = activation(x @ weight)
        return x

    return flow(model, x, lambda y: (y * seed_of_loss).mean())


def relative(values):
    return np.array(values) / values[-1]


def gradients(result):
    return relative([layer.gradient_rms for layer in result.layers])


def weight_gradients(result):
    return relative([layer.weight_gradient_rms for layer in result.layers])


def output_std(result):
    return [layer.output_std for layer in result.layers]


@pytest.mark.parametrize(
    ("draw", "std", "signal", "weight_signal"),
    [
        (uniform(1.0), [0.462, 0.250, 0.141, 0.081, 0.047], [0.083, 0.177, 0.324, 0.573, 1], 1.02),
        (
            uniform(sqrt(3)),
            [0.629, 0.486, 0.407, 0.358, 0.322],
            [0.41, 0.602, 0.753, 0.884, 1],
            1.14,
        ),
    ],
    ids=["old", "normalised"],
)
def test_glorot_and_bengio_2010_figures_6_to_8(draw, std, signal, weight_signal):
    """Old: activations and dL/ds shrink while weight gradients stay flat; normalised: less so."""
    result = flow_of(5, 1000, draw, ag.tanh)
    assert output_std(result) == pytest.approx(std, rel=0.02)
    assert gradients(result) == pytest.approx(np.array(signal), rel=0.03)
    assert weight_gradients(result)[0] == pytest.approx(weight_signal, rel=0.03)
    assert [p.output_std for p in result.predictions] == pytest.approx(std, rel=0.02)
    assert relative(result.predicted_gradients) == pytest.approx(np.array(signal), rel=0.03)


def test_glorot_and_bengio_2010_equations_5_and_6_for_linear_layers():
    """Variance 1/3n takes a factor 1/√3 per layer both ways; weight gradients are equal, eq. 14."""
    result = flow_of(10, 1000, uniform(1.0), lambda s: s)
    assert result.factor == pytest.approx(sqrt(1 / 3), rel=0.01)
    assert result.predicted_factor == pytest.approx(sqrt(1 / 3), rel=0.002)
    forward = output_std(result)
    assert (forward[-1] / forward[0]) ** (1 / 9) == pytest.approx(sqrt(1 / 3), rel=0.01)
    assert weight_gradients(result) == pytest.approx(np.ones(10), rel=0.05)
    assert result.verdict.word == "vanishing"
    assert "linear at width 1000 wants 0.0316 (gain 1)" in result.verdict.cause


def test_he_2015_condition_for_relu():
    """30 layers of 256: Xavier loses a factor √½ per layer, He none; dL/dW shows neither."""
    xavier, he = (flow_of(30, 256, normal(gain), ag.relu) for gain in (1.0, sqrt(2)))
    assert 4.6e-5 / 3 < gradients(xavier)[0] < 4.6e-5 * 3
    assert 1 / 3 < gradients(he)[0] < 3
    assert xavier.predicted_factor == pytest.approx(sqrt(1 / 2), rel=0.005)
    assert he.predicted_factor == pytest.approx(1.0, rel=0.005)
    assert (xavier.verdict.word, he.verdict.word) == ("vanishing", "healthy")
    assert weight_gradients(xavier)[0] == pytest.approx(weight_gradients(he)[0], rel=1e-3)
    assert "kaiming_normal_" in xavier.verdict.remedy
    assert "multiply these weights by 1.41" in xavier.verdict.remedy


def test_one_relu_layer_has_mean_0_4_and_std_0_58():
    """Of relu(z), z ~ N(0, 1): mean 1/√(2π), variance ½ − 1/(2π)."""
    (layer,), (prediction,) = (
        (result := flow_of(1, 1000, normal(1.0), ag.relu)).layers,
        result.predictions,
    )
    for found in (layer, prediction):
        assert found.output_mean == pytest.approx(0.399, rel=0.01)
        assert found.output_std == pytest.approx(0.584, rel=0.01)


def test_sigmoid_loses_three_quarters_per_layer():
    result = flow_of(10, 256, normal(1.0), ag.sigmoid)
    assert result.factor == pytest.approx(0.232, rel=0.02)
    assert result.predicted_factor == pytest.approx(0.232, rel=0.02)
    assert gradients(result)[0] == pytest.approx(1.9e-6, rel=0.15)
    assert weight_gradients(result)[0] == pytest.approx(3.7e-6, rel=0.5)
    assert "slope of sigmoid is at most 0.25" in result.verdict.cause


def test_small_weights_vanish_behind_flat_weight_gradients():
    result = flow_of(10, 256, normal(0.01 * sqrt(256)), ag.tanh)
    assert gradients(result)[0] == pytest.approx(6.6e-8, rel=0.1)
    assert weight_gradients(result)[0] == pytest.approx(1.0, abs=0.06)
    assert result.predicted_factor == pytest.approx(result.factor, rel=0.02)
    assert result.verdict.word == "vanishing"


def test_large_weights_saturate_and_explode():
    result = flow_of(10, 256, normal(sqrt(256)), ag.tanh)
    assert output_std(result)[-1] == pytest.approx(0.974, abs=0.003)
    assert 1.8e4 / 2 < gradients(result)[0] < 1.8e4 * 2
    assert result.predicted_factor == pytest.approx(result.factor, rel=0.03)
    assert result.layers[-1].flat > 0.85
    assert result.verdict.word == "exploding"


@pytest.mark.parametrize(("gain", "depth", "factor"), [(1.7, 20, 1.09), (1.0, 10, 0.867)])
def test_edge_of_chaos(gain, depth, factor):
    """Poole et al. and Schoenholz et al.: above gain 1 gradients of tanh grow, at 1 they fade."""
    result = flow_of(depth, 256, normal(gain), ag.tanh)
    assert result.factor == pytest.approx(factor, rel=0.01)
    assert result.predicted_factor == pytest.approx(factor, rel=0.01)

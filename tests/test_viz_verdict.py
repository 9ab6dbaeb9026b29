"""Each verdict on a network that deserves it: word, cause and remedy."""

import warnings
from itertools import pairwise

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.tutorials.tour import DEPTH, GAINS, WIDTH, split_digits
from autograd_mini.viz.depth.view import flow


@pytest.fixture
def x(rng):
    return rng.standard_normal((50, 32)).astype(np.float32)


def chain(activation, depth=6, width=32, weight=None, bias=nn.init.zeros_):
    model = nn.Sequential()
    for i in range(depth):
        model.add_module(f"{2 * i}", nn.Linear(width, width))
        model.add_module(f"{2 * i + 1}", activation())
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            bias(parameter)
        elif weight:
            weight(parameter)
    return model


def normal(std):
    return lambda parameter: nn.init.normal_(parameter, 0, std)


def xavier(gain):
    return lambda parameter: nn.init.xavier_normal_(parameter, gain=gain)


def verdict(model, x, loss=lambda y: (y * y).mean()):
    return flow(model, x, loss).verdict


def test_default_layers_vanish_and_the_remedy_heals_them(x):
    sick = verdict(chain(nn.ReLU, depth=8), x)
    assert sick.word == "vanishing"
    assert (
        "relu at width 32 wants 0.25 (gain 1.41): each layer multiplies dL/ds by 0.4" in sick.cause
    )
    assert sick.remedy.startswith('nn.init.kaiming_normal_(weight, nonlinearity="relu"): std 0.25')

    def he(weight):
        return nn.init.kaiming_normal_(weight, nonlinearity="relu")

    assert verdict(chain(nn.ReLU, depth=8, weight=he), x).word == "healthy"


def test_tanh_is_sent_to_xavier(x):
    sick = verdict(chain(nn.Tanh, weight=normal(0.01)), x)
    assert sick.word == "vanishing"
    assert "tanh at width 32 wants 0.177 (gain 1)" in sick.cause
    assert sick.remedy.startswith("nn.init.xavier_normal_(weight): std 0.177 at width 32")
    well = verdict(chain(nn.Tanh, weight=nn.init.xavier_normal_), x)
    assert (well.word, well.remedy) == ("healthy", "none needed")


def test_one_bad_layer_is_named(x):
    model = chain(nn.Tanh, weight=nn.init.xavier_normal_)
    normal(1e-4)(model[6].weight)
    sick = verdict(model, x)
    assert sick.word == "vanishing"
    assert sick.cause.startswith("at layer 6, std(W) = 9.9e-05; tanh at width 32 wants")
    assert "this layer alone multiplies dL/ds by" in sick.cause


@pytest.mark.parametrize("activation", [nn.Tanh, nn.ReLU])
def test_equal_weights_are_the_cause_not_dead_units(x, activation):
    model = chain(activation, depth=4)
    nn.init.zeros_(model[2].weight)
    sick = verdict(model, x, lambda y: y.sum())
    assert sick.word == "vanishing"
    assert "all weights of layer 2 are equal, so all its units do the same" in sick.cause
    assert sick.remedy.startswith("draw them at random: nn.init.")


def test_equal_weights_that_explode(x):
    sick = verdict(chain(nn.ReLU, weight=nn.init.ones_), np.abs(x), lambda y: y.mean())
    assert sick.word == "exploding"
    assert (
        "are equal, so all its units do the same: each layer multiplies dL/ds by 32" in sick.cause
    )


def test_a_network_of_single_units(rng):
    x = rng.standard_normal((50, 1))
    result = flow(chain(nn.Tanh, width=1, depth=3), x, lambda y: y.mean())
    assert "equal" not in result.verdict.cause
    assert result.predicted_factor > 0


def test_a_dead_layer(x):
    model = chain(nn.ReLU)
    model[2].bias.data[...] = -100
    sick = verdict(model, x)
    assert sick.word == "dead"
    assert "100% of the relu units after layer 2 are 0 on every sample" in sick.cause


def test_half_of_deep_relu_units_off_is_not_dead(x):
    def he(weight):
        return nn.init.kaiming_normal_(weight, nonlinearity="relu")

    model = chain(nn.ReLU, depth=20, width=64, weight=he)
    result = flow(model, np.tile(x, 2), lambda y: y.mean())
    assert max(layer.dead for layer in result.layers) > 0.2
    assert result.verdict.word == "healthy"


def test_an_input_that_is_too_large_saturates_the_first_layer(x):
    model = chain(nn.Tanh, weight=nn.init.xavier_normal_)
    sick = verdict(model, 200 * x)
    assert sick.word == "vanishing"
    assert "of the tanh outputs after layer 0 are saturated" in sick.cause
    assert sick.remedy.startswith("normalise the input to mean 0 and std 1 (its rms is 198")


def test_saturated_without_a_change_of_length(x):
    model = chain(nn.Tanh, depth=2, weight=normal(1.5))
    sick = verdict(model, x, lambda y: y.sum())
    assert sick.word in ("saturated", "exploding")
    alone = verdict(chain(nn.Tanh, depth=1, weight=normal(3.0)), x)
    assert alone.word == "saturated"
    assert alone.remedy.startswith("multiply the weights of layer 0 by")


def test_sigmoid_is_sent_away(x):
    sick = verdict(chain(nn.Sigmoid), x)
    assert sick.word == "vanishing"
    assert "slope of sigmoid is at most 0.25" in sick.cause
    assert "instead of sigmoid" in sick.remedy


def test_underflow_to_zero_is_told_from_a_cut(x):
    result = flow(chain(nn.Tanh, depth=40, weight=normal(1e-3)), x, lambda y: y.mean())
    assert result.factor == 0
    assert "each layer multiplies dL/ds by 0.005" in result.verdict.cause
    assert "down it is too small for a float: 0" in result.verdict.cause
    assert result.predicted_factor == pytest.approx(1e-3 * np.sqrt(32), rel=0.05)


def test_a_loss_of_almost_nothing(x):
    sick = verdict(chain(nn.Tanh, depth=3, weight=normal(0.01)), x, lambda y: y.sum() * 1e-44)
    assert sick.word == "vanishing"
    assert sick.cause.startswith("at layer 4, std(W) = 0.0")


def test_right_weights_over_very_many_layers(x):
    sick = verdict(chain(nn.Tanh, depth=150, width=32, weight=normal(0.92 / np.sqrt(32))), x)
    assert sick.word == "vanishing"
    assert "is right for tanh at width 32, but over 150 layers small changes add up" in sick.cause


def test_overflow_names_the_layer_and_raises_no_warning(x):
    model = chain(nn.ReLU, depth=30, weight=normal(100.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sick = verdict(model, x)
    assert sick.word == "not finite"
    assert "the signal is no longer finite at layer" in sick.cause
    assert "multiply these weights by 0.0024" in sick.remedy


def test_an_input_or_parameter_that_is_not_finite(x):
    model = chain(nn.Tanh)
    assert verdict(model, np.full_like(x, np.nan)).cause == "the input has NaN or infinite values"
    model[4].weight.data[0, 0] = np.inf
    cause = "the parameters of layer 4 have NaN or infinite values"
    assert verdict(model, x).cause == cause


def test_a_gradient_that_is_not_finite(x):
    sick = verdict(chain(nn.Tanh), x, lambda y: ag.sqrt((y * 0).sum()))
    assert sick.cause == "the gradient is no longer finite at layer 10, going backward"


def test_a_loss_that_ignores_the_output(x):
    sick = verdict(chain(nn.Tanh), x, lambda y: (y * 0).sum())
    assert sick.word == "no gradient"
    assert "dL/ds is 0 already at layer 10, the last one" in sick.cause


def test_without_theory_the_cause_is_still_a_place(rng, x):
    w = [ag.Tensor(0.01 * rng.standard_normal((32, 32)), True) for _ in range(4)]

    def model(x):
        for each in w:
            x = x @ each
            x = x * ag.sigmoid(x)
        return x

    sick = verdict(model, x)
    assert sick.word == "vanishing"
    assert "no theory here for 'fork'" in sick.cause


def test_one_layer_has_no_depth(x):
    result = flow(nn.Linear(32, 4), x, lambda y: y.mean())
    assert np.isnan([result.factor, result.predicted_factor]).all()
    assert result.verdict.cause == "there is one layer only, no depth to judge"


@pytest.mark.parametrize(("n_in", "width", "n_out"), [(4, 1000, 1), (784, 512, 10), (2, 16, 2)])
def test_one_hidden_layer_has_no_depth_whatever_its_width(rng, n_in, width, n_out):
    model = nn.Sequential(nn.Linear(n_in, width), nn.Tanh(), nn.Linear(width, n_out))
    result = flow(model, rng.standard_normal((64, n_in)), lambda y: (y * y).mean())
    assert result.verdict.word == "healthy"
    share = np.sqrt(n_out / width)
    assert result.verdict.cause == (
        f"there is one hidden layer only, no depth to judge (the widths alone make dL/ds "
        f"×{share:.3g})"
    )


@pytest.mark.parametrize(("std", "word"), [(1e-8, "vanishing"), (1e8, "exploding")])
def test_an_output_layer_far_off_is_named(x, std, word):
    model = chain(nn.Tanh, weight=nn.init.xavier_normal_)
    model.add_module("head", nn.Linear(32, 4))
    normal(std)(model[-1].weight)
    sick = verdict(model, x, lambda y: y.sum())
    assert sick.word == word
    assert sick.cause.startswith("at layer head, std(W) = ")


def test_the_three_networks_of_the_tour_for_twenty_seeds():
    """30 tanh layers of 64 on the real digits, under gains 0.5, 1 and 3."""
    x, labels = (part[:64] for part in split_digits()["dev"])
    for seed in range(20):
        ag.manual_seed(seed)
        words = []
        for gain in GAINS.values():
            model = chain(nn.Tanh, DEPTH, WIDTH, xavier(gain))
            model.add_module("out", nn.Linear(WIDTH, 10))
            result = flow(model, x, lambda out: nn.functional.cross_entropy(out, labels))
            words.append(result.verdict.word)
            assert result.factor == pytest.approx(result.predicted_factor, rel=0.06)
        assert words == ["vanishing", "healthy", "exploding"]


def test_a_change_of_width_does_not_count(x):
    """He's weights keep the size of dL/ds, but for what the widths alone do."""
    widths = [32, 512, 16, 512, 4]
    layers = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    for name, parameter in model.named_parameters():
        if name.endswith("weight"):
            nn.init.kaiming_normal_(parameter, nonlinearity="relu")
    result = flow(model, x, lambda y: y.mean())
    assert result.verdict.word == "healthy"
    assert [layer.fan_out for layer in result.hidden] == [512, 16, 512]
    assert result.predicted_factor == pytest.approx(1.0, rel=0.1)
    assert result.layers[0].gradient_rms < 0.3 * result.layers[-1].gradient_rms

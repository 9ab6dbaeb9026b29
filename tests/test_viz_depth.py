"""What ``flow`` measures, against derivatives written by hand, and what it leaves alone."""

import json
from itertools import pairwise

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, GraphError, ShapeError
from autograd_mini.viz.depth.view import compare_flows, flow


def parameter(rng, *shape, scale=1.0):
    return ag.Tensor(scale * rng.standard_normal(shape), requires_grad=True)


@pytest.fixture
def x(rng):
    return rng.standard_normal((20, 6))


def mean_square(y):
    return (y * y).mean()


def test_every_number_is_what_the_chain_rule_by_hand_gives(rng, x):
    w1, b1 = parameter(rng, 6, 5, scale=0.5), parameter(rng, 5)
    w2, b2 = parameter(rng, 5, 3, scale=0.5), parameter(rng, 3)

    def model(x):
        with ag.scope("hidden"):
            h = ag.tanh(x @ w1 + b1)
        with ag.scope("out"):
            return h @ w2 + b2

    result = flow(model, x, mean_square, lr=0.1)

    s1 = x @ w1.data + b1.data
    a1 = np.tanh(s1)
    s2 = a1 @ w2.data + b2.data
    g2 = 2 * s2 / s2.size
    g1 = (g2 @ w2.data.T) * (1 - a1**2)

    def rms(array):
        return np.sqrt(np.mean(array**2))

    hidden, out = result.layers
    assert (hidden.name, out.name) == ("hidden", "out")
    assert (hidden.activation, out.activation) == ("tanh", "linear")
    assert (hidden.fan_in, hidden.fan_out, out.fan_in, out.fan_out) == (6, 5, 5, 3)
    assert result.loss == pytest.approx(np.mean(s2**2))
    for layer, w, b, incoming, s, a, g in (
        (hidden, w1, b1, x, s1, a1, g1),
        (out, w2, b2, a1, s2, s2, g2),
    ):
        assert layer.weight_std == pytest.approx(w.data.std())
        assert layer.weight_rms == pytest.approx(rms(w.data))
        assert layer.bias_mean_square == pytest.approx(np.mean(b.data**2))
        assert layer.input_mean_square == pytest.approx(np.mean(incoming**2))
        assert layer.signal_std == pytest.approx(s.std())
        assert layer.output_mean == pytest.approx(a.mean())
        assert layer.output_std == pytest.approx(a.std())
        assert layer.gradient_rms == pytest.approx(rms(g))
        assert layer.weight_gradient_rms == pytest.approx(rms(incoming.T @ g))
    assert hidden.flat == pytest.approx(np.mean(np.abs(a1) > 0.97))
    assert out.flat is None
    update = 0.1 * np.linalg.norm(x.T @ g1) / np.linalg.norm(w1.data)
    assert result.update_ratios[0] == pytest.approx(update)
    assert (result.hidden, result.has_output_layer) == ([hidden], True)
    assert np.isnan(result.factor)


def test_the_factor_is_that_of_the_rows_of_hidden_layers(x):
    """Whatever the widths: hidden rows times the factor, as often as there are steps."""
    model = nn.Sequential()
    for i, (n_in, n_out) in enumerate(pairwise([6, 50, 7, 20, 3])):
        model.add_module(f"linear{i}", nn.Linear(n_in, n_out))
        model.add_module(f"tanh{i}", nn.Tanh())
    model.add_module("head", nn.Linear(3, 3))
    result = flow(model, x, mean_square)
    rms = [layer.gradient_rms for layer in result.layers]
    assert [layer.name for layer in result.hidden] == [f"linear{i}" for i in range(4)]
    assert rms[3] * result.factor**3 == pytest.approx(rms[0])
    predicted = result.predicted_gradients
    assert predicted[3] * result.predicted_factor**3 == pytest.approx(predicted[0])


def test_a_last_layer_like_the_others_is_no_output_layer(x):
    twins = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 6), nn.Tanh())
    result = flow(twins, x, mean_square)
    first, last = (layer.gradient_rms for layer in result.layers)
    assert not result.has_output_layer
    assert result.factor == pytest.approx(first / last)


def test_modules_and_bare_tensors_give_the_same_flow(x):
    model = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
    w1, b1, w2, b2 = (ag.Tensor(p, requires_grad=True) for p in model.parameters())

    def bare(x):
        hidden = np.maximum(x @ w1.T + b1, 0)
        return hidden @ w2.T + b2

    of_module, of_bare = flow(model, x, mean_square), flow(bare, x, mean_square)
    assert [layer.name for layer in of_module.layers] == ["0", "2"]
    assert [layer.name for layer in of_bare.layers] == ["layer #1", "layer #2"]
    for mine, yours in zip(of_module.layers, of_bare.layers, strict=True):
        assert (mine.kind, yours.kind) == ("linear", "matmul")
        own = {"name": "", "kind": ""}
        assert vars(mine) | own == vars(yours) | own
    assert of_module.layers[0].activation == "relu"


def test_nested_modules_are_named_by_their_dotted_scope(x):
    inner = nn.Sequential(nn.Linear(6, 6), nn.Tanh())
    result = flow(nn.Sequential(inner, nn.Linear(6, 2)), x, mean_square)
    assert [layer.name for layer in result.layers] == ["0.0", "1"]


def test_column_vectors_have_the_same_fans(rng, x):
    w1, w2 = parameter(rng, 5, 6), parameter(rng, 3, 5)
    b = parameter(rng, 5, 1)
    result = flow(lambda x: w2 @ ag.sigmoid(w1 @ x + b), x.T, mean_square)
    first = result.layers[0]
    assert (first.fan_in, first.fan_out, first.activation) == (6, 5, "sigmoid")
    assert first.bias_mean_square == pytest.approx(np.mean(b.data**2))


def test_dead_units_and_zeros_are_counted(rng, x):
    w = parameter(rng, 6, 4)
    b = ag.Tensor([0.0, -1e3, 1e3, -1e3], requires_grad=True)
    (layer,) = flow(lambda x: ag.relu(x @ w + b), x, lambda y: y.sum()).layers
    assert layer.dead == 0.5
    assert layer.flat == pytest.approx(np.mean(x @ w.data + b.data <= 0))


def test_dropout_enters_as_the_mean_square_of_its_mask(x):
    model = nn.Sequential(nn.Linear(6, 500), nn.Tanh(), nn.Dropout(0.5), nn.Linear(500, 3))
    assert flow(model, x, mean_square).layers[0].power == pytest.approx(2.0, abs=0.1)
    assert flow(model.eval(), x, mean_square).layers[0].power == 1.0


@pytest.mark.parametrize(
    ("middle", "path"),
    [
        (lambda h: ag.tanh(h * 3.0), "multiply, tanh"),
        (lambda h: ag.relu(ag.tanh(h)), "tanh, relu"),
        (lambda h: h + ag.tanh(h), "fork"),
    ],
)
def test_without_a_theory_it_says_so(rng, x, middle, path):
    w1, w2 = parameter(rng, 6, 6), parameter(rng, 6, 3)
    result = flow(lambda x: middle(x @ w1) @ w2, x, mean_square)
    assert result.layers[0].activation == path
    assert result.predictions == []
    assert "between layer #1 and layer #2" in result.no_theory
    assert np.isnan(result.predicted_factor)


def test_two_branches_are_no_chain(rng, x):
    w1, w2, w3 = parameter(rng, 6, 6), parameter(rng, 6, 6), parameter(rng, 6, 3)

    def model(x):
        left, right = ag.tanh(x @ w1), ag.tanh(x @ w2)
        return left @ w3 + right @ w3

    result = flow(model, x, mean_square)
    assert [layer.activation for layer in result.layers] == [
        "tanh, branch",
        "tanh, branch",
        "add",
        "add",
    ]
    assert "takes more ways than one" in result.no_theory


def test_nothing_of_the_user_is_changed(rng, x):
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Dropout(0.5), nn.Linear(5, 3))
    mean_square(model(ag.Tensor(x))).backward()
    before = [(p.data.copy(), p.grad.data.copy(), p.row.adjoint.copy()) for p in model.parameters()]
    earlier = ag.Tensor(x, requires_grad=True)
    kept = earlier * 2
    state = ag.default_generator().bit_generator.state
    flow(model, kept, mean_square)
    assert ag.default_generator().bit_generator.state == state
    for p, (values, grad, adjoint) in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.data, values)
        np.testing.assert_array_equal(p.grad.data, grad)
        np.testing.assert_array_equal(p.row.adjoint, adjoint)
    kept.sum().backward()
    np.testing.assert_array_equal(earlier.grad.data, np.full(x.shape, 2.0))


def test_it_works_under_no_grad_and_restores_the_generator_after_an_error(x):
    model = nn.Sequential(nn.Linear(6, 5), nn.Dropout(0.5))
    state = ag.default_generator().bit_generator.state
    with ag.no_grad():
        assert flow(model, x, mean_square).verdict.word == "healthy"
    with pytest.raises(ShapeError):
        flow(model, x, lambda y: y)
    assert ag.default_generator().bit_generator.state == state


@pytest.mark.parametrize(
    ("model", "loss", "lr", "kind", "words"),
    [
        (nn.Tanh(), mean_square, 0.01, GraphError, "the model's output has no graph"),
        (3, mean_square, 0.01, ArgumentError, "model must be a module or a function of x, got int"),
        (lambda x: None, mean_square, 0.01, GraphError, "does it end with return?"),
        (None, ag.ones(1), 0.01, ArgumentError, "loss must be a function of the model's output"),
        (None, nn.MSELoss(), 0.01, ArgumentError, "the model's output alone.*'target'.*lambda out"),
        (None, nn.functional.cross_entropy, 0.01, ArgumentError, "the model's output alone"),
        (None, lambda y: 3.0, 0.01, GraphError, "loss returned float, not a Tensor"),
        (None, lambda y: y, 0.01, ShapeError, r"one number, got shape \(20, 5\); end it with"),
        (None, lambda y: ag.ones(1), 0.01, GraphError, "the loss has no graph"),
        (None, mean_square, 0, ArgumentError, "lr must be a positive finite number, got 0"),
        (None, mean_square, float("nan"), ArgumentError, "lr must be a positive finite number"),
        (None, mean_square, "0.1", ArgumentError, "lr must be a positive finite number, got '0.1'"),
    ],
)
def test_wrong_use_is_explained(x, model, loss, lr, kind, words):
    with pytest.raises(kind, match=words):
        flow(nn.Linear(6, 5) if model is None else model, x, loss, lr)


def test_an_empty_batch_is_refused():
    with pytest.raises(ShapeError, match=r"x is empty, of shape \(0, 6\); give at least one"):
        flow(nn.Linear(6, 5), np.zeros((0, 6)), mean_square)


def test_a_model_without_matrices_has_no_layers(x):
    scale = ag.Tensor(2.0, requires_grad=True)
    with pytest.raises(GraphError, match="no layer was found"):
        flow(lambda x: x * scale, x, mean_square)


def test_data_is_json_and_says_what_is_not_finite(x):
    layers = [nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 3)]
    model = nn.Sequential(*layers)
    good = json.loads(json.dumps(flow(model, x, mean_square).data(), allow_nan=False))
    assert good["verdict"] == "healthy"
    assert good["layers"][0]["predicted"]["factor"] > 0
    assert good["layers"][2]["predicted"]["factor"] is None
    assert good["hidden_layers"] == 2
    shallow = flow(nn.Linear(6, 3), x, mean_square).data()
    assert (shallow["factor"], shallow["predicted_factor"]) == (None, None)
    broken = flow(model, np.full_like(x, np.nan), mean_square)
    data = json.loads(json.dumps(compare_flows({"a": broken}).data(), allow_nan=False))["a"]
    assert (data["verdict"], data["loss"], data["factor"]) == ("not finite", "nan", "nan")


def test_there_must_be_something_to_compare():
    with pytest.raises(ArgumentError, match="there is nothing to compare"):
        compare_flows({})
    with pytest.raises(ArgumentError, match=r"flows by name, \{name: flow\}; got list"):
        compare_flows([3])
    with pytest.raises(ArgumentError, match="'a' is int, not a Flow"):
        compare_flows({"a": 3})

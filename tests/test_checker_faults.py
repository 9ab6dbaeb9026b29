"""Faults planted in the engine's own rules: each is caught, and the right rule and cause named."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from op_samples import plant

import autograd_mini as ag
from autograd_mini.checking import checker

PRIMITIVES = {primitive.name: primitive for primitive in ag.primitives()}


def spread(g: Any, x: Any, axis: int) -> Any:
    return np.broadcast_to(np.expand_dims(g, axis), x.shape)


def overwrite(g: Any, x: Any, index: Any) -> Any:
    total = np.zeros_like(x)
    total[index] = g
    return total


def attention(x: Any, w: Any) -> Any:
    """A function with many rows; the wrong one is to be found among them."""
    scores = np.tanh(x @ w) @ np.transpose(w)
    weights = np.exp(scores - ag.logsumexp(scores, axis=1, keepdims=True))
    return np.log(1.5 + weights * weights) - np.sin(scores) / 3.0


def network(x: Any, w: Any) -> Any:
    hidden = ag.sigmoid(x @ w) * 2.0 - 0.3
    centred = hidden - hidden.mean(axis=0)
    return (centred * centred * centred).mean() + np.exp(-hidden).sum() + ag.relu(hidden).sum()


def ties(x: Any) -> Any:
    """Return maxima of rows in which the two largest are equal."""
    return np.sin(np.max(np.concatenate([x, x + 0.0], axis=1), axis=1))


@dataclass
class Fault:
    primitive: str
    argument: str
    rule: Callable[..., Any]
    f: Callable[..., Any]
    words: str
    ratio: float | None = None
    shapes: tuple[tuple[int, ...], ...] = ((4, 3), (3, 2))
    equal: bool = False


INDEX = np.array([0, 2, 2, 1, 2])

FAULTS = {
    "wrong sign": Fault(
        "subtract", "y", lambda g, out, x, y: g, network, "a sign is wrong", ratio=-1.0
    ),
    "wrong sign deep inside": Fault(
        "sin", "x", lambda g, out, x: -g * np.cos(x), attention, "a sign is wrong", ratio=-1.0
    ),
    "missing factor, the whole slope": Fault(
        "sin", "x", lambda g, out, x: g, attention, "passes g on unchanged; the local derivative"
    ),
    "missing factor, one input": Fault(
        "multiply", "x", lambda g, out, x, y: g, attention, "passes g on unchanged"
    ),
    "missing factor, half of the slope": Fault(
        "sigmoid", "x", lambda g, out, x: g * out, network, "a factor (1 − z) is missing"
    ),
    "missing factor two": Fault(
        "square", "x", lambda g, out, x: g * x, lambda x, w: np.square(x @ w), "factor 2", ratio=0.5
    ),
    "one factor too much": Fault(
        "exp", "x", lambda g, out, x: g * out * out, attention, "a factor z is too much"
    ),
    "counted twice": Fault(
        "tanh", "x", lambda g, out, x: 2 * g * (1 - out**2), attention, "counted twice", ratio=2.0
    ),
    "off by a thousandth": Fault(
        "tanh", "x", lambda g, out, x: 1.001 * g * (1 - out**2), attention, "is 1.001 every"
    ),
    "forgot the chain": Fault(
        "tanh", "x", lambda g, out, x: 1 - out**2, attention, "does not depend on the cotangent g"
    ),
    "not linear in the cotangent": Fault(
        "tanh", "x", lambda g, out, x: g**3 * (1 - out**2), attention, "not linear in the cotangent"
    ),
    "constant offset": Fault(
        "log", "x", lambda g, out, x: g / x + 0.1, attention, "adds a constant: for g = 0"
    ),
    "forgotten": Fault(
        "divide", "x", lambda g, out, x, y: 0 * g, attention, "nothing is sent back", ratio=0.0
    ),
    "swapped arguments": Fault(
        "multiply",
        "x",
        lambda g, out, x, y: g * x,
        lambda x, w: np.multiply(x @ w, np.sin(x[:, :2])),
        "with x and y swapped it is right",
    ),
    "exchanged rules": Fault(
        "divide",
        "x",
        lambda g, out, x, y: -g * out / y,
        lambda x, w: (x @ w) / (2.0 + np.square(x[:, :2])),
        "it is the rule of y, that of another argument",
    ),
    "transpose forgotten, shapes fit": Fault(
        "matmul",
        "x",
        lambda g, out, x, y: g @ y,
        lambda x, w: np.tanh(x @ w),
        "with y transposed it is right",
        shapes=((4, 3), (3, 3)),
    ),
    "transpose forgotten, shapes do not fit": Fault(
        "matmul",
        "y",
        lambda g, out, x, y: x @ g,
        lambda x, w: np.tanh(x @ w),
        "with x transposed it is right",
    ),
    "result transposed": Fault(
        "matmul",
        "y",
        lambda g, out, x, y: g.T @ x,
        lambda x, w: np.tanh(x @ w),
        "transposed",
    ),
    "factors of a product exchanged": Fault(
        "matmul",
        "y",
        lambda g, out, x, y: g @ np.swapaxes(x, -1, -2),
        lambda x, w: np.tanh(x @ w),
        "wrong in",
        shapes=((3, 3), (3, 3)),
    ),
    "axes not permuted back": Fault(
        "transpose",
        "x",
        lambda g, out, x, *, axes=None: np.transpose(g, axes),
        lambda x, w: np.sin(np.transpose(x, (1, 2, 0))),
        "transposed",
        shapes=((3, 3, 3),),
    ),
    "mean without 1/m": Fault(
        "mean",
        "x",
        lambda g, out, x, *, axis=None, keepdims=False: spread(g, x, 0),
        lambda x, w: np.sin((x @ w).mean(axis=0)),
        "a division by 4, the number of elements, is missing",
        ratio=4.0,
    ),
    "1/m twice": Fault(
        "mean",
        "x",
        lambda g, out, x, *, axis=None, keepdims=False: spread(g, x, 0) / 16,
        lambda x, w: np.sin((x @ w).mean(axis=0)),
        "divided by the 4 elements once too often",
        ratio=0.25,
    ),
    "wrong ddof": Fault(
        "var",
        "x",
        lambda g, out, x, *, axis=None, ddof=0, keepdims=False: (
            spread(g, x, 0) * (x - x.mean(axis=0)) * 2 / x.shape[0]
        ),
        lambda x, w: np.sin(np.var(x @ w, axis=0, ddof=1)),
        "it divides by n, not by n − 1",
        ratio=0.75,
    ),
    "spread along the wrong axis": Fault(
        "sum",
        "x",
        lambda g, out, x, *, axis=None, keepdims=False: spread(g, x, 0),
        lambda x, w: np.sin((x @ w).sum(axis=1)),
        "along the wrong axis",
        shapes=((3, 3), (3, 3)),
    ),
    "missing keepdims": Fault(
        "sum",
        "x",
        lambda g, out, x, *, axis=None, keepdims=False: np.broadcast_to(g, x.shape),
        lambda x, w: np.sin((x @ w).sum(axis=1)),
        "put the reduced axis back",
    ),
    "softmax along the wrong axis": Fault(
        "logsumexp",
        "x",
        lambda g, out, x, *, axis=None, keepdims=False: (
            g * np.exp(x) / np.exp(x).sum(axis=0, keepdims=True)
        ),
        lambda x, w: ag.logsumexp(x @ w, axis=1, keepdims=True),
        "wrong in",
    ),
    "wrong branch of where": Fault(
        "where",
        "x",
        lambda g, out, condition, x, y: np.where(condition, 0, g),
        lambda x, w: np.where(np.array([[True, False]]), np.sin(x @ w), 3.0),
        "the branches are exchanged",
    ),
    "the sign of abs": Fault(
        "absolute", "x", lambda g, out, x: g, lambda x, w: np.abs(x @ w), "passes g on unchanged"
    ),
    "wrong on one side of a kink": Fault(
        "relu",
        "x",
        lambda g, out, x: np.where(x > 0, g, 0.5 * g),
        lambda x, w: np.sin(ag.relu(x @ w)),
        "they are those where x is negative",
    ),
    "wrong tie share of max": Fault(
        "max",
        "x",
        lambda g, out, x, *, axis=None, keepdims=False: spread(g, x, 1) * (x == spread(out, x, 1)),
        lambda x, w: ties(x),
        "the shares of tied elements do not add up",
    ),
    "wrong tie share of maximum": Fault(
        "maximum",
        "y",
        lambda g, out, x, y: g * (y >= x),
        lambda x, w: np.maximum(x, w),
        "the shares of tied elements do not add up",
        equal=True,
    ),
    "un-broadcast forgotten": Fault(
        "broadcast_to",
        "x",
        lambda g, out, x, *, shape: g[0],
        lambda x, w: np.sin(np.broadcast_to(x[0], (4, 3))) * x,
        "elements that were read several times have only one of their contributions",
    ),
    "off-by-one slice": Fault(
        "concatenate",
        "arrays[0]",
        lambda i, g, out, *arrays, axis=0: g[1:5] if i == 0 else g[4:],
        lambda x, w: np.sin(np.concatenate([x, w.T])),
        "one place off along axis 0",
    ),
    "off-by-one slice of the wrong length": Fault(
        "concatenate",
        "arrays[1]",
        lambda i, g, out, *arrays, axis=0: g[:4] if i == 0 else g[5:],
        lambda x, w: np.sin(np.concatenate([x, w.T])),
        "returned shape (1, 3) for an input of shape (2, 3)",
    ),
    "duplicates of an index overwritten": Fault(
        "getitem",
        "x",
        lambda g, out, x, *, index: overwrite(g, x, index),
        lambda x, w: np.sin(x[INDEX]),
        "= where += is needed",
    ),
    "the rule raises": Fault(
        "tanh",
        "x",
        lambda g, out, x: g / [][0],
        attention,
        "it raised IndexError (list index out of range)",
    ),
    "the rule returns nothing": Fault(
        "tanh", "x", lambda g, out, x: None, attention, "it returned NoneType, not an array"
    ),
}


def custom(fn: Any, rule: Any, **options: Any) -> Any:
    return ag.primitive(fn, name="tests.custom", x=rule, **options)


def test_a_custom_rule_that_keeps_a_stale_output() -> None:
    kept = {}

    def forward(x: Any) -> Any:
        kept["out"] = np.tanh(x)
        return kept["out"]

    tanh = custom(forward, lambda g, out, x: g * (1 - kept["out"] ** 2))
    report = ag.gradcheck(lambda x: tanh(tanh(x) * 2.0), ag.tensor(np.array([0.3, -1.2])))
    (finding,) = report.findings
    assert (finding.primitive, finding.argument) == ("tests.custom", "x")
    assert "stale value that was saved outside of it by another call" in finding.words
    assert "right after this call of the primitive it is right" in finding.words


def test_a_custom_rule_that_forgets_to_undo_broadcasting() -> None:
    add = ag.primitive(
        lambda x, y: x + y, name="tests.add", x=lambda g, out, x, y: g, y=lambda g, out, x, y: g
    )
    x, bias = ag.tensor(np.ones((4, 3))), ag.tensor(np.ones(3))
    report = ag.gradcheck(lambda x, b: np.sin(add(x, b)), [x, bias])
    assert not report
    (finding,) = report.findings
    assert (finding.primitive, finding.argument) == ("tests.add", "y")
    assert finding.words == (
        "it returned shape (4, 3) for an input of shape (3,); sum over the axes along which y was "
        "broadcast"
    )


def test_a_custom_rule_that_drops_an_axis() -> None:
    total = custom(
        lambda x: x.sum(axis=1, keepdims=True), lambda g, out, x: np.repeat(g[:, 0], x.shape[1])
    )
    report = ag.gradcheck(lambda x: np.sin(total(x)), ag.tensor(np.ones((2, 3))))
    (finding,) = report.findings
    assert "the numbers are right, an axis is missing or too much" in finding.words


def test_the_same_wrong_rule_in_every_layer_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, PRIMITIVES["tanh"], "x", lambda g, out, x: g * out)

    def deep(x: Any) -> Any:
        for _ in range(5):
            x = np.tanh(x + 1.0)
        return x

    report = ag.gradcheck(deep, ag.tensor(np.array([0.1, 0.2])))
    (finding,) = report.findings
    assert finding.n_rows == 5
    assert "and on 4 more rows" in str(report)


def test_two_wrong_rules_are_both_named(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, PRIMITIVES["tanh"], "x", lambda g, out, x: -g * (1 - out**2))
    plant(monkeypatch, PRIMITIVES["matmul"], "y", lambda g, out, x, y: 3 * x.T @ g)
    x, w = ag.tensor(np.eye(3)), ag.tensor(np.arange(6.0).reshape(3, 2) / 6)
    report = ag.gradcheck(lambda x, w: np.tanh(x @ w), [x, w])
    assert [(f.primitive, f.argument, f.ratio) for f in report.findings] == [
        ("matmul", "y", pytest.approx(3)),
        ("tanh", "x", -1.0),
    ]


def with_data(x: Any) -> Any:
    h = np.sin(x)
    return h * ag.tensor(h.detach().data)


def under_no_grad(x: Any) -> Any:
    with ag.no_grad():
        gate = ag.sigmoid(x)
    return x * gate


CUTS = {
    "detached branch": (
        lambda x: x * np.exp(x.detach()),
        "multiply at .* took its y as a constant",
    ),
    "data": (with_data, "multiply at .* took its y as a constant"),
    "numpy": (lambda x: np.cos(x) + x.detach().numpy() ** 2, "add at .* took its y as a constant"),
    "item": (lambda x: x[1:] * x[0].item(), "multiply at .* took its y as a constant"),
    "no_grad": (under_no_grad, "multiply at .* took its y as a constant"),
    "everything": (lambda x: np.sin(x.detach()), "was made by sin from values without a graph"),
    "a new tensor": (lambda x: ag.tensor(x.tolist()) * 2.0, "values without a graph"),
}


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_path_is_found(name: str) -> None:
    f, words = CUTS[name]
    report = ag.gradcheck(f, ag.tensor(np.array([0.4, 1.5, -0.7])))
    assert not report
    (finding,) = report.findings
    assert finding.primitive == ""
    assert "the path from x0 to the result is cut" in finding.words
    assert re.search(words, finding.words), finding.words


def test_an_if_on_a_value_is_a_kink() -> None:
    def leaky(x: Any) -> Any:
        return x if x.item() > 0 else 0.1 * x

    report = ag.gradcheck(leaky, ag.tensor(np.float64(1e-9)))
    assert not report.findings
    assert report.checks[0].verdict == "undecided"
    assert report.checks[0].n_kinks == 1


def test_values_changed_between_forward_and_backward() -> None:
    def hasty(x: Any) -> Any:
        scale = ag.tensor(np.array([2.0]))
        y = x * scale
        scale.data[...] = 3.0
        return y

    report = ag.gradcheck(hasty, ag.tensor(np.array([1.0, 2.0])))
    assert not report
    assert "multiply" in report.findings[0].words
    assert "changed in place" in report.findings[0].words


def test_an_input_changed_by_the_function() -> None:
    def greedy(x: Any) -> Any:
        y = x * x
        x.data[...] += 1.0
        return y

    x = ag.tensor(np.array([1.0, 2.0]))
    with pytest.raises(RuntimeError, match="f changed the values of x0 in place"):
        ag.gradcheck(greedy, x)
    assert x.tolist() == [1.0, 2.0]


def test_a_sweep_that_overwrites_instead_of_adding(monkeypatch: pytest.MonkeyPatch) -> None:
    """= for += where a value is used twice: every rule is right, the sum is not."""
    true_sweep = checker.reverse_sweep

    def forgetful(output: Any, seed: Any, wanted: Any) -> Any:
        found = true_sweep(output, seed, wanted)
        (x,) = wanted
        found[x] = seed * np.cos(x.output)
        return found

    monkeypatch.setattr(checker, "reverse_sweep", forgetful)
    report = ag.gradcheck(lambda x: np.sin(x) + x * 3.0, ag.tensor(np.array([0.5, 1.0])))
    assert not report
    (finding,) = report.findings
    assert "x0 is used by" in finding.words
    assert "its adjoint holds only what sin sent: = where += is needed" in finding.words


def test_a_point_without_a_derivative() -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        report = ag.gradcheck(np.log, ag.tensor(np.array([0.0, 1.0])))
    assert not report
    assert re.search(r"log at .* gave inf or NaN", report.findings[0].words)


def inputs_of(fault: Fault) -> list[ag.Tensor]:
    rng = np.random.default_rng(11)
    if fault.equal:
        values = rng.normal(size=3)
        return [ag.tensor(values), ag.tensor(values)]
    arrays = [ag.tensor(rng.normal(size=shape)) for shape in fault.shapes]
    return arrays if len(arrays) == 2 else [*arrays, ag.tensor(np.ones(1))]


@pytest.mark.parametrize("name", FAULTS)
def test_the_wrong_rule_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = FAULTS[name]
    inputs = inputs_of(fault)
    assert ag.gradcheck(fault.f, inputs), "false alarm before anything was planted"
    primitive = PRIMITIVES[fault.primitive]
    plant(monkeypatch, primitive, fault.argument.partition("[")[0], fault.rule)
    report = ag.gradcheck(fault.f, inputs)
    assert not report
    assert [(f.primitive, f.argument) for f in report.findings] == [
        (fault.primitive, fault.argument)
    ], report
    (finding,) = report.findings
    assert fault.words in finding.words, finding.words
    assert finding.line is None or "test_checker_faults.py:" in finding.line
    if fault.ratio is not None:
        assert finding.ratio == pytest.approx(fault.ratio)
    assert f"the rule of {fault.primitive} for {fault.argument} is wrong" in str(report)

"""The gradient checker: it passes what is right, and catches what is wrong."""

import re
from typing import Any

import numpy as np
import pytest
from op_samples import plant

import autograd_mini as ag
from autograd_mini import nn


def test_the_bands_of_the_course() -> None:
    """J = θx at x = 2, θ = 4 with ε = 1e-7: the course prints 2.919e-10."""
    eps, x, theta = 1e-7, 2.0, 4.0
    numeric = ((theta + eps) * x - (theta - eps) * x) / (2 * eps)
    expected = abs(x - numeric) / (abs(x) + abs(numeric))
    assert expected == pytest.approx(2.919335883291695e-10)
    report = ag.gradcheck(lambda t: t * x, ag.tensor(np.float64(0.9)), eps=eps)
    assert report
    assert report.relative < 1e-7


def test_passes_functions_that_are_right(rng: np.random.Generator) -> None:
    x, w = ag.tensor(rng.normal(size=(4, 3))), ag.tensor(rng.normal(size=(3, 2)))
    report = ag.gradcheck(lambda x, w: ag.logsumexp(np.tanh(x @ w), axis=1), [x, w])
    assert report, report
    assert report.relative < 1e-9
    assert [check.name for check in report.checks] == ["x0", "x1"]


FAULTS = {
    "wrong sign": lambda g, out, x: -g * np.cos(x),
    "missing factor": lambda g, out, x: g,
    "counted twice": lambda g, out, x: 2 * g * np.cos(x),
    "forgot the cotangent": lambda g, out, x: np.cos(x),
    "off by a thousandth": lambda g, out, x: g * np.cos(x) * 1.001,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_catches_planted_faults(fault: str, rng: np.random.Generator) -> None:
    sine = ag.primitive(lambda x: np.sin(x), name="tests.sine", x=FAULTS[fault])
    report = ag.gradcheck(lambda x: sine(x) * 3.0, ag.tensor(rng.normal(size=5)))
    assert not report
    assert report.checks[0].verdict in ("look again", "wrong")
    assert "differs most: backward" in str(report)


def test_catches_a_detached_branch() -> None:
    report = ag.gradcheck(lambda x: x * x.detach(), ag.tensor([1.0, 2.0]))
    assert not report
    assert report.checks[0].relative == pytest.approx(1 / 3, rel=1e-6)


@pytest.mark.parametrize(
    ("f", "n_kinks"),
    [
        (ag.relu, 2),
        (np.abs, 1),  # at 0 itself the central difference agrees with the convention
        (lambda t: np.maximum(t, 0.0), 1),
        (lambda t: np.clip(t, 0, 9), 2),
    ],
)
def test_kinks_are_recognised_and_left_out(f: Any, n_kinks: int) -> None:
    report = ag.gradcheck(f, ag.tensor(np.array([-1.0, 1e-9, 2.0, 0.0])))
    assert report, report
    assert report.checks[0].n_kinks == n_kinks
    assert "a kink and w" in str(report)


def test_float32_is_copied_and_said_and_given_back() -> None:
    x = ag.tensor([0.5, 1.5], requires_grad=True)
    (3 * x).sum().backward()
    row, array = x.row, x.data
    report = ag.gradcheck(lambda t: np.exp(t), x)
    assert report
    assert "float32 values were copied to float64" in str(report)
    assert x.row is row
    assert np.shares_memory(x.data, array)
    assert x.grad is not None
    assert x.grad.tolist() == [3.0, 3.0]


def test_values_are_given_back_after_an_exception() -> None:
    x = ag.tensor([0.5, 1.5])

    def explode(t: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ag.gradcheck(explode, x)
    assert x.dtype == np.float32
    assert x.tolist() == [0.5, 1.5]


def test_random_draws_are_replayed() -> None:
    def dropout(t: Any) -> Any:
        return t * (ag.default_generator().random(t.shape) > 0.5)

    assert ag.gradcheck(dropout, ag.tensor(np.arange(20.0)))


def test_a_function_with_a_memory_is_refused() -> None:
    calls: list[int] = []

    def forgetful(t: Any) -> Any:
        calls.append(1)
        return t * len(calls)

    with pytest.raises(RuntimeError, match="two different results for the same input"):
        ag.gradcheck(forgetful, ag.tensor([1.0]))


def test_parameters_by_name_and_unreached_ones() -> None:
    parameters = {"w": ag.tensor(np.ones(2)), "unused": ag.tensor(np.ones(3)), "n": 4}
    report = ag.gradcheck(lambda p: p["w"] ** p["n"], parameters)
    assert report
    assert [check.name for check in report.checks] == ["w", "unused"]
    assert report.checks[1].relative == 0.0


def test_tiny_gradients_are_undecided_and_no_false_alarm(rng: np.random.Generator) -> None:
    """A gradient of 1e-15 beside a loss of 2 is below what differences can resolve."""
    x = ag.tensor(rng.normal(size=4))
    report = ag.gradcheck(lambda t: 2.0 + 1e-15 * np.sin(t), x)
    assert report.checks[0].verdict == "undecided"
    assert not report
    assert not report.findings
    assert "smaller than the rounding of f" in str(report)
    both = ag.gradcheck(lambda p: 2.0 + 1e-15 * np.sin(p["x"]) + p["y"], {"x": x, "y": x * 2})
    assert [check.verdict for check in both.checks] == ["undecided", "good"]
    assert both


def test_a_wrong_rule_that_drowns_in_rounding_is_named_all_the_same() -> None:
    tiny = ag.primitive(lambda x: x * 1e-6, name="tests.tiny", x=lambda g, out, x: -g * 1e-6)
    report = ag.gradcheck(lambda x: (tiny(x) + 1e6).sum(), ag.tensor(np.ones(2)))
    assert not report
    assert report.findings[0].primitive == "tests.tiny"


def test_entries_that_are_all_at_kinks_are_undecided() -> None:
    report = ag.gradcheck(ag.relu, ag.tensor([0.0]))
    assert not report
    assert report.checks[0].verdict == "undecided"
    assert "1 entry straddles a kink and was left out" in str(report)


def test_inputs_that_cannot_be_checked() -> None:
    with pytest.raises(TypeError, match="no input is a float tensor"):
        ag.gradcheck(lambda t: t, ag.tensor([1, 2]))
    with pytest.raises(RuntimeError, match="f returned float, expected a Tensor"):
        ag.gradcheck(lambda t: 1.0, ag.tensor([1.0]))  # type: ignore[arg-type, return-value]
    with pytest.raises(ValueError, match="got Tensor; give several inputs as one list"):
        ag.gradcheck(lambda a, b: a * b, ag.tensor([1.0]), ag.tensor([2.0]))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="eps must be between 0 and 1, got -1"):
        ag.gradcheck(lambda t: t, ag.tensor([1.0]), eps=-1)


def test_functions_that_bend_near_the_edge_of_their_domain() -> None:
    x = ag.tensor(np.array([1e-9, 1e-6, 1e-3, 0.1]))
    report = ag.gradcheck(lambda x: np.log(x) + np.sqrt(x) + 1 / x, x)
    assert report, report


def test_a_float32_row_is_said() -> None:
    x = ag.tensor(np.array([0.3, 0.5]))
    report = ag.gradcheck(lambda x: np.exp(x.astype(np.float32)) * x, x)
    assert re.search(r"cast at test_checker.py:\d+ calculates in float32", str(report))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("mode", ["entries", "directions"])
def test_orders_and_modes(order: int, mode: Any, rng: np.random.Generator) -> None:
    x, w = ag.tensor(rng.normal(size=(4, 3))), ag.tensor(rng.normal(size=(3, 2)))
    report = ag.gradcheck(lambda x, w: np.sin(x @ w) ** 2, [x, w], order=order, mode=mode)
    assert report, report
    assert report.relative < 1e-8


def test_the_second_order_of_functions_without_one() -> None:
    x = ag.tensor(np.array([1.0, 2.0]))
    assert ag.gradcheck(lambda x: 3.0 * x, x, order=2)
    assert ag.gradcheck(lambda x: x.detach(), [x], order=2)  # constant slopes: zero


def test_a_rule_that_is_not_differentiable_fails_at_order_2_only() -> None:
    def slope(g: Any, out: Any, x: Any) -> Any:
        plain = x.detach().data if isinstance(x, ag.Tensor) else x
        return g * np.cos(plain)

    sine = ag.primitive(lambda x: np.sin(x), name="tests.flat_sine", x=slope)
    x = ag.tensor(np.array([0.3, 0.5]))
    assert ag.gradcheck(lambda x: sine(x), x)
    report = ag.gradcheck(lambda x: sine(x), x, order=2)
    assert not report
    assert "the path from x0 to the result is cut" in str(report)


def test_directions_cost_two_runs_each() -> None:
    calls = []

    def f(x: Any, w: Any) -> Any:
        calls.append(1)
        return np.tanh(x @ w)

    x, w = ag.tensor(np.ones((30, 20)) / 20), ag.tensor(np.ones((20, 10)) / 3)
    report = ag.gradcheck(f, [x, w], mode="directions")
    assert report
    assert len(calls) < 2 * 2 * 3 + 6
    assert [check.shape for check in report.checks] == [(30, 20), (20, 10)]


def test_directions_name_the_wrong_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, ag.matmul, "y", lambda g, out, x, y: 1.01 * x.T @ g)
    rng = np.random.default_rng(0)
    x, w = ag.tensor(rng.normal(size=(40, 30))), ag.tensor(rng.normal(size=(30, 20)))
    report = ag.gradcheck(lambda x, w: np.tanh(x @ w), [x, w], mode="directions")
    assert [check.verdict for check in report.checks] == ["good", "wrong"]
    assert "x1 along direction" in str(report)
    (finding,) = report.findings
    assert (finding.primitive, finding.argument) == ("matmul", "y")
    assert finding.ratio == pytest.approx(1.01)


def test_the_worst_entries_come_first() -> None:
    weights = np.array([0.0, 3.0, 1.0, 2.0])
    faulty = ag.primitive(
        lambda x: np.sin(x), name="tests.uneven", x=lambda g, out, x: g * (np.cos(x) + weights)
    )
    report = ag.gradcheck(lambda x: faulty(x).sum(), ag.tensor(np.full(4, 0.5)))
    assert [entry.where for entry in report.checks[0].worst] == ["[1]", "[3]", "[2]"]
    assert report.checks[0].worst[0].numeric == pytest.approx(np.cos(0.5))


@pytest.mark.parametrize(
    ("options", "said"),
    [({"order": 3}, "order must be 1 or 2"), ({"mode": "all"}, "mode must be 'entries' or")],
)
def test_bad_options(options: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ag.gradcheck(lambda t: t, ag.tensor([1.0]), **options)


def test_buffers_of_a_model_are_given_back() -> None:
    class Counting(nn.Linear):
        def __init__(self) -> None:
            super().__init__(2, 2)
            self.register_buffer("n_runs", ag.tensor([0.0]))

        def forward(self, x: Any) -> Any:
            self.n_runs.data[...] += 1
            return super().forward(x)

    model = Counting()
    assert ag.gradcheck(lambda model: model(np.ones((3, 2))).sum(), model)
    assert model.n_runs.tolist() == [0.0]


def test_a_hook_that_changes_a_gradient_is_found() -> None:
    def hooked(x: Any) -> Any:
        y = np.sin(x)
        y.register_hook(lambda g: 2 * g)
        return y * 3.0

    report = ag.gradcheck(hooked, ag.tensor(np.array([1.0, 2.0])))
    assert not report
    (finding,) = report.findings
    assert finding.primitive == ""
    assert "does a hook change it?" in finding.words

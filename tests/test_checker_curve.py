"""Published and measured numbers: the U-curve, the best step by precision, kinks, the course."""

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag


def logistic(x: Any) -> Any:
    """l₄ of the logistic map l ← 4l(1 − l): the function of Baydin et al. 2018, figure 3."""
    for _ in range(3):
        x = 4.0 * x * (1.0 - x)
    return x


def test_the_curve_of_the_survey() -> None:
    x = ag.tensor(np.float64(0.2))
    assert logistic(x).item() == pytest.approx(0.28901376)
    curve = ag.gradcheck_curve(logistic, x, steps=[1e-3, 1e-5, 1e-6, 1e-8])
    assert curve.slope == pytest.approx(9.0660864, rel=1e-12)
    assert curve.central[0] == pytest.approx(6.6e-4, rel=0.01)
    assert curve.central[1] == pytest.approx(6.6e-8, rel=0.01)
    assert 1e-10 < curve.central[2] < 2e-9  # truncation 6.6e-10, and rounding
    assert 1e-10 < curve.central[3] < 5e-8  # rounding alone
    assert curve.forward == pytest.approx((3.3e-2, 3.4e-4, 3.4e-5, 3.1e-7), rel=0.05)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_best_step_by_precision(dtype: Any) -> None:
    steps = [10.0**-k for k in range(1, 11)]
    curve = ag.gradcheck_curve(np.tanh, ag.tensor(np.float64(0.7)), steps=steps, dtype=dtype)
    relative = np.array(curve.central) / curve.slope
    step, error = curve.best
    if dtype == np.float64:
        assert step in (1e-5, 1e-6)
        assert error < 5e-11
        assert 1e-11 < relative[6] < 5e-9  # h = 1e-7
    else:
        assert step == pytest.approx(1e-2)
        assert 1e-6 < error / curve.slope < 1e-5
        assert relative[6] == pytest.approx(0.41, abs=0.01)
    assert curve.complex_step is not None
    assert curve.complex_step < 4e-16


def test_the_complex_step_only_where_it_is_right() -> None:
    x = ag.tensor(np.array([0.3, -0.4]))
    assert ag.gradcheck_curve(lambda x: np.abs(np.sin(x)), x).complex_step is None
    assert ag.gradcheck_curve(lambda x: ag.relu(x), x).complex_step is None
    curve = ag.gradcheck_curve(lambda x: np.exp(np.sin(x) / (1.0 + x * x)), x)
    assert curve.complex_step is not None
    assert curve.complex_step < 1e-15


def test_the_picture_is_a_u() -> None:
    lines = str(ag.gradcheck_curve(logistic, ag.tensor(np.float64(0.2)))).splitlines()
    rows = {line[:5]: line for line in lines if line.startswith("1e")}
    bottom = max(rows, key=lambda label: list(rows).index(label))
    assert int(bottom[2:]) <= -9
    column = [
        next(i for i, row in enumerate(rows.values()) if row[7 + 2 * k : 8 + 2 * k] in ("●", "◐"))
        for k in range(23)
    ]
    lowest = int(np.argmax(column))
    assert 0 < lowest < 22
    assert column[0] < column[lowest] > column[-1]
    assert max(map(len, lines)) <= 80


def test_the_curve_of_a_whole_model_and_of_nothing() -> None:
    from autograd_mini import nn

    model = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 1))
    x = np.random.default_rng(0).normal(size=(6, 4))
    step, error = ag.gradcheck_curve(lambda model: model(x).sum(), model).best
    assert 1e-7 < step < 1e-3
    assert error < 1e-9
    assert all(p.dtype == np.float32 for p in model.parameters())
    with pytest.raises(ValueError, match="steps must be positive"):
        ag.gradcheck_curve(np.tanh, ag.tensor(1.0), steps=[0.0])


def test_the_course_one_sided_and_two_sided() -> None:
    curve = ag.gradcheck_curve(lambda t: t * t * t, ag.tensor(np.float64(1.0)), steps=[0.01])
    assert curve.central[0] == pytest.approx(0.0001)
    assert curve.forward[0] == pytest.approx(0.0301)


def test_the_kink_of_relu() -> None:
    """At 3e-6 with h = 1e-5 the quotient is 0.65 where the slope is 1: recognised, not an error."""
    x = ag.tensor(np.float64(3e-6))
    curve = ag.gradcheck_curve(ag.relu, x, steps=[1e-5])
    assert curve.slope - curve.central[0] == pytest.approx(0.65)
    report = ag.gradcheck(ag.relu, x, eps=1e-5)
    assert not report.findings
    assert report.checks[0].verdict == "undecided"
    assert "1 entry straddles a kink" in str(report)


def test_the_course_relative_difference() -> None:
    """J = θx at x = 2, θ = 4, ε = 1e-7: the course prints 2.919e-10, from forward values alone."""
    curve = ag.gradcheck_curve(lambda t: t * 2.0, ag.tensor(np.float64(4.0)), steps=[1e-7])
    relative = curve.central[0] / (2 * curve.slope)
    assert relative == pytest.approx(2.919335883291695e-10, rel=1e-6)

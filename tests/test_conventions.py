"""What derivatives are where they could be anything: kinks, ties, zero vectors, NaN, infinity."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag


def slopes(function: Callable[..., Any], *values: Any, order: int = 1) -> list[Any]:
    """Return the derivative of this order of Σ function in each argument."""
    leaves = [ag.tensor(np.array(v, dtype=float), requires_grad=True) for v in values]
    total = function(*leaves).sum()
    for _ in range(order - 1):
        total = sum(g.sum() for g in ag.grad(total, leaves, create_graph=True))
    return [g.tolist() for g in ag.grad(total, leaves)]


@pytest.mark.parametrize("function", [ag.maximum, ag.minimum, ag.fmax, ag.fmin])
def test_ties_share(function: Any) -> None:
    assert slopes(function, 1.0, 1.0) == [0.5, 0.5]
    assert slopes(function, np.inf, np.inf) == [0.5, 0.5]
    assert slopes(lambda x: function(x, x), 3.0) == [1.0]


def test_fmax_and_fmin_pass_nan_by() -> None:
    for function in (ag.fmax, ag.fmin):
        assert slopes(function, np.nan, 2.0) == [0, 1]
        assert slopes(function, 2.0, np.nan) == [1, 0]


@pytest.mark.parametrize("function", [ag.max, ag.min])
def test_ties_of_a_reduction_share(function: Any) -> None:
    assert slopes(function, [2.0, 2.0, 2.0, 2.0]) == [[0.25] * 4]
    assert slopes(function, [1.0, np.nan, 3.0]) == [[0, 1, 0]]


def test_median_of_ties() -> None:
    assert slopes(ag.median, [5.0, 1.0, 1.0, 0.0]) == [[0, 0.5, 0.5, 0]]
    assert slopes(ag.median, [1.0, 1.0, 1.0]) == [[0, 1, 0]]
    assert slopes(ag.median, [[1.0, 9.0], [4.0, 2.0]]) == [[[0, 0], [0.5, 0.5]]]


@pytest.mark.parametrize("function", [ag.absolute, ag.fabs, ag.relu])
def test_kinks_have_slope_0(function: Any) -> None:
    assert slopes(function, 0.0) == [0]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    "function",
    [
        ag.norm,
        lambda x: ag.norm(x, axis=0),
        lambda x: ag.norm(x, 3.0),
        lambda x: ag.square(ag.norm(x, 1)),
        lambda x: ag.norm(ag.reshape(x, (1, 2)), "fro"),
        lambda x: ag.hypot(x[0], x[1]),
        lambda x: ag.arctan2(x[0], x[1]),
        ag.std,
    ],
)
def test_the_zero_vector_has_gradient_0(function: Any, order: int) -> None:
    """The second derivative is taken along (1, 1), where 0 is the convention too."""
    first = slopes(function, [0.0, 0.0])
    assert first == [[0, 0]]
    assert np.isfinite(slopes(function, [0.0, 0.0], order=order)).all()


def test_the_largest_component_of_the_zero_vector_is_shared() -> None:
    assert slopes(lambda x: ag.norm(x, np.inf), [3.0, -3.0]) == [[0.5, -0.5]]


def test_std_of_equal_numbers() -> None:
    assert slopes(ag.std, [2.0, 2.0, 2.0]) == [[0, 0, 0]]
    assert slopes(ag.var, [2.0, 2.0]) == [[0, 0]]


@pytest.mark.parametrize("function", [ag.logaddexp, ag.logaddexp2])
def test_sums_of_nothing_have_slope_0(function: Any) -> None:
    assert slopes(function, -np.inf, -np.inf) == [0, 0]
    assert slopes(function, -np.inf, 3.0) == [0, 1]
    assert slopes(ag.logsumexp, [-np.inf, -np.inf]) == [[0, 0]]


def test_logsumexp_of_an_empty_axis() -> None:
    x = ag.tensor(np.zeros((2, 0)), requires_grad=True)
    assert ag.logsumexp(x, axis=1).tolist() == [-np.inf, -np.inf]
    assert ag.logsumexp(np.array([1, 2])) == pytest.approx(2.3132616875182228)


def test_nan_to_num_passes_finite_elements_only() -> None:
    assert slopes(ag.nan_to_num, [1.0, np.nan, np.inf, -np.inf]) == [[1, 0, 0, 0]]
    with pytest.raises(ag.errors.UnsupportedError, match="copy="):
        np.nan_to_num(ag.tensor([1.0]), copy=False)


def test_sinc_to_any_order() -> None:
    """At 0 the derivatives are πⁿ·cos(nπ/2)/(n + 1); the terms of the series of sin(πx)/(πx)."""
    for order in range(1, 6):
        found = slopes(ag.sinc, 0.0, order=order)[0]
        expected = np.pi**order * [1, 0, -1, 0][order % 4] / (order + 1)
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_sinc_is_smooth_where_its_formula_changes(order: int) -> None:
    near, far = (slopes(ag.sinc, x, order=order)[0] for x in (np.nextafter(1, 0), 1.0))
    assert near == pytest.approx(far, rel=1e-11)


def test_slopes_near_the_ends_keep_their_digits() -> None:
    """1 − x² cancels at x = 1 − 2⁻³⁰: there 1/√(1 − x²) is 2¹⁴·⁵ to within 2⁻³¹."""
    x = 1 - 2.0**-30
    exact = 1 / np.sqrt(2.0**-30 * (2 - 2.0**-30))
    assert slopes(ag.arcsin, x)[0] == pytest.approx(exact, rel=1e-15)
    assert slopes(ag.arccos, x)[0] == pytest.approx(-exact, rel=1e-15)
    assert slopes(ag.arctanh, x)[0] == pytest.approx(exact**2, rel=1e-15)
    assert slopes(ag.arctan, 1e200)[0] == 0
    assert slopes(ag.arcsinh, 1e200)[0] == pytest.approx(1e-200)
    assert slopes(ag.arccosh, 1e200)[0] == pytest.approx(1e-200)
    assert slopes(ag.arctan2, 1e-200, 1e-200)[0] == pytest.approx(5e199)


def test_erf_in_closed_form() -> None:
    assert ag.erf(np.array(0.5)) == 0.5204998778130465
    assert ag.erf(np.array([1, 2])).dtype == np.float64
    assert ag.erf(np.zeros((0, 2), np.float32)).dtype == np.float32


@pytest.mark.parametrize("n", [1, 2, 5, 8, 33])
def test_cumprod_with_zeros_against_products(n: int, rng: np.random.Generator) -> None:
    x = rng.choice([0.0, 1.5, -2.0], size=n)
    weights = rng.normal(size=n)
    expected = [
        sum(weights[j] * np.prod(np.delete(x[: j + 1], i)) for j in range(i, n)) for i in range(n)
    ]
    np.testing.assert_allclose(slopes(lambda t: ag.cumprod(t) * weights, x)[0], expected, atol=1e-9)

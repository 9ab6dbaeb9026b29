"""Fused primitives: the fast pair serves the first order, the definition every other."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import registry
from autograd_mini.fusion import Fused

CALLS: list[tuple[str, Any]] = []


@pytest.fixture
def swish() -> Iterator[Fused]:
    """z = x·tanh(y·x)·scale, with a note of what was called."""

    def definition(x: Any, y: Any, *, scale: float = 1.0) -> Any:
        CALLS.append(("definition", None))
        return x * np.tanh(x * y) * scale

    def forward(x: Any, y: Any, *, scale: float = 1.0) -> Any:
        t = np.tanh(x * y)
        return x * t * scale, t

    def backward(g: Any, t: Any, wanted: Any, x: Any, y: Any, *, scale: float = 1.0) -> Any:
        CALLS.append(("backward", wanted))
        inner = scale * g * x * (1 - t * t)
        return scale * g * t + inner * y, inner * x if wanted[1] else None

    CALLS.clear()
    declared = ag.fused(
        definition,
        name="swish_for_tests",
        doc="z = x·tanh(xy); ∂z/∂x = …; ∂z/∂y = …",
        forward=forward,
        backward=backward,
    )
    yield declared
    del registry._registry[definition]


def test_first_order_runs_the_fast_backward_once_for_all_arguments(swish: Fused) -> None:
    x = ag.tensor(np.array([0.5, -1.0]), requires_grad=True)
    y = ag.tensor(np.array([2.0, 0.3]), requires_grad=True)
    swish(x, y, scale=2.0).sum().backward()
    assert CALLS == [("backward", (True, True))]
    t = np.tanh(x.data * y.data)
    inner = 2 * x.data * (1 - t * t)
    np.testing.assert_allclose(x.grad.numpy(), 2 * t + inner * y.data)
    np.testing.assert_allclose(y.grad.numpy(), inner * x.data)


def test_only_what_is_wanted_is_asked_for(swish: Fused) -> None:
    x = ag.tensor([0.5], requires_grad=True)
    swish(x, np.array([2.0], np.float32)).sum().backward()
    assert CALLS == [("backward", (True, False))]


def test_higher_orders_come_from_the_definition(swish: Fused) -> None:
    x, y = np.array([0.5, -1.0]), np.array([2.0, 0.3])
    assert ag.gradcheck(swish, [ag.tensor(x), ag.tensor(y)], order=2)
    assert ("definition", None) in CALLS

    def third(f: Any) -> Any:
        g = ag.elementwise_grad(ag.elementwise_grad(ag.elementwise_grad(f)))
        return g(ag.tensor(x)).numpy()

    exact = third(lambda x: x * np.tanh(x * y))
    np.testing.assert_allclose(third(lambda x: swish(x, y)), exact, rtol=1e-12)


def test_one_tensor_in_both_places(swish: Fused) -> None:
    x = ag.tensor(np.array([0.5, -1.0]), requires_grad=True)
    (fast,) = ag.grad(swish(x, x).sum(), [x])
    (first,) = ag.grad(swish(x, x).sum(), [x], create_graph=True)
    (exact,) = ag.grad((x * np.tanh(x * x)).sum(), [x])
    np.testing.assert_allclose(fast.numpy(), exact.numpy(), rtol=1e-12)
    np.testing.assert_allclose(first.detach().numpy(), exact.numpy(), rtol=1e-12)


def test_on_arrays_it_is_a_function(swish: Fused) -> None:
    assert isinstance(swish(np.ones(2), np.ones(2)), np.ndarray)
    assert CALLS == []


def test_what_the_forward_saved_goes_with_the_graph(swish: Fused) -> None:
    x = ag.tensor(np.ones(100), requires_grad=True)
    y = swish(x, np.ones(100))
    assert y.row.saved is not None
    y.backward(np.ones(100), retain_graph=True)
    assert y.row.saved is not None
    y.backward(np.ones(100))
    assert y.row.saved is None


def test_a_forward_that_saves_nothing_runs_once() -> None:
    calls = []

    def definition(x: Any, y: Any) -> Any:
        return x * y

    def forward(x: Any, y: Any) -> Any:
        calls.append("forward")
        return x * y, None

    product = ag.fused(
        definition,
        name="product_for_tests",
        doc="z = xy; ∂z/∂x = y; ∂z/∂y = x",
        forward=forward,
        backward=lambda g, saved, wanted, x, y: (g * y, g * x),
    )
    try:
        x, y = (ag.tensor([v], requires_grad=True) for v in (2.0, 3.0))
        product(x, y).sum().backward()
        assert calls == ["forward"]
        assert (x.grad.item(), y.grad.item()) == (3.0, 2.0)
    finally:
        del registry._registry[definition]


def test_anomalies_name_it(swish: Fused) -> None:
    x = ag.tensor([1e30], requires_grad=True)
    with pytest.raises(ag.errors.AnomalyError, match="swish_for_tests"), ag.detect_anomaly():
        swish(x, ag.tensor([1.0]), scale=1e30)


def test_a_wrong_backward_is_named() -> None:
    def definition(x: Any) -> Any:
        return x * x

    wrong = ag.fused(
        definition,
        name="wrong_square",
        doc="z = x²; ∂z/∂x = 2x",
        forward=lambda x: (x * x, None),
        backward=lambda g, saved, wanted, x: (-2 * g * x,),
    )
    try:
        report = ag.gradcheck(lambda x: wrong(x).sum(), [ag.tensor([0.5, 2.0])])
        assert not report
        assert "wrong_square" in str(report)
    finally:
        del registry._registry[definition]


def test_explain_shows_definition_and_backward(swish: Fused) -> None:
    text = str(ag.explain(swish))
    assert "def definition" in text
    assert "def backward" in text

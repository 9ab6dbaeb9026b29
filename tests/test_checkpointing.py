"""checkpoint: the same gradients from less memory."""

import gc
import tracemalloc
import weakref
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import GraphError


def block(x: Any) -> Any:
    for _ in range(10):
        x = np.tanh(x * 1.1) + 0.1
    return x


def plain(f: Any, *args: Any) -> Any:
    return f(*args)


def gradient(call: Any, x: Any) -> Any:
    leaf = ag.tensor(x, requires_grad=True)
    y = leaf
    for _ in range(4):
        y = call(block, y)
    y.sum().backward()
    assert leaf.grad is not None
    return leaf.grad.numpy()


def test_the_same_gradient_to_the_last_bit(rng: np.random.Generator) -> None:
    x = rng.normal(size=100)
    np.testing.assert_array_equal(gradient(ag.checkpoint, x), gradient(plain, x))


def test_only_the_inputs_are_kept() -> None:
    kept = {}
    for call in (plain, ag.checkpoint):
        x = ag.ones(1000, requires_grad=True)
        y: Any = x
        for _ in range(4):
            y = call(block, y)
        tape = ag.tape(y)
        kept[call] = len(tape), sum(row.output.nbytes for row in tape)
    assert kept[plain] == (1 + 4 * 30, 121 * 4000)
    assert kept[ag.checkpoint] == (1 + 4, 5 * 4000)


def test_the_peak_of_a_step_is_lower() -> None:
    peaks = {}
    for call in (plain, ag.checkpoint):
        gc.collect()
        tracemalloc.start()
        gradient(call, np.ones(20_000))
        peaks[call] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[ag.checkpoint] < 0.5 * peaks[plain]


def test_parameters_that_the_function_closes_over_are_trained() -> None:
    x = ag.randn(5, 3)
    gradients = []
    for call in (plain, ag.checkpoint):
        ag.manual_seed(1)
        model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        call(model, x).sum().backward()
        gradients.append([p.grad.numpy() for p in model.parameters()])
    for a, b in zip(*gradients, strict=True):
        np.testing.assert_array_equal(a, b)


def test_paths_inside_and_around_are_counted_once() -> None:
    x = ag.tensor(np.float64(0.7), requires_grad=True)
    h = np.sin(x)
    y = ag.checkpoint(lambda h: h * x + x, h) * x  # y = (x sin x + x)·x
    y.backward()
    assert x.grad is not None
    expected = 2 * 0.7 * (np.sin(0.7) + 1) + 0.7**2 * np.cos(0.7)
    assert x.grad.item() == pytest.approx(expected, rel=1e-14)


def test_random_draws_are_replayed_and_the_generator_goes_on() -> None:
    def noisy(x: Any) -> Any:
        return x * ag.default_generator().normal(size=3)

    x = ag.tensor(np.ones(3), requires_grad=True)
    y = ag.checkpoint(noisy, x)
    after_forward = ag.default_generator().bit_generator.state
    y.sum().backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
    assert ag.default_generator().bit_generator.state == after_forward


def test_dropout_inside() -> None:
    x = ag.tensor(np.ones((4, 5)), requires_grad=True)
    y = ag.checkpoint(nn.Dropout(0.5), x)
    y.sum().backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())


def test_other_draws_are_refused() -> None:
    own = np.random.default_rng(0)
    y = ag.checkpoint(lambda x: x * own.normal(), ag.tensor(1.0, requires_grad=True))
    with pytest.raises(GraphError, match=r"another result .* ag\.default_generator\(\)"):
        y.backward()


def test_rebound_and_changed_tensors_are_refused() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    x = ag.tensor([1.0, 1.0], requires_grad=True)
    y = ag.checkpoint(lambda x: x * w, x)
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(GraphError, match="used other tensors"):
        y.sum().backward()
    y = ag.checkpoint(lambda x: x * w, x)
    w.data[0] = 5.0
    with pytest.raises(GraphError, match=r"checkpoint\(<lambda>\) saved the tensor"):
        y.sum().backward()
    batch = ag.ones(2)
    y = ag.checkpoint(lambda batch: batch * w, batch)
    batch.data[0] = 5.0
    with pytest.raises(GraphError, match="another result"):
        y.sum().backward()


def test_higher_orders() -> None:
    def f(x: Any) -> Any:
        return ag.checkpoint(lambda x: np.exp(np.sin(x)), x).sum()

    def g(x: Any) -> Any:
        return np.exp(np.sin(x)).sum()

    x = np.array([0.3, 1.2])
    np.testing.assert_allclose(ag.hessian(f)(x).numpy(), ag.hessian(g)(x).numpy(), rtol=1e-12)
    np.testing.assert_allclose(ag.hvp(f, x, x)[1].numpy(), ag.hvp(g, x, x)[1].numpy(), rtol=1e-12)
    assert ag.gradcheck(f, ag.tensor(x), order=2)


def test_checkpoints_nest() -> None:
    x = ag.tensor(np.float64(0.4), requires_grad=True)
    y = ag.checkpoint(lambda x: ag.checkpoint(np.sin, ag.checkpoint(np.exp, x)) * x, x)
    y.backward()
    assert x.grad is not None
    e = np.exp(0.4)
    assert x.grad.item() == pytest.approx(np.sin(e) + 0.4 * np.cos(e) * e, rel=1e-14)


def test_backward_twice() -> None:
    x = ag.tensor([2.0], requires_grad=True)
    y = ag.checkpoint(lambda x: x * x * x, x)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [24.0]
    with pytest.raises(GraphError, match="already used"):
        y.backward()


def test_where_nothing_is_to_be_saved_it_only_calls() -> None:
    x = ag.tensor([2.0], requires_grad=True)
    with ag.no_grad():
        assert not ag.checkpoint(block, x).requires_grad
    assert not ag.checkpoint(block, ag.ones(2)).requires_grad
    assert ag.checkpoint(lambda x: x, x) is x
    with ag.record() as tape:
        ag.checkpoint(block, x)
    assert len(tape) == 30
    with pytest.raises(GraphError, match="returned tuple, expected one Tensor"):
        ag.checkpoint(lambda x: (x, x), x)


def test_an_exception_inside_leaves_everything_as_found() -> None:
    calls = []

    def fragile(x: Any) -> Any:
        calls.append(x)
        if len(calls) == 2:
            raise ZeroDivisionError
        return x * ag.default_generator().normal()

    x = ag.tensor([2.0], requires_grad=True)
    y = ag.checkpoint(fragile, x)
    state = ag.default_generator().bit_generator.state
    with pytest.raises(ZeroDivisionError):
        y.backward()
    assert ag.default_generator().bit_generator.state == state
    assert ag.is_grad_enabled()


def test_freed_by_reference_counting() -> None:
    gc.collect()
    gc.disable()
    try:
        x = ag.ones(1000, requires_grad=True)
        y = ag.checkpoint(block, x)
        ghost = weakref.ref(y.row)
        y.sum().backward()
        del y
        assert ghost() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("create_graph", [False, True])
def test_hooks_of_what_it_uses_run_once(create_graph: bool) -> None:
    calls = []

    def double(g: ag.Tensor) -> ag.Tensor:
        calls.append(g.tolist())
        return g * 2

    x, w = (ag.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    y = x * 3
    y.register_hook(double)
    w.register_hook(double)
    z = ag.checkpoint(lambda a: a * a * w, y) + y + w
    z.sum().backward(create_graph=create_graph)
    assert sorted(calls) == [[7.0, 25.0], [10.0, 37.0]]
    assert x.grad.tolist() == [2 * 3 * 7.0, 2 * 3 * 25.0]
    assert w.grad.tolist() == [2 * 10.0, 2 * 37.0]

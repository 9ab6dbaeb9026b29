"""The reverse sweep: higher orders, accumulation, depth, memory, and never a silent mistake."""

import gc
import threading
import weakref
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import sweep
from autograd_mini.errors import GraphError, RuleError
from autograd_mini.rows import Released


def leaf(*values: float) -> ag.Tensor:
    return ag.tensor(np.array(values), requires_grad=True)


def test_fourth_derivative_of_the_sine() -> None:
    x = leaf(0.3)
    y: Any = np.sin(x)
    for _ in range(4):
        (y,) = ag.grad(y, [x], create_graph=True)
    np.testing.assert_allclose(y.detach().numpy(), np.sin([0.3]), rtol=1e-14)


def test_hessian_vector_product_of_a_quadratic() -> None:
    rng = np.random.default_rng(0)
    a, v = rng.normal(size=(4, 4)), rng.normal(size=4)
    x = ag.tensor(rng.normal(size=4), requires_grad=True)
    (slope,) = ag.grad(x @ a @ x, [x], create_graph=True)
    (product,) = ag.grad((slope * v).sum(), [x])
    np.testing.assert_allclose(product.numpy(), (a + a.T) @ v, rtol=1e-12)


def test_gradients_of_inner_tensors() -> None:
    x = leaf(2.0)
    y = x * 3
    z = (y * y).sum()
    dz_dy, dz_dx = ag.grad(z, [y, x])
    assert (dz_dy.item(), dz_dx.item()) == (12.0, 36.0)
    assert x.grad is None


def test_grad_of_a_tensor_that_does_not_lead_there() -> None:
    x, other = leaf(2.0), leaf(1.0)
    with pytest.raises(GraphError, match=r"position 1, of shape \(1,\), does not lead to y"):
        ag.grad((x * x).sum(), [x, other])


def test_backward_accumulates() -> None:
    x = leaf(2.0)
    (x * x).sum().backward()
    first = x.grad
    (3 * x).sum().backward()
    assert x.grad is not None
    assert x.grad.item() == 7.0
    assert first is not None
    assert first.item() == 4.0


def test_retain_graph_and_retain_grad() -> None:
    x = leaf(2.0)
    y = x * x
    y.retain_grad()
    z = (y * x).sum()
    z.backward(retain_graph=True)
    z.backward()
    assert x.grad is not None
    assert y.grad is not None
    assert (x.grad.item(), y.grad.item()) == (24.0, 4.0)
    with pytest.raises(GraphError, match="retain_graph=True"):
        z.backward()


def test_a_spent_part_of_a_larger_graph_is_refused() -> None:
    x = leaf(2.0)
    y = x * x
    y.sum().backward()
    with pytest.raises(GraphError, match=r"already used.*multiply"):
        (y * 3).sum().backward()


def test_large_arrays_are_released_and_small_ones_stay() -> None:
    big, small = ag.tensor(np.ones(100), requires_grad=True), leaf(2.0)
    y = np.exp(big * 1.0)
    z = y.sum() * small
    z.backward()
    rows = {row.operation: row for row in ag.tape(z)}
    assert isinstance(rows["exp"].output, Released)
    assert rows["exp"].shape == (100,)
    assert rows["sum"].output == pytest.approx(100 * np.e)
    assert rows["sum"].adjoint == 2.0
    assert rows["exp"].adjoint is None
    np.testing.assert_allclose(y.detach().numpy(), np.e)


def test_adjoints_are_of_the_last_backward() -> None:
    w = ag.tensor(np.ones(100), requires_grad=True)
    (w * 2).sum().backward(retain_graph=True)
    assert w.row.adjoint is not None
    loss = (w * 5).sum()
    loss.backward()
    assert w.row.adjoint is None


def test_record_keeps_everything() -> None:
    x = ag.tensor(np.ones(100), requires_grad=True)
    with ag.record() as tape:
        y = np.exp(x)
        dead_end = x * 2
        y.sum().backward()
    assert [row.operation for row in tape] == ["exp", "multiply", "sum"]
    assert tape[0].adjoint is not None
    np.testing.assert_array_equal(tape[0].adjoint, np.ones(100))
    np.testing.assert_allclose(tape[0].output, np.e)
    assert tape[1].adjoint is None
    assert tape[0].line is not None
    assert tape[0].line.startswith("test_sweep.py:")
    assert dead_end.row is tape[1]


def test_depth_is_limited_by_memory_only() -> None:
    x = ag.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y * 1.0
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 1.0
    del y


def test_graphs_vanish_without_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        x = ag.tensor(np.ones(1000), requires_grad=True)
        y = np.tanh(x * 2)
        z = (y * y).sum()
        ghosts = [weakref.ref(row) for row in ag.tape(z) if not row.is_leaf]
        z.backward()
        (slope,) = ag.grad((x * x * x).sum(), [x], create_graph=True)
        ghosts += [weakref.ref(row) for row in ag.tape(slope) if not row.is_leaf]
        del y, z, slope
        assert all(ghost() is None for ghost in ghosts)
    finally:
        gc.enable()


def test_no_grad_is_exception_safe_nested_and_a_decorator() -> None:
    with pytest.raises(ZeroDivisionError), ag.no_grad():
        raise ZeroDivisionError
    assert ag.is_grad_enabled()
    with ag.no_grad():
        with ag.enable_grad():
            assert ag.is_grad_enabled()
        assert not ag.is_grad_enabled()

    @ag.no_grad()
    def f(depth: int) -> bool:
        return f(depth - 1) if depth else ag.is_grad_enabled()

    assert f(3) is False
    assert ag.is_grad_enabled()


def test_no_grad_is_per_thread() -> None:
    seen: list[bool] = []
    with ag.no_grad():
        thread = threading.Thread(target=lambda: seen.append(ag.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


# ── changes in place between forward and backward ────────────────────────────────────────────


def changed_leaf(x: ag.Tensor) -> None:
    x.data[0] = 9.0


def changed_by_alias(x: ag.Tensor) -> None:
    x.detach().data[0] = 9.0


def changed_under_no_grad(x: ag.Tensor) -> None:
    with ag.no_grad():
        x *= 3.0


def changed_by_assignment(x: ag.Tensor) -> None:
    with ag.no_grad():
        x[0] = 9.0


@pytest.mark.parametrize(
    "change", [changed_leaf, changed_by_alias, changed_under_no_grad, changed_by_assignment]
)
def test_a_changed_leaf_is_noticed_and_the_primitive_named(change: Any) -> None:
    x = leaf(1.0, 2.0)
    y = (x * x).sum()
    change(x)
    with pytest.raises(GraphError, match="multiply saved the tensor"):
        y.backward()


def test_a_change_through_an_array_taken_before_is_noticed() -> None:
    x = leaf(1.0, 2.0)
    array = x.data
    y = (x * x).sum()
    array[0] = 9.0
    with pytest.raises(GraphError, match="multiply saved the tensor"):
        y.backward()


def test_a_change_seen_through_a_view_is_noticed() -> None:
    x = leaf(1.0, 2.0)
    z = np.square(x.reshape(2, 1)).sum()
    x.data[1] = 9.0
    with pytest.raises(GraphError, match="saved the tensor"):
        z.backward()


def test_a_changed_constant_tensor_is_noticed() -> None:
    x, constant = leaf(1.0, 2.0), ag.tensor(np.array([3.0, 4.0]))
    y = (x * constant).sum()
    constant.numpy()[0] = 9.0
    with pytest.raises(GraphError, match="multiply saved the tensor"):
        y.backward()


def test_a_change_before_the_forward_pass_is_fine() -> None:
    x = leaf(1.0, 2.0)
    array = x.data
    array[0] = 3.0
    (x * x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [6.0, 4.0]
    array[0] = 4.0
    x.grad = None
    (x * x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [8.0, 4.0]


def test_replaced_data_is_a_change_in_place() -> None:
    x = leaf(1.0, 2.0)
    array = x.data
    y = (x * x).sum()
    x.data = np.array([9.0, 9.0])
    assert np.shares_memory(x.data, array)
    for again in (y.backward, lambda: ag.grad(y, [x], create_graph=True)):
        with pytest.raises(GraphError, match="multiply saved the tensor"):
            again()


def test_ten_thousand_constants_cost_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every constant is a fresh leaf; none of them may be compared with all rows before it."""
    x = leaf(1.0)
    y = x
    for _ in range(10_000):
        y = y + ag.tensor(np.array([0.5]))
    compared: list[Any] = []
    monkeypatch.setattr(sweep, "_overlap", lambda *arrays: compared.append(arrays))
    y.backward()
    assert len(compared) < 100
    assert x.grad is not None
    assert x.grad.item() == 1.0


def test_arrays_of_the_caller_do_not_matter() -> None:
    x = leaf(1.0, 2.0)
    factor, index = np.array([3.0, 4.0]), np.array([0, 0])
    y = (x * factor)[index].sum()
    factor[:] = 100.0
    index[:] = 1
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [6.0, 0.0]


def test_gradients_of_two_leaves_never_share_memory() -> None:
    x, y = leaf(1.0), leaf(2.0)
    (x + y).sum().backward()
    assert x.grad is not None
    assert y.grad is not None
    x.grad.data[0] = 100.0
    assert y.grad.item() == 1.0


# ── rules that are wrong are refused, not repaired ───────────────────────────────────────────


def broken(vjp: Any) -> ag.Primitive:
    return ag.primitive(lambda x: x * 2.0, name="tests.broken", x=vjp)


def test_a_vjp_of_the_wrong_shape() -> None:
    f = broken(lambda g, out, x: g.sum())
    with pytest.raises(
        RuleError, match=r"VJP of tests\.broken for x returned shape \(\), expected \(2,\)"
    ):
        f(leaf(1.0, 2.0)).sum().backward()


def test_a_transposed_cotangent_of_the_right_size_is_refused() -> None:
    product = ag.primitive(
        lambda x, y: x @ y,
        name="tests.product",
        broadcasts=True,
        x=lambda g, out, x, y: y @ g.T,
    )
    with pytest.raises(RuleError, match=r"returned shape \(3, 2\), expected \(2, 3\)"):
        product(ag.ones(2, 3, requires_grad=True), np.ones((3, 4))).sum().backward()


def test_a_vjp_of_the_wrong_kind() -> None:
    f = broken(lambda g, out, x: "g")
    with pytest.raises(RuleError, match=r"tests\.broken for x returned str, expected ndarray"):
        f(leaf(1.0)).sum().backward()
    f = broken(lambda g, out, x: (g > 0).astype(int))
    with pytest.raises(RuleError, match=r"tests\.broken for x returned int64, expected float64"):
        f(leaf(1.0)).sum().backward()


def test_a_vjp_named_after_no_argument() -> None:
    with pytest.raises(RuleError, match=r"declared for 'y', but the rules take the arguments x"):
        ag.primitive(lambda x: x, name="tests.stranger", y=lambda g, out, x: g)
    with pytest.raises(RuleError, match="declare at least one VJP"):
        ag.primitive(lambda x: x, name="tests.empty")


def test_a_tracked_argument_without_a_rule_is_refused_at_the_call() -> None:
    f = ag.primitive(lambda x, y: x * y, name="tests.half", x=lambda g, out, x, y: g * y)
    with pytest.raises(TypeError, match=r"tests\.half: it has no derivative with respect to y"):
        f(leaf(1.0), leaf(2.0))


def test_an_exception_in_a_rule_leaves_the_engine_usable() -> None:
    def explode(g: Any, out: Any, x: Any) -> Any:
        raise ZeroDivisionError

    x = leaf(1.0)
    y = broken(explode)(x).sum()
    with pytest.raises(ZeroDivisionError):
        y.backward()
    (x * x).sum().backward()
    assert x.grad is not None
    assert x.grad.item() == 2.0


def test_a_rule_may_return_a_read_only_array() -> None:
    def rule(g: np.ndarray, out: np.ndarray, x: np.ndarray) -> np.ndarray:
        cotangent = 2 * g
        cotangent.flags.writeable = False
        return cotangent

    double = ag.primitive(lambda x: 2 * x, name="double_for_tests", x=rule)
    x = leaf(1.0, 2.0)
    (x * 3 + double(x)).sum().backward()
    assert x.grad.tolist() == [5.0, 5.0]
    x.grad.data[...] = 0.0

"""Hooks of tensors, retain_grad, .grad of inner tensors, and backward(create_graph=True)."""

import gc
import warnings
import weakref
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.errors import DTypeError, GraphError, ShapeError


def leaf(*values: float) -> ag.Tensor:
    return ag.tensor(np.array(values), requires_grad=True)


def gradient_of(x: ag.Tensor) -> Any:
    assert x.grad is not None
    return x.grad.tolist()


# ── hooks ────────────────────────────────────────────────────────────────────────────────────


def test_a_hook_sees_the_complete_cotangent_once() -> None:
    x = leaf(1.0, 2.0)
    h = x * 2
    seen: list[ag.Tensor] = []
    h.register_hook(seen.append)
    x.register_hook(seen.append)
    (h * 3 + h * 4 + x).sum().backward()
    assert [g.tolist() for g in seen] == [[7.0, 7.0], [15.0, 15.0]]
    assert gradient_of(x) == [15.0, 15.0]


def test_a_hook_replaces_what_flows_on() -> None:
    x = leaf(1.0, 2.0)
    h = x * 2
    h.retain_grad()
    h.register_hook(lambda g: g * 10)
    h.register_hook(lambda g: g + 1)
    x.register_hook(lambda g: -g)
    h.sum().backward()
    assert gradient_of(h) == [11.0, 11.0]
    assert gradient_of(x) == [-22.0, -22.0]
    assert h.row.adjoint is not None
    assert h.row.adjoint.tolist() == [11.0, 11.0]


@pytest.mark.parametrize(
    "answer", [ag.tensor(np.array([5.0, 6.0])), np.array([5.0, 6.0]), [5.0, 6.0]]
)
def test_what_a_hook_may_return(answer: Any) -> None:
    x = leaf(1.0, 2.0)
    x.register_hook(lambda g: answer)
    (x * 2).sum().backward()
    assert gradient_of(x) == [5.0, 6.0]
    assert x.grad is not answer
    number = leaf(1.0)
    scalar = (number * 2).sum()
    scalar.register_hook(lambda g: 0.5)
    scalar.backward()
    assert gradient_of(number) == [1.0]


def test_what_a_hook_returns_must_fit() -> None:
    x = leaf(1.0, 2.0)
    handle = x.register_hook(lambda g: g.sum())
    with pytest.raises(ShapeError, match=r"hook returned shape \(\), expected \(2,\)"):
        (x * 2).sum().backward()
    handle.remove()
    x.register_hook(lambda g: g.astype("float32"))
    with pytest.raises(DTypeError, match=r"returned float32, expected float64.*astype\(g\.dtype\)"):
        (x * 2).sum().backward()


def test_a_handle_removes_its_hook_only() -> None:
    x = leaf(1.0)
    first = x.register_hook(lambda g: g * 2)
    x.register_hook(lambda g: g * 3)
    first.remove()
    first.remove()
    x.sum().backward()
    assert gradient_of(x) == [3.0]


def test_a_hook_may_remove_itself() -> None:
    x = leaf(1.0)
    seen: list[ag.Tensor] = []

    def once(g: ag.Tensor) -> None:
        seen.append(g)
        handle.remove()

    handle = x.register_hook(once)
    for _ in range(3):
        (x * 2).sum().backward()
    assert len(seen) == 1


def test_what_a_hook_keeps_or_changes_is_its_own() -> None:
    x = leaf(1.0, 2.0)
    seen: list[ag.Tensor] = []
    x.register_hook(seen.append)
    (x * 2).sum().backward()
    seen[0].data[:] = 99.0
    assert gradient_of(x) == [2.0, 2.0]
    (x * 2).sum().backward()
    assert gradient_of(x) == [4.0, 4.0]
    assert seen[1].tolist() == [2.0, 2.0]


def test_hooks_are_called_by_grad_too_and_tracked_with_create_graph() -> None:
    x = leaf(2.0)
    y = x**3
    tracked: list[bool] = []
    handle = y.register_hook(lambda g: tracked.append(g.requires_grad))
    x.register_hook(lambda g: g * 2)
    (slope,) = ag.grad(y.sum(), [x], create_graph=True)
    assert slope.tolist() == [24.0]
    assert x.grad is None
    assert tracked == [False]  # the cotangent of y is a constant 1
    handle.remove()
    (curvature,) = ag.grad(slope.sum(), [x])
    assert curvature.tolist() == [48.0]  # d(2·3x²)/dx = 24, doubled once more


def test_where_a_hook_would_never_be_called() -> None:
    with pytest.raises(GraphError, match="does not require a gradient"):
        ag.ones(2).register_hook(print)
    with pytest.raises(GraphError, match="a hook is a function of the gradient, got int"):
        leaf(1.0).register_hook(3)  # type: ignore[arg-type]


def test_an_exception_in_a_hook_leaves_the_engine_usable() -> None:
    def explode(g: Any) -> None:
        raise ZeroDivisionError

    x = leaf(1.0)
    handle = x.register_hook(explode)
    with pytest.raises(ZeroDivisionError):
        (x * 2).sum().backward()
    handle.remove()
    (x * 2).sum().backward()
    assert gradient_of(x) == [2.0]


def test_a_handle_does_not_keep_the_graph_alive() -> None:
    gc.collect()
    gc.disable()
    try:
        y = leaf(1.0) * 2
        ghost = weakref.ref(y.row)
        handle = y.register_hook(lambda g: None)
        del y
        assert ghost() is None
        handle.remove()
    finally:
        gc.enable()


def test_the_same_as_torch() -> None:
    torch = pytest.importorskip("torch")
    values = np.array([0.5, -1.5])
    ours, theirs = leaf(*values), torch.tensor(values, requires_grad=True)
    for x, sin in ((ours, np.sin), (theirs, torch.sin)):
        h = sin(x) * x
        h.retain_grad()
        h.register_hook(lambda g: g * 2)
        x.register_hook(lambda g: g + 1)
        (h * h + h).sum().backward()
    assert ours.grad is not None
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-14)


# ── .grad of what is not a leaf ──────────────────────────────────────────────────────────────


def test_reading_grad_of_an_inner_tensor_warns() -> None:
    x = leaf(1.0)
    h = x * 2
    h.sum().backward()
    with pytest.warns(UserWarning, match=r"made by multiply.*retain_grad\(\) before backward") as w:
        assert h.grad is None
    assert w[0].filename == __file__
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        for _ in range(3):
            h.grad  # noqa: B018
    assert len(seen) == 1


def test_retain_grad_silences_the_warning() -> None:
    x = leaf(1.0)
    h = x * 2
    h.retain_grad()
    assert h.grad is None
    (h * 3).sum().backward()
    assert gradient_of(h) == [3.0]


def test_a_former_leaf_is_told_where_it_stopped_being_one() -> None:
    w = leaf(1.0, 2.0)
    (w * w).sum().backward()
    assert w.grad is not None
    with ag.record():
        w = w - 0.1 * w.grad
    (w * w).sum().backward()
    with pytest.warns(
        UserWarning,
        match=r"made by subtract at test_hooks\.py:\d+.*stopped being a leaf there: write "
        r"w -= lr \* w\.grad under no_grad\(\), or use ag\.optim",
    ):
        assert w.grad is None


# ── backward(create_graph=True) ──────────────────────────────────────────────────────────────


def test_backward_stores_tracked_gradients() -> None:
    x = leaf(2.0)
    (x**3).sum().backward(create_graph=True)
    assert x.grad is not None
    slope = x.grad
    assert slope.tolist() == [12.0]
    x.grad = None
    slope.sum().backward()
    assert gradient_of(x) == [12.0]


def test_tracked_gradients_accumulate_as_in_torch() -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = leaf(2.0), torch.tensor([2.0], dtype=torch.float64, requires_grad=True)
    results = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x in (ours, theirs):
            (x**3).sum().backward(create_graph=True)
            (x**2).sum().backward(create_graph=True)
            penalty = (x.grad**2).sum()
            penalty.backward()
            results.append(x.grad.tolist())
    assert results[0] == results[1] == [16 + 2 * 16 * 14]


def test_a_tracked_gradient_closes_no_cycle() -> None:
    """The row knows its tensor weakly, so dropping the tensor frees the graph of its gradient."""
    gc.collect()
    gc.disable()
    try:
        x = ag.ones(1000, requires_grad=True)
        y = np.tanh(x * 2)
        y.retain_grad()
        loss = (y**3).sum()
        loss.backward(create_graph=True)
        assert x.grad is not None
        assert y.grad is not None
        ghosts = [
            weakref.ref(row) for g in (x.grad, y.grad) for row in ag.tape(g) if not row.is_leaf
        ]
        ghosts.append(weakref.ref(x.row))
        assert len(ghosts) > 5
        del x, y, loss
        assert [ghost() for ghost in ghosts] == [None] * len(ghosts)
    finally:
        gc.enable()


def test_zeroing_the_gradient_frees_its_graph() -> None:
    x = leaf(2.0)
    (x**3).sum().backward(create_graph=True)
    assert x.grad is not None
    ghost = weakref.ref(x.grad.row)
    x.grad = None
    assert ghost() is None


def test_gradients_of_two_leaves_share_nothing() -> None:
    x, y = leaf(1.0), leaf(2.0)
    (x + y).sum().backward(create_graph=True)
    assert x.grad is not None
    assert y.grad is not None
    x.grad.data[0] = 100.0
    assert gradient_of(y) == [1.0]


def test_the_graph_stays_unless_told_otherwise() -> None:
    x = leaf(2.0)
    y = (x**3).sum()
    y.backward(create_graph=True)
    y.backward(create_graph=True, retain_graph=False)
    with pytest.raises(GraphError, match="already used"):
        y.backward()

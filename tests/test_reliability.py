"""Depth and memory: long chains run and die, graphs vanish when nobody holds them."""

import gc
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import GraphError
from autograd_mini.rows import Row


def leaf(*values: float) -> ag.Tensor:
    return ag.tensor(np.array(values), requires_grad=True)


def gradient(x: ag.Tensor) -> list[float]:
    assert x.grad is not None
    return list(x.grad.tolist())


@contextmanager
def counting_only() -> Iterator[None]:
    """Switch the garbage collector off: reference counting has to do."""
    gc.collect()
    gc.disable()
    try:
        yield
        assert gc.isenabled() is False
    finally:
        gc.enable()


def live_rows() -> int:
    """Count by type: ``isinstance`` would ask every object of the process for its class."""
    return sum(issubclass(type(thing), Row) for thing in gc.get_objects())


# ── depth ─────────────────────────────────────────────────────────────────────────────────────


def chain(n: int, link: Callable[[ag.Tensor], ag.Tensor]) -> None:
    """Run a chain of ``n`` operations forward and backward, and let go of it."""
    x = leaf(1.0)
    y = x
    for _ in range(n):
        y = link(y)
    last = weakref.ref(y.row)
    assert len(ag.tape(y)) == n + 1
    y.backward()
    assert gradient(x) == [1.0]
    del y
    assert last() is None


@pytest.mark.parametrize(
    "link", [lambda y: y * 1.0, lambda y: y[:], lambda y: y.reshape(1)], ids=["*", "[:]", "reshape"]
)
def test_a_chain_of_100_000_operations(link: Callable[[ag.Tensor], ag.Tensor]) -> None:
    with counting_only():
        chain(100_000 if link(leaf(1.0)).row.operation == "multiply" else 20_000, link)


@pytest.mark.slow
def test_a_chain_of_300_000_operations() -> None:
    with counting_only():
        chain(300_000, lambda y: y * 1.0)


def test_the_second_derivative_of_a_long_chain() -> None:
    x = leaf(1.0)
    y = x * x
    for _ in range(20_000):
        y = y * 1.0
    (slope,) = ag.grad(y, [x], create_graph=True)
    slope.backward()
    assert gradient(x) == [2.0]


def test_sixty_doublings_cost_sixty_rows() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(60):
        y = y + y
    assert len(ag.tape(y)) == 61
    y.backward()
    assert gradient(x) == [2.0**60]


# ── memory ────────────────────────────────────────────────────────────────────────────────────


def forward_only(x: ag.Tensor) -> Any:
    return np.tanh(x * x).sum()


def after_backward(x: ag.Tensor) -> Any:
    loss = np.tanh(x * x).sum()
    loss.backward()
    return loss


def after_two_backwards(x: ag.Tensor) -> Any:
    loss = np.tanh(x * x).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    return loss


def with_create_graph(x: ag.Tensor) -> Any:
    (slope,) = ag.grad(np.tanh(x * x).sum(), [x], create_graph=True)
    (curvature,) = ag.grad(slope.sum(), [x], create_graph=True)
    return slope, curvature


def with_a_tracked_gradient(x: ag.Tensor) -> Any:
    loss = np.tanh(x * x).sum()
    loss.backward(create_graph=True)
    x.grad = None
    return loss


def with_hooks(x: ag.Tensor) -> Any:
    y = x * x
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    z = y.sum()
    z.backward()
    return y, z


def with_transforms(x: ag.Tensor) -> Any:
    def f(a: Any) -> Any:
        return np.tanh(a * x).sum()

    return ag.grad(f)(x), ag.hessian(f)(np.ones(3)), ag.hvp(f, x, x), ag.jacobian(f)(x)


def with_record(x: ag.Tensor) -> Any:
    with ag.record() as tape:
        (x * x).sum().backward()
    return tape


def with_checkpoint(x: ag.Tensor) -> Any:
    y = ag.checkpoint(lambda a: np.tanh(a * a), x).sum()
    y.backward()
    return y


def with_views(x: ag.Tensor) -> Any:
    y = x.reshape(3, 1).T[0]
    parts = list(y)
    (parts[0] * parts[1]).backward()
    return parts


def after_an_exception_forward(x: ag.Tensor) -> Any:
    with pytest.raises(ValueError, match="shapes"):
        (x * x) + np.ones(7)


def after_an_exception_in_a_hook(x: ag.Tensor) -> Any:
    y = x * x
    y.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        y.sum().backward()


def after_a_refused_backward(x: ag.Tensor) -> Any:
    with pytest.raises(GraphError, match="gradient="):
        (x * x).backward()


USES = [
    forward_only,
    after_backward,
    after_two_backwards,
    with_create_graph,
    with_a_tracked_gradient,
    with_hooks,
    with_transforms,
    with_record,
    with_checkpoint,
    with_views,
    after_an_exception_forward,
    after_an_exception_in_a_hook,
    after_a_refused_backward,
]


@pytest.mark.parametrize("use", USES)
def test_graphs_are_freed_by_reference_counting(use: Callable[[ag.Tensor], Any]) -> None:
    x = leaf(1.0, 2.0, 3.0)
    with counting_only():
        before = live_rows()
        kept = use(x)
        during = live_rows()
        del kept
        assert live_rows() == before
    assert during > before or use.__name__.startswith("after_a")


def small_training() -> tuple[nn.Module, nn.optim.Adam, ag.Tensor, ag.Tensor]:
    ag.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    return model, nn.optim.Adam(model.parameters(), lr=0.01), ag.randn(8, 3), ag.randn(8, 1)


def train(n: int, keep: Callable[[ag.Tensor], object]) -> None:
    model, optimizer, x, y = small_training()
    for _ in range(n):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        keep(loss)


def test_ten_thousand_steps_do_not_grow_memory() -> None:
    rows: list[int] = []
    steps = iter(range(10_000))

    def count(_: ag.Tensor) -> None:
        if next(steps) in (10, 100, 9_990):
            rows.append(live_rows())

    with counting_only():
        train(10_000, count)
    assert len(set(rows)) == 1


def test_steps_allocate_nothing_that_stays() -> None:
    w = ag.randn(100, 100, requires_grad=True)
    sizes = []
    tracemalloc.start()
    try:
        with counting_only():
            for _ in range(300):
                w.grad = None
                np.tanh(w * w).sum().backward()
                assert w.grad is not None
                w.data -= 0.01 * w.grad.data
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[-1] - sizes[20] < 5 * w.size * 4  # a leaked array a step would be 280 of them


def test_a_thousand_kept_losses_keep_no_large_array() -> None:
    """A kept loss keeps its spent graph: rows and small arrays, never an activation."""
    w = ag.randn(30, 40, requires_grad=True)
    kept = []
    tracemalloc.start()
    try:
        for _ in range(1_000):
            w.grad = None
            loss = np.tanh(w * w).sum()
            loss.backward()
            kept.append(loss)
        size = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert size < len(kept) * w.size * 4


def test_a_thousand_kept_numbers_keep_no_graph() -> None:
    kept: list[Any] = []
    with counting_only():
        before = live_rows()
        train(1_000, lambda loss: kept.extend([loss.item(), loss.detach(), float(loss)]))
        assert live_rows() - before < 20
    assert len(kept) == 3_000

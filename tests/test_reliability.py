"""Depth, memory, threads and exceptions: the engine under everything that happens to it."""

import copy
import gc
import pickle
import threading
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
    return sum(isinstance(thing, Row) for thing in gc.get_objects())


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


# ── threads ───────────────────────────────────────────────────────────────────────────────────


def trained(seed: int) -> list[Any]:
    """Train a model with dropout for a while and return its loss and all its values."""
    ag.manual_seed(seed)
    model = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 2))
    optimizer = nn.optim.Adam(model.parameters(), lr=0.01)
    x, y = ag.randn(16, 5), ag.default_generator().integers(0, 2, 16)
    losses = []
    for step in range(60):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % 10 == 0:
            with ag.no_grad(), ag.scope(f"evaluation{seed}"):
                assert not model(x).requires_grad
    assert (x * model[0].weight[0]).row.scope == ""
    return [losses, *(p.tolist() for p in model.parameters())]


def in_threads(*functions: Callable[[], Any]) -> list[Any]:
    """Run the functions at once and return what they return."""
    results: list[Any] = [None] * len(functions)
    start = threading.Barrier(len(functions))

    def run(number: int) -> None:
        start.wait()
        results[number] = functions[number]()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_threads_that_train_at_once_get_what_they_get_alone() -> None:
    alone = [trained(seed) for seed in (1, 2, 3)]
    assert in_threads(*(lambda seed=seed: trained(seed) for seed in (1, 2, 3))) == alone


@pytest.mark.parametrize(
    ("mode", "state"),
    [
        (ag.no_grad, ag.is_grad_enabled),
        (lambda: ag.scope("encoder"), lambda: (leaf(1.0) * 2).row.scope),
        (ag.record, lambda: (leaf(1.0) * 2).row.line),
        (ag.detect_anomaly, lambda: np.log(ag.tensor([0.0])).tolist()),
    ],
    ids=["no_grad", "scope", "record", "detect_anomaly"],
)
def test_modes_of_one_thread_do_not_touch_another(mode: Any, state: Any) -> None:
    inside, seen = threading.Event(), threading.Event()

    def enter() -> None:
        with mode():
            inside.set()
            assert seen.wait(10)

    def look() -> Any:
        assert inside.wait(10)
        try:
            with np.errstate(divide="ignore"):
                return state()
        finally:
            seen.set()

    with np.errstate(divide="ignore"):
        expected = state()
    assert in_threads(enter, look)[1] == expected


def test_record_of_one_thread_has_no_rows_of_another() -> None:
    def record() -> int:
        with ag.record() as tape:
            for _ in range(500):
                leaf(1.0) * 2
        return len(tape)

    assert in_threads(record, lambda: trained(1) and 0, record) == [500, 0, 500]


def test_seeds_of_one_thread_do_not_touch_another() -> None:
    ag.manual_seed(5)
    expected = [ag.randn(3).tolist(), ag.randn(3).tolist()]
    ag.manual_seed(5)
    first = ag.randn(3).tolist()
    in_threads(lambda: ag.manual_seed(99) and ag.randn(7))
    assert [first, ag.randn(3).tolist()] == expected


# ── exceptions ────────────────────────────────────────────────────────────────────────────────


class BoomError(Exception):
    pass


def boom(*_: Any, **__: Any) -> Any:
    raise BoomError


FAULTY = ag.primitive(lambda x: boom(), name="tests.faulty_forward", x=lambda g, out, x: g)
FAULTY_RULE = ag.primitive(lambda x: x * 2.0, name="tests.faulty_rule", x=lambda g, out, x: boom())


class Faulty(nn.Module):
    def forward(self, x: Any) -> Any:
        return boom()


def in_a_rule(x: ag.Tensor) -> None:
    FAULTY_RULE(x).sum().backward()


def in_a_rule_of_second_order(x: ag.Tensor) -> None:
    ag.grad(FAULTY_RULE(x * x).sum(), [x], create_graph=True)


def in_a_hook(x: ag.Tensor) -> None:
    y = x * 2
    y.register_hook(boom)
    y.sum().backward()


def in_a_hook_of_a_leaf(x: ag.Tensor) -> None:
    handle = x.register_hook(boom)
    try:
        (x * x).sum().backward()
    finally:
        handle.remove()


def in_a_module(x: ag.Tensor) -> None:
    nn.Sequential(nn.ReLU(), nn.Sequential(Faulty()))(x)


def in_modes(x: ag.Tensor) -> None:
    with ag.no_grad(), ag.enable_grad(), ag.scope("a"), ag.record(), ag.detect_anomaly():
        boom()


def in_a_rule_under_modes(x: ag.Tensor) -> None:
    with ag.scope("a"), ag.record(), ag.detect_anomaly():
        in_a_rule(x)


def in_a_decorated_function(x: ag.Tensor) -> None:
    ag.no_grad()(boom)()


def in_gradcheck(x: ag.Tensor) -> None:
    ag.gradcheck(boom, [x])


def in_a_rule_in_gradcheck(x: ag.Tensor) -> None:
    report = ag.gradcheck(lambda x: FAULTY_RULE(x).sum(), [x])
    assert "it raised BoomError" in str(report)
    raise BoomError


def in_a_transform(x: ag.Tensor) -> None:
    with ag.no_grad():
        ag.grad(boom)(x)


def in_a_checkpoint(x: ag.Tensor) -> None:
    ag.checkpoint(lambda a: FAULTY_RULE(a) * 1.0, x).sum().backward()


PLACES = [
    lambda x: FAULTY(x),
    in_a_rule,
    in_a_rule_of_second_order,
    in_a_hook,
    in_a_hook_of_a_leaf,
    in_a_module,
    in_modes,
    in_a_rule_under_modes,
    in_a_decorated_function,
    in_gradcheck,
    in_a_rule_in_gradcheck,
    in_a_transform,
    in_a_checkpoint,
]


@pytest.mark.parametrize("fail", PLACES)
def test_an_exception_anywhere_leaves_modes_and_graph_usable(fail: Any) -> None:
    x = leaf(1.0, 2.0)
    before = (x * x).sum()
    with pytest.raises(BoomError):
        fail(x)
    assert x.grad is None
    assert x.tolist() == [1.0, 2.0]
    assert ag.is_grad_enabled()
    after = (x * x * 3).sum()
    assert (after.row.scope, after.row.line, after.row.keeps) == ("", None, False)
    with np.errstate(divide="ignore"):
        assert np.log(ag.tensor([0.0])).tolist() == [-np.inf]  # no anomaly is looked for
    before.backward()
    after.backward()
    assert gradient(x) == [8.0, 16.0]


def test_a_backward_that_failed_can_be_run_again() -> None:
    """With retain_graph; without, what the sweep has passed is released, and a retry says so."""
    x = leaf(1.0, 2.0)
    y = x * x
    handle = y.register_hook(boom)
    loss = (y * 3).sum()
    with pytest.raises(BoomError):
        loss.backward(retain_graph=True)
    handle.remove()
    loss.backward()
    assert gradient(x) == [6.0, 12.0]
    with pytest.raises(GraphError, match=r"already used.*retain_graph=True"):
        loss.backward()
    assert gradient(x) == [6.0, 12.0]


def test_backward_twice() -> None:
    x = leaf(1.0, 2.0)
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    assert gradient(x) == [4.0, 8.0]
    for again in (loss.backward, lambda: ag.grad(loss, [x]), (loss * 2).backward):
        with pytest.raises(
            GraphError, match=r"already used.*multiply had saved.*retain_graph=True"
        ):
            again()
    assert gradient(x) == [4.0, 8.0]
    x.backward(np.ones(2))
    x.backward(np.ones(2))
    assert gradient(x) == [6.0, 10.0]


# ── copies ────────────────────────────────────────────────────────────────────────────────────

COPIES = pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))]
)


@COPIES
@pytest.mark.parametrize(
    "optimizer", [lambda ps: nn.optim.SGD(ps, lr=0.1, momentum=0.9), nn.optim.Adam]
)
def test_a_copied_training_goes_on_alike_and_apart(copied: Any, optimizer: Any) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    x = ag.randn(6, 3)

    def step(model: Any, update: Any) -> list[Any]:
        update.zero_grad()
        loss = (model(x) ** 2).mean()
        loss.backward()
        update.step()
        return [loss.item(), *(p.tolist() for p in model.parameters())]

    update = optimizer(model.parameters())
    step(model, update)
    twins = copied((model, update))
    assert [p.row.name for p in twins[0].parameters()] == [p.row.name for p in model.parameters()]
    before = [p.tolist() for p in model.parameters()]
    expected = [step(*twins) for _ in range(3)]
    assert [p.tolist() for p in model.parameters()] == before
    assert [step(model, update) for _ in range(3)] == expected


@COPIES
def test_a_copied_leaf_keeps_what_it_is(copied: Any) -> None:
    x, n = leaf(1.0, 2.0), ag.tensor([1, 2])
    (x * x).sum().backward()
    shared = nn.Parameter([3.0])
    x2, n2, first, second = copied((x, n, shared, shared))
    assert (x2.tolist(), gradient(x2), x2.requires_grad, x2.is_leaf) == ([1, 2], [2, 4], True, True)
    assert (n2.tolist(), n2.dtype, n2.requires_grad) == ([1, 2], np.dtype(int), False)
    assert first is second
    assert type(first) is nn.Parameter
    (x2 * x2).sum().backward()
    assert (gradient(x2), gradient(x)) == ([4, 8], [2, 4])
    with pytest.raises(GraphError, match="a graph cannot be copied"):
        copied(x * 2)

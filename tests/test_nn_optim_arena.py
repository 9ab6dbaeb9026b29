"""Parameters live in one flat array: nobody who looks at them can tell, but by the clock."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, GraphError
from autograd_mini.nn.optim import SGD, Adam
from autograd_mini.nn.optim.arena import CHUNK


def give_gradients(params: list[Any], value: float = 1.0) -> None:
    for p in params:
        p.grad = np.full(p.shape, value)


def test_parameters_are_parts_of_one_array() -> None:
    params = [nn.Parameter(ag.ones(2, 3)), nn.Parameter(ag.ones(4)), nn.Parameter(1.0)]
    optimizer = Adam(params)
    home = params[0].detach().numpy()
    memory = home.base.obj.base  # a memoryview of a part of the flat array
    assert memory.size == 11
    assert all(np.shares_memory(p.data, memory) for p in params)
    give_gradients(params)
    optimizer.step()
    assert [optimizer.state[p]["exp_avg"].shape for p in params] == [(2, 3), (4,), ()]


def test_many_elements_are_updated_in_chunks() -> None:
    sizes = [3, CHUNK + 5, 2, 3 * CHUNK, CHUNK - 1, 1, 1]
    rng = np.random.default_rng(0)
    params = [nn.Parameter(rng.normal(size=n)) for n in sizes]
    alone = [nn.Parameter(p.detach()) for p in params]
    together, apart = Adam(params), [Adam([p]) for p in alone]
    for _ in range(3):
        for p, q in zip(params, alone, strict=True):
            p.grad = q.grad = rng.normal(size=p.shape)
        together.step()
        for one in apart:
            one.step()
    for p, q in zip(params, alone, strict=True):
        np.testing.assert_array_equal(p.data, q.data)


@pytest.mark.parametrize(
    "take", [lambda p: p.data, lambda p: p.data[1:], lambda p: p.detach().data]
)
@pytest.mark.parametrize("is_before", [True, False])
def test_aliases_follow(take: Any, is_before: bool) -> None:
    params = [nn.Parameter(ag.zeros(3)), nn.Parameter(ag.zeros(3)), nn.Parameter(ag.zeros(3))]
    alias = take(params[1]) if is_before else None
    optimizer = SGD(params, lr=1.0)
    alias = take(params[1]) if alias is None else alias
    give_gradients(params)
    optimizer.step()
    assert set(alias.tolist()) == {-1.0}
    alias[...] = 5.0
    optimizer.step()
    assert params[1].data[-1] == 4.0
    assert params[0].tolist() == params[2].tolist() == [-2.0] * 3


@pytest.mark.parametrize("is_before", [True, False])
def test_a_write_by_a_view_of_a_home_is_noticed(is_before: bool) -> None:
    p, q = nn.Parameter(ag.ones(3)), nn.Parameter(ag.ones(3))
    optimizer = SGD([p, q], lr=0.1)
    give_gradients([p, q])
    optimizer.step()
    view = q.data[1:] if is_before else None
    loss = (p * q).sum()
    view = q.data[1:] if view is None else view
    view[...] = 7.0
    with pytest.raises(GraphError, match="changed in place afterwards"):
        loss.backward()


def test_writing_one_parameter_does_not_disturb_its_neighbours() -> None:
    p, q = nn.Parameter(ag.ones(3)), nn.Parameter(ag.ones(3))
    SGD([p, q], lr=0.1)
    loss = (p * p).sum()
    q.data[...] = 7.0
    loss.backward()
    assert p.grad is not None
    assert p.grad.tolist() == [2.0] * 3


def test_two_optimizers_take_turns() -> None:
    p, q = nn.Parameter(ag.zeros(2)), nn.Parameter(ag.zeros(2))
    first, second = SGD([p, q], lr=1.0), SGD([q], lr=10.0)
    give_gradients([p, q])
    for _ in range(2):
        first.step()
        second.step()
    assert (p.tolist(), q.tolist()) == ([-2.0] * 2, [-22.0] * 2)


def test_frozen_and_late_parameters() -> None:
    p, q, r = (nn.Parameter(np.zeros(2)) for _ in range(3))
    optimizer = Adam([p, q], lr=0.5)
    (p.sum() + q.sum()).backward()
    optimizer.step()
    q.requires_grad = False
    optimizer.zero_grad()
    optimizer.add_param_group({"params": [r], "lr": 0.25})
    (p.sum() + q.sum() + r.sum()).backward()
    optimizer.step()
    np.testing.assert_allclose([p.data[0], q.data[0], r.data[0]], [-1.0, -0.5, -0.25])
    assert [optimizer.state[x]["step"] for x in (p, q, r)] == [2, 1, 1]


def test_dtypes_memory_orders_and_shapes() -> None:
    params = [
        nn.Parameter(np.zeros((2, 3), np.float32)),
        nn.Parameter(np.asfortranarray(np.zeros((2, 3)))),
        nn.Parameter(np.zeros((3, 2), np.float32).T),
        nn.Parameter(np.array(0.0)),
        nn.Parameter(np.zeros((0, 3))),
    ]
    optimizer = SGD(params, lr=1.0)
    for p in params:
        p.grad = np.arange(p.size, dtype=np.float64).reshape(p.shape[::-1]).T
    expected = [-np.arange(p.size).reshape(p.shape[::-1]).T for p in params]
    dtypes = [p.dtype for p in params]
    optimizer.step()
    for p, values in zip(params, expected, strict=True):
        np.testing.assert_array_equal(p.data, values)
    assert [p.dtype for p in params] == dtypes


def test_a_module_that_changes_dtype() -> None:
    model = nn.Linear(2, 1)
    optimizer = SGD(model.parameters(), lr=1.0)
    give_gradients(list(model.parameters()))
    optimizer.step()
    model.double()
    before = model.weight.data.copy()
    give_gradients(list(model.parameters()), 1e-12)
    optimizer.step()
    np.testing.assert_array_equal(model.weight.data, before - 1e-12)


def test_gradients_clipped_and_replaced_between_backward_and_step() -> None:
    p, q = nn.Parameter(ag.ones(2)), nn.Parameter(ag.ones(2))
    optimizer = SGD([p, q], lr=1.0)
    ((p * 4).sum() + (q * 4).sum()).backward()
    p.grad.data *= 0.25
    q.grad = np.array([2.0, 3.0])
    optimizer.step()
    assert (p.tolist(), q.tolist()) == ([0.0, 0.0], [-1.0, -2.0])
    assert p.grad.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_own_their_memory(copied: Any) -> None:
    small, large = nn.Parameter(ag.ones(2)), nn.Parameter(ag.ones(100_000))
    optimizer = Adam([small, large], lr=0.5)
    give_gradients([small, large])
    optimizer.step()
    twin = copied(small)
    assert not np.shares_memory(twin.data, small.data)
    assert len(pickle.dumps(small)) < 2000
    p, also = copied((small, optimizer))
    p.grad = [1.0, 1.0]
    also.step()
    assert small.tolist() == [0.5, 0.5]
    assert p.tolist() == pytest.approx([0.0, 0.0], abs=1e-6)


def test_state_may_be_changed_from_outside() -> None:
    p, q = nn.Parameter(np.zeros(1)), nn.Parameter(np.zeros(1))
    optimizer = SGD([p, q], lr=1.0, momentum=0.5)
    give_gradients([p, q])
    optimizer.step()
    kept = optimizer.state[p]
    kept["momentum_buffer"] = np.array([10.0])
    optimizer.step()
    assert (p.item(), q.item()) == (-1 - 6, -1 - 1.5)
    kept["momentum_buffer"] = np.array([0.0])
    optimizer.step()
    assert p.item() == -8
    optimizer.state.clear()
    optimizer.step()
    assert (p.item(), optimizer.state[p]["step"]) == (-9, 1)


def test_options_set_out_of_range_are_refused_at_the_step() -> None:
    p = nn.Parameter(ag.ones(1))
    optimizer = SGD([p], lr=1.0)
    give_gradients([p])
    optimizer.param_groups[0]["lr"] = float("nan")
    with pytest.raises(ArgumentError, match="SGD: lr must be a positive finite number, got nan"):
        optimizer.step()
    assert p.item() == 1.0


def test_a_closure_computes_the_loss() -> None:
    p = nn.Parameter(ag.ones(1))
    optimizer = SGD([p], lr=0.5)

    def closure() -> ag.Tensor:
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with ag.no_grad():
        assert optimizer.step(closure).item() == 1.0
    assert p.item() == 0.0
    assert SGD([p]).state == {}


def test_a_parameter_that_moves_out_between_steps() -> None:
    p, q = nn.Parameter(ag.zeros(2)), nn.Parameter(ag.zeros(2))
    first = SGD([p, q], lr=1.0)
    give_gradients([p, q])
    first.step()
    second = SGD([q], lr=10.0)  # q's new home
    for optimizer in (first, second, first):
        optimizer.step()
    assert (p.tolist(), q.tolist()) == ([-3.0] * 2, [-13.0] * 2)
    ag.gradcheck(lambda p, q: p * q, [p, q])
    first.step()
    assert (p.tolist(), q.tolist()) == ([-4.0] * 2, [-14.0] * 2)


def test_a_step_that_was_interrupted_has_changed_what_graphs_saved() -> None:
    class Interrupted(SGD):
        def _update(self, w: Any, g: Any, spare: Any, state: Any, **options: Any) -> None:
            w -= 1
            raise KeyboardInterrupt

    p = nn.Parameter(ag.ones(3))
    optimizer = Interrupted([p])
    loss = (p * p).sum()
    give_gradients([p])
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    with pytest.raises(GraphError, match="changed in place afterwards"):
        loss.backward()


def test_a_module_that_changes_dtype_between_forward_and_backward() -> None:
    model = nn.Linear(2, 1).double()
    loss = (model(np.ones((3, 2))) ** 2).sum()
    model.float()
    loss.backward()
    assert [p.grad.dtype for p in model.parameters() if p.grad is not None] == [np.float32] * 2

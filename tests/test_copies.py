"""Leaves, models and optimizers can be copied and pickled, and go on alike and apart."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import GraphError


def leaf(*values: float) -> ag.Tensor:
    return ag.tensor(np.array(values), requires_grad=True)


def gradient(x: ag.Tensor) -> list[float]:
    assert x.grad is not None
    return list(x.grad.tolist())


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

"""Corners of nn that once went wrong silently."""

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn


def test_momentum_of_a_single_number_accumulates() -> None:
    """v ← μv + g, w ← w − ηv by hand, for a 0-d parameter with weight decay."""
    w = nn.Parameter(np.array(1.0))
    optimizer = nn.optim.SGD([w], lr=0.1, momentum=0.9, weight_decay=0.1)
    expected, v = 1.0, 0.0
    for _ in range(3):
        optimizer.zero_grad()
        (w * w).backward()
        optimizer.step()
        v = 0.9 * v + 2 * expected + 0.1 * expected
        expected -= 0.1 * v
    assert w.item() == pytest.approx(expected, rel=1e-12)


def test_a_parameter_may_take_the_place_of_a_buffer() -> None:
    module = nn.Module()
    module.register_buffer("w", ag.zeros(2), persistent=False)
    module.w = nn.Parameter(ag.ones(2))
    assert [name for name, _ in module.named_parameters()] == ["w"]
    assert list(module.buffers()) == []
    assert list(module.state_dict()) == ["w"]
    del module.w
    assert list(module.parameters()) == []


def test_a_subset_by_mask_takes_where_it_is_true() -> None:
    subset = nn.Subset(nn.TensorDataset(ag.arange(4)), np.array([True, False, False, True]))
    assert subset[:][0].tolist() == [0, 3]


def test_states_of_optimizers_that_do_not_fit() -> None:
    w = nn.Parameter(ag.ones(2))
    optimizer = nn.optim.Adam([w])
    state = optimizer.state_dict()
    with pytest.raises(RuntimeError, match="it knows a parameter 7, this optimizer does not"):
        optimizer.load_state_dict({**state, "state": {7: {"exp_avg": np.zeros(2)}}})
    with pytest.raises(ValueError, match="lr must be a positive finite number, got -5"):
        optimizer.load_state_dict(
            {**state, "param_groups": [{**state["param_groups"][0], "lr": -5}]}
        )
    assert optimizer.param_groups[0]["lr"] == 1e-3

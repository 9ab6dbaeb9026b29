"""Clipping, parameters as a vector, and averages of weights."""

from math import inf
from typing import Any

import numpy as np
import pytest

from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, GraphError, ShapeError, StateError


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


@pytest.mark.parametrize("norm_type", [1, 2, 3.5, inf])
@pytest.mark.parametrize("max_norm", [0.1, 100.0])
def test_clipping_by_norm_equals_pytorchs(
    torch: Any, rng: np.random.Generator, norm_type: float, max_norm: float
) -> None:
    gradients = [rng.normal(size=shape) for shape in [(3, 2), (4,), ()]]
    ours = [nn.Parameter(np.zeros_like(g)) for g in gradients]
    theirs = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64)) for g in gradients]
    for p, q, g in zip(ours, theirs, gradients, strict=True):
        p.grad, q.grad = g, torch.tensor(g)
    a = nn.utils.clip_grad_norm_(iter([*ours, nn.Parameter([1.0])]), max_norm, norm_type)
    b = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    assert a.item() == pytest.approx(b.item(), rel=1e-12)
    nn.clip_grad_value_(ours, 0.02)
    torch.nn.utils.clip_grad_value_(theirs, 0.02)
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.grad.data, q.grad.numpy(), rtol=1e-12)


def test_norms_that_are_not_finite() -> None:
    w = nn.Parameter([1.0, 1.0])
    w.grad = [inf, 2.0]
    with pytest.raises(GraphError, match="the gradients' norm is inf"):
        nn.clip_grad_norm_([w], 1.0, error_if_nonfinite=True)
    assert w.grad.tolist() == [inf, 2.0]
    with pytest.raises(ArgumentError, match="max_norm must be a number, at least 0, got -1"):
        nn.clip_grad_norm_([w], -1)
    assert nn.clip_grad_norm_([], 1.0).item() == 0.0


def test_a_vector_and_back() -> None:
    layer = nn.Linear(2, 3)
    vector = nn.parameters_to_vector(layer.parameters())
    vector.sum().backward()
    assert layer.weight.grad.tolist() == [[1.0, 1.0]] * 3
    nn.utils.vector_to_parameters(vector * 2, layer.parameters())
    np.testing.assert_allclose(
        nn.parameters_to_vector(layer.parameters()).detach().numpy(), 2 * vector.detach().numpy()
    )
    with pytest.raises(ShapeError, match="have 9 elements together, the vector has shape"):
        nn.vector_to_parameters([1.0], layer.parameters())


def test_the_average_is_corrected_for_its_start() -> None:
    w = nn.Parameter(np.array([40.0]))
    average = nn.ExponentialMovingAverage([w], decay=0.98)
    with pytest.raises(StateError, match="nothing to average"):
        average.averages()
    for _ in range(3):
        average.update()
        assert average.averages()[0].item() == pytest.approx(40.0, rel=1e-12)
    rng, values = np.random.default_rng(0), [40.0] * 3
    for value in rng.normal(size=5):
        w.data[...] = value
        values.append(value)
        average.update()
    weights = 0.98 ** np.arange(len(values))[::-1]
    assert average.averages()[0].item() == pytest.approx(np.average(values, weights=weights))
    twin = nn.ExponentialMovingAverage([nn.Parameter(np.zeros(1))])
    twin.load_state_dict(average.state_dict())
    assert twin.averages()[0] == average.averages()[0]
    with pytest.raises(StateError, match="does not fit these parameters"):
        nn.ExponentialMovingAverage([nn.Parameter([1.0, 2.0])]).load_state_dict(twin.state_dict())


def test_where_pytorch_keeps_them() -> None:
    from autograd_mini.torchlike.nn.utils import clip_grad_norm_

    assert clip_grad_norm_ is nn.clip_grad_norm_


def test_own_values_come_back_after_an_error() -> None:
    w = nn.Parameter([1.0])
    average = nn.ExponentialMovingAverage([w], decay=0.5)
    average.update()
    w.data[...] = 3.0

    def fail() -> None:
        with average.applied():
            assert w.tolist() == [1.0]
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert w.tolist() == [3.0]
    average.copy_to_parameters()
    assert w.tolist() == [1.0]


def test_an_average_of_a_model_is_told_to_take_its_parameters() -> None:
    with pytest.raises(DTypeError, match=r"got Linear; write model.parameters\(\)"):
        nn.ExponentialMovingAverage(nn.Linear(2, 1))  # type: ignore[arg-type]

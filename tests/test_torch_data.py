"""``t.data``: an array for NumPy's eyes, with PyTorch's methods that write into the tensor."""

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.errors import GraphError


def test_methods_in_place_write_into_the_tensor() -> None:
    w = ag.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    w.data.fill_(2.0)
    w.data[0].zero_()
    w.data.add_(ag.ones(2, 2), alpha=0.5).mul_(2)
    np.testing.assert_array_equal(w.data, [[1, 1], [5, 5]])
    w.data.clamp_(-2, 2)
    np.testing.assert_array_equal(w.detach().numpy(), [[1, 1], [2, 2]])
    w.data.copy_(ag.tensor([7.0, 8.0]))
    np.testing.assert_array_equal(w.data, [[7, 8], [7, 8]])
    assert w.is_leaf
    assert w.requires_grad


def test_random_values_come_from_the_default_generator() -> None:
    v, w = ag.zeros(3, 4), ag.zeros(3, 4)
    ag.manual_seed(0)
    v.normal_(0.0, 0.5)
    v_uniform = ag.zeros(3, 4).uniform_(-0.1, 0.1)
    ag.manual_seed(0)
    w.data.normal_(0.0, 0.5)
    np.testing.assert_array_equal(w.data, v.data)
    w.data.uniform_(-0.1, 0.1)
    np.testing.assert_array_equal(w.data, v_uniform.data)


def test_gradients_are_zeroed_and_updates_are_seen() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    (w * w).sum().backward()
    assert w.grad is not None
    w.data.add_(w.grad.data, alpha=-0.25)
    np.testing.assert_array_equal(w.data, [0.5, 1.0])
    w.data -= 0.5 * w.grad.data
    np.testing.assert_array_equal(w.data, [-0.5, -1.0])
    w.grad.data.zero_()
    assert w.grad.tolist() == [0.0, 0.0]


def test_other_methods_return_new_tensors() -> None:
    w = ag.tensor([[3.0, 4.0]], requires_grad=True)
    kept = w.data.clone()
    w.data.zero_()
    assert isinstance(kept, ag.Tensor)
    assert kept.tolist() == [[3.0, 4.0]]
    assert kept.data.norm().item() == 5.0
    assert (w.data.size(), w.data.size(1), w.data.size) == ((1, 2), 2, 2)
    assert w.data.view(-1).shape == (2,)
    assert w.data.dim() == 2
    assert w.data.view(np.int32).dtype == np.int32


def test_what_numpy_makes_of_it_is_plain() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    assert type(w.data * 2) is np.ndarray
    assert type(w.data.sum()) is np.float32
    assert type(w.detach().numpy()) is np.ndarray
    assert repr(w.data) == "array([1., 2.], dtype=float32)"


def test_values_saved_by_the_tape_are_guarded() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    y = w * w
    with pytest.raises(GraphError, match="zero_: these are the values of a result"):
        y.data.zero_()
    w.data.zero_()
    with pytest.raises(GraphError, match="multiply"):
        y.sum().backward()


def test_unknown_methods_are_missing() -> None:
    w = ag.tensor([1.0])
    with pytest.raises(AttributeError, match="has no attribute 'zeros_'"):
        w.data.zeros_()
    assert not hasattr(w.data, "_repr_svg_")

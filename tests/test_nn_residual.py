"""Residual: what it adds, its derivatives, and that its gradients survive depth."""

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import DTypeError, ShapeError


def test_it_adds_its_input(rng: np.random.Generator) -> None:
    f, s = nn.Sequential(nn.Linear(3, 5), nn.Tanh()).double(), nn.Linear(3, 5).double()
    x = rng.normal(size=(4, 3))
    block = nn.Residual(*f, shortcut=s)
    np.testing.assert_allclose(block(x).detach(), (f(x) + s(x)).detach(), rtol=1e-14)
    assert nn.Residual()(x).tolist() == (2 * x).tolist()
    assert [name for name, _ in block.named_children()] == ["layers", "shortcut"]


def test_its_derivatives_hold_to_order_2(rng: np.random.Generator) -> None:
    block = nn.Residual(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 3))
    assert ag.gradcheck(block, ag.tensor(rng.normal(size=(2, 3))), order=2)


def test_gradients_survive_depth_where_plain_layers_lose_them() -> None:
    generator = np.random.default_rng(0)

    def first_gradient(is_residual: bool) -> float:
        layers = []
        for _ in range(60):
            layer = nn.Linear(16, 16, generator=generator)
            nn.init.normal_(layer.weight, std=0.5 / 4, generator=generator)
            f = nn.Sequential(layer, nn.Tanh())
            layers.append(nn.Residual(f) if is_residual else f)
        x = ag.ones(1, 16, requires_grad=True)
        nn.Sequential(*layers)(x).sum().backward()
        return float(np.abs(x.grad.numpy()).mean())

    assert first_gradient(is_residual=False) < 1e-12  # (1/2)^60 = 1e-18, were it linear
    assert first_gradient(is_residual=True) > 0.1


@pytest.mark.parametrize("n_out", [1, 5])
def test_shapes_must_be_equal_and_never_broadcast(n_out: int) -> None:
    block = nn.Residual(nn.Linear(3, n_out))
    with pytest.raises(ShapeError, match=rf"made \(2, {n_out}\) of an input of \(2, 3\), and the"):
        block(ag.zeros(2, 3))
    with pytest.raises(DTypeError, match="Residual: the input must be a tensor, an array or"):
        block(None)

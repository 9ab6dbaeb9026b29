"""Bilinear and Unflatten against PyTorch, einsum and their error texts."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, AutogradError, ShapeError


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [(), (5,), (2, 3)])
def test_bilinear_equals_pytorch(
    rng: np.random.Generator, batch: tuple[int, ...], bias: bool
) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    theirs = torch.nn.Bilinear(3, 4, 2, bias, dtype=torch.float64)
    ours = nn.Bilinear(3, 4, 2, bias, dtype=np.float64)
    assert repr(ours) == repr(theirs)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    arrays = [rng.normal(size=(*batch, n)) for n in (3, 4)]
    g = rng.normal(size=(*batch, 2))
    xs = [ag.tensor(x, requires_grad=True) for x in arrays]
    ys = [torch.tensor(x, requires_grad=True) for x in arrays]
    out, expected = ours(*xs), theirs(*ys)
    out.backward(g)
    expected.backward(torch.tensor(g))
    mine = [*xs, *ours.parameters()]
    yours = [*ys, *theirs.parameters()]
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), rtol=1e-11)
    for p, q in zip(mine, yours, strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-11, atol=1e-12)


def test_bilinear_is_its_sum_of_products_to_order_2(rng: np.random.Generator) -> None:
    layer = nn.Bilinear(3, 4, 2, dtype=np.float64)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
    expected = np.einsum("ni,kij,nj->nk", x, layer.weight.data, y) + layer.bias.data
    np.testing.assert_allclose(layer(x, y).detach().numpy(), expected, rtol=1e-12)
    inputs = [ag.tensor(x), ag.tensor(y), layer.weight, layer.bias]
    assert ag.gradcheck(lambda x, y, *_: layer(x, y).tanh().sum(), inputs, order=2)


def test_bilinear_starts_within_its_bound() -> None:
    layer = nn.Bilinear(16, 9, 40)
    assert layer.weight.dtype == np.float32
    for parameter in layer.parameters():
        assert 0.2 < abs(parameter.data).max() <= 0.25


@pytest.mark.parametrize(
    ("dim", "sizes", "shape", "expected"),
    [
        (1, (2, 5), (3, 10), (3, 2, 5)),
        (-1, (2, -1), (3, 10), (3, 2, 5)),
        (0, [-1, 1], (3, 10), (3, 1, 10)),
        (1, (0, 4), (3, 0), (3, 0, 4)),
    ],
)
def test_unflatten(dim: int, sizes: Any, shape: Any, expected: tuple[int, ...]) -> None:
    x = ag.tensor(np.arange(float(np.prod(shape))).reshape(shape), requires_grad=True)
    out = nn.Unflatten(dim, sizes)(x)
    assert out.shape == expected
    assert out.reshape(-1).tolist() == x.reshape(-1).tolist()
    out.sum().backward()
    assert x.grad.shape == shape


def test_unflatten_undoes_flatten() -> None:
    x = ag.arange(24.0).reshape(2, 3, 4)
    model = nn.Sequential(nn.Flatten(), nn.Unflatten(1, (3, 4)))
    assert model(x).tolist() == x.tolist()
    assert repr(model[1]) == "Unflatten(dim=1, unflattened_size=(3, 4))"


MISTAKES: list[tuple[Callable[[], Any], type[AutogradError], str]] = [
    (
        lambda: nn.Bilinear(3, 4, 2)(ag.zeros(5, 3), ag.zeros(5, 3)),
        ShapeError,
        "Bilinear expects inputs of shapes (…, 3) and (…, 4), equal but for the last axis, got "
        "(5, 3) and (5, 3)",
    ),
    (
        lambda: nn.Bilinear(3, 4, 2)(ag.zeros(5, 3), ag.zeros(4, 4)),
        ShapeError,
        "Bilinear expects inputs of shapes (…, 3) and (…, 4), equal but for the last axis, got "
        "(5, 3) and (4, 4)",
    ),
    (
        lambda: nn.Bilinear(3, 0, 2),
        ArgumentError,
        "Bilinear: in2_features must be a positive integer, got 0",
    ),
    (
        lambda: nn.Unflatten(1, (2, 4))(ag.zeros(3, 10)),
        ShapeError,
        "Unflatten: axis 1 of shape (3, 10) has 10 elements, which do not fall into (2, 4)",
    ),
    (
        lambda: nn.Unflatten(1, (3, -1))(ag.zeros(3, 10)),
        ShapeError,
        "Unflatten: axis 1 of shape (3, 10) has 10 elements, which do not fall into (3, -1)",
    ),
    (
        lambda: nn.Unflatten(2, (2, 5))(ag.zeros(3, 10)),
        ShapeError,
        "Unflatten: there is no axis 2 in shape (3, 10)",
    ),
    (
        lambda: nn.Unflatten(1, (-1, -1)),
        ArgumentError,
        "Unflatten: unflattened_size must be a tuple of sizes, at most one of them -1, got "
        "(-1, -1)",
    ),
]


@pytest.mark.parametrize(("mistake", "kind", "text"), MISTAKES, ids=[m[2][:60] for m in MISTAKES])
def test_mistake(mistake: Callable[[], Any], kind: type[AutogradError], text: str) -> None:
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value) == text

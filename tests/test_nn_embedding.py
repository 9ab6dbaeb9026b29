"""Embedding: rows looked up, gradients added up; against PyTorch and one-hot products."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import (
    ArgumentError,
    AutogradError,
    DTypeError,
    IndexingError,
    ShapeError,
    UnsupportedError,
)


@pytest.mark.parametrize("shape", [(), (6,), (3, 4)])
@pytest.mark.parametrize(
    "options", [{}, {"padding_idx": 1}, {"padding_idx": -1, "scale_grad_by_freq": True}]
)
def test_equals_pytorch(
    rng: np.random.Generator, shape: tuple[int, ...], options: dict[str, Any]
) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    theirs = torch.nn.Embedding(5, 3, **options, dtype=torch.float64)
    ours = nn.Embedding(5, 3, **options, dtype=np.float64)
    assert ours.padding_idx == theirs.padding_idx
    assert repr(ours) == repr(theirs)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    x, g = rng.integers(0, 5, shape), rng.normal(size=(*shape, 3))
    out, expected = ours(ag.tensor(x)), theirs(torch.tensor(x))
    out.backward(g)
    expected.backward(torch.tensor(g))
    np.testing.assert_array_equal(out.detach().numpy(), expected.detach().numpy())
    np.testing.assert_allclose(ours.weight.grad.numpy(), theirs.weight.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize(("n_rows", "width"), [(7, 3), (100, 1), (3, 40)])
def test_it_is_a_product_with_one_hot_vectors(
    rng: np.random.Generator, n_rows: int, width: int
) -> None:
    table, x = rng.normal(size=(n_rows, width)), rng.integers(0, n_rows, (50, 4))
    g = rng.normal(size=(50, 4, width))
    hot = np.eye(n_rows)[x]
    weight = ag.tensor(table, requires_grad=True)
    out = F.embedding(x, weight)
    out.backward(g)
    np.testing.assert_allclose(out.detach().numpy(), hot @ table)
    expected = np.einsum("abv,abd->vd", hot, g)
    np.testing.assert_allclose(weight.grad.numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"padding_idx": 2}, {"scale_grad_by_freq": True}])
def test_second_order(rng: np.random.Generator, options: dict[str, Any]) -> None:
    """Of a squared table the gradient of the gradient is linear in what was looked up."""
    table, v = rng.normal(size=(4, 2)), rng.normal(size=(3, 2))
    weight = ag.tensor(table, requires_grad=True)
    x = [0, 2, 0]
    (first,) = ag.grad(
        (F.embedding(x, weight, **options) ** 2 * v).sum(), [weight], create_graph=True
    )
    (second,) = ag.grad(first.sum(), [weight])
    expected = np.zeros((4, 2))
    share = np.where(np.equal(x, options.get("padding_idx")), 0, 1) * (
        np.array([0.5, 1, 0.5]) if options.get("scale_grad_by_freq") else 1
    )
    np.add.at(expected, x, 2 * v * share[:, None] ** 2)
    np.testing.assert_allclose(second.numpy(), expected, rtol=1e-12)
    if not options:
        assert ag.gradcheck(lambda w: (F.embedding(x, w) ** 2 * v).sum(), [weight], order=2)


def test_the_padding_row_starts_at_zero_and_stays() -> None:
    layer = nn.Embedding(4, 3, padding_idx=0)
    assert layer.weight.data[0].tolist() == [0, 0, 0]
    layer([0, 1, 0]).sum().backward()
    assert layer.weight.grad.tolist() == [[0, 0, 0], [1, 1, 1], [0, 0, 0], [0, 0, 0]]


def test_from_pretrained() -> None:
    table = np.arange(6.0).reshape(3, 2)
    layer = nn.Embedding.from_pretrained(table)
    assert layer([2, 0]).tolist() == [[4, 5], [0, 1]]
    assert layer.weight.dtype == np.float64
    assert not layer.weight.requires_grad
    table[:] = 0
    assert layer([2]).tolist() == [[4, 5]]
    assert nn.Embedding.from_pretrained([[1.0]], freeze=False).weight.requires_grad


def test_it_starts_from_the_normal_distribution() -> None:
    weight = nn.Embedding(200, 100, generator=np.random.default_rng(3)).weight
    assert weight.dtype == np.float32
    assert abs(weight.data.mean()) < 0.03
    assert weight.data.std() == pytest.approx(1, abs=0.02)


def test_a_changed_index_array_does_not_matter() -> None:
    layer, x = nn.Embedding(3, 1), np.array([0, 1])
    out = layer(x)
    x[:] = 2
    out.sum().backward()
    assert layer.weight.grad.tolist() == [[1], [1], [0]]


TABLE = ag.zeros(10, 3)
MISTAKES: list[tuple[Callable[[], Any], type[AutogradError], str]] = [
    (
        lambda: nn.Embedding(10, 3)([[1, 2], [10, 3]]),
        IndexingError,
        "embedding: number 10 at position (1, 0) is outside 0..9 (the table has 10 rows)",
    ),
    (
        lambda: F.embedding([3, -1], TABLE),
        IndexingError,
        "embedding: number -1 at position 1 is outside 0..9 (the table has 10 rows)",
    ),
    (
        lambda: F.embedding(ag.ones(3), TABLE),
        DTypeError,
        "embedding: it looks rows up by integers, got float32; write x.astype(int)",
    ),
    (
        lambda: F.embedding("abc", TABLE),
        DTypeError,
        "embedding: the input must be a tensor, an array or a list of numbers, got 'abc'",
    ),
    (
        lambda: nn.Embedding(10, 0),
        ArgumentError,
        "Embedding: embedding_dim must be a positive integer, got 0",
    ),
    (
        lambda: nn.Embedding(10, 3, padding_idx=10),
        ArgumentError,
        "Embedding: padding_idx must be an integer from -10 to 9, got 10",
    ),
    (
        lambda: nn.Embedding(10, 3, max_norm=1.0),
        UnsupportedError,
        "Embedding: max_norm would overwrite rows of the table in the forward pass, behind the "
        "tape's back; scale them after optimizer.step() instead, under no_grad()",
    ),
    (
        lambda: F.embedding([1], TABLE, sparse=True),
        UnsupportedError,
        "embedding: there are no sparse gradients here; leave out sparse=True, which changes "
        "memory and time only",
    ),
    (
        lambda: nn.Embedding.from_pretrained([1.0, 2.0]),
        ShapeError,
        "from_pretrained: the table must have shape (num_embeddings, embedding_dim), got (2,)",
    ),
]


@pytest.mark.parametrize(("mistake", "kind", "text"), MISTAKES, ids=[m[2][:60] for m in MISTAKES])
def test_mistake(mistake: Callable[[], Any], kind: type[AutogradError], text: str) -> None:
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value) == text

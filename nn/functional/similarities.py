"""How alike two vectors are, and losses that draw pairs together or push them apart."""
# ruff: noqa: A002 (PyTorch's argument names)

from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ShapeError
from autograd_mini.methods import plain
from autograd_mini.nn.arguments import as_numeric, is_number, require
from autograd_mini.nn.functional.reduction import (
    check_reduction,
    in_dtype_of,
    paired,
    reduced,
    refusing_old_words,
    signs,
)


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """Return x₁·x₂/(‖x₁‖·‖x₂‖), the cosine of the angle between vectors along the axis ``dim``.

    Shapes: any two that broadcast; the result has no axis ``dim``. A norm below ``eps`` counts as
    ``eps``, so that zero vectors have similarity 0.

    Raises ShapeError if the shapes do not broadcast or have no such axis.

    >>> cosine_similarity(ag.tensor([[1.0, 0.0]]), ag.tensor([[1.0, 1.0]]))
    tensor([0.70710677])
    """
    x, y = _two("cosine_similarity", x1, x2, dim)
    return (_unit(x, dim, eps) * _unit(y, dim, eps)).sum(axis=dim)


def _two(name: str, x1: Any, x2: Any, dim: int) -> tuple[Any, Any]:
    x, y = as_numeric(f"{name}: x1", x1), as_numeric(f"{name}: x2", x2)
    try:
        shape = np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise ShapeError(f"{name}: shapes {x.shape} and {y.shape} do not broadcast") from None
    if not -len(shape) <= dim < len(shape):
        raise ShapeError(f"{name}: there is no axis {dim} in shape {shape}")
    return ag.broadcast_to(x, shape), in_dtype_of(x, ag.broadcast_to(y, shape))


def _unit(x: Any, dim: int, eps: float) -> Any:
    """Divide by the norm; of a norm below eps only the value is replaced, as in PyTorch."""
    norm = ag.norm(x, axis=dim, keepdims=True)
    short = np.maximum(eps - plain(norm), 0)
    return x / (norm + short)


def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Any:
    """Return x/max(‖x‖ₚ, eps): vectors of length 1 along the axis ``dim``, and zero ones as is.

    Raises ShapeError if there is no such axis.

    >>> normalize(ag.tensor([[3.0, 4.0]]))
    tensor([[0.6, 0.8]])
    """
    x = as_numeric("normalize: the input", input)
    if not -len(x.shape) <= dim < len(x.shape):
        raise ShapeError(f"normalize: there is no axis {dim} in shape {x.shape}")
    return x / ag.clip(ag.norm(x, ord=p, axis=dim, keepdims=True), eps, None)


def pairwise_distance(
    x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Any:
    """Return ‖x₁ − x₂ + eps‖ₚ over the last axis; ``eps`` keeps equal vectors off the kink at 0.

    Raises ShapeError if the shapes do not broadcast.

    >>> pairwise_distance(ag.tensor([[3.0, 4.0]]), ag.tensor([[0.0, 0.0]]), eps=0)
    tensor([5.])
    """
    x, y = _two("pairwise_distance", x1, x2, -1)
    return ag.norm(ag.subtract(x, y) + eps, ord=p, axis=-1, keepdims=keepdim)


@refusing_old_words
def cosine_embedding_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0.0, *, reduction: str = "mean"
) -> Any:
    """Return 1 − cos(x₁, x₂) where y = 1, else max(0, cos(x₁, x₂) − margin).

    Shapes: both inputs (N, D) or (D,), ``target`` (N,) or (), of 1 and −1. The slope at the margin
    is 1, as PyTorch's.

    Raises ArgumentError for other targets, ShapeError for other shapes.

    >>> x = ag.tensor([[1.0, 0.0], [1.0, 0.0]])
    >>> cosine_embedding_loss(x, x, ag.tensor([1, -1]), reduction="none")
    tensor([0., 1.])
    """
    name = "cosine_embedding_loss"
    check_reduction(name, reduction)
    require(f"{name}: margin", margin, is_number(margin), "a finite number")
    x1, x2 = paired(name, input1, input2)
    y = signs(name, target)
    if y.shape != x1.shape[:-1] or len(x1.shape) not in (1, 2):
        raise ShapeError(
            f"{name}: inputs of shape (N, D) or (D,) need a target of shape (N,) or (), got "
            f"{x1.shape} and {y.shape}"
        )
    tiny = 1e-12  # PyTorch's, inside the root
    lengths = ag.sqrt((_sum(x1 * x1) + tiny) * (_sum(x2 * x2) + tiny))
    cosine = _sum(x1 * x2) / lengths
    return reduced(name, ag.where(y > 0, 1 - cosine, ag.clip(cosine - margin, 0, None)), reduction)


def _sum(products: Any) -> Any:
    return products.sum(axis=-1)


@refusing_old_words
def hinge_embedding_loss(
    input: Any, target: Any, margin: float = 1.0, *, reduction: str = "mean"
) -> Any:
    """Return x where y = 1, else max(0, margin − x), for distances x of pairs.

    y = 1 draws a pair together, y = −1 pushes it apart up to ``margin``, where the slope is −1, as
    PyTorch's.

    Raises ArgumentError for other targets, ShapeError for different shapes.

    Source: R. Hadsell, S. Chopra, Y. LeCun 2006, "Dimensionality reduction by learning an invariant
    mapping", eq. 4, with squares.

    >>> hinge_embedding_loss(ag.tensor([0.2, 0.2]), ag.tensor([1, -1]), reduction="none")
    tensor([0.2, 0.8])
    """
    check_reduction("hinge_embedding_loss", reduction)
    require("hinge_embedding_loss: margin", margin, is_number(margin), "a finite number")
    x, y = paired("hinge_embedding_loss", input, signs("hinge_embedding_loss", target))
    losses = ag.where(y > 0, x, ag.clip(margin - x, 0, None))
    return reduced("hinge_embedding_loss", losses, reduction)


@refusing_old_words
def margin_ranking_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0.0, *, reduction: str = "mean"
) -> Any:
    """Return max(0, margin − y·(x₁ − x₂)): x₁ is to be above x₂ where y = 1, below where y = −1.

    Shapes: all three equal. The slope at the kink is that of the loss above 0, as PyTorch's.

    Raises ArgumentError for other targets, ShapeError for different shapes.

    >>> margin_ranking_loss(ag.tensor([3.0]), ag.tensor([1.0]), ag.tensor([-1]))
    tensor(2.)
    """
    name = "margin_ranking_loss"
    check_reduction(name, reduction)
    require(f"{name}: margin", margin, is_number(margin), "a finite number")
    x1, x2 = paired(name, input1, input2)
    x1, y = paired(name, x1, signs(name, target))
    return reduced(name, ag.clip(margin - y * (x1 - x2), 0, None), reduction)


@refusing_old_words
def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    *,
    reduction: str = "mean",
) -> Any:
    """Return max(0, d(a, p) − d(a, n) + margin): nearer to its like than to another, by a margin.

    d is ``pairwise_distance``, not its square. With ``swap`` the distance to the negative is that
    of the anchor or of the positive, whichever is nearer.

    Shapes: all three equal, (N, D) or (D,). The slope at the kink is that of the loss above 0.

    Raises ShapeError for other shapes.

    Source: F. Schroff, D. Kalenichenko, J. Philbin 2015, "FaceNet", eq. 3, with squares; V. Balntas
    et al. 2016, "Learning local feature descriptors with triplets", has the swap.

    >>> a, p, n = ag.tensor([[0.0, 0.0]]), ag.tensor([[0.0, 2.0]]), ag.tensor([[0.0, 2.5]])
    >>> triplet_margin_loss(a, p, n, eps=0)
    tensor(0.5)
    """
    name = "triplet_margin_loss"
    check_reduction(name, reduction)
    require(f"{name}: margin", margin, is_number(margin) and margin > 0, "a positive number")
    a, like = paired(name, anchor, positive)
    a, unlike = paired(name, a, negative)
    far = pairwise_distance(a, unlike, p, eps)
    if swap:
        far = ag.minimum(far, pairwise_distance(like, unlike, p, eps))
    return reduced(name, ag.clip(pairwise_distance(a, like, p, eps) - far + margin, 0), reduction)

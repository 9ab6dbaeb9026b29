"""Losses of classes: the surprise at the right one, and margins between it and the others.

``reduction``: "mean" or "sum" over all losses, or "none".
"""
# ruff: noqa: A002 (PyTorch's argument names)

from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.methods import plain
from autograd_mini.nn.arguments import as_numeric, is_number, require, warn_caller
from autograd_mini.nn.functional.reduction import (
    check_reduction,
    in_dtype_of,
    paired,
    reduced,
    refusing_old_words,
    signs,
)
from autograd_mini.nn.primitives import binary_surprise
from autograd_mini.ops.classification import class_labels, class_weights
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor


@refusing_old_words
def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Return −ln softmax(z)[y], the surprise at the right class, per example or reduced.

    L = ln Σ_c e^{z_c} − z_y, for logits z: do not apply softmax first.

    Shapes: ``input`` (N, C), the logits of C classes, also (C,) of one example and (N, C, d, …) of
    a class for each place; ``target`` without C: the labels, integers 0..C−1 in a list, array or
    Tensor. A float target of the input's shape holds probabilities t: −Σ_c t_c·ln softmax(z)_c.
    ``weight`` (C,): of each class. ``ignore_index``: a label that counts nothing.
    ``label_smoothing``: this share of the probability is spread evenly over all classes.
    ``reduction``: "sum", "none", or "mean", for labels weighted by their classes.

    Warns when all examples' inputs, of at least two, lie in 0..1 and sum to 1 within a few
    roundings: softmax has been applied already. Real logits do not do that; the first example alone
    is looked at unless it does, which takes a few microseconds.

    Raises ArgumentError for a label outside 0..C−1, probabilities that do not sum to 1 and options
    out of range, DTypeError for labels that are not integers, ShapeError for other shapes and an
    empty batch.

    Source of label smoothing: C. Szegedy et al. 2016, "Rethinking the Inception architecture for
    computer vision", section 7.

    >>> cross_entropy(ag.tensor([[0.0, 0.0], [0.0, 0.0]]), [0, 1])
    tensor(0.6931472)
    """
    check_reduction("cross_entropy", reduction)
    logits = _scores("cross_entropy", "logits", input)
    _warn_of_softmax(logits._array)
    dtype = getattr(target, "dtype", None)
    if dtype is not None and dtype.kind == "f" and target.shape == logits.shape:
        target = in_dtype_of(logits, target)
        _check_sums(target, logits.shape)
    return ag.cross_entropy(logits, target, weight, ignore_index, reduction, label_smoothing)


def _scores(name: str, noun: str, input: Any) -> Tensor:
    """Return a number for each class: (C,), (N, C) or (N, C, …)."""
    value = as_numeric(f"{name}: the {noun}", input)
    scores: Tensor = value if isinstance(value, Tensor) else ag.tensor(value)
    if not scores.ndim or not scores.size:
        raise ShapeError(
            f"{name}: {noun} must have shape (N, C), (C,) or (N, C, d, …) with at least one "
            f"example, got {scores.shape}"
        )
    return scores


def _warn_of_softmax(logits: Array) -> None:
    if logits.ndim < 2 or len(logits) < 2 or logits.shape[1] < 2 or logits.dtype.kind != "f":
        return
    close = 64 * np.finfo(logits.dtype).eps
    for some in (logits[:1], logits):
        if some.min() < 0 or not (np.abs(some.sum(axis=1) - 1) < close).all():
            return
    warn_caller(
        "cross_entropy: every row of the input lies in 0..1 and sums to 1, as if softmax had been "
        "applied already. cross_entropy and CrossEntropyLoss apply it themselves, and twice it "
        "flattens the gradients: pass the logits"
    )


def _check_sums(target: Any, shape: tuple[int, ...]) -> None:
    """Raise unless the probabilities of each example sum to 1, or nearly."""
    axis = min(1, len(shape) - 1)
    sums = np.atleast_1d(plain(target).sum(axis=axis))
    wrong = sums[np.abs(sums - 1) > 0.01]
    if wrong.size:
        raise ArgumentError(
            f"cross_entropy: a float target of the logits' shape {shape} holds probabilities, and "
            f"those of each example must sum to 1, got {wrong[0]:.4g}; labels are integers of "
            f"shape {shape[:axis] + shape[axis + 1 :]}"
        )


@refusing_old_words
def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Any:
    """Return −x[y], for log-probabilities x: after ``log_softmax`` it is ``cross_entropy``.

    Shapes, labels, ``weight``, ``ignore_index``, ``reduction`` and errors: as in
    ``cross_entropy``.

    >>> nll_loss(ag.tensor([[-0.5, -1.0], [-2.0, -0.25]]), [0, 1])
    tensor(0.375)
    """
    check_reduction("nll_loss", reduction)
    x = _scores("nll_loss", "log-probabilities", input)
    labels = class_labels(target, x.shape, ignore_index, "nll_loss")
    counts = labels != ignore_index
    weights = class_weights(weight, x.shape[_class_axis(x)], x.dtype, "nll_loss")
    labels = np.where(counts, labels, 0)
    weights = weights[labels] * counts
    losses = ag.where(counts, -_of_class(x, labels), 0.0) * weights
    if reduction == "mean":
        return losses.sum() / weights.sum()
    return reduced("nll_loss", losses, reduction)


def _class_axis(scores: Tensor) -> int:
    return min(1, scores.ndim - 1)


def _of_class(scores: Tensor, labels: Array) -> Any:
    """Return each example's score of its own class."""
    axis = _class_axis(scores)
    own = ag.take_along_axis(scores, np.expand_dims(labels, axis), axis)
    return own.squeeze(axis)


@refusing_old_words
def binary_cross_entropy(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean"
) -> Any:
    """Return −y·ln x − (1 − y)·ln(1 − x), for probabilities x that y is 1.

    A logarithm is at least −100, so that a wrong certainty costs 100 and not ∞.

    Shapes: ``input`` and ``target`` equal; ``weight`` multiplies the losses and broadcasts to them.

    Raises ArgumentError for an input or a target outside 0..1, ShapeError for different shapes.

    >>> binary_cross_entropy(ag.tensor([0.5, 0.0]), ag.tensor([1.0, 1.0]), reduction="none")
    tensor([  0.6931472, 100.       ])
    """
    name = "binary_cross_entropy"
    check_reduction(name, reduction)
    x, y = paired(name, input, target)
    _check_probabilities(f"{name}: BCELoss", x, "use BCEWithLogitsLoss for logits")
    _check_probabilities(f"{name}: the target", y, "labels are 0 and 1")
    losses = binary_surprise.binary_cross_entropy(x, y)
    return reduced(name, _weighted(name, losses, weight), reduction)


def _check_probabilities(what: str, values: Any, remedy: str) -> None:
    array = plain(values)
    outside = array[~((array >= 0) & (array <= 1))]  # also NaN
    if outside.size:
        raise ArgumentError(
            f"{what} needs probabilities from 0 to 1, got {outside[0]:.4g}; {remedy}"
        )


@refusing_old_words
def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None
) -> Any:
    """Return −p·y·ln σ(x) − (1 − y)·ln(1 − σ(x)), for logits x: exact however large they are.

    Shapes: ``input`` and ``target`` equal; ``weight`` multiplies the losses and broadcasts to them,
    ``pos_weight``, p, to the input: p > 1 makes a missed positive cost more.

    Raises ShapeError for different shapes.

    >>> binary_cross_entropy_with_logits(ag.tensor([-1000.0, 1000.0]), ag.tensor([1.0, 1.0]))
    tensor(500.)
    """
    name = "binary_cross_entropy_with_logits"
    check_reduction(name, reduction)
    x, y = paired(name, input, target)
    if pos_weight is None:
        losses = binary_surprise.binary_cross_entropy_with_logits(x, y)
    else:
        p = _broadcasting(name, "pos_weight", pos_weight, x)
        losses = -(p * y * ag.log_sigmoid(x) + (1 - y) * ag.log_sigmoid(ag.negative(x)))
    return reduced(name, _weighted(name, losses, weight), reduction)


def _weighted(name: str, losses: Any, weight: Any) -> Any:
    return losses if weight is None else losses * _broadcasting(name, "weight", weight, losses)


def _broadcasting(name: str, noun: str, value: Any, like: Any) -> Any:
    """Return ``value`` in the dtype of ``like``. Raises ShapeError unless it broadcasts to it."""
    weight = in_dtype_of(like, as_numeric(f"{name}: {noun}", value))
    try:
        np.broadcast_to(np.empty(weight.shape), like.shape)
    except ValueError:
        raise ShapeError(
            f"{name}: {noun} of shape {weight.shape} does not broadcast to the input's {like.shape}"
        ) from None
    return weight


@refusing_old_words
def kl_div(input: Any, target: Any, *, reduction: str = "mean", log_target: bool = False) -> Any:
    """Return p·(ln p − x): summed over classes, how far log-probabilities x are from p.

    Shapes: ``input`` and ``target`` equal. ``log_target``: the target is ln p. A probability of 0
    counts nothing.
    ``reduction``: "batchmean", the sum over the number of examples, is the divergence; "mean" also
    divides by the number of classes, and warns, as PyTorch does; "sum" and "none".

    Raises ShapeError for different shapes.

    Source: S. Kullback, R. Leibler 1951, "On information and sufficiency", section 2.

    >>> x = ag.log(ag.tensor([[0.5, 0.5]]))
    >>> kl_div(x, ag.tensor([[1.0, 0.0]]), reduction="batchmean")
    tensor(0.6931472)
    """
    check_reduction("kl_div", reduction, "batchmean")
    x, y = paired("kl_div", input, target)
    if reduction == "mean":
        warn_caller(
            "kl_div: reduction='mean' divides by the number of classes too, which is not the "
            "divergence; write reduction='batchmean'"
        )
    losses = ag.exp(y) * (y - x) if log_target else y * (ag.log(ag.where(y == 0, 1.0, y)) - x)
    if reduction == "batchmean":
        return losses.sum() / (x.shape[0] if x.shape else 1)
    return reduced("kl_div", losses, reduction)


@refusing_old_words
def multi_margin_loss(
    input: Any,
    target: Any,
    p: int = 1,
    margin: float = 1.0,
    weight: Any = None,
    *,
    reduction: str = "mean",
) -> Any:
    """Return Σ_{c≠y} w_y·max(0, margin − x_y + x_c)ᵖ / C: the hinge loss of C classes.

    It is 0 once the right class leads every other by ``margin``, where its slope is 0 too.

    Shapes: ``input`` (N, C) or (C,), the scores; ``target`` (N,) or (), the labels; ``weight``
    (C,), of each class. ``p``: 1 or 2.

    Raises ArgumentError for a label outside 0..C−1 and other p, DTypeError for labels that are not
    integers, ShapeError for other shapes.

    Source: K. Crammer, Y. Singer 2001, take the largest term, J. Weston, C. Watkins 1999, the sum,
    as here.

    >>> multi_margin_loss(ag.tensor([[0.5, 0.0, 2.0]]), [2])
    tensor(0.)
    >>> multi_margin_loss(ag.tensor([[0.5, 0.0, 2.0]]), [0])  # (0.5 + 2.5)/3
    tensor(1.)
    """
    name = "multi_margin_loss"
    check_reduction(name, reduction)
    require(f"{name}: p", p, p in (1, 2), "1 or 2")
    require(f"{name}: margin", margin, is_number(margin), "a finite number")
    x = _scores(name, "scores", input)
    if x.ndim > 2:
        raise ShapeError(f"{name}: scores must have shape (N, C) or (C,), got {x.shape}")
    labels = class_labels(target, x.shape, None, name)
    n_classes = x.shape[-1]
    weights = class_weights(weight, n_classes, x.dtype, name)[labels]
    behind = ag.relu(margin - ag.expand_dims(_of_class(x, labels), -1) + x)
    others = np.arange(n_classes) != np.expand_dims(labels, -1)
    losses = (behind**p * others).sum(axis=-1) * (weights / n_classes)
    return reduced(name, losses, reduction)


def hinge_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return max(0, 1 − y·x), for scores x and labels y of −1 and 1: the loss of the SVM.

    It is 0 once x has the sign of y and is at least 1 away from 0. The slope where y·x = 1 is 0.
    PyTorch has the same of more classes only, as ``multi_margin_loss``.

    Raises ArgumentError for other labels, ShapeError for different shapes.

    Source: C. Cortes, V. Vapnik 1995, "Support-vector networks", where it is the sum of slacks.

    >>> hinge_loss(ag.tensor([2.0, 0.5, -1.0]), ag.tensor([1.0, 1.0, 1.0]), reduction="none")
    tensor([0. , 0.5, 2. ])
    """
    check_reduction("hinge_loss", reduction)
    x, y = paired("hinge_loss", input, signs("hinge_loss", target))
    return reduced("hinge_loss", ag.relu(1 - y * x), reduction)


@refusing_old_words
def soft_margin_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return ln(1 + e^(−y·x)), for scores x and labels y of −1 and 1: a smooth hinge.

    It is ``binary_cross_entropy_with_logits`` with labels −1 and 1 instead of 0 and 1.

    Raises ArgumentError for other labels, ShapeError for different shapes.

    >>> soft_margin_loss(ag.tensor([-1000.0]), ag.tensor([1.0]))
    tensor(1000.)
    """
    check_reduction("soft_margin_loss", reduction)
    x, y = paired("soft_margin_loss", input, signs("soft_margin_loss", target))
    return reduced("soft_margin_loss", -ag.log_sigmoid(y * x), reduction)

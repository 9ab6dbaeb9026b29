"""Cross entropy: the surprise at the right class, of labels or of probabilities."""

from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, ShapeError
from autograd_mini.fusion import fused
from autograd_mini.ops import reductions
from autograd_mini.ops.elementwise import where
from autograd_mini.ops.gathering import take_along_axis
from autograd_mini.ops.normalizing import below_largest, log_softmax
from autograd_mini.ops.reductions import logsumexp, mean
from autograd_mini.rows import Array


def _class_axis(shape: tuple[int, ...]) -> int:
    """Return which axis of the logits counts the classes: (C,), (N, C) or (N, C, …)."""
    return 0 if len(shape) == 1 else 1


def _surprise(x: Any, labels: Any) -> Any:
    axis = _class_axis(x.shape)
    right = take_along_axis(x, np.expand_dims(labels, axis), axis=axis)
    return np.squeeze(logsumexp(x, axis=axis, keepdims=True) - right, axis)


def _forward(x: Any, labels: Any) -> tuple[Any, Any]:
    axis = _class_axis(x.shape)
    z = below_largest(x, axis)
    right = np.take_along_axis(z, np.expand_dims(labels, axis), axis)
    powers = np.exp(z, out=z)
    total = np.sum(powers, axis=axis, keepdims=True)
    return np.squeeze(np.log(total) - right, axis), (powers, total)


def _backward(g: Any, saved: Any, wanted: Any, x: Any, labels: Any) -> tuple[Any, Any]:
    powers, total = saved
    axis = _class_axis(x.shape)
    classes = np.reshape(np.arange(x.shape[axis]), (-1,) + (1,) * (x.ndim - axis - 1))
    slope = powers / total
    slope -= np.equal(np.expand_dims(labels, axis), classes)
    slope *= np.expand_dims(g, axis)
    return slope, None


_label_losses = fused(
    _surprise,
    name="cross_entropy",
    doc="z = ln Σ eˣ − x[label]; ∂z/∂x = softmax(x) − onehot(label)",
    forward=_forward,
    backward=_backward,
)


def cross_entropy(
    x: Any,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Return −Σ_c w_c·t_c·ln softmax(x)_c per example, or reduced: PyTorch's cross entropy.

    Shapes: ``x`` (C,), (N, C) or (N, C, …), the logits of C classes: do not apply softmax first.
    ``target``: labels, integers 0..C−1 in x's shape without C, or probabilities t in x's shape, an
    array or a Tensor.
    ``weight`` (C,): of each class, w. ``ignore_index``: a label that counts nothing.
    ``label_smoothing``: ε from 0 to 1; t becomes (1 − ε)·t + ε/C (C. Szegedy et al. 2016,
    "Rethinking the Inception architecture", section 7).
    ``reduction``: "sum", "none", or "mean": over the examples, for labels weighted by w, NaN if
    all are ignored.

    Raises ArgumentError for a label outside 0..C−1 and for options out of range, DTypeError for
    labels that are not integers, ShapeError for other shapes.

    >>> import autograd_mini as ag
    >>> cross_entropy(ag.tensor([[0.0, 0.0], [0.0, 0.0]]), [0, 1])
    tensor(0.6931472)
    """
    shape = np.shape(x)
    if reduction not in ("mean", "sum", "none"):
        raise ArgumentError(
            f"cross_entropy: reduction must be 'mean', 'sum' or 'none', got {reduction!r}"
        )
    if not 0 <= label_smoothing <= 1:
        raise ArgumentError(
            f"cross_entropy: label_smoothing must be from 0 to 1, got {label_smoothing}"
        )
    if not shape:
        raise ShapeError("cross_entropy: logits must have shape (C,), (N, C) or (N, C, …), got ()")
    x = x if hasattr(x, "shape") else np.asarray(x, dtype=float)
    axis = _class_axis(shape)
    n_classes = shape[axis]
    soft = hasattr(target, "dtype") and target.dtype.kind == "f" and target.shape == shape
    if not soft:
        labels = class_labels(target, shape, ignore_index)
        counts = labels != ignore_index
        if weight is None and label_smoothing == 0 and counts.all():
            return _reduced(_label_losses(x, labels), reduction)

    weights = class_weights(weight, n_classes, x.dtype)
    along = np.reshape(weights, (-1,) + (1,) * (len(shape) - axis - 1))
    if soft:
        smooth = target * (1 - label_smoothing) + label_smoothing / n_classes
        losses = reductions.sum(-log_softmax(x, axis=axis) * (smooth * along), axis=axis)
        return _reduced(losses, reduction)

    labels = np.where(counts, labels, 0)
    losses = _label_losses(x, labels) * (weights[labels] * (1 - label_smoothing))
    if label_smoothing:
        spread = reductions.sum(-log_softmax(x, axis=axis) * along, axis=axis)
        losses = losses + spread * (label_smoothing / n_classes)
    losses = where(counts, losses, 0)
    if reduction == "mean":
        return reductions.sum(losses) / np.sum(weights[labels] * counts)
    return _reduced(losses, reduction)


def _reduced(losses: Any, reduction: str) -> Any:
    if reduction == "none":
        return losses
    return mean(losses) if reduction == "mean" else reductions.sum(losses)


def class_weights(
    weight: Any, n_classes: int, dtype: Any, asked_by: str = "cross_entropy"
) -> Array:
    """Return ``weight`` as an array of one number for each class, 1 without it."""
    weights = np.ones(n_classes, dtype) if weight is None else np.asarray(weight, dtype=dtype)
    if weights.shape != (n_classes,):
        raise ShapeError(
            f"{asked_by}: weight must have one number for each class, shape ({n_classes},), got "
            f"{weights.shape}"
        )
    return weights


def class_labels(
    target: Any,
    shape: tuple[int, ...],
    ignore_index: int | None = None,
    asked_by: str = "cross_entropy",
) -> Array:
    """Return ``target`` as an array of labels for logits of ``shape``.

    Raises ArgumentError, DTypeError or ShapeError: which labels are wrong, and what to write.
    """
    axis = _class_axis(shape)
    n_classes, wanted = shape[axis], shape[:axis] + shape[axis + 1 :]
    text = f"{asked_by}: labels must be integers of shape {wanted}, got"
    try:
        array = np.asarray(target.detach() if hasattr(target, "detach") else target)
    except ValueError:
        raise DTypeError(f"{text} lists of different lengths") from None
    if array.dtype.kind in "US" and array.size:
        raise DTypeError(
            f"{text} text such as {str(array.flat[0])!r}; number the classes: names, labels = "
            f"np.unique(labels, return_inverse=True)"
        )
    if array.dtype.kind not in "biuf":
        raise DTypeError(f"{text} {'None' if target is None else type(target).__name__}")
    if array.dtype.kind not in "iu" or array.shape != wanted:
        name = "labels" if hasattr(target, "dtype") else "np.array(labels)"
        remedy = _remedy(array, name, shape, wanted)
        kind = ShapeError if array.dtype.kind in "iu" else DTypeError
        raise kind(f"{text} {array.dtype} {array.shape}; {remedy}")
    outside = ((array < 0) | (array >= n_classes)) & (array != ignore_index)
    if outside.any():
        place = tuple(np.argwhere(outside)[0].tolist())
        raise ArgumentError(
            f"{asked_by}: label {array[place]} at position "
            f"{place[0] if len(place) == 1 else place} is outside 0..{n_classes - 1} "
            f"(logits have {n_classes} classes)"
        )
    return array


def _remedy(array: Array, name: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """Return what would make labels of ``array``."""
    axis = _class_axis(shape)
    if array.shape == shape and shape[axis] > 1:
        return f"use {name}.argmax(axis={axis})"
    if array.shape == wanted:
        broken = array[array != np.floor(array)]
        return f"{broken[0]} is no class" if broken.size else f"use {name}.astype(int)"
    if array.size == np.prod(wanted):
        return f"use {name}.reshape({-1 if len(wanted) == 1 else wanted})"
    return "one label per row of the logits"

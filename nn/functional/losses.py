"""Losses of numbers: how far an output is from what it should be, or how unlikely that is.

Those of classes are in ``classification_losses.py``, those of pairs in ``similarities.py``.
``reduction``: "mean" or "sum" over all elements, or "none". A constant target takes the input's
dtype. All raise ShapeError for input and target of different shapes, which would silently
broadcast.
"""
# ruff: noqa: A002 (PyTorch's argument names)

from math import log, pi
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
    refuse_empty,
    refusing_old_words,
)
from autograd_mini.nn.primitives.residuals import huber, squared_error


@refusing_old_words
def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return the squared differences (x − y)², per element or reduced.

    Shapes: ``input`` and ``target`` equal. ``reduction``: "mean" or "sum" over all elements, or
    "none".

    Raises ShapeError for different shapes, which would silently broadcast, DTypeError for what is
    not made of numbers.

    >>> mse_loss(ag.tensor([1.0, 2.0]), ag.tensor([1.0, 4.0]))
    tensor(2.)
    """
    check_reduction("mse_loss", reduction)
    x, y = paired("mse_loss", input, target)
    if reduction == "none":
        return ag.square(ag.subtract(x, y))
    if reduction == "mean":
        refuse_empty("mse_loss", x)
    return squared_error(x, y, mean=reduction == "mean")


@refusing_old_words
def l1_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Return the distances |x − y|. The slope at x = y is 0.

    >>> l1_loss(ag.tensor([1.0, 2.0]), ag.tensor([1.0, 4.0]))
    tensor(1.)
    """
    check_reduction("l1_loss", reduction)
    x, y = paired("l1_loss", input, target)
    return reduced("l1_loss", ag.absolute(ag.subtract(x, y)), reduction)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """Return d²/2 where |d| = |x − y| ≤ delta, else delta·(|d| − delta/2).

    Its slope d is cut off at ±delta, so that outliers pull no harder than that.

    Raises ArgumentError unless delta > 0.

    Source: P. Huber 1964, "Robust estimation of a location parameter".

    >>> huber_loss(ag.tensor([0.5, 4.0]), ag.tensor([0.0, 0.0]), reduction="none")
    tensor([0.125, 3.5  ])
    """
    require("huber_loss: delta", delta, is_number(delta) and delta > 0, "a positive number")
    check_reduction("huber_loss", reduction)
    x, y = paired("huber_loss", input, target)
    return reduced("huber_loss", huber(x, y, delta=delta), reduction)


@refusing_old_words
def smooth_l1_loss(input: Any, target: Any, *, reduction: str = "mean", beta: float = 1.0) -> Any:
    """Return d²/(2·beta) where |d| = |x − y| ≤ beta, else |d| − beta/2: Huber's loss over beta.

    With beta = 0 it is ``l1_loss``.

    Raises ArgumentError unless beta ≥ 0.

    Source: R. Girshick 2015, "Fast R-CNN", eq. 3, has beta = 1.

    >>> smooth_l1_loss(ag.tensor([0.5, 4.0]), ag.tensor([0.0, 0.0]), beta=2.0, reduction="none")
    tensor([0.0625, 3.    ])
    """
    require("smooth_l1_loss: beta", beta, is_number(beta) and beta >= 0, "a number, at least 0")
    check_reduction("smooth_l1_loss", reduction)
    x, y = paired("smooth_l1_loss", input, target)
    losses = huber(x, y, delta=beta) / beta if beta else ag.absolute(ag.subtract(x, y))
    return reduced("smooth_l1_loss", losses, reduction)


def gaussian_nll_loss(
    input: Any,
    target: Any,
    var: Any,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Any:
    """Return (ln v + (x − y)²/v)/2: the surprise at y, if it is normal of mean x and variance v.

    Shapes: ``var`` is a number, of the input's shape, or of it without its last axis or with 1
    there: one variance for each example.
    ``full``: add the constant ln(2π)/2. ``eps``: the least variance; below it var is replaced, with
    the gradient it would have there.

    Raises ArgumentError for a negative variance or unless eps > 0, ShapeError for other shapes.

    Source: D. Nix, A. Weigend 1994, "Estimating the mean and variance of the target probability
    distribution".

    >>> gaussian_nll_loss(ag.tensor([1.0]), ag.tensor([3.0]), ag.tensor([1.0]))
    tensor(2.)
    """
    name = "gaussian_nll_loss"
    require(f"{name}: eps", eps, is_number(eps) and eps > 0, "a positive number")
    check_reduction(name, reduction)
    x, y = paired(name, input, target)
    v = in_dtype_of(x, as_numeric(f"{name}: var", var))
    if v.shape == x.shape[:-1]:
        v = v.reshape(*v.shape, 1) if x.shape else v
    elif v.shape not in ((), x.shape, (*x.shape[:-1], 1)):
        raise ShapeError(
            f"{name}: var has shape {v.shape}, which fits the input's {x.shape} neither as one "
            f"variance for each element nor for each example"
        )
    values = plain(v)
    least = float(values.min(initial=np.inf))
    require(f"{name}: var", least, least >= 0, "at least 0 everywhere")
    v = v + np.maximum(eps - values, 0)
    losses = (ag.log(v) + ag.square(ag.subtract(x, y)) / v) / 2
    return reduced(name, losses + log(2 * pi) / 2 if full else losses, reduction)


@refusing_old_words
def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    *,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Any:
    """Return eˣ − y·x: the surprise at a count y, if it is Poisson of mean eˣ, without ln y!.

    ``log_input=False``: the input is the mean itself: x − y·ln(x + eps). ``full``: add Stirling's
    y·ln y − y + ln(2πy)/2 for ln y! where y > 1.

    >>> poisson_nll_loss(ag.tensor([0.0]), ag.tensor([3.0]))
    tensor(1.)
    """
    check_reduction("poisson_nll_loss", reduction)
    x, y = paired("poisson_nll_loss", input, target)
    losses = ag.exp(x) - y * x if log_input else x - y * ag.log(x + eps)
    if full:
        many = ag.where(y > 1, y, 1.0)
        stirling = many * ag.log(many) - many + ag.log(2 * pi * many) / 2
        losses = losses + ag.where(y > 1, stirling, 0.0)
    return reduced("poisson_nll_loss", losses, reduction)

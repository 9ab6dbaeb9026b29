"""Gradients kept within bounds, between ``backward()`` and ``step()``."""

from collections.abc import Iterable
from math import inf

import numpy as np

from autograd_mini.errors import DTypeError, GraphError
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor, constant


def _gradients(asked_by: str, parameters: Tensor | Iterable[Tensor]) -> list[Array]:
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    for p in given:
        if not isinstance(p, Tensor):
            raise DTypeError(
                f"{asked_by} takes parameters, got {type(p).__name__}; write model.parameters()"
            )
    return [p.grad.data for p in given if p.grad is not None]


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scale all gradients together so that their joint norm is at most ``max_norm``.

    g ← g·min(1, max_norm/(‖g‖ + 10⁻⁶)), with ‖g‖ of all elements of all gradients as one vector;
    returned is ‖g‖ before. ``norm_type``: p of the p-norm, ``inf`` for the largest |g|. Parameters
    without a gradient do not count.

    Raises GraphError for a norm of NaN or inf if ``error_if_nonfinite``; then nothing is changed.
    ArgumentError for a max_norm below 0.

    Source: R. Pascanu, T. Mikolov, Y. Bengio 2013, "On the difficulty of training recurrent neural
    networks", algorithm 1.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([0.0, 0.0])
    >>> w.grad = [3.0, 4.0]
    >>> clip_grad_norm_([w], max_norm=1.0)
    tensor(5.)
    >>> w.grad.data.round(3)
    array([0.6, 0.8], dtype=float32)
    """
    name = "clip_grad_norm_"
    allowed = isinstance(max_norm, int | float | np.number) and max_norm >= 0
    require(f"{name}: max_norm", max_norm, allowed, "a number, at least 0")
    allowed = isinstance(norm_type, int | float | np.number) and norm_type > 0
    require(f"{name}: norm_type", norm_type, allowed, "a number above 0, or inf")
    gradients = _gradients(name, parameters)
    norms = [np.linalg.norm(g.ravel(), norm_type) for g in gradients if g.size]
    total = np.linalg.norm(norms, norm_type) if norms else np.float32(0)
    if error_if_nonfinite and not np.isfinite(total):
        raise GraphError(
            f"{name}: the gradients' norm is {total}, so they cannot be scaled; "
            f"ag.detect_anomaly() names the operation that made the first NaN or inf"
        )
    scale = min(1.0, max_norm / (float(total) + 1e-6)) if total == total else total
    for g in gradients:
        np.multiply(g, scale, out=g, casting="same_kind")
    dtype = gradients[0].dtype if gradients else np.float32
    return constant(np.asarray(total, dtype), name)


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Clip every element of every gradient to −clip_value … clip_value.

    Raises ArgumentError for a value below 0.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([0.0, 0.0])
    >>> w.grad = [3.0, -0.5]
    >>> clip_grad_value_([w], 1.0)
    >>> w.grad
    tensor([ 1. , -0.5])
    """
    allowed = (is_number(clip_value) or clip_value == inf) and clip_value >= 0
    require("clip_grad_value_: clip_value", clip_value, allowed, "a number, at least 0")
    for g in _gradients("clip_grad_value_", parameters):
        np.clip(g, -clip_value, clip_value, out=g)

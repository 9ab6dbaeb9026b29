"""RMSprop: gradients divided by their recent size."""

from collections.abc import Mapping
from typing import Any, Unpack

import numpy as np

from autograd_mini.nn.optim.in_place import add_scaled, average
from autograd_mini.nn.optim.optimizer import Implementation, Optimizer, Params
from autograd_mini.rows import Array


class RMSprop(Optimizer):
    """Divide the gradient by the root of the mean of its recent squares.

    With weight decay λ and momentum μ, at each step::

        g ← g + λ·w
        v ← α·v + (1 − α)·g²
        d ← g/(√v + ε)              (centered: √(v − a²), with a ← α·a + (1 − α)·g)
        b ← μ·b + d
        w ← w − lr·b

    0 ≤ ``alpha`` < 1, 0 ≤ ``momentum`` < 1; ``lr``, ``eps``, ``weight_decay`` ≥ 0. ``maximize``:
    climb.

    Raises ArgumentError for values out of range.

    Source: T. Tieleman, G. Hinton 2012, lecture 6.5 of "Neural networks for machine learning";
    centered: A. Graves 2013, "Generating sequences with recurrent neural networks", eqs. 38-45,
    with ε outside the root, as in PyTorch.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0, 1.0])
    >>> w.grad = [3.0, -1000.0]
    >>> RMSprop([w], lr=0.1, alpha=0.75).step()
    >>> w.data
    array([0.8, 1.2], dtype=float32)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "alpha": alpha,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "centered": centered,
            "maximize": maximize,
        }
        super().__init__(params, defaults, **implementation)

    def _memory(self, options: Mapping[str, Any]) -> dict[str, float]:
        names = ["square_avg"]
        names += ["grad_avg"] if options["centered"] else []
        names += ["momentum_buffer"] if options["momentum"] else []
        return dict.fromkeys(names, 0.0)

    def _update(
        self,
        w: Array,
        g: Array,
        spare: Array,
        state: dict[str, Any],
        *,
        lr: float,
        alpha: float,
        eps: float,
        weight_decay: float,
        momentum: float,
        centered: bool,
    ) -> None:
        v = state["square_avg"]
        if weight_decay:
            add_scaled(g, weight_decay, w, spare)  # g ← g + λ·w
        v *= alpha
        np.multiply(g, g, out=spare)
        spare *= 1 - alpha
        v += spare  # v ← α·v + (1 − α)·g²
        if centered:
            a = state["grad_avg"]
            average(a, g, alpha, spare)  # a ← α·a + (1 − α)·g
            np.multiply(a, a, out=spare)
            np.subtract(v, spare, out=spare)
            np.sqrt(spare, out=spare)
        else:
            np.sqrt(v, out=spare)
        spare += eps
        g /= spare  # d ← g/(√v + ε)
        if momentum:
            b = state["momentum_buffer"]
            b *= momentum
            b += g  # b ← μ·b + d
            g = b
        add_scaled(w, -lr, g, spare)

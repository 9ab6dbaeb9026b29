"""Adagrad: gradients divided by the size of all that came before."""

from collections.abc import Mapping
from typing import Any, Unpack

import numpy as np

from autograd_mini.nn.optim.in_place import add_scaled
from autograd_mini.nn.optim.optimizer import Implementation, Optimizer, Params
from autograd_mini.rows import Array


class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of all its squares so far.

    With weight decay λ and step number t, at each step::

        g ← g + λ·w
        s ← s + g²                  starting from initial_accumulator_value
        w ← w − lr/(1 + (t − 1)·lr_decay)·g/(√s + ε)

    All arguments ≥ 0. ``maximize``: climb.

    Raises ArgumentError for values out of range.

    Source: J. Duchi, E. Hazan, Y. Singer 2011, "Adaptive subgradient methods for online learning
    and stochastic optimization", section 1.1.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0, 1.0])
    >>> w.grad = [3.0, -1000.0]
    >>> Adagrad([w], lr=0.5).step()
    >>> w.data
    array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "eps": eps,
            "maximize": maximize,
        }
        super().__init__(params, defaults, **implementation)

    def _memory(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"sum": options["initial_accumulator_value"]}

    def _update(
        self,
        w: Array,
        g: Array,
        spare: Array,
        state: dict[str, Any],
        *,
        lr: float,
        lr_decay: float,
        weight_decay: float,
        initial_accumulator_value: float,
        eps: float,
    ) -> None:
        s = state["sum"]
        if weight_decay:
            add_scaled(g, weight_decay, w, spare)  # g ← g + λ·w
        np.multiply(g, g, out=spare)
        s += spare  # s ← s + g²
        np.sqrt(s, out=spare)
        spare += eps
        g /= spare
        g *= lr / (1 + (state["step"] - 1) * lr_decay)
        w -= g

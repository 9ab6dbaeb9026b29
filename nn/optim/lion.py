"""Lion: the sign of a mean gradient."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_mini.nn.optim.in_place import average
from autograd_mini.nn.optim.optimizer import Optimizer, Params
from autograd_mini.rows import Array


class Lion(Optimizer):
    """Steps of exactly lr in every coordinate, along the sign of a mean gradient.

    With weight decay λ, at each step::

        c ← β₁·m + (1 − β₁)·g
        w ← w − lr·(sign(c) + λ·w)
        m ← β₂·m + (1 − β₂)·g

    0 ≤ β < 1 in ``betas``; ``lr``, ``weight_decay`` ≥ 0. lr is some 3 to 10 times smaller than
    Adam's. ``maximize``: climb.

    Raises ArgumentError for values out of range.

    Source: X. Chen et al. 2023, "Symbolic discovery of optimization algorithms", program 1.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0, 1.0])
    >>> w.grad = [3.0, -1000.0]
    >>> Lion([w], lr=0.5).step()
    >>> w.data
    array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, defaults)

    def _memory(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"exp_avg": 0.0}

    def _update(
        self,
        w: Array,
        g: Array,
        spare: Array,
        state: dict[str, Any],
        *,
        lr: float,
        betas: tuple[float, float],
        weight_decay: float,
    ) -> None:
        m = state["exp_avg"]
        beta1, beta2 = betas
        w *= 1 - lr * weight_decay
        np.subtract(g, m, out=spare)
        spare *= 1 - beta1
        spare += m  # c ← β₁·m + (1 − β₁)·g
        np.sign(spare, out=spare)
        spare *= lr
        w -= spare
        average(m, g, beta2, spare)  # m ← β₂·m + (1 − β₂)·g

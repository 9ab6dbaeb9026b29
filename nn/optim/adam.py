"""Adam and its kin: steps that do not depend on the gradient's scale."""

from math import sqrt
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError
from autograd_mini.nn.optim.optimizer import Optimizer, Params
from autograd_mini.rows import Array


class Adam(Optimizer):
    """Steps of about lr in every coordinate, whatever the gradient's scale.

    With weight decay λ and step number t, at each step::

        g ← g + λ·w
        m ← β₁·m + (1 − β₁)·g      mean of g, starting from 0
        v ← β₂·v + (1 − β₂)·g²     mean of g², starting from 0
        m̂ = m/(1 − β₁ᵗ)            both corrected for the start
        v̂ = v/(1 − β₂ᵗ)
        w ← w − lr·m̂/(√v̂ + ε)

    ``lr`` > 0; 0 ≤ β < 1 in ``betas``; ``eps`` ≥ 0; ``weight_decay`` ≥ 0. The first step is
    lr·sign(g).

    Raises ArgumentError for values out of range.

    Source: D. P. Kingma, J. Ba 2014, "Adam: a method for stochastic optimization", algorithm 1.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0, 1.0])
    >>> optimizer = Adam([w], lr=0.5)
    >>> w.grad = [3.0, -1000.0]
    >>> optimizer.step()
    >>> w.data
    array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def _check(self, group: dict[str, Any]) -> None:
        self._check_lr(group)
        betas = group["betas"]
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ArgumentError(
                f"Adam: betas must be two numbers, each at least 0 and below 1, got {betas!r}"
            )
        for position, beta in enumerate(betas):
            self._check_decay_rate(f"betas[{position}]", beta)
        self._check_at_least_zero("eps", group["eps"])
        self._check_at_least_zero("weight_decay", group["weight_decay"])

    def _update(
        self,
        w: Array,
        g: Array,
        state: dict[str, Any],
        *,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
    ) -> None:
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(w), exp_avg_sq=np.zeros_like(w))
        state["step"] += 1
        t, m, v = state["step"], state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        if weight_decay:
            g = g + weight_decay * w
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * (g * g)
        m_scale, v_scale = 1 / (1 - beta1**t), 1 / sqrt(1 - beta2**t)
        w -= lr * m_scale * m / (v_scale * np.sqrt(v) + eps)

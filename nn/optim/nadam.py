"""NAdam: Adam with Nesterov's look ahead."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Unpack

import numpy as np

from autograd_mini.nn.optim.in_place import add_scaled, average
from autograd_mini.nn.optim.optimizer import Implementation, Optimizer, Params
from autograd_mini.rows import Array


class NAdam(Optimizer):
    """Adam whose mean gradient looks one step ahead, as Nesterov's momentum does.

    With weight decay λ, momentum decay ψ and step number t, at each step::

        g ← g + λ·w
        μₜ = β₁·(1 − 0.96^(t·ψ)/2),  Πₜ = μ₁·…·μₜ
        m ← β₁·m + (1 − β₁)·g,  v ← β₂·v + (1 − β₂)·g²
        m̂ = μₜ₊₁·m/(1 − Πₜ₊₁) + (1 − μₜ)·g/(1 − Πₜ),  v̂ = v/(1 − β₂ᵗ)
        w ← w − lr·m̂/(√v̂ + ε)

    ``decoupled_weight_decay``: decay as AdamW does, w ← w − lr·λ·w. 0 ≤ β < 1 in ``betas``; the
    others ≥ 0. ``maximize``: climb.

    Raises ArgumentError for values out of range.

    Source: T. Dozat 2016, "Incorporating Nesterov momentum into Adam", algorithm 2.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0])
    >>> optimizer = NAdam([w], lr=0.1)
    >>> w.grad = [5.0]
    >>> optimizer.step()
    >>> round(w.item(), 3)                              # 0.1·(1 + what lies ahead)
    0.894
    """

    _numbers = MappingProxyType({"step": 0, "mu_product": 1.0})

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults, **implementation)

    def _memory(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"exp_avg": 0.0, "exp_avg_sq": 0.0}

    def _update(
        self,
        w: Array,
        g: Array,
        spare: Array,
        state: dict[str, Any],
        *,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
        momentum_decay: float,
        decoupled_weight_decay: bool,
    ) -> None:
        t, m, v = state["step"], state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
        state["mu_product"] *= mu
        product = state["mu_product"]
        if weight_decay and decoupled_weight_decay:
            w *= 1 - lr * weight_decay
        elif weight_decay:
            add_scaled(g, weight_decay, w, spare)  # g ← g + λ·w
        average(m, g, beta1, spare)  # m ← β₁·m + (1 − β₁)·g
        v *= beta2
        np.multiply(g, g, out=spare)
        spare *= 1 - beta2
        v += spare  # v ← β₂·v + (1 − β₂)·g²
        g *= (1 - mu) / (1 - product)
        add_scaled(g, mu_next / (1 - product * mu_next), m, spare)  # g is m̂ now
        np.divide(v, 1 - beta2**t, out=spare)
        np.sqrt(spare, out=spare)
        spare += eps
        g /= spare
        g *= lr
        w -= g  # w ← w − lr·m̂/(√v̂ + ε)

"""RAdam: Adam that waits until it knows the variance."""

from collections.abc import Mapping
from math import sqrt
from typing import Any, Unpack

import numpy as np

from autograd_mini.nn.optim.in_place import add_scaled, average
from autograd_mini.nn.optim.optimizer import Implementation, Optimizer, Params
from autograd_mini.rows import Array


class RAdam(Optimizer):
    """Adam whose first steps are momentum's, until enough squares have been averaged.

    With weight decay λ and step number t, at each step::

        g ← g + λ·w
        m ← β₁·m + (1 − β₁)·g,  v ← β₂·v + (1 − β₂)·g²,  m̂ = m/(1 − β₁ᵗ)
        ρ∞ = 2/(1 − β₂) − 1,  ρ = ρ∞ − 2·t·β₂ᵗ/(1 − β₂ᵗ)     length of the average
        w ← w − lr·m̂·r·√(1 − β₂ᵗ)/(√v + ε)    if ρ > 5, else w ← w − lr·m̂
        r = √((ρ − 4)(ρ − 2)ρ∞/((ρ∞ − 4)(ρ∞ − 2)ρ))

    ``decoupled_weight_decay``: decay as AdamW does, w ← w − lr·λ·w. 0 ≤ β < 1 in ``betas``; the
    others ≥ 0. ``maximize``: climb.

    Raises ArgumentError for values out of range.

    Source: L. Liu et al. 2019, "On the variance of the adaptive learning rate and beyond",
    algorithm 2, with the bound 5 of PyTorch and of the authors' code.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0])
    >>> w.grad = [5.0]
    >>> RAdam([w], lr=0.1).step()
    >>> w.data
    array([0.5], dtype=float32)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
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
        decoupled_weight_decay: bool,
    ) -> None:
        t, m, v = state["step"], state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        if weight_decay and decoupled_weight_decay:
            w *= 1 - lr * weight_decay
        elif weight_decay:
            add_scaled(g, weight_decay, w, spare)  # g ← g + λ·w
        average(m, g, beta1, spare)  # m ← β₁·m + (1 − β₁)·g
        g *= g
        average(v, g, beta2, spare)  # v ← β₂·v + (1 − β₂)·g²
        rate = lr / (1 - beta1**t)
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * t * beta2**t / (1 - beta2**t)
        if length > 5:
            known = (length - 4) * (length - 2) * longest
            rate *= sqrt(known / ((longest - 4) * (longest - 2) * length) * (1 - beta2**t))
            np.sqrt(v, out=g)
            g += eps
            np.divide(m, g, out=g)
            add_scaled(w, -rate, g, spare)
        else:
            add_scaled(w, -rate, m, spare)

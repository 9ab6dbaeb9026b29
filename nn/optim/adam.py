"""Adam and its kin: steps that do not depend on the gradient's scale."""

from collections.abc import Mapping
from math import sqrt
from typing import Any, Unpack

import numpy as np

from autograd_mini.nn.optim.in_place import add_scaled, average
from autograd_mini.nn.optim.optimizer import Implementation, Optimizer, Params
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

    ``lr`` > 0; 0 ≤ β < 1 in ``betas``; ``eps`` ≥ 0; ``weight_decay`` ≥ 0. ``amsgrad``: divide by
    the largest √v so far, S. J. Reddi et al. 2018, "On the convergence of Adam and beyond".
    ``maximize``: climb. The first step is lr·sign(g).

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
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
        }
        super().__init__(params, defaults, **implementation)

    def _memory(self, options: Mapping[str, Any]) -> dict[str, float]:
        names = ["exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if options["amsgrad"] else [])]
        return dict.fromkeys(names, 0.0)

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
        amsgrad: bool,
    ) -> None:
        t, m, v = state["step"], state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        correction = sqrt(1 - beta2**t)  # taken out of the root, section 2, end
        if weight_decay:
            add_scaled(g, weight_decay, w, spare)  # g ← g + λ·w
        average(m, g, beta1, spare)  # m ← β₁·m + (1 − β₁)·g
        g *= g
        average(v, g, beta2, spare)  # v ← β₂·v + (1 − β₂)·g²
        if amsgrad:
            v = np.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        np.sqrt(v, out=g)
        g += eps * correction
        np.divide(m, g, out=g)
        g *= lr * correction / (1 - beta1**t)
        w -= g  # w ← w − lr·m̂/(√v̂ + ε)


class AdamW(Adam):
    """Adam with weight decay apart from the gradient's averages.

    At each step w ← w − lr·λ·w, then Adam's step without decay. Decay in Adam itself is divided by
    √v̂ like the gradient, so that it hardly acts on weights with large gradients.

    Arguments are those of Adam; ``weight_decay`` is 0.01 by default. Raises ArgumentError for
    values out of range.

    Source: I. Loshchilov, F. Hutter 2017, "Decoupled weight decay regularization", algorithm 2.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0])
    >>> w.grad = [0.0]
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step()
    >>> w.data
    array([0.95], dtype=float32)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, **implementation
        )

    def _update(
        self,
        w: Array,
        g: Array,
        spare: Array,
        state: dict[str, Any],
        *,
        lr: float,
        weight_decay: float,
        **options: Any,
    ) -> None:
        w *= 1 - lr * weight_decay
        super()._update(w, g, spare, state, lr=lr, weight_decay=0.0, **options)

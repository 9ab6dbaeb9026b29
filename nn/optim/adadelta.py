"""Adadelta: steps in the units of the weights."""

from collections.abc import Mapping
from typing import Any, Unpack

import numpy as np

from autograd_mini.nn.optim.in_place import add_scaled, average
from autograd_mini.nn.optim.optimizer import Implementation, Optimizer, Params
from autograd_mini.rows import Array


class Adadelta(Optimizer):
    """Scale the gradient by the size of recent steps over the size of recent gradients.

    With weight decay λ, at each step::

        g ← g + λ·w
        v ← ρ·v + (1 − ρ)·g²
        Δ ← √(u + ε)/√(v + ε)·g
        u ← ρ·u + (1 − ρ)·Δ²
        w ← w − lr·Δ

    0 ≤ ``rho`` < 1; ``lr``, ``eps``, ``weight_decay`` ≥ 0. ``maximize``: climb.

    Raises ArgumentError for values out of range.

    Source: M. D. Zeiler 2012, "ADADELTA: an adaptive learning rate method", algorithm 1.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0])
    >>> w.grad = [4.0]
    >>> Adadelta([w], rho=0.75, eps=1.0).step()         # Δ = 1/√(4 + 1)·4
    >>> w.data.round(4)
    array([-0.7889], dtype=float32)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults, **implementation)

    def _memory(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"square_avg": 0.0, "acc_delta": 0.0}

    def _update(
        self,
        w: Array,
        g: Array,
        spare: Array,
        state: dict[str, Any],
        *,
        lr: float,
        rho: float,
        eps: float,
        weight_decay: float,
    ) -> None:
        v, u = state["square_avg"], state["acc_delta"]
        if weight_decay:
            add_scaled(g, weight_decay, w, spare)  # g ← g + λ·w
        v *= rho
        np.multiply(g, g, out=spare)
        spare *= 1 - rho
        v += spare  # v ← ρ·v + (1 − ρ)·g²
        np.add(v, eps, out=spare)
        np.sqrt(spare, out=spare)
        g /= spare
        np.add(u, eps, out=spare)
        np.sqrt(spare, out=spare)
        g *= spare  # Δ ← √(u + ε)/√(v + ε)·g
        add_scaled(w, -lr, g, spare)
        g *= g
        average(u, g, rho, spare)  # u ← ρ·u + (1 − ρ)·Δ²

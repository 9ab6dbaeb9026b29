"""Gradient descent."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Unpack

from autograd_mini.errors import ArgumentError
from autograd_mini.nn.optim.in_place import add_scaled
from autograd_mini.nn.optim.optimizer import Implementation, Optimizer, Params
from autograd_mini.rows import Array


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    With weight decay λ, momentum μ and dampening τ, at each step::

        g ← g + λ·w
        v ← μ·v + (1 − τ)·g        (v ← g at its first step)
        w ← w − lr·v               (with nesterov: w ← w − lr·(g + μ·v))

    ``lr`` > 0; 0 ≤ ``momentum`` < 1; ``dampening``; ``weight_decay`` ≥ 0, the weight of λ/2·‖w‖² in
    the loss. ``nesterov`` needs momentum > 0 and no dampening. ``maximize``: climb.

    Some courses write v ← μ·v + (1 − μ)·g, an exponentially weighted average of the gradient. That
    is ``dampening=momentum``, but for the first step; it moves like no dampening with an lr smaller
    by the factor 1 − μ.

    Raises ArgumentError for values out of range.

    Source: B. T. Polyak 1964, "Some methods of speeding up the convergence of iteration methods";
    I. Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning",
    eqs. 1-4, in PyTorch's form, which multiplies by lr when w moves and not in v.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0])
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.data
    array([0.8], dtype=float32)
    """

    _numbers = MappingProxyType({"step": 0, "momentum_step": 0})

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        **implementation: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults, **implementation)

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if group["nesterov"] and (group["momentum"] == 0 or group["dampening"] != 0):
            raise ArgumentError(
                f"SGD: nesterov needs momentum > 0 and dampening 0, got momentum="
                f"{group['momentum']} and dampening={group['dampening']}"
            )

    def _memory(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"momentum_buffer": 0.0} if options["momentum"] else {}

    def _update(
        self,
        w: Array,
        g: Array,
        spare: Array,
        state: dict[str, Any],
        *,
        lr: float,
        momentum: float,
        dampening: float,
        weight_decay: float,
        nesterov: bool,
    ) -> None:
        if weight_decay:
            add_scaled(g, weight_decay, w, spare)  # g ← g + λ·w
        if momentum:
            v = state["momentum_buffer"]
            state["momentum_step"] += 1
            if state["momentum_step"] == 1:
                v[...] = g
            else:
                v *= momentum
                add_scaled(v, 1 - dampening, g, spare)  # v ← μ·v + (1 − τ)·g
            if nesterov:
                add_scaled(g, momentum, v, spare)
            else:
                g = v
        add_scaled(w, -lr, g, spare)

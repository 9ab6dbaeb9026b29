"""Activation functions as modules, for use in Sequential."""

from typing import Any

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.nn.module import Module


class ReLU(Module):
    """max(x, 0), elementwise. The derivative at 0 is 0.

    >>> import autograd_mini as ag
    >>> ReLU()(ag.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def forward(self, x: Any) -> Any:
        return F.relu(x)


class Tanh(Module):
    """(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ), elementwise; its slope is at most 1, at 0.

    >>> import autograd_mini as ag
    >>> Tanh()(ag.tensor([0.0]))
    tensor([0.])
    """

    def forward(self, x: Any) -> Any:
        return F.tanh(x)


class Sigmoid(Module):
    """1/(1 + e⁻ˣ), elementwise; its slope is at most 1/4, at 0.

    >>> import autograd_mini as ag
    >>> Sigmoid()(ag.tensor([0.0]))
    tensor([0.5])
    """

    def forward(self, x: Any) -> Any:
        return F.sigmoid(x)

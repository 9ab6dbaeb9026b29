"""Layers that act in training only, by chance."""

from typing import Any

import numpy as np

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.nn.arguments import check_probability
from autograd_mini.nn.module import Module


class Dropout(Module):
    """In training, set each element to 0 with probability ``p`` and divide the rest by 1 − p.

    After ``eval()`` x passes unchanged. ``generator``: by default ``ag.default_generator()``.

    Raises ArgumentError unless 0 ≤ p ≤ 1. Source: see ``functional.dropout``.

    >>> import autograd_mini as ag
    >>> Dropout(0.5).eval()(ag.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """

    def __init__(self, p: float = 0.5, *, generator: np.random.Generator | None = None) -> None:
        super().__init__()
        check_probability("Dropout", p)
        self.p = p
        self.generator = generator

    def forward(self, x: Any) -> Any:
        return F.dropout(x, self.p, self.training, self.generator)

    def extra_repr(self) -> str:
        return f"p={self.p}"

"""Layers that act in training only, by chance."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.nn.arguments import check_probability
from autograd_mini.nn.module import Module


class _Dropping(Module):
    """What dropout of elements and of channels have in common."""

    _function: Callable[..., Any]

    def __init__(self, p: float = 0.5, *, generator: np.random.Generator | None = None) -> None:
        super().__init__()
        check_probability(type(self).__name__, p)
        self.p = p
        self.generator = generator

    def forward(self, x: Any) -> Any:
        return self._function(x, self.p, self.training, self.generator)

    def extra_repr(self) -> str:
        return f"p={self.p}"


class Dropout(_Dropping):
    """In training, set each element to 0 with probability ``p`` and divide the rest by 1 − p.

    After ``eval()`` x passes unchanged. ``generator``: by default ``ag.default_generator()``.

    Raises ArgumentError unless 0 ≤ p ≤ 1. Source: see ``functional.dropout``.

    >>> import autograd_mini as ag
    >>> Dropout(0.5).eval()(ag.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """

    _function = staticmethod(F.dropout)


class Dropout1d(_Dropping):
    """In training, set whole channels of (N, C, L) to 0: see ``Dropout2d``.

    >>> import autograd_mini as ag
    >>> Dropout1d(1.0)(ag.ones(1, 2, 3)).sum()
    tensor(0.)
    """

    _function = staticmethod(F.dropout1d)


class Dropout2d(_Dropping):
    """In training, set whole channels of (N, C, H, W) to 0 with probability ``p``.

    The rest is divided by 1 − p. After ``eval()`` x passes unchanged. ``generator``: by default
    ``ag.default_generator()``.

    Raises ArgumentError unless 0 ≤ p ≤ 1, ShapeError for other axes. Source: see
    ``functional.dropout2d``.

    >>> import autograd_mini as ag
    >>> Dropout2d(1.0)(ag.ones(1, 2, 3, 3)).sum()
    tensor(0.)
    """

    _function = staticmethod(F.dropout2d)

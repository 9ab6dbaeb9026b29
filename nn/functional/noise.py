"""Functions that act in training only, by chance."""

from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ShapeError
from autograd_mini.methods import plain
from autograd_mini.nn.arguments import as_numeric, check_probability
from autograd_mini.nn.functional.spaces import AXES


def dropout(
    x: Any, p: float = 0.5, training: bool = True, generator: np.random.Generator | None = None
) -> Any:
    """Set each element to 0 with probability ``p`` and divide the rest by 1 − p.

    So the mean stays, and the variance of a constant c becomes c²·p/(1 − p). Outside training
    x passes unchanged. ``generator``: by default ``ag.default_generator()``.

    Raises ArgumentError unless 0 ≤ p ≤ 1.

    Source: N. Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from
    overfitting"; section 10 gives this inverted form.

    >>> dropout(ag.ones(4), p=0.5, generator=np.random.default_rng(1))
    tensor([2., 2., 0., 2.])
    """
    return _dropped("dropout", x, p, training, generator, n_shared=0)


def dropout1d(
    x: Any, p: float = 0.5, training: bool = True, generator: np.random.Generator | None = None
) -> Any:
    """Set whole channels of (N, C, L) to 0: see ``dropout2d``.

    >>> dropout1d(ag.ones(1, 3, 2), generator=np.random.default_rng(1))
    tensor([[[2., 2.],
             [2., 2.],
             [0., 0.]]])
    """
    return _dropped("Dropout1d", x, p, training, generator, n_shared=1)


def dropout2d(
    x: Any, p: float = 0.5, training: bool = True, generator: np.random.Generator | None = None
) -> Any:
    """Set whole channels of (N, C, H, W) to 0 with probability ``p``; divide the rest by 1 − p.

    Neighbouring pixels are much alike, so that dropping one alone would take little away.

    Raises ShapeError for other axes, such as an example without its batch axis; ArgumentError
    unless 0 ≤ p ≤ 1. Outside training x passes unchanged.

    Source: J. Tompson et al. 2015, "Efficient object localization using convolutional networks",
    section 3.2.

    >>> dropout2d(ag.ones(1, 3, 1, 2), generator=np.random.default_rng(1))
    tensor([[[[2., 2.]],
    <BLANKLINE>
             [[2., 2.]],
    <BLANKLINE>
             [[0., 0.]]]])
    """
    return _dropped("Dropout2d", x, p, training, generator, n_shared=2)


def _dropped(
    name: str,
    x: Any,
    p: float,
    training: bool,
    generator: np.random.Generator | None,
    n_shared: int,
) -> Any:
    """Drop elements, or all that share the first axes with one."""
    check_probability(name, p)
    if not training or p == 0:
        return x
    x = as_numeric(f"{name}: the input", x)
    if n_shared and x.ndim != n_shared + 2:
        raise ShapeError(
            f"{name} expects (batch, channels, {AXES[n_shared]}), got input of shape "
            f"{tuple(x.shape)}"
        )
    shape = (*x.shape[: x.ndim - n_shared], *(1,) * n_shared)
    kept = np.empty_like(plain(x), shape=shape)  # in the memory order of x
    kept[...] = (generator or ag.default_generator()).random(shape) >= p
    return x * (kept if p == 1 else kept / (1 - p))

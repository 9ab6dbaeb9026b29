"""Functions that act in training only, by chance."""

from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.nn.arguments import as_numeric, check_probability


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
    check_probability("dropout", p)
    if not training or p == 0:
        return x
    x = as_numeric("dropout: the input", x)
    draws = (generator or ag.default_generator()).random(x.shape)
    kept = (draws >= p).astype(x.dtype)
    return x * (kept if p == 1 else kept / (1 - p))

"""What the theory and the verdict need to know of an activation.

Its function and slope come from the engine's own primitive, so an activation that a learner
declares with ``ag.primitive`` is understood at once. Read ``theory.py`` next.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

import autograd_mini as ag

Array = np.ndarray[Any, np.dtype[Any]]

_SAMPLE = np.linspace(0.1, 1.2, 7).reshape(1, 7)


@dataclass(frozen=True)
class Activation:
    """φ, applied element by element: a = φ(s).

    ``function`` is φ, ``slope`` φ′. ``gain`` is the std(W)·√fan_in at which dL/ds keeps its size,
    None where there is no such number worth recommending. ``is_flat`` tells, of outputs, which
    ones lie where φ hardly moves; None where it moves everywhere.
    """

    name: str
    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    gain: float | None = None
    is_flat: Callable[[Array], Array] | None = None
    saturates: bool = False


def known_activation(name: str) -> Activation | None:
    """Return what is known of an activation by its primitive's name, or None.

    ``"linear"`` is no activation at all. Gains: 1 for linear and tanh (critical point of tanh
    without biases, Poole et al. 2016, figure 1), √2 for relu (He et al. 2015, equation 10).

    >>> known_activation("relu").gain
    1.4142135623730951
    >>> known_activation("sum") is None
    True
    """
    if name == "linear":
        return Activation(name, lambda s: s, np.ones_like, gain=1.0)
    function = next((p for p in ag.primitives() if p.name == name), None)
    if function is None or not _is_elementwise(function):
        return None
    (rule,) = function.vjps.values()

    def slope(s: Array) -> Array:
        return np.asarray(rule(np.ones_like(s), function.fn(s), s))

    gain = {"tanh": 1.0, "relu": sqrt(2)}.get(name)
    is_flat = {
        "relu": lambda a: a == 0,
        "tanh": lambda a: np.abs(a) > 0.97,
        "sigmoid": lambda a: (a < 0.03) | (a > 0.97),
    }.get(name)
    return Activation(name, function.fn, slope, gain, is_flat, name in ("tanh", "sigmoid"))


def _is_elementwise(function: ag.Primitive) -> bool:
    """Try it: fewer elements, in another order, must give the same outputs in that order."""
    if len(function.arguments) != 1 or function.variadic:
        return False
    try:
        whole = np.asarray(function.fn(_SAMPLE))
        part = np.asarray(function.fn(_SAMPLE[:, ::-2]))
    except (TypeError, ValueError):
        return False
    return whole.shape == _SAMPLE.shape and np.array_equal(whole[:, ::-2], part)

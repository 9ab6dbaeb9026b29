"""Initial values for weights, written in place; each function returns the tensor it filled.

The right scale keeps the variance of signals and gradients the same from layer to layer, so that
they neither vanish nor explode with depth. A weight has shape (n_out, n_in), or (n_out, n_in, k, …)
with a receptive field of Π k elements: fan_in = n_in·Πk, fan_out = n_out·Πk.

All draw from ``generator``, by default ``ag.default_generator()``.
"""

from collections.abc import Callable
from math import prod, sqrt
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, GraphError, ShapeError
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.randomness import default_generator
from autograd_mini.tensors import Tensor

Generator = np.random.Generator | None

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": sqrt(2),
    "selu": 3 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor by which weights must grow to make up for a nonlinearity.

    1 for linear, conv1d..3d and sigmoid; 5/3 for tanh; √2 for relu; √(2/(1 + a²)) for leaky_relu of
    slope a = ``param``, 0.01 by default; 3/4 for selu. PyTorch's values: relu and leaky_relu are
    He's (eq. 15 of the paper cited at ``kaiming_normal_``), 5/3 is an empirical choice.

    >>> round(calculate_gain("relu"), 4)
    1.4142
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        require("calculate_gain: the slope", slope, is_number(slope), "a finite number")
        return sqrt(2 / (1 + slope**2))
    if not isinstance(nonlinearity, str) or nonlinearity not in _GAINS:
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ArgumentError(
            f"calculate_gain: {nonlinearity!r} is not a known nonlinearity; use one of {known}"
        )
    return _GAINS[nonlinearity]


def _fill(tensor: Tensor, values: Callable[[tuple[int, ...]], Any]) -> Tensor:
    """Fill ``tensor`` with the values for its shape."""
    _check_tensor(tensor)
    if not tensor.is_leaf:
        raise GraphError(
            f"init: this tensor was made by {tensor.row.operation}; only the values of a leaf can "
            f"be initialised"
        )
    tensor.data[...] = values(tensor.shape)
    return tensor


def _check_tensor(tensor: Any) -> None:
    if not isinstance(tensor, Tensor):
        raise DTypeError(
            f"init: it fills a tensor in place, got {type(tensor).__name__}; give it a parameter, "
            f"such as layer.weight"
        )


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator = None) -> Tensor:
    """Fill with draws from the uniform distribution over [a, b), with a ≤ b.

    >>> import autograd_mini as ag
    >>> bool((uniform_(ag.zeros(3), -1, 1).numpy() < 1).all())
    True
    """
    require("uniform_: a", a, is_number(a), "a finite number")
    require("uniform_: b", b, is_number(b) and a <= b, f"a finite number, at least a = {a!r}")
    return _fill(tensor, lambda shape: (generator or default_generator()).uniform(a, b, shape))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator = None
) -> Tensor:
    """Fill with draws from the normal distribution of this mean and standard deviation ≥ 0.

    >>> import autograd_mini as ag
    >>> normal_(ag.zeros(3), mean=5.0, std=0.0)
    tensor([5., 5., 5.])
    """
    require("normal_: mean", mean, is_number(mean), "a finite number")
    require("normal_: std", std, is_number(std) and std >= 0, "a finite number, at least 0")
    return _fill(tensor, lambda shape: (generator or default_generator()).normal(mean, std, shape))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with ``val``.

    >>> import autograd_mini as ag
    >>> constant_(ag.zeros(2), 7.0)
    tensor([7., 7.])
    """
    require("constant_: val", val, isinstance(val, int | float | np.number), "a number")
    return _fill(tensor, lambda shape: val)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros.

    >>> import autograd_mini as ag
    >>> zeros_(ag.ones(2))
    tensor([0., 0.])
    """
    return _fill(tensor, np.zeros)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones.

    >>> import autograd_mini as ag
    >>> ones_(ag.zeros(2))
    tensor([1., 1.])
    """
    return _fill(tensor, np.ones)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator = None) -> Tensor:
    """Fill from U(−b, b) with b = gain·√(6/(fan_in + fan_out)).

    Source: X. Glorot, Y. Bengio 2010, "Understanding the difficulty of training deep feedforward
    neural networks", eq. 16.

    >>> import autograd_mini as ag
    >>> weight = xavier_uniform_(ag.zeros(100, 50))
    >>> bool(weight.abs().max() <= 0.2)
    True
    """
    bound = _checked_gain("xavier_uniform_", gain) * sqrt(6 / sum(_fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator = None) -> Tensor:
    """Fill from N(0, σ²) with σ = gain·√(2/(fan_in + fan_out)).

    Source: X. Glorot, Y. Bengio 2010, eq. 12, which asks for this variance.

    >>> import autograd_mini as ag
    >>> weight = xavier_normal_(ag.zeros(300, 200), generator=np.random.default_rng(0))
    >>> round(float(weight.var().sqrt()), 3)  # √(2/500) = 0.063
    0.063
    """
    std = _checked_gain("xavier_normal_", gain) * sqrt(2 / sum(_fans(tensor)))
    return normal_(tensor, 0.0, std, generator)


def _checked_gain(user: str, gain: float) -> float:
    require(f"{user}: gain", gain, is_number(gain) and gain >= 0, "a finite number, at least 0")
    return gain


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator = None,
) -> Tensor:
    """Fill from U(−b, b) with b = gain·√(3/fan): the variance of ``kaiming_normal_``.

    >>> import autograd_mini as ag
    >>> weight = kaiming_uniform_(ag.zeros(10, 600), nonlinearity="relu")
    >>> bool(weight.abs().max() <= 0.1)
    True
    """
    bound = sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator = None,
) -> Tensor:
    """Fill from N(0, σ²) with σ = gain/√fan.

    ``a``: the negative slope of leaky_relu, 0 for relu. ``mode``: "fan_in" keeps the variance of
    the signals going forward, "fan_out" that of the gradients coming back. ``gain``: see
    ``calculate_gain``.

    Source: K. He et al. 2015, "Delving deep into rectifiers", eqs. 10 (forward), 14 (backward) and
    15 (slope a).

    >>> import autograd_mini as ag
    >>> generator = np.random.default_rng(0)
    >>> weight = kaiming_normal_(ag.zeros(300, 200), nonlinearity="relu", generator=generator)
    >>> round(float(weight.var().sqrt()), 3)  # √(2/200)
    0.1
    """
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    fan_in, fan_out = _fans(tensor)
    fans = {"fan_in": fan_in, "fan_out": fan_out}
    if mode not in fans:
        raise ArgumentError(f"kaiming: mode must be 'fan_in' or 'fan_out', got {mode!r}")
    return calculate_gain(nonlinearity, a) / sqrt(fans[mode])


def _fans(tensor: Tensor) -> tuple[int, int]:
    """Return fan_in and fan_out of a weight."""
    _check_tensor(tensor)
    if tensor.ndim < 2 or tensor.size == 0:
        raise ShapeError(
            f"init: fan_in and fan_out need a weight of at least 2 axes (n_out, n_in, …), got "
            f"shape {tensor.shape}; use normal_ or zeros_ for others"
        )
    n_out, n_in, *kernel = tensor.shape
    return n_in * prod(kernel), n_out * prod(kernel)

"""Initial values that are drawn: uniform, normal, truncated, sparse, and of a layer's scale."""

from math import ceil, erfc, sqrt
from statistics import NormalDist

import numpy as np

from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.nn.init.filling import check_tensor, fill
from autograd_mini.nn.init.gains import calculate_gain, fans
from autograd_mini.randomness import default_generator
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor

Generator = np.random.Generator | None


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator = None) -> Tensor:
    """Fill with draws from the uniform distribution over [a, b), with a ≤ b.

    >>> import autograd_mini as ag
    >>> bool((uniform_(ag.zeros(3), -1, 1).numpy() < 1).all())
    True
    """
    require("uniform_: a", a, is_number(a), "a finite number")
    require("uniform_: b", b, is_number(b) and a <= b, f"a finite number, at least a = {a!r}")
    return fill(tensor, lambda shape: (generator or default_generator()).uniform(a, b, shape))


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
    return fill(tensor, lambda shape: (generator or default_generator()).normal(mean, std, shape))


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator = None,
) -> Tensor:
    """Fill with draws from the normal distribution of this mean and std, given that a ≤ x ≤ b.

    ``a`` and ``b`` are values, not multiples of std. Uniform draws between Φ((a − mean)/std) and
    Φ((b − mean)/std) go through the inverse of Φ, the normal distribution: exact for any window.

    Raises ArgumentError unless std > 0 and a < b.

    >>> import autograd_mini as ag
    >>> bool((trunc_normal_(ag.zeros(100), std=3.0).abs().numpy() <= 2).all())
    True
    """
    require("trunc_normal_: mean", mean, is_number(mean), "a finite number")
    require("trunc_normal_: std", std, is_number(std) and std > 0, "a positive number")
    require("trunc_normal_: a", a, is_number(a), "a finite number")
    require("trunc_normal_: b", b, is_number(b) and a < b, f"a finite number above a = {a!r}")
    # Mirrored if need be, so that the window lies at least half below the mean: Φ there has digits
    # to tell numbers apart, above it all are nearly 1.
    side = -1 if a + b > 2 * mean else 1
    low, high = sorted((side * (a - mean) / std, side * (b - mean) / std))
    standard = NormalDist()
    shares = erfc(-low / sqrt(2)) / 2, erfc(-high / sqrt(2)) / 2  # cdf would round them to 0

    def values(shape: tuple[int, ...]) -> Array:
        uniform = (generator or default_generator()).uniform(*shares, shape)
        within = np.clip(uniform, np.finfo(float).tiny, 1 - np.finfo(float).epsneg)
        draws = np.asarray(np.frompyfunc(standard.inv_cdf, 1, 1)(within), float)
        return np.clip(mean + side * std * draws, a, b)

    return fill(tensor, values)


def sparse_(
    tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator = None
) -> Tensor:
    """Fill a matrix from N(0, std²), and set the share ``sparsity`` of each column to 0.

    Which rows of a column is drawn anew for each; their number is rounded up.

    Raises ShapeError for other than 2 axes, ArgumentError unless 0 ≤ sparsity ≤ 1 and std ≥ 0.

    Source: J. Martens 2010, "Deep learning via Hessian-free optimization".

    >>> import autograd_mini as ag
    >>> (sparse_(ag.zeros(10, 3), sparsity=0.25).numpy() == 0).sum(axis=0).tolist()
    [3, 3, 3]
    """
    share = is_number(sparsity) and 0 <= sparsity <= 1
    require("sparse_: sparsity", sparsity, share, "a number from 0 to 1")
    require("sparse_: std", std, is_number(std) and std >= 0, "a finite number, at least 0")
    check_tensor(tensor)
    if tensor.ndim != 2:
        raise ShapeError(f"sparse_: it fills a matrix, got shape {tensor.shape}")

    def values(shape: tuple[int, ...]) -> Array:
        draws = generator or default_generator()
        order = draws.random(shape).argsort(axis=0)
        return np.where(order < ceil(sparsity * shape[0]), 0, draws.normal(0, std, shape))

    return fill(tensor, values)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator = None) -> Tensor:
    """Fill from U(−b, b) with b = gain·√(6/(fan_in + fan_out)).

    Source: X. Glorot, Y. Bengio 2010, "Understanding the difficulty of training deep feedforward
    neural networks", eq. 16.

    >>> import autograd_mini as ag
    >>> weight = xavier_uniform_(ag.zeros(100, 50))
    >>> bool(weight.abs().max() <= 0.2)
    True
    """
    bound = _checked_gain("xavier_uniform_", gain) * sqrt(6 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator = None) -> Tensor:
    """Fill from N(0, σ²) with σ = gain·√(2/(fan_in + fan_out)).

    Source: X. Glorot, Y. Bengio 2010, eq. 12, which asks for this variance.

    >>> import autograd_mini as ag
    >>> weight = xavier_normal_(ag.zeros(300, 200), generator=np.random.default_rng(0))
    >>> round(float(weight.var().sqrt()), 3)  # √(2/500) = 0.063
    0.063
    """
    std = _checked_gain("xavier_normal_", gain) * sqrt(2 / sum(fans(tensor)))
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
    fan_in, fan_out = fans(tensor)
    sizes = {"fan_in": fan_in, "fan_out": fan_out}
    if mode not in sizes:
        raise ArgumentError(f"kaiming: mode must be 'fan_in' or 'fan_out', got {mode!r}")
    return calculate_gain(nonlinearity, a) / sqrt(sizes[mode])

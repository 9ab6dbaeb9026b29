"""GELU, fused, and the tail of the normal distribution that it is made of.

With e = exp(−x²/2) both Φ(−|x|) and Φ′(x) are e times something smooth, so one exponential serves
the value and the slope, which the forward keeps. All is done in blocks that stay in the cache.
"""

import math
from functools import cache
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError
from autograd_mini.fusion import fused
from autograd_mini.ops.activations import sigmoid
from autograd_mini.ops.elementwise import erfc

_BLOCK = 1 << 15
_CUBIC = 0.044715  # of the approximation by tanh: D. Hendrycks, K. Gimpel 2016, section 2
_STEEP = math.sqrt(8 / math.pi)

# e^(x²/2)·Φ(−x) = t·Σ cₖ·Tₖ(t − 1) for x ≥ 0, with t = 2/(1 + x/(K·√2)): Chebyshev coefficients,
# computed in 40 digits. The idea of such a t: J. L. Schonfelder 1978, "Chebyshev expansions for the
# error and related functions".
_K = 2.5
_CHEBYSHEV = (
    0.12902866648572717,
    0.09280626596328691,
    0.02391465012523722,
    0.004031960056784239,
    0.0002772855388549252,
    -4.824705745218763e-05,
    -1.1487827843823174e-05,
    5.518108482679746e-07,
    3.780394426025323e-07,
    -1.0549660085878431e-08,
    -1.3703150230603064e-08,
    6.501049234463565e-10,
    5.393216976020351e-10,
    -5.528836177050437e-11,
    -2.083442698386716e-11,
    4.256814247903824e-12,
    6.354938032549719e-13,
    -2.833101366088251e-13,
    -9.429320366899919e-16,
    1.557240828525074e-14,
    -2.070492911150502e-15,
    -5.972542459247917e-16,
    2.1577181412195314e-16,
    8.266898428360054e-19,
    -1.3583108873730922e-17,
)


@cache
def _powers_of_t(dtype: np.dtype[Any]) -> tuple[float, ...]:
    """Return the series as a polynomial in t − 1, highest power first, as long as dtype needs."""
    n_terms = sum(abs(c) > np.finfo(dtype).eps / 4 for c in _CHEBYSHEV)
    ascending = np.polynomial.chebyshev.cheb2poly(_CHEBYSHEV[:n_terms])
    return tuple(ascending[::-1].tolist())


def _tail_and_density(x: Any, tail: Any, density: Any) -> None:
    """Write Φ(−|x|) and Φ′(x) of the normal distribution."""
    np.multiply(x, x, out=density)
    density *= -0.5
    np.exp(density, out=density)
    t = np.abs(x)
    t *= 1 / (_K * math.sqrt(2))
    t += 1
    np.divide(2, t, out=t)
    s = t - 1
    leading, *between, last = _powers_of_t(x.dtype)
    np.multiply(s, leading, out=tail)
    for coefficient in between:
        tail += coefficient
        tail *= s
    tail += last
    tail *= t
    tail *= density
    density *= 1 / math.sqrt(2 * math.pi)


def _tail_and_density_by_tanh(x: Any, tail: Any, density: Any) -> None:
    """Write σ(−|u|) and its slope σ(u)·σ(−u)·u′(x), where u = √(8/π)·(x + 0.0447·x³)."""
    np.multiply(x, x, out=density)
    np.multiply(density, -_CUBIC, out=tail)
    tail -= 1
    tail *= np.abs(x)
    tail *= _STEEP
    np.exp(tail, out=tail)
    tail /= 1 + tail
    density *= 3 * _CUBIC
    density += 1
    density *= _STEEP
    density *= tail
    density *= 1 - tail


_TAILS = {"none": _tail_and_density, "tanh": _tail_and_density_by_tanh}


def _check(approximate: str) -> None:
    if approximate not in _TAILS:
        raise ArgumentError(f"gelu: approximate must be 'none' or 'tanh', got {approximate!r}")


def _gelu_definition(x: Any, *, approximate: str = "none") -> Any:
    _check(approximate)
    if approximate == "tanh":
        return x * sigmoid(_STEEP * (x + _CUBIC * x**3))  # (1 + tanh u)/2 = σ(2u)
    return x * erfc(-math.sqrt(0.5) * x) / 2


def _gelu_forward(x: Any, *, approximate: str = "none") -> tuple[Any, Any]:
    _check(approximate)
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(float)
    flat = x.ravel()
    out, slope = np.empty_like(flat), np.empty_like(flat)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # e^−∞ = 0 is right
        for start in range(0, x.size, _BLOCK):
            part = flat[start : start + _BLOCK]
            gate, density = out[start : start + _BLOCK], slope[start : start + _BLOCK]
            _TAILS[approximate](part, gate, density)
            np.subtract(part > 0, gate, out=gate)
            np.abs(gate, out=gate)  # 1 − Φ(−x) = Φ(x) where x > 0
            density *= part
            density += gate
            gate *= part
    return out.reshape(x.shape), slope.reshape(x.shape)


gelu = fused(
    _gelu_definition,
    name="gelu",
    doc="z = x·Φ(x), Φ the normal distribution, or with approximate='tanh' about "
    "x·σ(1.5958·(x + 0.0447·x³)); ∂z/∂x = Φ(x) + x·Φ′(x)",
    forward=_gelu_forward,
    backward=lambda g, slope, wanted, x, *, approximate="none": (g * slope,),
)

"""Rules for the activation functions of networks, with PyTorch's definitions and defaults.

Each is written so that no tail overflows or loses its digits: e to a positive power is never taken.
"""

from typing import Any

import numpy as np

from autograd_mini.registry import primitive


def _sigmoid(x: Any) -> Any:
    decay = np.exp(-np.abs(x))  # at most 1, so nothing overflows
    return np.maximum(decay, np.greater_equal(x, 0)) / (1 + decay)  # 1/… or decay/…


sigmoid = primitive(
    _sigmoid,
    name="sigmoid",
    doc="z = 1/(1 + e⁻ˣ); ∂z/∂x = z·(1 − z)",
    x=lambda g, out, x: g * out * (1 - out),
)
log_sigmoid = primitive(
    lambda x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))),
    name="log_sigmoid",
    doc="z = −ln(1 + e⁻ˣ); ∂z/∂x = 1/(1 + eˣ)",
    x=lambda g, out, x: g * sigmoid(-x),
)


def _relu(x: Any) -> Any:
    return np.maximum(x, 0)


relu = primitive(
    _relu,
    name="relu",
    doc="z = max(x, 0); ∂z/∂x = [x > 0], 0 at 0",
    branch=np.sign,
    x=lambda g, out, x: g * (x > 0),
)


def _leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    return np.maximum(x, 0) + np.minimum(x, 0) * negative_slope


def _leaky_relu_vjp(g: Any, out: Any, x: Any, *, negative_slope: float = 0.01) -> Any:
    above = x > 0
    return g * above + g * ~above * negative_slope


leaky_relu = primitive(
    _leaky_relu,
    name="leaky_relu",
    doc="z = x where x > 0, else negative_slope·x; ∂z/∂x = 1 where x > 0, else negative_slope",
    branch=lambda x, **_: np.sign(x),
    x=_leaky_relu_vjp,
)


def _elu(x: Any, alpha: float = 1.0) -> Any:
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def _elu_slope(x: Any, alpha: float) -> Any:
    above = x > 0
    return above + alpha * np.exp(np.minimum(x, 0)) * ~above


elu = primitive(
    _elu,
    name="elu",
    doc="z = x where x > 0, else alpha·(eˣ − 1); ∂z/∂x = 1 where x > 0, else alpha·eˣ",
    branch=lambda x, **_: np.sign(x),
    x=lambda g, out, x, *, alpha=1.0: g * _elu_slope(x, alpha),
)

# The fixed point of mean 0 and variance 1: G. Klambauer et al. 2017, "Self-normalizing neural
# networks", equation 14.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
selu = primitive(
    lambda x: SELU_SCALE * _elu(x, SELU_ALPHA),
    name="selu",
    doc="z = 1.0507·x where x > 0, else 1.7581·(eˣ − 1); "
    "∂z/∂x = 1.0507 where x > 0, else 1.7581·eˣ",
    branch=np.sign,
    x=lambda g, out, x: g * (SELU_SCALE * _elu_slope(x, SELU_ALPHA)),
)


def _silu_vjp(g: Any, out: Any, x: Any) -> Any:
    gate = sigmoid(x)
    return g * gate * (1 + x * (1 - gate))


silu = primitive(
    lambda x: np.multiply(x, _sigmoid(x)),
    name="silu",
    doc="z = x·σ(x), σ the sigmoid; ∂z/∂x = σ(x)·(1 + x·σ(−x))",
    x=_silu_vjp,
)


def _softplus(x: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    steep = np.multiply(x, beta)
    bend = np.log1p(np.exp(-np.abs(steep))) * (steep <= threshold)
    return (np.maximum(steep, 0) + bend) / beta


softplus = primitive(
    _softplus,
    name="softplus",
    doc="z = ln(1 + e^(beta·x))/beta, x where beta·x > threshold; "
    "∂z/∂x = σ(beta·x), 1 where beta·x > threshold",
    branch=lambda x, *, beta=1.0, threshold=20.0: np.multiply(x, beta) > threshold,
    x=lambda g, out, x, *, beta=1.0, threshold=20.0: (
        g * np.maximum(sigmoid(x * beta), x * beta > threshold)
    ),
)
softsign = primitive(
    lambda x: np.divide(x, 1 + np.abs(x)),
    name="softsign",
    doc="z = x/(1 + |x|); ∂z/∂x = 1/(1 + |x|)²",
    x=lambda g, out, x: g / np.square(1 + np.abs(x)),
)


def _hardtanh(x: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    return np.clip(x, min_val, max_val)


hardtanh = primitive(
    _hardtanh,
    name="hardtanh",
    doc="z = min(max(x, min_val), max_val); ∂z/∂x = [min_val < x < max_val], 0 at both",
    branch=lambda x, *, min_val=-1.0, max_val=1.0: (
        np.greater(x, min_val).astype(int) + np.greater(x, max_val)
    ),
    x=lambda g, out, x, *, min_val=-1.0, max_val=1.0: g * ((x > min_val) & (x < max_val)),
)

"""How much a layer scales what passes through it: gains of nonlinearities, and fans of weights."""

from math import prod, sqrt

from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.nn.init.filling import check_tensor
from autograd_mini.tensors import Tensor

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": sqrt(2),
    "selu": 3 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor by which weights must grow to make up for a nonlinearity.

    1 for linear, conv1d..3d, conv_transpose1d..3d and sigmoid; 5/3 for tanh; √2 for relu;
    √(2/(1 + a²)) for leaky_relu of slope a = ``param``, 0.01 by default; 3/4 for selu. PyTorch's
    values: relu and leaky_relu are He's (eq. 15 of the paper cited at ``kaiming_normal_``), 5/3 is
    an empirical choice.

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


def fans(tensor: Tensor) -> tuple[int, int]:
    """Return fan_in and fan_out of a weight."""
    check_tensor(tensor)
    if tensor.ndim < 2 or tensor.size == 0:
        raise ShapeError(
            f"init: fan_in and fan_out need a weight of at least 2 axes (n_out, n_in, …), got "
            f"shape {tensor.shape}; use normal_ or zeros_ for others"
        )
    n_out, n_in, *kernel = tensor.shape
    return n_in * prod(kernel), n_out * prod(kernel)

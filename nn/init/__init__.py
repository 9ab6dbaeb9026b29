"""Initial values for weights, written in place; each function returns the tensor it filled.

The right scale keeps the variance of signals and gradients the same from layer to layer, so that
they neither vanish nor explode with depth. A weight has shape (n_out, n_in), or (n_out, n_in, k, …)
with a receptive field of Π k elements: fan_in = n_in·Πk, fan_out = n_out·Πk.

All that is random is drawn from ``generator``, by default ``ag.default_generator()``.
"""

from autograd_mini.nn.init.constants import constant_, dirac_, eye_, ones_, zeros_
from autograd_mini.nn.init.distributions import (
    kaiming_normal_,
    kaiming_uniform_,
    normal_,
    sparse_,
    trunc_normal_,
    uniform_,
    xavier_normal_,
    xavier_uniform_,
)
from autograd_mini.nn.init.gains import calculate_gain
from autograd_mini.nn.init.lsuv import lsuv_
from autograd_mini.nn.init.orthogonal import orthogonal_

__all__ = [
    "calculate_gain",
    "constant_",
    "dirac_",
    "eye_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "lsuv_",
    "normal_",
    "ones_",
    "orthogonal_",
    "sparse_",
    "trunc_normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]

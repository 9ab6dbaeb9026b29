"""What the modules compute, as functions; by custom ``import autograd_mini.nn.functional as F``.

All are made of the engine's primitives, so their derivatives are the engine's too.
"""

from autograd_mini.nn.functional.activations import log_softmax, relu, sigmoid, softmax, tanh
from autograd_mini.nn.functional.losses import cross_entropy, mse_loss
from autograd_mini.nn.functional.noise import dropout
from autograd_mini.nn.functional.products import linear

__all__ = [
    "cross_entropy",
    "dropout",
    "linear",
    "log_softmax",
    "mse_loss",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]

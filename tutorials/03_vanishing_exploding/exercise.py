"""Lesson 3, vanishing and exploding gradients: follow the size of a signal through the depth.

Replace each `raise NotImplementedError` by your own code, save, and type

    autograd-mini tutorial check 3

The size of an array is its root mean square, rms(a) = sqrt(mean(a**2)), over all entries.
A weight has shape (n_out, n_in), as in nn.Linear, and a batch has shape (m, n), a row per example.
"""

import numpy as np


def signal_sizes(weights, x, activation):
    """Return the size of the signal behind each layer, a list as long as `weights`.

    Each layer computes a = activation(a @ W.T), beginning with a = x. There are no biases.

    signal_sizes([2 * np.eye(3)] * 3, np.ones((1, 3)), lambda s: s) -> [2.0, 4.0, 8.0]
    """
    raise NotImplementedError


def layer_factor(n_in, variance, activation):
    """Return the factor by which one layer multiplies the size of the signal, as theory predicts.

    The weights are drawn with mean 0 and this variance; activation is "linear" or "relu".

    layer_factor(100, 0.01, "linear") -> 1.0
    """
    raise NotImplementedError


def xavier_bound(n_in, n_out):
    """Return b such that weights drawn evenly from -b..b have the variance 2 / (n_in + n_out).

    An even draw from -b..b has the variance b**2 / 3.

    xavier_bound(300, 300) -> 0.1
    """
    raise NotImplementedError


def he_std(n_in):
    """Return the standard deviation of the weights that keeps a ReLU layer's signal at its size.

    he_std(200) -> 0.1
    """
    raise NotImplementedError


def backward_sizes(weights, x, upstream):
    """Return two lists, the sizes of dL/ds and of dL/dW for each layer, first layer first.

    Forward, each layer computes s = a @ W.T and then a = relu(s), beginning with a = x.
    `upstream` is dL/da behind the last layer. Going back through one layer:

        dL/ds = dL/da where s > 0, else 0
        dL/dW = (dL/ds).T @ (the layer's input)
        dL/da of the layer below = (dL/ds) @ W
    """
    raise NotImplementedError


def mean_factor(sizes):
    """Return the one factor that, applied at every step, leads from the first size to the last.

    mean_factor([8.0, 2.0, 2.0]) -> 0.5, because 8 * 0.5 * 0.5 = 2
    """
    raise NotImplementedError

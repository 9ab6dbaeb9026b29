"""Lesson 3, vanishing and exploding gradients: one way to write it."""

import numpy as np


def rms(a):
    return np.sqrt(np.mean(a**2))


def signal_sizes(weights, x, activation):
    sizes = []
    for W in weights:
        x = activation(x @ W.T)
        sizes.append(rms(x))
    return sizes


def layer_factor(n_in, variance, activation):
    kept = 0.5 if activation == "relu" else 1.0
    return np.sqrt(kept * n_in * variance)


def xavier_bound(n_in, n_out):
    return np.sqrt(3 * 2 / (n_in + n_out))


def he_std(n_in):
    return np.sqrt(2 / n_in)


def backward_sizes(weights, x, upstream):
    inputs, sums = [], []
    for W in weights:
        inputs.append(x)
        sums.append(x @ W.T)
        x = np.maximum(sums[-1], 0)
    signals, gradients = [], []
    for W, a, s in zip(reversed(weights), reversed(inputs), reversed(sums)):
        ds = upstream * (s > 0)
        signals.append(rms(ds))
        gradients.append(rms(ds.T @ a))
        upstream = ds @ W
    return signals[::-1], gradients[::-1]


def mean_factor(sizes):
    return (sizes[-1] / sizes[0]) ** (1 / (len(sizes) - 1))

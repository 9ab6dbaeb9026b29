"""Small convolution networks: two convolutions with ReLU and max pooling, then one linear layer."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.by_hand import Arrays, cross_entropy, linear_backward
from autograd_mini.tutorials.bench.contestants import Goal, Workload
from autograd_mini.tutorials.bench.training import Training

CLASSES = 10
KERNELS = 5, 3


def patches(x: Array, k: int) -> Array:
    """Return the k×k neighbourhood of each pixel of x (N, C, H, W) as a row: (N·H·W, C·k·k)."""
    n, channels, height, width = x.shape
    margin = k // 2
    padded = np.pad(x, ((0, 0), (0, 0), (margin, margin), (margin, margin)))
    windows = sliding_window_view(padded, (k, k), axis=(2, 3))
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * height * width, channels * k * k)


def patches_backward(g: Array, shape: tuple[int, ...], k: int) -> Array:
    """Add the rows of ``g`` up where ``patches`` took them from an array of ``shape``."""
    n, channels, height, width = shape
    margin = k // 2
    parts = g.reshape(n, height, width, channels, k, k)
    padded = np.zeros((n, channels, height + 2 * margin, width + 2 * margin), g.dtype)
    for i in range(k):
        for j in range(k):
            padded[:, :, i : i + height, j : j + width] += parts[..., i, j].transpose(0, 3, 1, 2)
    return padded[:, :, margin:-margin, margin:-margin]


def convolution(x: Array, weight: Array, bias: Array) -> tuple[Array, Array]:
    """Return the convolution of the same height and width, and the patches."""
    n, _, height, width = x.shape
    rows = patches(x, weight.shape[-1])
    out = rows @ weight.reshape(len(weight), -1).T + bias
    return out.reshape(n, height, width, -1).transpose(0, 3, 1, 2), rows


def relu_and_pool(x: Array) -> tuple[Array, Array]:
    """Return the largest of each 2×2 square, at least 0, and where it stood."""
    n, channels, height, width = x.shape
    squares = np.maximum(x, 0).reshape(n, channels, height // 2, 2, width // 2, 2)
    out = squares.max(axis=(3, 5), keepdims=True)
    return out[:, :, :, 0, :, 0], (squares == out) & (out > 0)


def network_by_hand(parameters: Arrays, x: Array, labels: Array) -> tuple[Array, Arrays]:
    """Return the loss and its gradients."""
    names, arrays = list(parameters), list(parameters.values())
    kept = []
    for weight, bias in (arrays[:2], arrays[2:4]):
        shape = x.shape
        out, rows = convolution(x, weight, bias)
        x, where = relu_and_pool(out)
        kept.append((shape, rows, weight, where))
    features = x.reshape(len(x), -1)
    loss, g = cross_entropy(features @ arrays[4].T + arrays[5], labels)
    g, *last = linear_backward(g, features, arrays[4])
    gradients = [last[::-1]]
    g = g.reshape(x.shape)
    for shape, rows, weight, where in reversed(kept):
        squares = where * g[:, :, :, None, :, None]
        n, channels, half, _, _, _ = squares.shape
        pixels = squares.reshape(n, channels, 2 * half, -1).transpose(0, 2, 3, 1)
        full = pixels.reshape(-1, channels)
        gradients.append([full.sum(axis=0), (full.T @ rows).reshape(weight.shape)])
        if shape is not kept[0][0]:
            g = patches_backward(full @ weight.reshape(channels, -1), shape, weight.shape[-1])
    flat = [gradient for layer in gradients for gradient in layer]
    return loss, dict(zip(names, reversed(flat), strict=True))


def convolutions(batch: int, size: int, channels: tuple[int, int, int]) -> Training:
    """Return the training of a network on images of ``size``×``size`` pixels."""

    def network(nn: Any) -> Any:
        n_in, n_hidden, n_out = channels
        return nn.Sequential(
            nn.Conv2d(n_in, n_hidden, KERNELS[0], padding=KERNELS[0] // 2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(n_hidden, n_out, KERNELS[1], padding=KERNELS[1] // 2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(n_out * (size // 4) ** 2, CLASSES),
        )

    def examples(rng: np.random.Generator) -> tuple[Array, Array]:
        x = rng.normal(size=(batch, channels[0], size, size)).astype(np.float32)
        return x, rng.integers(CLASSES, size=batch)

    return Training(network, examples, network_by_hand)


WORKLOADS = (
    Workload(
        "conv-small",
        "one Adam step of 1-8-16 channels, 28×28 pixels, batch 32",
        Goal(0.27, 0.60),
        convolutions(32, 28, (1, 8, 16)).enter,
    ),
    Workload(
        "conv-odd",
        "one Adam step of 3-7-13 channels, 20×20 pixels, batch 5",
        Goal(0.35, 0.65),
        convolutions(5, 20, (3, 7, 13)).enter,
    ),
    Workload(
        "conv-medium",
        "one Adam step of 3-32-64 channels, 28×28 pixels, batch 16",
        Goal(0.35, 0.65),
        convolutions(16, 28, (3, 32, 64)).enter,
    ),
)

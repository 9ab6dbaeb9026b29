"""A fully connected network with batch normalization before its ReLUs."""

from typing import Any

import numpy as np

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.by_hand import Arrays, cross_entropy, linear_backward
from autograd_mini.tutorials.bench.contestants import Goal, Workload
from autograd_mini.tutorials.bench.training import Training

SIZES = 784, 256, 128, 10
BATCH = 64
EPS = 1e-5
MOMENTUM = 0.1


def network(nn: Any) -> Any:
    n_in, first, second, classes = SIZES
    return nn.Sequential(
        nn.Linear(n_in, first),
        nn.BatchNorm1d(first),
        nn.ReLU(),
        nn.Linear(first, second),
        nn.BatchNorm1d(second),
        nn.ReLU(),
        nn.Linear(second, classes),
    )


def examples(rng: np.random.Generator) -> tuple[Array, Array]:
    x = rng.normal(size=(BATCH, SIZES[0])).astype(np.float32)
    return x, rng.integers(SIZES[-1], size=BATCH)


class NetworkByHand:
    """S. Ioffe and C. Szegedy 2015, "Batch normalization", algorithm 1 and section 3.

    Each normalization keeps a running mean and variance, for use after training.
    """

    def __init__(self) -> None:
        self.means = [np.zeros(n, np.float32) for n in SIZES[1:3]]
        self.variances = [np.ones(n, np.float32) for n in SIZES[1:3]]

    def __call__(self, parameters: Arrays, x: Array, labels: Array) -> tuple[Array, Arrays]:
        """Return the loss and its gradients."""
        names, arrays = list(parameters), list(parameters.values())
        layers = arrays[:4], arrays[4:8]
        kept = []
        for layer, (weight, bias, gamma, beta) in enumerate(layers):
            z = x @ weight.T + bias
            mean = z.mean(axis=0)
            centered = z - mean
            variance = (centered * centered).mean(axis=0)
            self._note(layer, mean, variance)
            scale = 1 / np.sqrt(variance + np.float32(EPS))
            normal = centered * scale
            out = np.maximum(normal * gamma + beta, 0)
            kept.append((x, normal, scale, out))
            x = out
        loss, g = cross_entropy(x @ arrays[8].T + arrays[9], labels)
        g, *last = linear_backward(g, x, arrays[8])
        gradients = [last]
        for (weight, _, gamma, _), (x, normal, scale, out) in zip(
            reversed(layers), reversed(kept), strict=True
        ):
            g = g * (out > 0)
            d_gamma, d_beta = (g * normal).sum(axis=0), g.sum(axis=0)
            slope = g * gamma
            mean, along = slope.mean(axis=0), (slope * normal).mean(axis=0)
            g, *linear = linear_backward((slope - mean - normal * along) * scale, x, weight)
            gradients.append([*linear, d_gamma, d_beta])
        flat = [gradient for layer in reversed(gradients) for gradient in layer]
        return loss, dict(zip(names, flat, strict=True))

    def _note(self, layer: int, mean: Array, variance: Array) -> None:
        self.means[layer] += MOMENTUM * (mean - self.means[layer])
        unbiased = variance * (BATCH / (BATCH - 1))
        self.variances[layer] += MOMENTUM * (unbiased - self.variances[layer])


WORKLOADS = (
    Workload(
        "batch-norm",
        "one Adam step of 784-256-128-10 with batch normalization, batch 64",
        Goal(1.00, 0.70),
        Training(network, examples, NetworkByHand()).enter,
    ),
)

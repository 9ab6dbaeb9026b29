"""Fully connected networks with ReLU or tanh between their layers."""

from itertools import pairwise
from typing import Any

import numpy as np

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.by_hand import Arrays, cross_entropy
from autograd_mini.tutorials.bench.contestants import Goal, Workload
from autograd_mini.tutorials.bench.training import Training


def mlp(batch: int, sizes: tuple[int, ...], activation: str = "ReLU") -> Training:
    """Return the training of a network with layers of ``sizes``, the last of them the classes."""

    def network(nn: Any) -> Any:
        layers: list[Any] = []
        for n_in, n_out in pairwise(sizes):
            layers += [nn.Linear(n_in, n_out), getattr(nn, activation)()]
        return nn.Sequential(*layers[:-1])

    def examples(rng: np.random.Generator) -> tuple[Array, Array]:
        x = rng.normal(size=(batch, sizes[0])).astype(np.float32)
        return x, rng.integers(sizes[-1], size=batch)

    def by_hand(parameters: Arrays, x: Array, labels: Array) -> tuple[Array, Arrays]:
        names, arrays = list(parameters), list(parameters.values())
        weights, biases = arrays[::2], arrays[1::2]
        inputs = [x]
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            z = inputs[-1] @ weight.T + bias
            inputs.append(np.maximum(z, 0) if activation == "ReLU" else np.tanh(z))
        loss, g = cross_entropy(inputs[-1] @ weights[-1].T + biases[-1], labels)
        gradients = []
        for weight, x in zip(reversed(weights), reversed(inputs), strict=True):
            gradients += [g.sum(axis=0), g.T @ x]
            if len(gradients) < len(names):
                g = g @ weight
                g = g * (x > 0) if activation == "ReLU" else g * (1 - x * x)
        return loss, dict(zip(names, reversed(gradients), strict=True))

    return Training(network, examples, by_hand)


WORKLOADS = (
    Workload(
        "mlp-small",
        "one Adam step of 64-64-10, batch 32",
        Goal(0.90, 0.22),
        mlp(32, (64, 64, 10)).enter,
    ),
    Workload(
        "mlp-odd",
        "one Adam step of 37-53-29-7, batch 1",
        Goal(0.90, 0.22),
        mlp(1, (37, 53, 29, 7)).enter,
    ),
    Workload(
        "mlp-mnist",
        "one Adam step of 784-256-128-10, batch 64",
        Goal(0.90, 0.70),
        mlp(64, (784, 256, 128, 10)).enter,
    ),
    Workload(
        "mlp-mnist-512",
        "one Adam step of 784-256-128-10, batch 512",
        Goal(1.00, 0.85),
        mlp(512, (784, 256, 128, 10)).enter,
    ),
    Workload(
        "deep-tanh",
        "one Adam step of 50 tanh layers of 100, batch 64",
        Goal(1.05, 0.70),
        mlp(64, (100,) * 51 + (10,), "Tanh").enter,
    ),
)

"""What networks written by hand in NumPy share: a loss, a normalization, an optimizer."""

import numpy as np

from autograd_mini.rows import Array

Arrays = dict[str, Array]


def cross_entropy(logits: Array, labels: Array) -> tuple[Array, Array]:
    """Return the mean loss of logits (N, K) and its gradient."""
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[rows, labels])
    g = exps / sums
    g[rows, labels] -= 1
    return loss, g / len(labels)


def linear_backward(g: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Return the gradients by x (…, n_in), weight (n_out, n_in) and bias of x @ weight.T + bias."""
    rows = g.reshape(-1, g.shape[-1])
    return g @ weight, rows.T @ x.reshape(-1, x.shape[-1]), rows.sum(axis=0)


class Adam:
    """D. Kingma and J. Ba 2015, "Adam: a method for stochastic optimization", algorithm 1."""

    def __init__(self, parameters: Arrays, lr: float = 1e-3) -> None:
        self.parameters = parameters
        self.lr = lr
        self.m = {name: np.zeros_like(p) for name, p in parameters.items()}
        self.v = {name: np.zeros_like(p) for name, p in parameters.items()}
        self.t = 0

    def step(self, gradients: Arrays) -> None:
        self.t += 1
        for name, p in self.parameters.items():
            g, m, v = gradients[name], self.m[name], self.v[name]
            m *= 0.9
            m += 0.1 * g
            v *= 0.999
            v += 0.001 * g * g
            m_hat = m / (1 - 0.9**self.t)
            v_hat = v / (1 - 0.999**self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + 1e-8)

"""Character models: a recurrent layer over 32 characters, and the next character at each of them.

The cells are PyTorch's: S. Hochreiter and J. Schmidhuber 1997 for the LSTM (with F. Gers et al.
2000's forget gate), K. Cho et al. 2014 for the GRU.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.by_hand import Arrays, cross_entropy, linear_backward
from autograd_mini.tutorials.bench.contestants import Goal, Workload
from autograd_mini.tutorials.bench.training import Training

CHARACTERS, HIDDEN, LENGTH, BATCH = 65, 128, 32, 32


class Cell(NamedTuple):
    """``forward(from_x, from_h, h, c)`` returns the new h and c, and what backward needs.

    ``backward(dh, dc, saved)`` returns the gradients by from_x, from_h, h and c. Cells without a
    memory cell c pass it through.
    """

    forward: Callable[..., tuple[Array, Array, Any]]
    backward: Callable[..., tuple[Array, Array, Any, Array]]


def sigmoid(x: Array) -> Array:
    out: Array = 1 / (1 + np.exp(-x))
    return out


def rnn_forward(from_x: Array, from_h: Array, h: Array, c: Array) -> tuple[Array, Array, Any]:
    new = np.tanh(from_x + from_h)
    return new, c, new


def rnn_backward(dh: Array, dc: Array, h: Array) -> tuple[Array, Array, Any, Array]:
    dz = dh * (1 - h * h)
    return dz, dz, 0, dc


def lstm_forward(from_x: Array, from_h: Array, h: Array, c: Array) -> tuple[Array, Array, Any]:
    z_i, z_f, z_g, z_o = np.split(from_x + from_h, 4, axis=1)
    i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
    new_c = f * c + i * g
    t = np.tanh(new_c)
    return o * t, new_c, (i, f, g, o, c, t)


def lstm_backward(dh: Array, dc: Array, saved: Any) -> tuple[Array, Array, Any, Array]:
    i, f, g, o, c, t = saved
    dc = dc + dh * o * (1 - t * t)
    slopes = (
        dc * g * i * (1 - i),
        dc * c * f * (1 - f),
        dc * i * (1 - g * g),
        dh * t * o * (1 - o),
    )
    dz = np.concatenate(slopes, axis=1)
    return dz, dz, 0, dc * f


def gru_forward(from_x: Array, from_h: Array, h: Array, c: Array) -> tuple[Array, Array, Any]:
    x_r, x_z, x_n = np.split(from_x, 3, axis=1)
    h_r, h_z, h_n = np.split(from_h, 3, axis=1)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h, c, (r, z, n, h, h_n)


def gru_backward(dh: Array, dc: Array, saved: Any) -> tuple[Array, Array, Any, Array]:
    r, z, n, h, h_n = saved
    dn = dh * (1 - z) * (1 - n * n)
    dz = dh * (h - n) * z * (1 - z)
    dr = dn * h_n * r * (1 - r)
    by_x = np.concatenate((dr, dz, dn), axis=1)
    by_h = np.concatenate((dr, dz, dn * r), axis=1)
    return by_x, by_h, dh * z, dc


CELLS = {
    "RNN": Cell(rnn_forward, rnn_backward),
    "GRU": Cell(gru_forward, gru_backward),
    "LSTM": Cell(lstm_forward, lstm_backward),
}


def characters(kind: str) -> Training:
    """Return the training of a character model with a layer of ``kind``."""
    cell = CELLS[kind]

    def network(nn: Any) -> Any:
        class CharacterModel(nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.layer = getattr(nn, kind)(CHARACTERS, HIDDEN)
                self.out = nn.Linear(HIDDEN, CHARACTERS)

            def forward(self, x: Any) -> Any:
                hidden, _ = self.layer(x)
                return self.out(hidden.reshape(-1, HIDDEN))

        return CharacterModel()

    def examples(rng: np.random.Generator) -> tuple[Array, Array]:
        text = rng.integers(CHARACTERS, size=(LENGTH, BATCH))
        one_hot = np.eye(CHARACTERS, dtype=np.float32)[text]
        return one_hot, rng.integers(CHARACTERS, size=LENGTH * BATCH)

    def by_hand(parameters: Arrays, x: Array, labels: Array) -> tuple[Array, Arrays]:
        w_x, w_h, b_x, b_h, w_out, b_out = parameters.values()
        from_x = x @ w_x.T + b_x
        h = c = np.zeros((BATCH, HIDDEN), x.dtype)
        states, kept = [h], []
        for t in range(LENGTH):
            h, c, saved = cell.forward(from_x[t], h @ w_h.T + b_h, h, c)
            states.append(h)
            kept.append(saved)
        hidden = np.concatenate(states[1:])
        loss, g = cross_entropy(hidden @ w_out.T + b_out, labels)
        g, dw_out, db_out = linear_backward(g, hidden, w_out)
        g = g.reshape(LENGTH, BATCH, HIDDEN)
        by_x = np.empty_like(from_x)
        dw_h, db_h = np.zeros_like(w_h), np.zeros_like(b_h)
        dh = dc = np.zeros_like(h)
        for t in reversed(range(LENGTH)):
            by_x[t], by_h, direct, dc = cell.backward(g[t] + dh, dc, kept[t])
            through, by_weight, by_bias = linear_backward(by_h, states[t], w_h)
            dw_h += by_weight
            db_h += by_bias
            dh = through + direct
        _, dw_x, db_x = linear_backward(by_x, x, w_x)
        gradients = dw_x, dw_h, db_x, db_h, dw_out, db_out
        return loss, dict(zip(parameters, gradients, strict=True))

    return Training(network, examples, by_hand)


WHAT = "one Adam step of 32 characters, 128 hidden, batch 32"
WORKLOADS = (
    Workload("char-rnn", f"RNN: {WHAT}", Goal(1.00, 0.70), characters("RNN").enter),
    Workload("char-gru", f"GRU: {WHAT}", Goal(1.00, 0.85), characters("GRU").enter),
    Workload("char-lstm", f"LSTM: {WHAT}", Goal(1.00, 1.20), characters("LSTM").enter),
)

"""One time step of each recurrent network, and a sequence of them: the textbook equations.

Plain compositions, on arrays and Tensors alike. The cells are made of them, and they are what the
fused sequences of ``recurrence.py`` mean.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.modes import scope


def times(n_steps: int, reverse: bool) -> range:
    """Return the steps in the order in which they are taken."""
    return range(n_steps - 1, -1, -1) if reverse else range(n_steps)


def affine(x: Any, weight: Any, bias: Any) -> Any:
    out = np.matmul(x, np.transpose(weight))
    return out if bias is None else out + bias


def rnn_step(
    x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any, *, nonlinearity: str
) -> Any:
    """Return h′ = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it.

    Source: J. L. Elman 1990, "Finding structure in time".
    """
    total = affine(x, w_ih, b_ih) + affine(h, w_hh, b_hh)
    return ag.relu(total) if nonlinearity == "relu" else np.tanh(total)


def gru_step(x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any) -> Any:
    """Return h′ = (1 − z)·n + z·h: the old state where the update gate z is 1, else a new one.

    r = σ(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r·(W_hn h + b_hn)).

    Source: K. Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder for
    statistical machine translation", eq. 5–8. There r multiplies h before the matrix; PyTorch,
    whose form this is, follows version 1 of that paper as cuDNN does.
    """
    r_x, z_x, n_x = np.split(affine(x, w_ih, b_ih), 3, axis=-1)
    r_h, z_h, n_h = np.split(affine(h, w_hh, b_hh), 3, axis=-1)
    r, z = ag.sigmoid(r_x + r_h), ag.sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * n_h)
    return (1 - z) * n + z * h


def lstm_step(
    x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any, c: Any
) -> tuple[Any, Any]:
    """Return h′ = o·tanh c′ and c′ = f·c + i·g, with gates i, f, o = σ(…) and g = tanh(…).

    Each gate sees W_i· x + b_i· + W_h· h + b_h·; the rows of the weights hold i, f, g, o.

    Source: S. Hochreiter & J. Schmidhuber 1997, "Long short-term memory"; the forget gate f is
    F. Gers et al. 2000, "Learning to forget".
    """
    i, f, g, o = np.split(affine(x, w_ih, b_ih) + affine(h, w_hh, b_hh), 4, axis=-1)
    c = ag.sigmoid(f) * c + ag.sigmoid(i) * np.tanh(g)
    return ag.sigmoid(o) * np.tanh(c), c


def unroll(
    step: Callable[..., tuple[Any, ...]], x: Any, *states: Any, reverse: bool
) -> tuple[list[Any], tuple[Any, ...]]:
    """Return h of every time step, and the states after the last one taken.

    ``step(x[t], *states)`` returns the next states, h first. Rows carry the scope "t0", "t1", ….
    """
    hidden = [None] * len(x)
    for t in times(len(x), reverse):
        with scope(f"t{t}"):
            states = step(x[t], *states)
        hidden[t] = states[0]
    return hidden, states

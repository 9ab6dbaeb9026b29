"""Calls that the fused recurrent networks must stand up to."""

from typing import Any

import numpy as np
from sample_arrays import Sample, spread


def sequence(n_gates: int, n_states: int, *sizes: int, biased: bool = True) -> tuple[Any, ...]:
    """Return x, the weights, the biases and the states for sizes T, B, n_in and n_hidden."""
    n_steps, n_batch, n_in, n_hidden = sizes
    n_out = n_gates * n_hidden
    return (
        spread(n_steps, n_batch, n_in),
        spread(n_out, n_in) / 2,
        spread(n_out, n_hidden) / 2,
        spread(n_out) / 2 if biased else None,
        spread(n_out) / 2 if biased else None,
        *(spread(n_batch, n_hidden) / 2 for _ in range(n_states)),
    )


def calls(n_gates: int, n_states: int, **metadata: Any) -> list[Sample]:
    time_last = sequence(n_gates, n_states, 3, 2, 1, 2)
    strided = (np.ascontiguousarray(time_last[0].T).T, *time_last[1:])
    return [
        (sequence(n_gates, n_states, 3, 2, 2, 2), metadata),
        (sequence(n_gates, n_states, 2, 2, 3, 1), {**metadata, "reverse": True}),
        (sequence(n_gates, n_states, 2, 1, 1, 2, biased=False), {**metadata, "reverse": True}),
        (sequence(n_gates, n_states, 1, 2, 2, 1), metadata),
        (sequence(n_gates, n_states, 2, 0, 2, 1), metadata),
        (strided, metadata),
    ]


SAMPLES: dict[str, list[Sample]] = {
    "rnn": [*calls(1, 1), *calls(1, 1, nonlinearity="relu")],
    "gru": calls(3, 1),
    "lstm": calls(4, 2),
}

"""What a newcomer gets wrong with recurrent networks, and the sentence that answers it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import (
    ArgumentError,
    AutogradError,
    DTypeError,
    ShapeError,
    UnsupportedError,
)

RNN, GRU, LSTM = nn.RNN(10, 5), nn.GRU(10, 5, 2, batch_first=True), nn.LSTM(10, 5)
BOTH = nn.LSTM(10, 5, 2, bidirectional=True)
X = ag.zeros(7, 3, 10)

MISTAKES: list[tuple[Callable[[], Any], type[AutogradError], str]] = [
    (
        lambda: LSTM(ag.zeros(7, 3, 8)),
        ShapeError,
        "LSTM expects 10 features on the last axis, got input of shape (7, 3, 8)",
    ),
    (
        lambda: LSTM(np.zeros((7, 3), int)),
        ShapeError,
        "LSTM expects 10 features on the last axis, got input of shape (7, 3); numbers of tokens "
        "go through nn.Embedding first",
    ),
    (
        lambda: RNN(ag.zeros(10)),
        ShapeError,
        "RNN expects input of shape (T, B, 10) or (T, 10), got (10,); one feature a step still "
        "needs its axis, x[..., None]",
    ),
    (
        lambda: GRU(ag.zeros(1, 7, 3, 10)),
        ShapeError,
        "GRU expects input of shape (B, T, 10) or (T, 10), got (1, 7, 3, 10); one feature a step "
        "still needs its axis, x[..., None]",
    ),
    (
        lambda: RNN(ag.zeros(0, 3, 10)),
        ShapeError,
        "RNN: the sequence is empty, input of shape (0, 3, 10) has no time step",
    ),
    (
        lambda: GRU(ag.zeros(3, 0, 10)),
        ShapeError,
        "GRU: the sequence is empty, input of shape (3, 0, 10) has no time step",
    ),
    (
        lambda: RNN(X, ag.zeros(1, 7, 5)),
        ShapeError,
        "RNN: h_0 must have shape (num_layers, B, hidden_size) = (1, 3, 5), got (1, 7, 5)",
    ),
    (
        lambda: GRU(ag.zeros(3, 7, 10), ag.zeros(3, 2, 5)),
        ShapeError,
        "GRU: h_0 must have shape (num_layers, B, hidden_size) = (2, 3, 5), got (3, 2, 5)",
    ),
    (
        lambda: BOTH(X, (ag.zeros(4, 3, 5), ag.zeros(2, 3, 5))),
        ShapeError,
        "LSTM: c_0 must have shape (2·num_layers, B, hidden_size) = (4, 3, 5), got (2, 3, 5)",
    ),
    (
        lambda: RNN(ag.zeros(7, 10), ag.zeros(1, 1, 5)),
        ShapeError,
        "RNN: h_0 must have shape (num_layers, hidden_size) = (1, 5), got (1, 1, 5)",
    ),
    (
        lambda: LSTM(X, ag.zeros(1, 3, 5)),
        DTypeError,
        "LSTM: hx must be the pair (h_0, c_0), got Tensor",
    ),
    (
        lambda: LSTM(X, (ag.zeros(1, 3, 5),)),
        DTypeError,
        "LSTM: hx must be the pair (h_0, c_0), got 1 values",
    ),
    (
        lambda: RNN(X, (ag.zeros(1, 3, 5), ag.zeros(1, 3, 5))),
        DTypeError,
        "RNN: hx must be one tensor, h_0, got 2 values",
    ),
    (
        lambda: RNN("abc"),
        DTypeError,
        "RNN: the input must be a tensor, an array or a list of numbers, got 'abc'",
    ),
    (
        lambda: RNN([[[1.0] * 10] * 2, [[1.0] * 10]]),
        DTypeError,
        "RNN: the input: rows have lengths 2 and 1 (rows 0 and 1); all rows need the same length",
    ),
    (
        lambda: nn.RNN(10, 0),
        ArgumentError,
        "RNN: hidden_size must be a positive integer, got 0",
    ),
    (
        lambda: nn.LSTM(2.5, 4),
        ArgumentError,
        "LSTM: input_size must be a positive integer, got 2.5",
    ),
    (
        lambda: nn.GRU(2, 4, num_layers=-1),
        ArgumentError,
        "GRU: num_layers must be a positive integer, got -1",
    ),
    (
        lambda: nn.GRU(2, 4, 2, dropout=1.5),
        ArgumentError,
        "GRU: dropout must be a number from 0 to 1, got 1.5",
    ),
    (
        lambda: nn.RNN(2, 4, nonlinearity="sigmoid"),
        ArgumentError,
        "RNN: nonlinearity must be 'tanh' or 'relu', got 'sigmoid'",
    ),
    (
        lambda: nn.RNNCell(2, 4, nonlinearity="selu"),
        ArgumentError,
        "RNNCell: nonlinearity must be 'tanh' or 'relu', got 'selu'",
    ),
    (
        lambda: nn.LSTM(2, 4, proj_size=3),
        UnsupportedError,
        "LSTM: proj_size=3 is not supported; leave it out, and put nn.Linear(4, 3) behind the "
        "layer to make its output smaller",
    ),
    (
        lambda: nn.GRUCell(10, 5)(X),
        ShapeError,
        "GRUCell expects input of shape (B, 10) or (10,), got (7, 3, 10); a cell takes one time "
        "step, a whole sequence goes through nn.GRU",
    ),
    (
        lambda: nn.RNNCell(10, 5)(ag.zeros(3, 10), ag.zeros(5)),
        ShapeError,
        "RNNCell: h_0 must have shape (B, hidden_size) = (3, 5), got (5,)",
    ),
    (
        lambda: nn.LSTMCell(10, 5)(ag.zeros(10), ag.zeros(5)),
        DTypeError,
        "LSTMCell: hx must be the pair (h_0, c_0), got Tensor",
    ),
]


@pytest.mark.parametrize(
    ("mistake", "error", "text"), MISTAKES, ids=lambda part: part if isinstance(part, str) else ""
)
def test_mistakes_get_a_sentence(mistake: Any, error: type[AutogradError], text: str) -> None:
    with pytest.raises(error) as caught:
        mistake()
    assert str(caught.value) == text

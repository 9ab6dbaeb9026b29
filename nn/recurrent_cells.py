"""Recurrent networks, one time step at a time: a loop of them has every step on the tape."""
# ruff: noqa: A002 (PyTorch's argument names)

from math import sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import DTypeError, ShapeError
from autograd_mini.nn import init
from autograd_mini.nn.arguments import as_numeric, require
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter
from autograd_mini.nn.primitives.recurrent_steps import gru_step, lstm_step, rnn_step


class Recurrent(Module):
    """What all recurrent layers and cells share: their weights, and checks of what they are fed.

    A group of weights is weight_ih (k·hidden_size, n), weight_hh (k·hidden_size, hidden_size),
    bias_ih and bias_hh (k·hidden_size,) for k gates, all drawn from U(−1/√hidden_size,
    1/√hidden_size). Layers have a group for each depth and direction, told apart by a suffix.
    """

    n_gates: ClassVar[int]
    state_names: ClassVar[tuple[str, ...]] = ("h_0",)

    def __init__(self, input_size: int, hidden_size: int, bias: bool) -> None:
        super().__init__()
        self._require_size("input_size", input_size)
        self._require_size("hidden_size", hidden_size)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias

    def _require_size(self, name: str, size: Any) -> None:
        is_size = isinstance(size, int | np.integer) and bool(size > 0)
        require(f"{type(self).__name__}: {name}", size, is_size, "a positive integer")

    def _add_weights(self, suffix: str, n_in: int, dtype: DTypeLike | None) -> None:
        dtype = dtype or get_default_dtype()
        n_out = self.n_gates * self.hidden_size
        for name, shape in (
            ("weight_ih", (n_out, n_in)),
            ("weight_hh", (n_out, self.hidden_size)),
            ("bias_ih", (n_out,)),
            ("bias_hh", (n_out,)),
        ):
            exists = self.bias or name.startswith("weight")
            parameter = Parameter(np.empty(shape, dtype)) if exists else None
            self.register_parameter(name + suffix, parameter)

    def _weights(self, suffix: str) -> list[Parameter | None]:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [self._parameters[name + suffix] for name in names]

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw the initial weights and biases again."""
        bound = 1 / sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound, generator)

    def _input(self, input: Any, shapes: dict[int, str], advice: str) -> Any:
        """Return the input in the weights' dtype; ``shapes`` says by ndim what it may be."""
        name = type(self).__name__
        x = as_numeric(f"{name}: the input", input)
        if x.ndim not in shapes:
            raise ShapeError(
                f"{name} expects input of shape {' or '.join(shapes.values())}, got "
                f"{tuple(x.shape)}; {advice}"
            )
        if x.shape[-1] != self.input_size:
            tokens = "; numbers of tokens go through nn.Embedding first"
            raise ShapeError(
                f"{name} expects {self.input_size} features on the last axis, got input of shape "
                f"{tuple(x.shape)}{tokens if x.dtype.kind in 'iu' else ''}"
            )
        return self._in_own_dtype(x)

    def _states(self, hx: Any, shape: tuple[int, ...], axes: str) -> list[Any]:
        """Return the initial states, zeros if there are none; ``axes`` says what ``shape`` is."""
        name = type(self).__name__
        if hx is None:
            return [self._in_own_dtype(np.zeros(shape)) for _ in self.state_names]
        n_states = len(self.state_names)
        if n_states == 1 and not isinstance(hx, tuple):
            hx = (hx,)
        elif not isinstance(hx, tuple | list) or len(hx) != n_states:
            wanted = "one tensor, h_0" if n_states == 1 else "the pair (h_0, c_0)"
            got = f"{len(hx)} values" if isinstance(hx, tuple | list) else type(hx).__name__
            raise DTypeError(f"{name}: hx must be {wanted}, got {got}")
        states = []
        for what, value in zip(self.state_names, hx, strict=True):
            state = as_numeric(f"{name}: {what}", value)
            if tuple(state.shape) != shape:
                raise ShapeError(
                    f"{name}: {what} must have shape {axes} = {shape}, got {tuple(state.shape)}"
                )
            states.append(self._in_own_dtype(state))
        return states

    def _in_own_dtype(self, x: Any) -> Any:
        weight = next(iter(self._parameters.values()))
        assert weight is not None
        return x if x.dtype == weight.dtype else x.astype(weight.dtype)


class _Cell(Recurrent):
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias)
        self._add_weights("", input_size, dtype)
        self.reset_parameters(generator)

    def _arguments(self, input: Any, hx: Any) -> list[Any]:
        """Return what the step takes: the input, the weights and the states."""
        x = self._input(
            input,
            {2: f"(B, {self.input_size})", 1: f"({self.input_size},)"},
            f"a cell takes one time step, a whole sequence goes through "
            f"nn.{type(self).__name__.removesuffix('Cell')}",
        )
        axes = "(B, hidden_size)" if x.ndim == 2 else "(hidden_size,)"
        states = self._states(hx, (*x.shape[:-1], self.hidden_size), axes)
        return [x, *self._weights(""), *states]

    def extra_repr(self) -> str:
        without_bias = "" if self.bias else ", bias=False"
        return f"{self.input_size}, {self.hidden_size}{without_bias}"


class RNNCell(_Cell):
    """h′ = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu: one time step of an ``RNN``.

    Shapes: x (B, input_size) or (input_size,); h and h′ (B, hidden_size) or (hidden_size,); h is 0
    if it is not given.

    A loop over cells has all steps on the tape, where gradients through time can be looked at; a
    scope a step keeps them apart.

    Raises ArgumentError for sizes that are not positive and another nonlinearity than "tanh" and
    "relu", ShapeError for other shapes. Source: see ``recurrent_steps.rnn_step``.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> cell = nn.RNNCell(2, 3)
    >>> h = None
    >>> for t, x in enumerate(ag.ones(4, 1, 2)):
    ...     with ag.scope(f"t{t}"):
    ...         h = cell(x, h)
    >>> h.shape, h.row.scope
    ((1, 3), 't3')
    """

    n_gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        check_nonlinearity("RNNCell", nonlinearity)
        super().__init__(input_size, hidden_size, bias, dtype=dtype, generator=generator)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        return rnn_step(*self._arguments(input, hx), nonlinearity=self.nonlinearity)

    def extra_repr(self) -> str:
        chosen = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + chosen


def check_nonlinearity(name: str, nonlinearity: Any) -> None:
    """Raise ArgumentError unless it is one that an RNN may have."""
    known = nonlinearity in ("tanh", "relu")
    require(f"{name}: nonlinearity", nonlinearity, known, "'tanh' or 'relu'")


class GRUCell(_Cell):
    """h′ = (1 − z)·n + z·h: one time step of a ``GRU``, whose formula says what z and n are.

    Shapes and errors as for ``RNNCell``. Source: see ``recurrent_steps.gru_step``.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> nn.GRUCell(2, 3)(ag.ones(1, 2)).shape
    (1, 3)
    """

    n_gates = 3

    def forward(self, input: Any, hx: Any = None) -> Any:
        return gru_step(*self._arguments(input, hx))


class LSTMCell(_Cell):
    """h′ = o·tanh c′, c′ = f·c + i·g: one time step of an ``LSTM``, whose formula has the gates.

    Takes and returns the pair (h, c); shapes and errors as for ``RNNCell``. Source: see
    ``recurrent_steps.lstm_step``.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> cell = nn.LSTMCell(2, 3)
    >>> h, c = cell(ag.ones(1, 2))
    >>> h, c = cell(ag.ones(1, 2), (h, c))
    >>> h.shape, c.shape
    ((1, 3), (1, 3))
    """

    n_gates = 4
    state_names = ("h_0", "c_0")

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        return lstm_step(*self._arguments(input, hx))

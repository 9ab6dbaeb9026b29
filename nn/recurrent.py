"""Recurrent networks over whole sequences, in layers and in both directions."""
# ruff: noqa: A002 (PyTorch's argument names)

import warnings
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.errors import ShapeError, UnsupportedError
from autograd_mini.fusion import Fused
from autograd_mini.modes import scope
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.nn.primitives.recurrence import gru, lstm, rnn
from autograd_mini.nn.recurrent_cells import Recurrent, check_nonlinearity


class _Layers(Recurrent):
    """What RNN, GRU and LSTM share: everything but the recurrence itself."""

    recurrence: ClassVar[Fused]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias)
        self._require_size("num_layers", num_layers)
        name = type(self).__name__
        is_probability = is_number(dropout) and 0 <= dropout <= 1
        require(f"{name}: dropout", dropout, is_probability, "a number from 0 to 1")
        if dropout and num_layers == 1:
            warnings.warn(
                f"{name}: dropout={dropout} acts between layers, and with num_layers=1 there is no "
                f"such place; put nn.Dropout behind this layer instead",
                stacklevel=2,
            )
        self.num_layers = num_layers
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.generator = generator
        n_in = input_size
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                self._add_weights(suffix, n_in, dtype)
            n_in = hidden_size * len(self._suffixes(layer))
        self.reset_parameters(generator)

    def _suffixes(self, layer: int) -> list[str]:
        forward = f"_l{layer}"
        return [forward, f"{forward}_reverse"] if self.bidirectional else [forward]

    def forward(self, input: Any, hx: Any = None, *, unrolled: bool = False) -> tuple[Any, Any]:
        x, is_batched = self._sequence(input)
        n_groups = self.num_layers * len(self._suffixes(0))
        states = self._initial_states(hx, (n_groups, x.shape[1], self.hidden_size), is_batched)
        finals: list[tuple[Any, ...]] = []
        for layer in range(self.num_layers):
            if layer:
                x = F.dropout(x, self.dropout, self.training, self.generator)
            outputs = []
            for suffix in self._suffixes(layer):
                with scope(suffix.removeprefix("_")):
                    starts = [state[len(finals)] for state in states]
                    output, *final = self._run(x, suffix, starts, unrolled)
                outputs.append(output)
                finals.append(tuple(final))
            x = np.concatenate(outputs, axis=-1) if self.bidirectional else outputs[0]
        ends = [
            np.stack(final) if n_groups > 1 else final[0][None]
            for final in zip(*finals, strict=True)
        ]
        if not is_batched:
            x, ends = x[:, 0], [end[:, 0] for end in ends]
        elif self.batch_first:
            x = x.swapaxes(0, 1)
        return x, tuple(ends) if len(ends) > 1 else ends[0]

    def _run(self, x: Any, suffix: str, starts: list[Any], unrolled: bool) -> list[Any]:
        """Return h of all steps, and the states after the last one, of one layer and direction."""
        run = self.recurrence.definition if unrolled else self.recurrence
        reverse = suffix.endswith("_reverse")
        out = run(x, *self._weights(suffix), *starts, reverse=reverse, **self._metadata())
        return self._split(out, 0 if reverse else len(x) - 1)

    def _metadata(self) -> dict[str, Any]:
        return {}

    def _split(self, out: Any, last: int) -> list[Any]:
        return [out, out[last]]

    def _sequence(self, input: Any) -> tuple[Any, bool]:
        """Return the input as (T, B, n), and whether it had a batch axis."""
        n = self.input_size
        first = "B, T" if self.batch_first else "T, B"
        x = self._input(
            input,
            {3: f"({first}, {n})", 2: f"(T, {n})"},
            "one feature a step still needs its axis, x[..., None]",
        )
        is_batched = x.ndim == 3
        if not is_batched:
            x = x[:, None]
        elif self.batch_first:
            x = x.swapaxes(0, 1)
        if not len(x):
            raise ShapeError(
                f"{type(self).__name__}: the sequence is empty, input of shape "
                f"{tuple(np.shape(input))} has no time step"
            )
        return x, is_batched

    def _initial_states(self, hx: Any, shape: tuple[int, int, int], is_batched: bool) -> list[Any]:
        directions = "2·num_layers" if self.bidirectional else "num_layers"
        if is_batched:
            return self._states(hx, shape, f"({directions}, B, hidden_size)")
        states = self._states(hx, shape[::2], f"({directions}, hidden_size)")
        return [state[:, None] for state in states]

    def flatten_parameters(self) -> None:
        """Do nothing: PyTorch arranges memory for a GPU here, and its scripts may ask for it."""

    def extra_repr(self) -> str:
        defaults = {
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0.0,
            "bidirectional": False,
        }
        chosen = [
            f"{name}={getattr(self, name)}"
            for name, default in defaults.items()
            if getattr(self, name) != default
        ]
        return ", ".join([str(self.input_size), str(self.hidden_size), *chosen])


class RNN(_Layers):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), or relu: Elman's recurrent network.

    Takes a sequence x and the initial h, by default 0; returns (output, h_n): h of the last layer
    at every step, and h of every layer after the last step.

    Shapes: x (T, B, input_size), with ``batch_first`` (B, T, input_size), or (T, input_size) for
    one sequence; output the same with D·hidden_size on the last axis, D = 2 if ``bidirectional``
    else 1; hx and h_n (D·num_layers, B, hidden_size), also with ``batch_first``, without B for one
    sequence. x and hx are calculated with in the dtype of the weights.

    ``num_layers``: each layer reads the output of the one below it, after ``dropout`` in training.
    ``bidirectional``: a second group of weights, ``…_reverse``, runs from the end to the start;
    outputs are joined on the last axis, and h_n has layer 0 forward, layer 0 reverse, layer 1 ….
    ``generator`` draws the weights, all from U(−1/√hidden_size, 1/√hidden_size), and the dropout.

    A layer and direction is one row of the tape. ``model(x, unrolled=True)`` gives the same with
    every operation of every step, in scopes "l0.t0", "l0.t1", …: slower, to look at gradients
    through time.

    Sequences of different lengths: pad them at the end. A forward output does not see what comes
    after it, so take ``output[length − 1]`` of each (h_n has read the padding, and so has the
    reverse direction: run it by one length at a time). There is no PackedSequence.

    Raises ArgumentError for sizes that are not positive, dropout outside 0..1 and an unknown
    nonlinearity; ShapeError for input or hx of another shape and an empty sequence. Dropout with
    one layer warns, because it has no effect.

    Source: J. L. Elman 1990, "Finding structure in time".

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> model = nn.RNN(input_size=4, hidden_size=8, num_layers=2, batch_first=True)
    >>> output, h_n = model(ag.ones(3, 10, 4))
    >>> output.shape, h_n.shape
    ((3, 10, 8), (2, 3, 8))
    >>> bool((output[:, -1] == h_n[-1]).all())
    True
    """

    n_gates = 1
    recurrence = rnn

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        check_nonlinearity("RNN", nonlinearity)
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            dtype=dtype,
            generator=generator,
        )
        self.nonlinearity = nonlinearity

    def _metadata(self) -> dict[str, Any]:
        return {"nonlinearity": self.nonlinearity}

    def extra_repr(self) -> str:
        chosen = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity!r}"
        return super().extra_repr() + chosen


class GRU(_Layers):
    """h_t = (1 − z)·n + z·h_{t−1}: gates decide how much of the old state stays.

    r = σ(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r·(W_hn h + b_hn));
    the rows of the weights hold r, z, n. Everything else is as for ``RNN``.

    Source: K. Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder for
    statistical machine translation", eq. 5–8, with r multiplied after W_hn as PyTorch does.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> output, h_n = nn.GRU(4, 8, bidirectional=True)(ag.ones(10, 3, 4))
    >>> output.shape, h_n.shape
    ((10, 3, 16), (2, 3, 8))
    """

    n_gates = 3
    recurrence = gru


class LSTM(_Layers):
    """h_t = o·tanh c_t, c_t = f·c_{t−1} + i·g: a cell c whose gradient need not vanish in time.

    i, f, o = σ(W_i· x + b_i· + W_h· h + b_h·), g = tanh(…); rows of the weights hold i, f, g, o.
    hx is the pair (h_0, c_0), and (output, (h_n, c_n)) is returned. Everything else is as for
    ``RNN``. ``proj_size`` other than 0 is not supported.

    Source: S. Hochreiter & J. Schmidhuber 1997, "Long short-term memory"; F. Gers et al. 2000,
    "Learning to forget", for the forget gate f.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> output, (h_n, c_n) = nn.LSTM(4, 8)(ag.ones(10, 3, 4))
    >>> output.shape, h_n.shape, c_n.shape
    ((10, 3, 8), (1, 3, 8), (1, 3, 8))
    """

    n_gates = 4
    state_names = ("h_0", "c_0")
    recurrence = lstm

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        if proj_size:
            raise UnsupportedError(
                f"LSTM: proj_size={proj_size} is not supported; leave it out, and put "
                f"nn.Linear({hidden_size}, {proj_size}) behind the layer to make its output smaller"
            )
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            dtype=dtype,
            generator=generator,
        )

    def _split(self, out: Any, last: int) -> list[Any]:
        return [out[:-1], out[last], out[-1]]

"""An average of the weights along the path of training, which often generalises better."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_mini.errors import DTypeError, StateError
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.tensors import Tensor


class ExponentialMovingAverage:
    """Exponentially weighted average of parameters, corrected for its start.

    ``update()`` after each optimizer step::

        a ← β·a + (1 − β)·w          starting from 0
        average = a/(1 − βᵗ)         after t updates

    so that the average of constant weights is those weights from the first update on, and about
    the last 1/(1 − β) steps count. ``with average.applied():`` the parameters have their average
    values, to be evaluated.

    Raises ArgumentError for a decay outside 0 ≤ β < 1.

    Source: B. T. Polyak, A. Juditsky 1992, "Acceleration of stochastic approximation by averaging",
    for averaging; D. P. Kingma, J. Ba 2014, "Adam", section 3, for the correction.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter([1.0])
    >>> average = ExponentialMovingAverage([w], decay=0.5)
    >>> average.update()
    >>> w.data[...] = 4.0
    >>> average.update()
    >>> with average.applied():
    ...     w.tolist()
    [3.0]
    >>> w.tolist()
    [4.0]
    """

    def __init__(self, parameters: Iterable[Tensor], decay: float = 0.999) -> None:
        allowed = is_number(decay) and 0 <= decay < 1
        name = "ExponentialMovingAverage"
        require(f"{name}: decay", decay, allowed, "at least 0 and below 1")
        self.decay = decay
        if hasattr(parameters, "parameters"):
            raise DTypeError(
                f"{name} takes a list of parameters, got {type(parameters).__name__}; write "
                f"model.parameters()"
            )
        self.parameters = list(parameters)
        require(f"{name}: parameters", self.parameters, bool(self.parameters), "at least one")
        self.updates = 0
        self._sums = [np.zeros_like(p._array) for p in self.parameters]

    def update(self) -> None:
        """Take in the parameters' present values."""
        self.updates += 1
        for total, p in zip(self._sums, self.parameters, strict=True):
            total *= self.decay
            total += (1 - self.decay) * p._array

    def averages(self) -> list[np.ndarray[Any, Any]]:
        """Return the averages, one array for each parameter. Raises StateError before an update."""
        if self.updates == 0:
            raise StateError("ExponentialMovingAverage: nothing to average; call update() first")
        return [np.asarray(total / (1 - self.decay**self.updates)) for total in self._sums]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Give the parameters their average values inside, and their own back after."""
        own = [p._array.copy() for p in self.parameters]
        self._write(self.averages())
        try:
            yield
        finally:
            self._write(own)

    def copy_to_parameters(self) -> None:
        """Give the parameters their average values for good."""
        self._write(self.averages())

    def _write(self, values: list[np.ndarray[Any, Any]]) -> None:
        for p, value in zip(self.parameters, values, strict=True):
            p.data[...] = value

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of what is remembered."""
        sums = [total.copy() for total in self._sums]
        return {"decay": self.decay, "updates": self.updates, "sums": sums}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from ``state_dict()``. Raises StateError if it does not fit; then nothing changed.

        Numbers of parameters and shapes must agree.
        """
        known = isinstance(state_dict, Mapping) and set(state_dict) == {"decay", "updates", "sums"}
        shapes = [np.shape(total) for total in state_dict["sums"]] if known else []
        if shapes != [p.shape for p in self.parameters]:
            raise StateError(
                "ExponentialMovingAverage: the state does not fit these parameters, and nothing "
                "was loaded"
            )
        self.decay, self.updates = state_dict["decay"], state_dict["updates"]
        for total, saved in zip(self._sums, state_dict["sums"], strict=True):
            total[...] = saved

"""Gradients of a function of arrays: forward and backward, without parameters or an update."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.contestants import BY_HAND, Contestant
from autograd_mini.tutorials.bench.libraries import Library


@dataclass(frozen=True)
class Function:
    """``f(*tensors)`` returns a scalar; ``by_hand(*arrays)`` returns it and its gradients."""

    f: Callable[..., Any]
    by_hand: Callable[..., Sequence[Array]]
    arrays: Callable[[], Sequence[Array]]

    def enter(self, libraries: Sequence[Library]) -> dict[str, Contestant]:
        """Return a contestant for each library and one by hand, all with the same arrays."""
        arrays = self.arrays()
        contestants = {library.name: self._in_library(library, arrays) for library in libraries}
        by_hand = partial(self.by_hand, *arrays)
        contestants[BY_HAND] = Contestant(by_hand, by_hand)
        return contestants

    def _in_library(self, library: Library, arrays: Sequence[Array]) -> Contestant:
        leaves = [library.tensor(array, True) for array in arrays]

        def step() -> Any:
            for leaf in leaves:
                leaf.grad = None
            y = self.f(*leaves)
            y.backward()
            return y

        def answer() -> list[Array]:
            y = step()
            return [y.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]

        return Contestant(step, answer)

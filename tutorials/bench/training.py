"""Training a network with Adam: forward, backward and update, in each library and by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.by_hand import Adam, Arrays
from autograd_mini.tutorials.bench.contestants import BY_HAND, Contestant
from autograd_mini.tutorials.bench.libraries import Library

LEARNING_RATE = 1e-3


def classification(functional: Any, out: Any, labels: Any) -> Any:
    return functional.cross_entropy(out, labels)


@dataclass(frozen=True)
class Training:
    """``network(nn)`` builds the model of a library, ``examples(rng)`` the inputs and targets.

    ``by_hand(parameters, x, target)`` returns the loss and the gradients by parameter name.
    """

    network: Callable[[Any], Any]
    examples: Callable[[np.random.Generator], tuple[Array, Array]]
    by_hand: Callable[[Arrays, Array, Array], tuple[Array, Arrays]]
    loss: Callable[[Any, Any, Any], Any] = classification

    def enter(self, libraries: Sequence[Library]) -> dict[str, Contestant]:
        """Return a contestant for each library and one by hand, all with the same parameters."""
        x, target = self.examples(np.random.default_rng(0))
        ag.manual_seed(0)
        initial = {name: p.data.copy() for name, p in self.network(nn).named_parameters()}
        contestants = {
            library.name: self._in_library(library, initial, x, target) for library in libraries
        }
        contestants[BY_HAND] = self._by_hand(initial, x, target)
        return contestants

    def _in_library(
        self, library: Library, initial: Arrays, inputs: Array, targets: Array
    ) -> Contestant:
        model = self.network(library.nn)
        for name, p in model.named_parameters():
            library.fill(p, initial[name])
        optimizer = library.optim.Adam(model.parameters(), lr=LEARNING_RATE)
        x, target = library.tensor(inputs, False), library.tensor(targets, False)

        def sweep() -> Any:
            optimizer.zero_grad()
            loss = self.loss(library.nn.functional, model(x), target)
            loss.backward()
            return loss

        def step() -> None:
            sweep()
            optimizer.step()

        def answer() -> list[Array]:
            loss = sweep()
            return [loss.detach().numpy(), *(p.grad.numpy() for p in model.parameters())]

        return Contestant(step, answer)

    def _by_hand(self, initial: Arrays, x: Array, target: Array) -> Contestant:
        parameters = {name: values.copy() for name, values in initial.items()}
        optimizer = Adam(parameters, LEARNING_RATE)

        def step() -> None:
            _, gradients = self.by_hand(parameters, x, target)
            optimizer.step(gradients)

        def answer() -> list[Array]:
            loss, gradients = self.by_hand(parameters, x, target)
            return [loss, *(gradients[name] for name in parameters)]

        return Contestant(step, answer)

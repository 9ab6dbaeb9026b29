"""The random generators that layers hold, Dropout for instance."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from autograd_mini.nn.module import Module
from autograd_mini.randomness import default_generator


def held_generators(model: Module) -> Iterator[tuple[str, np.random.Generator]]:
    """Yield the generators that ``model`` and the modules below it hold, by dotted names.

    >>> from autograd_mini import nn
    >>> model = nn.Sequential(nn.Tanh(), nn.Dropout(generator=np.random.default_rng()))
    >>> [name for name, _ in held_generators(model)]
    ['1.generator']
    """
    for path, module in model.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, np.random.Generator):
                yield f"{path}.{name}" if path else name, value


@contextmanager
def random_state_kept(model: Module) -> Iterator[None]:
    """After the block, let the default generator and those of ``model`` be as they were before."""
    generators = [default_generator(), *(generator for _, generator in held_generators(model))]
    before = [generator.bit_generator.state for generator in generators]
    try:
        yield
    finally:
        for generator, state in zip(generators, before, strict=True):
            generator.bit_generator.state = state

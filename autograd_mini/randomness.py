"""The one source of randomness: an explicit generator, never NumPy's global state."""

import threading

import numpy as np

from autograd_mini.errors import ArgumentError


class _Default(threading.local):
    def __init__(self) -> None:
        self.generator = np.random.default_rng()


_state = _Default()


def manual_seed(seed: int) -> np.random.Generator:
    """Restart this thread's default generator from ``seed`` and return it.

    ``seed``: a whole number, at least 0; anything else raises ArgumentError.

    Everything random in the package (initialisation, dropout, shuffling) draws from it unless a
    generator is passed.

    >>> manual_seed(0).integers(10), manual_seed(0).integers(10)
    (np.int64(8), np.int64(8))
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ArgumentError(f"manual_seed: the seed must be a whole number from 0 up, got {seed!r}")
    _state.generator = np.random.default_rng(seed)
    return _state.generator


def default_generator() -> np.random.Generator:
    """Return this thread's default ``numpy.random.Generator``.

    >>> _ = manual_seed(1)
    >>> default_generator() is default_generator()
    True
    """
    return _state.generator

"""What the drawn datasets ask of their arguments."""

from typing import Any

import numpy as np

from autograd_mini.nn.arguments import is_number, require
from autograd_mini.nn.data.samplers import check_generator
from autograd_mini.randomness import default_generator


def is_count(value: Any, least: int) -> bool:
    """Return whether ``value`` is a whole number of at least ``least``."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and value >= least


def generator_for(
    user: str, generator: np.random.Generator | None, n_samples: Any, least: int, noise: Any = 0.0
) -> np.random.Generator:
    """Return the generator to draw from.

    Raises ArgumentError unless ``n_samples`` is an integer of at least ``least`` and ``noise`` a
    number of at least 0, DTypeError unless ``generator`` is one.
    """
    wanted = f"an integer, at least {least}"
    require(f"{user}: n_samples", n_samples, is_count(n_samples, least), wanted)
    fits = is_number(noise) and noise >= 0
    require(f"{user}: noise", noise, fits, "a number, at least 0")
    check_generator(user, generator)
    return generator or default_generator()

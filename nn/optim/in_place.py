"""The two phrases of which update formulas are made, without a temporary array."""

import numpy as np

from autograd_mini.rows import Array


def add_scaled(y: Array, a: float, x: Array, spare: Array) -> None:
    """y ← y + a·x. ``spare``: an array of the same shape, to be written to."""
    np.multiply(x, a, out=spare)
    y += spare


def average(mean: Array, x: Array, decay: float, spare: Array) -> None:
    """Exponentially weighted average: mean ← decay·mean + (1 − decay)·x."""
    np.subtract(x, mean, out=spare)
    spare *= 1 - decay
    mean += spare

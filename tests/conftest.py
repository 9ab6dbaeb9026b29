"""What every test runs under: seeded randomness, and NumPy errors that raise."""

from collections.abc import Iterator

import numpy as np
import pytest

import autograd_mini as ag


@pytest.fixture(autouse=True)
def strict_numpy() -> Iterator[None]:
    """Raise on overflow, division by zero and invalid values; a test that wants them says so."""
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        yield


@pytest.fixture(autouse=True)
def engine_left_as_found() -> Iterator[None]:
    """Seed the default generator; fail a test that leaves a mode or the default dtype changed."""
    ag.manual_seed(0)
    yield
    assert ag.is_grad_enabled()
    assert ag.get_default_dtype() == np.float32


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)

"""``torch.Generator``: NumPy's generator under PyTorch's method names."""

from typing import Any

import numpy as np

from autograd_mini.devices import check_device
from autograd_mini.errors import ArgumentError


class Generator(np.random.Generator):
    """A source of random numbers; a ``numpy.random.Generator`` with PyTorch's methods.

    Its numbers are not PyTorch's for the same seed.

    >>> import autograd_mini.torchlike as torch
    >>> g = torch.Generator().manual_seed(2147483647)
    >>> first = torch.randn(3, generator=g)
    >>> torch.equal(first, torch.randn(3, generator=g.manual_seed(2147483647)))
    True
    """

    def __init__(self, device: Any = "cpu") -> None:
        check_device(device)
        super().__init__(np.random.PCG64())
        self._seed = 0

    def manual_seed(self, seed: int) -> "Generator":
        """Start again from ``seed``, a whole number of at least 0, and return the generator."""
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise ArgumentError(
                f"manual_seed: the seed must be a whole number from 0 up, got {seed!r}"
            )
        self.bit_generator.state = np.random.PCG64(seed).state
        self._seed = seed
        return self

    def initial_seed(self) -> int:
        """Return the seed that was last given."""
        return self._seed

    def get_state(self) -> Any:
        """Return where the generator stands, for ``set_state``."""
        return self.bit_generator.state

    def set_state(self, state: Any) -> None:
        """Go back to where ``get_state`` was called."""
        self.bit_generator.state = state

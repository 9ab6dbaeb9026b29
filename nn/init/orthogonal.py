"""Orthogonal weights: a layer that turns and mirrors, and changes no length."""

from math import prod

import numpy as np

from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.nn.init.filling import check_tensor, fill
from autograd_mini.randomness import default_generator
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor


def orthogonal_(
    tensor: Tensor, gain: float = 1.0, generator: np.random.Generator | None = None
) -> Tensor:
    """Fill with ``gain`` times a random matrix whose rows, or columns if fewer, are orthonormal.

    Every such matrix is equally likely: Q of a QR decomposition of normal draws, its signs set so
    that R has a positive diagonal. A weight (n_out, n_in, k, …) is taken as (n_out, n_in·k…).

    Raises ShapeError for less than 2 axes.

    Source: A. Saxe, J. McClelland, S. Ganguli 2013, "Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks"; F. Mezzadri 2007, "How to generate random matrices
    from the classical compact groups", section 5, for the signs.

    >>> import autograd_mini as ag
    >>> w = orthogonal_(ag.zeros(2, 3)).numpy()
    >>> bool(np.allclose(w @ w.T, np.eye(2), atol=1e-6))
    True
    """
    require("orthogonal_: gain", gain, is_number(gain), "a finite number")
    check_tensor(tensor)
    if tensor.ndim < 2:
        raise ShapeError(f"orthogonal_: it needs at least 2 axes, got shape {tensor.shape}")

    def values(shape: tuple[int, ...]) -> Array:
        n_rows, n_columns = shape[0], prod(shape[1:])
        tall = max(n_rows, n_columns), min(n_rows, n_columns)
        q, r = np.linalg.qr((generator or default_generator()).standard_normal(tall))
        q = q * np.where(np.diagonal(r) < 0, -gain, gain)
        return (q if n_rows >= n_columns else q.T).reshape(shape)

    return fill(tensor, values)

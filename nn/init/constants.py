"""Initial values without chance: constants, and weights that pass their input on unchanged."""

import numpy as np

from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.nn.arguments import require
from autograd_mini.nn.init.filling import check_tensor, fill
from autograd_mini.rows import Array
from autograd_mini.tensors import Tensor


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with ``val``.

    >>> import autograd_mini as ag
    >>> constant_(ag.zeros(2), 7.0)
    tensor([7., 7.])
    """
    require("constant_: val", val, isinstance(val, int | float | np.number), "a number")
    return fill(tensor, lambda shape: val)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros.

    >>> import autograd_mini as ag
    >>> zeros_(ag.ones(2))
    tensor([0., 0.])
    """
    return fill(tensor, np.zeros)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones.

    >>> import autograd_mini as ag
    >>> ones_(ag.zeros(2))
    tensor([1., 1.])
    """
    return fill(tensor, np.ones)


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with the identity: ones on the diagonal, zeros elsewhere.

    Raises ShapeError for other than 2 axes.

    >>> import autograd_mini as ag
    >>> eye_(ag.zeros(2, 3))
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    check_tensor(tensor)
    if tensor.ndim != 2:
        raise ShapeError(f"eye_: it fills a matrix, got shape {tensor.shape}; dirac_ fills kernels")
    return fill(tensor, lambda shape: np.eye(shape[0], shape[1]))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill a convolution's weight so that its first output channels are its input channels.

    Channel i passes channel i on unchanged (with padding that keeps the size), if both exist; in
    each of ``groups`` groups alike. Further output channels are 0.

    Shapes: ``tensor`` (n_out, n_in/groups, k, …) with 1 to 3 axes k.

    Raises ShapeError for other shapes, ArgumentError if ``groups`` does not divide n_out.

    >>> import autograd_mini as ag
    >>> dirac_(ag.zeros(2, 2, 3))
    tensor([[[0., 1., 0.],
             [0., 0., 0.]],
    <BLANKLINE>
            [[0., 0., 0.],
             [0., 1., 0.]]])
    """
    check_tensor(tensor)
    if tensor.ndim not in (3, 4, 5):
        raise ShapeError(
            f"dirac_: it fills the weight of a convolution, (n_out, n_in, k, …), got shape "
            f"{tensor.shape}; eye_ fills matrices"
        )
    n_out, n_in, *kernel = tensor.shape
    if not isinstance(groups, int) or groups < 1 or n_out % groups:
        raise ArgumentError(
            f"dirac_: groups must divide the {n_out} output channels evenly, got {groups!r}"
        )
    per_group = n_out // groups
    middle = tuple(k // 2 for k in kernel)

    def values(shape: tuple[int, ...]) -> Array:
        weight = np.zeros(shape)
        for start in range(0, n_out, per_group):
            for i in range(min(per_group, n_in)):
                weight[(start + i, i, *middle)] = 1
        return weight

    return fill(tensor, values)

"""Numbers of classes, as vectors."""

from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.tensors import Tensor


def one_hot(tensor: Any, num_classes: int = -1) -> Tensor:
    """Return for each class a vector with 1 at its number and 0 elsewhere, as int64.

    Shapes: ``tensor`` (…), integers 0..C−1; result (…, C), with C = ``num_classes``, or by default
    the largest number + 1.

    Raises DTypeError for numbers that are not integers, ArgumentError for one outside 0..C−1.

    >>> import autograd_mini as ag
    >>> one_hot(ag.tensor([0, 2]), num_classes=3)
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    classes = np.asarray(as_numeric("one_hot: the classes", tensor))
    if classes.dtype.kind not in "iu":
        raise DTypeError(
            f"one_hot: the classes must be integers, got {classes.dtype}; convert with t.long()"
        )
    n = int(classes.max(initial=-1)) + 1 if num_classes == -1 else num_classes
    outside = classes[(classes < 0) | (classes >= n)]
    if outside.size or n < 1:
        found = f"class {outside[0]}" if outside.size else "no class at all"
        raise ArgumentError(
            f"one_hot: {found} among {n} classes; they are numbered from 0 to num_classes - 1"
        )
    return Tensor((classes[..., None] == np.arange(n)).astype(np.int64))

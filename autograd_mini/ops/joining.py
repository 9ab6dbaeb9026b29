"""Functions that join arrays and take them apart, made of concatenate and of slices."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.ops.axes import (
    arraylike,
    atleast_1d,
    atleast_2d,
    atleast_3d,
    matrix_transpose,
    normal_axis,
)
from autograd_mini.ops.shaping import concatenate
from autograd_mini.registry import composed

Sections = int | Sequence[int]


@composed(np.vstack)
def vstack(arrays: Sequence[Any]) -> Any:
    """Return the arrays one below the other; (n,) counts as a row (1, n).

    >>> import autograd_mini as ag
    >>> ag.vstack([ag.zeros(3), ag.ones(2, 3)]).shape
    (3, 3)
    """
    return concatenate([atleast_2d(x) for x in arrays], axis=0)


@composed(np.hstack)
def hstack(arrays: Sequence[Any]) -> Any:
    """Return the arrays side by side: joined on axis 1, or on axis 0 if the first has one axis.

    >>> import autograd_mini as ag
    >>> ag.hstack([ag.zeros(2), ag.ones(1)])
    tensor([0., 0., 1.])
    """
    rows = [atleast_1d(x) for x in arrays]
    return concatenate(rows, axis=0 if rows and rows[0].ndim == 1 else 1)


@composed(np.dstack)
def dstack(arrays: Sequence[Any]) -> Any:
    """Return the arrays joined on the third axis; (n,) counts as (1, n, 1), (m, n) as (m, n, 1).

    >>> import autograd_mini as ag
    >>> ag.dstack([ag.zeros(2, 3), ag.ones(2, 3)]).shape
    (2, 3, 2)
    """
    return concatenate([atleast_3d(x) for x in arrays], axis=2)


@composed(np.column_stack)
def column_stack(arrays: Sequence[Any]) -> Any:
    """Return the arrays side by side; (n,) counts as a column (n, 1).

    >>> import autograd_mini as ag
    >>> ag.column_stack([ag.zeros(2), ag.ones(2, 3)]).shape
    (2, 4)
    """
    columns = [arraylike(x) for x in arrays]
    return concatenate(
        [x if x.ndim > 1 else matrix_transpose(atleast_2d(x)) for x in columns], axis=1
    )


@composed(np.split)
def split(x: Any, indices_or_sections: Sections, axis: int = 0) -> Any:
    """Return ``x`` cut along ``axis`` into equal sections, or before each of the indices.

    Raises ShapeError for a number of sections that does not divide the length.

    >>> import autograd_mini as ag
    >>> ag.split(ag.tensor([1.0, 2.0, 3.0, 4.0]), 2)
    [tensor([1., 2.]), tensor([3., 4.])]
    """
    length = np.shape(x)[normal_axis("split", x, axis)]
    sections = indices_or_sections if np.ndim(indices_or_sections) == 0 else 1
    if sections and length % sections:
        raise ShapeError(
            f"split: {length} elements on axis {axis} of shape {np.shape(x)} do not divide into "
            f"{sections} equal sections; use array_split for unequal ones"
        )
    return array_split(x, indices_or_sections, axis)


@composed(np.array_split)
def array_split(x: Any, indices_or_sections: Sections, axis: int = 0) -> Any:
    """Return ``x`` cut along ``axis`` into sections, the first ones longer by 1 if need be.

    Raises ArgumentError for less than one section.

    >>> import autograd_mini as ag
    >>> ag.array_split(ag.tensor([1.0, 2.0, 3.0]), 2)
    [tensor([1., 2.]), tensor([3.])]
    """
    x = arraylike(x)
    axis = normal_axis("array_split", x, axis)
    cuts = [0, *_cuts(x.shape[axis], indices_or_sections), x.shape[axis]]
    return [x[(slice(None),) * axis + (slice(*ends),)] for ends in pairwise(cuts)]


def _cuts(length: int, indices_or_sections: Sections) -> list[int]:
    if np.ndim(indices_or_sections):
        return [int(cut) for cut in np.asarray(indices_or_sections)]
    sections = int(np.asarray(indices_or_sections))
    if sections < 1:
        raise ArgumentError(f"split: the number of sections must be at least 1, got {sections}")
    shorter, longer = divmod(length, sections)
    return [i * shorter + min(i, longer) for i in range(1, sections)]


@composed(np.hsplit)
def hsplit(x: Any, indices_or_sections: Sections) -> Any:
    """Return ``x`` split side by side: on axis 1, or on axis 0 if it has one axis.

    >>> import autograd_mini as ag
    >>> [part.shape for part in ag.hsplit(ag.ones(2, 4), 2)]
    [(2, 2), (2, 2)]
    """
    return split(x, indices_or_sections, axis=1 if np.ndim(x) > 1 else 0)


@composed(np.vsplit)
def vsplit(x: Any, indices_or_sections: Sections) -> Any:
    """Return ``x`` split into parts one below the other: on axis 0 of at least two.

    >>> import autograd_mini as ag
    >>> [part.shape for part in ag.vsplit(ag.ones(4, 3), [1])]
    [(1, 3), (3, 3)]
    """
    if np.ndim(x) < 2:
        raise ShapeError(f"vsplit: it needs at least 2 axes, got shape {np.shape(x)}; use split")
    return split(x, indices_or_sections, axis=0)


@composed(np.dsplit)
def dsplit(x: Any, indices_or_sections: Sections) -> Any:
    """Return ``x`` split along its third axis.

    >>> import autograd_mini as ag
    >>> [part.shape for part in ag.dsplit(ag.ones(1, 2, 4), 2)]
    [(1, 2, 2), (1, 2, 2)]
    """
    if np.ndim(x) < 3:
        raise ShapeError(f"dsplit: it needs at least 3 axes, got shape {np.shape(x)}; use split")
    return split(x, indices_or_sections, axis=2)

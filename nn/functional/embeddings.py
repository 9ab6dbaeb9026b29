"""Embedding: each number looks up its row of a table."""
# ruff: noqa: A002 (PyTorch's argument names)

from typing import Any

import numpy as np

from autograd_mini.errors import DTypeError, IndexingError, UnsupportedError
from autograd_mini.methods import plain
from autograd_mini.nn.arguments import as_numeric, require
from autograd_mini.nn.primitives.lookup import embedding as look_up
from autograd_mini.rows import Array


def embedding(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """Return the rows of ``weight`` that ``input`` numbers.

    What is looked up several times receives the sum of the gradients; row ``padding_idx`` receives
    none. ``scale_grad_by_freq``: divide each row's gradient by how often the row was looked up.

    Shapes: ``input`` (…), integers 0..V−1; ``weight`` (V, D); result (…, D).

    Raises IndexingError for a number outside 0..V−1, DTypeError for numbers that are not integers,
    UnsupportedError for ``max_norm`` and ``sparse``.

    >>> import autograd_mini as ag
    >>> embedding([1, 0, 1], ag.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[3., 4.],
            [1., 2.],
            [3., 4.]])
    """
    refuse_unsupported("embedding", max_norm, sparse)
    n = len(plain(weight))
    padding = padding_row("embedding", padding_idx, n)
    places = _places(input, n)
    return look_up(weight, indices=places, padding_idx=padding, by_frequency=scale_grad_by_freq)


def refuse_unsupported(name: str, max_norm: Any, sparse: Any) -> None:
    """Raise UnsupportedError for the arguments of PyTorch's that have no counterpart here."""
    if max_norm is not None:
        raise UnsupportedError(
            f"{name}: max_norm would overwrite rows of the table in the forward pass, behind the "
            f"tape's back; scale them after optimizer.step() instead, under no_grad()"
        )
    if sparse:
        raise UnsupportedError(
            f"{name}: there are no sparse gradients here; leave out sparse=True, which changes "
            f"memory and time only"
        )


def padding_row(name: str, padding_idx: Any, n: int) -> int | None:
    """Return the padding row's number from 0, or None; raise ArgumentError if there is no such."""
    if padding_idx is None:
        return None
    inside = isinstance(padding_idx, int | np.integer) and -n <= padding_idx < n
    require(f"{name}: padding_idx", padding_idx, bool(inside), f"an integer from {-n} to {n - 1}")
    return int(padding_idx) % n


def _places(input: Any, n: int) -> Array:
    places = np.asarray(plain(as_numeric("embedding: the input", input)))
    if places.dtype.kind not in "iu":
        raise DTypeError(
            f"embedding: it looks rows up by integers, got {places.dtype}; write x.astype(int)"
        )
    places = places.astype(np.intp)
    if places.view(np.uintp).max(initial=0) >= n and places.size:  # a negative one is a huge one
        place = tuple(np.argwhere((places < 0) | (places >= n))[0].tolist())
        where = place[0] if len(place) == 1 else place
        raise IndexingError(
            f"embedding: number {places[place]} at position {where} is outside 0..{n - 1} (the "
            f"table has {n} rows)"
        )
    return places

"""Sequences of different lengths in one batch: what PyTorch keeps in ``torch.nn.utils.rnn``."""

from collections.abc import Sequence
from typing import Any, NoReturn

import autograd_mini as ag
from autograd_mini.errors import ArgumentError, ShapeError, UnsupportedError
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.nn.functional import pad
from autograd_mini.tensors import Tensor


def pad_sequence(
    sequences: Sequence[Any],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Stack sequences of shapes (Lₙ, *) as one batch, filled up to the longest, L = max Lₙ.

    The result has shape (L, N, *), or with ``batch_first`` (N, L, *). Gradients flow to the
    sequences. ``padding_side``: "right", after a sequence's end, or "left".

    Raises ArgumentError for no sequence, ShapeError if the shapes after the first axis differ.

    >>> import autograd_mini as ag
    >>> pad_sequence([ag.tensor([1, 2, 3]), ag.tensor([4])], batch_first=True)
    tensor([[1, 2, 3],
            [4, 0, 0]])
    """
    given = [as_numeric("pad_sequence: a sequence", sequence) for sequence in sequences]
    tensors = [values if isinstance(values, Tensor) else Tensor(values) for values in given]
    if not tensors:
        raise ArgumentError("pad_sequence: there is no sequence; give a list of at least one")
    if padding_side not in ("right", "left"):
        raise ArgumentError(
            f"pad_sequence: padding_side must be 'right' or 'left', got {padding_side!r}"
        )
    for i, tensor in enumerate(tensors):
        if tensor.ndim == 0 or tensor.shape[1:] != tensors[0].shape[1:]:
            raise ShapeError(
                f"pad_sequence: sequences may differ in their first axis only; sequence {i} has "
                f"shape {tensor.shape}, sequence 0 has {tensors[0].shape}"
            )
    longest = max(map(len, tensors))
    at_the_end = padding_side == "right"
    padded = [
        pad(t, (0, 0) * (t.ndim - 1) + _padding(longest - len(t), at_the_end), value=padding_value)
        for t in tensors
    ]
    batch: Tensor = ag.stack(padded, axis=0 if batch_first else 1)
    return batch


def _padding(n: int, at_the_end: bool) -> tuple[int, int]:
    return (0, n) if at_the_end else (n, 0)


def pack_padded_sequence(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise UnsupportedError: recurrent layers read padded batches, and their outputs are masked.

    The output at the last step of each sequence is ``out[torch.arange(N), lengths - 1]`` of a
    layer with ``batch_first=True``.
    """
    raise UnsupportedError(
        "pack_padded_sequence: there are no packed sequences; give the layer the padded batch, "
        "take the last output of each sequence by out[torch.arange(N), lengths - 1] (of a layer "
        "in one direction, with batch_first=True), and leave padding out of the loss by "
        "ignore_index="
    )


pack_sequence = pad_packed_sequence = pack_padded_sequence

__all__ = ["pack_padded_sequence", "pack_sequence", "pad_packed_sequence", "pad_sequence"]

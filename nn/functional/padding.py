"""Padding: more elements around the edges."""
# ruff: noqa: A002 (PyTorch's argument names)

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ArgumentError, ShapeError
from autograd_mini.nn.arguments import as_numeric

MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""PyTorch's names and NumPy's."""


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """Return ``input`` with elements added before and after its last axes.

    ``pad``: pairs (before, after), the last axis first, as PyTorch has it: (left, right), or
    (left, right, top, bottom), …. Axes without a pair stay. In "constant" mode the new elements are
    ``value``, 0 by default, and negative widths cut off. In the others they repeat those of
    ``input``, which receive the gradients of all copies: "reflect" mirrors at the edge element,
    "replicate" repeats it, "circular" goes on at the far end.

    Raises ArgumentError for a ``pad`` that is not made of pairs of integers or an unknown mode,
    ShapeError for widths that do not fit the input.

    >>> x = ag.tensor([[1.0, 2.0, 3.0]])
    >>> pad(x, (1, 2))
    tensor([[0., 1., 2., 3., 0., 0.]])
    >>> pad(x, (1, 1, 0, 1), "replicate")
    tensor([[1., 1., 2., 3., 3.],
            [1., 1., 2., 3., 3.]])
    """
    x = as_numeric("pad: the input", input)
    if mode not in MODES:
        raise ArgumentError(f"pad: mode must be one of {', '.join(MODES)}, got {mode!r}")
    widths = _widths(pad, x.shape)
    if mode == "constant":
        kept = tuple(
            slice(max(0, -before), n - max(0, -after))
            for n, (before, after) in zip(x.shape, widths, strict=True)
        )
        added = [(max(0, before), max(0, after)) for before, after in widths]
        return ag.pad(x[kept], added, constant_values=0 if value is None else value)
    if value is not None:
        raise ArgumentError(f"pad: value belongs to mode 'constant', got {value!r} with {mode!r}")
    for n, pair in zip(x.shape, widths, strict=True):
        most = {"reflect": n - 1, "circular": n, "replicate": max(pair) if n else 0}[mode]
        if min(pair) < 0 or max(pair) > most:
            raise ShapeError(
                f"pad: mode {mode!r} can add 0 to {max(most, 0)} elements to an axis of {n}, got "
                f"{pair}"
            )
    return ag.pad(x, widths, MODES[mode])


def _widths(pad: Sequence[int], shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return (before, after) of every axis, first to last."""
    integers = isinstance(pad, Sequence) and all(isinstance(n, int | np.integer) for n in pad)
    if not integers or len(pad) % 2:
        raise ArgumentError(
            f"pad: it takes pairs of integers, (before, after) of the last axis first, got {pad!r}"
        )
    if len(pad) > 2 * len(shape):
        raise ShapeError(
            f"pad: {len(pad) // 2} pairs of widths are too many for an input of shape {shape}"
        )
    pairs = list(zip(pad[::2], pad[1::2], strict=True))[::-1]
    widths = [(0, 0)] * (len(shape) - len(pairs)) + pairs
    for n, (before, after) in zip(shape, widths, strict=True):
        if n + min(before, 0) + min(after, 0) < 0:
            raise ShapeError(f"pad: widths {(before, after)} cut off more than an axis of {n}")
    return widths

"""What functions over space ask of their input: its axes, and room for the window."""

from typing import Any

from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.nn.primitives.windows import Sizes, Window

AXES = {1: "L", 2: "H, W"}


def as_images(name: str, x: Any, n_axes: int, channels: int, dtype: Any) -> Any:
    """Return ``x`` as numbers of shape (N, channels, *size); integers become ``dtype``.

    Raises ShapeError for another number of axes or of channels.
    """
    x = as_numeric(f"{name}: the input", x)
    expected = f"{name} expects (batch, {channels} channels, {AXES[n_axes]})"
    got = f"got input of shape {tuple(x.shape)}"
    missing = n_axes + 2 - x.ndim
    if missing == 2:
        raise ShapeError(f"{expected}, {got}; add batch and channel axes with x[None, None]")
    if missing == 1:
        raise ShapeError(
            f"{expected}, {got}; add the channel axis with x[:, None], or with x[None] the batch "
            f"axis of a single example"
        )
    if missing:
        raise ShapeError(f"{expected}, {got}")
    if x.shape[1] != channels:
        last = (0, n_axes + 1, *range(1, n_axes + 1))
        hint = f"; if channels come last, write x.transpose{last}" * (x.shape[-1] == channels)
        raise ShapeError(f"{expected}, {got}, which has {x.shape[1]} channels{hint}")
    return x if x.dtype.kind == "f" else x.astype(dtype)


def check_room(name: str, window: Window, size: Sizes) -> None:
    """Raise ShapeError unless the window fits at least once into the padded space."""
    spans = tuple(d * (k - 1) + 1 for k, d in zip(window.kernel, window.dilation, strict=True))
    room = window.padded(size)
    if any(span > n for span, n in zip(spans, room, strict=True)) or 0 in size:
        padded = f", {_by(room)} with its padding" if window.is_padded else ""
        raise ShapeError(
            f"{name}: a kernel that spans {_by(spans)} does not fit into an input of {_by(size)}"
            f"{padded}; use a smaller kernel or more padding"
        )


def hashable(value: Any) -> Any:
    """Return a list as a tuple, to look a window up by it."""
    return tuple(value) if isinstance(value, list) else value


def _by(sizes: Sizes) -> str:
    return "×".join(map(str, sizes))

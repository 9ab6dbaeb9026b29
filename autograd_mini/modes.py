"""What the engine is doing right now, in this thread: tracking, recording, inside which scope."""

import threading
from collections.abc import Iterator
from contextlib import ContextDecorator, contextmanager
from typing import Any


class Modes:
    """What one thread does: ``tracking`` operations, in the module called ``scope``.

    ``recording``: the rows of a ``record()`` block. ``anomaly``: looking for NaN and inf.
    """

    __slots__ = ("anomaly", "recording", "scope", "tracking")

    def __init__(self) -> None:
        self.tracking = True
        self.scope = ""
        self.recording: list[Any] | None = None
        self.anomaly = False


class _PerThread(threading.local):
    def __init__(self) -> None:
        self.now = Modes()


modes = _PerThread()


class _SetTracking(ContextDecorator):
    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._before: list[bool] = []

    def _recreate_cm(self) -> "_SetTracking":
        return _SetTracking(self._wanted)  # a decorated function may run in several threads

    def __enter__(self) -> None:
        self._before.append(modes.now.tracking)
        modes.now.tracking = self._wanted

    def __exit__(self, *error: object) -> None:
        modes.now.tracking = self._before.pop()


def no_grad() -> _SetTracking:
    """Stop recording rows in this thread, as a context manager or a decorator.

    >>> import autograd_mini as ag
    >>> w = ag.tensor([1.0], requires_grad=True)
    >>> with ag.no_grad():
    ...     (w * 2).requires_grad
    False
    """
    return _SetTracking(False)


def enable_grad() -> _SetTracking:
    """Record rows again inside a ``no_grad`` block, as a context manager or a decorator.

    >>> import autograd_mini as ag
    >>> with ag.no_grad(), ag.enable_grad():
    ...     ag.is_grad_enabled()
    True
    """
    return _SetTracking(True)


def is_grad_enabled() -> bool:
    """Tell whether operations on tensors that require gradients are recorded in this thread."""
    return modes.now.tracking


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Name the rows recorded inside; names nest with dots, and modules push theirs by themselves.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(1.0, requires_grad=True)
    >>> with ag.scope("encoder"), ag.scope("0"):
    ...     y = x * 2
    >>> y.row.scope
    'encoder.0'
    """
    outer = modes.now.scope
    modes.now.scope = f"{outer}.{name}" if outer else name
    try:
        yield
    finally:
        modes.now.scope = outer

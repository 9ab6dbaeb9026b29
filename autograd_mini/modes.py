"""What the engine is doing right now, in this thread: tracking, recording, inside which scope."""

import threading
from collections.abc import Iterator
from contextlib import ContextDecorator, contextmanager
from typing import Any


class _Modes(threading.local):
    tracking = True
    scope = ""
    recording: "list[Any] | None" = None
    anomaly = False


modes = _Modes()


class _SetTracking(ContextDecorator):
    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._before: list[bool] = []

    def _recreate_cm(self) -> "_SetTracking":
        return _SetTracking(self._wanted)  # a decorated function may run in several threads

    def __enter__(self) -> None:
        self._before.append(modes.tracking)
        modes.tracking = self._wanted

    def __exit__(self, *error: object) -> None:
        modes.tracking = self._before.pop()


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
    return modes.tracking


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
    outer = modes.scope
    modes.scope = f"{outer}.{name}" if outer else name
    try:
        yield
    finally:
        modes.scope = outer

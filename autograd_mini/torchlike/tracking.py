"""PyTorch's ways to stop and start tracking: ``no_grad``, ``inference_mode``, …"""

from collections.abc import Callable
from contextlib import ContextDecorator
from typing import Any

from autograd_mini import modes


def no_grad(function: Callable[..., Any] | None = None) -> Any:
    """Stop recording rows: ``with torch.no_grad():``, ``@torch.no_grad()`` or ``@torch.no_grad``.

    >>> import autograd_mini.torchlike as torch
    >>> w = torch.ones(1, requires_grad=True)
    >>> with torch.no_grad():
    ...     (w * 2).requires_grad
    False
    """
    return modes.no_grad() if function is None else modes.no_grad()(function)


def enable_grad(function: Callable[..., Any] | None = None) -> Any:
    """Record rows again inside a ``no_grad`` block."""
    return modes.enable_grad() if function is None else modes.enable_grad()(function)


def inference_mode(mode: bool | Callable[..., Any] = True) -> Any:
    """Stop recording rows, as ``no_grad`` does; with ``mode=False`` change nothing."""
    if callable(mode):
        return modes.no_grad()(mode)
    return set_grad_enabled(not mode and modes.is_grad_enabled())


class set_grad_enabled(ContextDecorator):  # noqa: N801 (PyTorch's name)
    """Record rows from now on, or no longer; as a context manager, until its end.

    >>> import autograd_mini.torchlike as torch
    >>> with torch.set_grad_enabled(False):
    ...     torch.is_grad_enabled()
    False
    >>> torch.is_grad_enabled()
    True
    """

    def __init__(self, mode: bool) -> None:
        self._mode = mode
        self._before = modes.modes.now.tracking
        modes.modes.now.tracking = mode

    def __enter__(self) -> None:
        modes.modes.now.tracking = self._mode

    def __exit__(self, *error: object) -> None:
        modes.modes.now.tracking = self._before

    def __call__(self, function: Any) -> Any:
        modes.modes.now.tracking = self._before
        return super().__call__(function)

"""Hooks of a tensor: functions that see its complete cotangent, and may replace it."""

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from autograd_mini.errors import DTypeError, GraphError, ShapeError
from autograd_mini.rows import Array, Row

_keys = count()


class HookHandle:
    """What ``register_hook`` returns: ``remove()`` takes the hook away; so does leaving ``with``.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(2.0, requires_grad=True)
    >>> with x.register_hook(lambda g: print("dx =", g.item())):
    ...     (x * x).backward()
    dx = 4.0
    """

    def __init__(self, hooks: dict[int, Callable[[Any], Any]], key: int) -> None:
        self._hooks = hooks
        self._key = key

    def remove(self) -> None:
        """Stop calling the hook; doing so twice does no harm."""
        self._hooks.pop(self._key, None)

    def __enter__(self) -> "HookHandle":
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


def hang(row: Row, hook: Callable[[Any], Any], as_tensor: Callable[[Array], Any]) -> HookHandle:
    """Let sweeps call ``hook`` with the cotangent of ``row``, as a Tensor made by ``as_tensor``."""
    if not callable(hook):
        raise GraphError(
            f"register_hook: a hook is a function of the gradient, got {type(hook).__name__}"
        )
    if not row.requires_grad:
        raise GraphError(
            "register_hook: this tensor does not require a gradient, so that no backward would "
            "ever call the hook; make the tensor with requires_grad=True"
        )

    def call(g: Any) -> Any:
        in_arrays = isinstance(g, np.ndarray)
        answer = hook(as_tensor(g.copy()) if in_arrays else g)
        if answer is None:
            return g
        replaced = _checked(answer, g)
        if in_arrays:
            return np.array(getattr(replaced, "_array", replaced))
        return as_tensor(replaced.copy()) if isinstance(replaced, np.ndarray) else replaced

    if row.hooks is None:
        row.hooks = {}
    key = next(_keys)
    row.hooks[key] = call
    return HookHandle(row.hooks, key)


def _checked(answer: Any, g: Any) -> Any:
    """Return a hook's answer, a Tensor or an array, if it can stand for the gradient ``g``."""
    if isinstance(answer, int | float) and not isinstance(answer, np.generic):
        answer = np.asarray(answer, g.dtype)
    if not hasattr(answer, "_array"):
        answer = np.asarray(answer)
    if answer.shape != g.shape:
        raise ShapeError(
            f"register_hook: the hook returned shape {answer.shape}, expected {g.shape}, the shape "
            f"of the gradient it was given; return None to leave that unchanged"
        )
    if answer.dtype != g.dtype:
        raise DTypeError(
            f"register_hook: the hook returned {answer.dtype}, expected {g.dtype}, the dtype of "
            f"the gradient it was given; convert it with .astype(g.dtype)"
        )
    return answer

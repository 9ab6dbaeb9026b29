"""``torch.autograd``: gradients of results, and the checks around them."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import autograd_mini as ag
from autograd_mini.anomaly import detect_anomaly
from autograd_mini.checking.checker import gradcheck
from autograd_mini.errors import UnsupportedError


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Any, ...]:
    """Return ∂outputs/∂x for each x of ``inputs``, as a tuple.

    ``outputs``: one tensor, or a sequence with one. See ``ag.grad``.

    >>> x = ag.tensor(3.0, requires_grad=True)
    >>> grad(x * x, x)
    (tensor(6.),)
    """
    if allow_unused:
        raise UnsupportedError(
            "grad: allow_unused=True would return None for inputs that do not lead to the output; "
            "leave these inputs out"
        )
    if isinstance(outputs, Sequence):
        if len(outputs) != 1:
            raise UnsupportedError(
                f"grad: it takes one output, got {len(outputs)}; add them up first, each times its "
                f"cotangent"
            )
        (outputs,) = outputs
    if isinstance(grad_outputs, Sequence):
        (grad_outputs,) = grad_outputs
    xs = list(inputs) if isinstance(inputs, Sequence) else [inputs]
    return tuple(ag.grad(outputs, xs, grad_outputs, create_graph, retain_graph))


def set_detect_anomaly(mode: bool) -> None:
    """Raise UnsupportedError for True: ``detect_anomaly`` is a context manager here."""
    if mode:
        raise UnsupportedError(
            "set_detect_anomaly: watching is limited to a block here; write "
            "with torch.autograd.detect_anomaly():"
        )


def _jacobian(func: Any, inputs: Any) -> Any:
    return ag.jacobian(func)(inputs)


def _hessian(func: Any, inputs: Any) -> Any:
    return ag.hessian(func)(inputs)


functional = SimpleNamespace(jacobian=_jacobian, hessian=_hessian)
"""``torch.autograd.functional``: ``ag.jacobian`` and ``ag.hessian`` at given inputs."""

__all__ = ["detect_anomaly", "functional", "grad", "gradcheck", "set_detect_anomaly"]

"""The libraries that run a workload: ours, and PyTorch where it is installed.

A workload is written once, with the names that both have; what they call differently is here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.rows import Array

OURS = "autograd_mini"
PYTORCH = "PyTorch"


@dataclass(frozen=True)
class Library:
    """``tensor(array, requires_grad)`` copies an array; ``fill`` writes one into a parameter."""

    name: str
    version: str
    nn: Any
    optim: Any
    grad: Callable[..., Any]
    tensor: Callable[[Array, bool], Any]
    fill: Callable[[Any, Array], None]


def libraries() -> list[Library]:
    """Return ours, then PyTorch, with one thread, if it is installed."""
    return [_ours()] if find_spec("torch") is None else [_ours(), _pytorch()]


def _ours() -> Library:
    def fill(parameter: ag.Tensor, values: Array) -> None:
        parameter.data[...] = values

    return Library(OURS, ag.__version__, nn, nn.optim, ag.grad, ag.Tensor, fill)


def _pytorch() -> Library:
    import torch

    torch.set_num_threads(1)

    def tensor(array: Array, requires_grad: bool = False) -> Any:
        return torch.tensor(array, requires_grad=requires_grad)

    def fill(parameter: Any, values: Array) -> None:
        parameter.data.copy_(torch.from_numpy(values))

    return Library(
        PYTORCH, torch.__version__, torch.nn, torch.optim, torch.autograd.grad, tensor, fill
    )

"""Losses as modules."""
# ruff: noqa: A002 (PyTorch's argument names)

from typing import Any

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.nn.arguments import check_reduction
from autograd_mini.nn.module import Module


class _Loss(Module):
    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        check_reduction(type(self).__name__, reduction)
        self.reduction = reduction


class CrossEntropyLoss(_Loss):
    """−ln softmax(input)[target]; shapes, reductions and errors as in ``functional.cross_entropy``.

    It takes logits: do not apply softmax first.

    >>> import autograd_mini as ag
    >>> CrossEntropyLoss()(ag.tensor([[0.0, 0.0]]), [1])
    tensor(0.6931472)
    """

    def forward(self, input: Any, target: Any) -> Any:
        return F.cross_entropy(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    """(input − target)²; shapes, reductions and errors as in ``functional.mse_loss``.

    >>> import autograd_mini as ag
    >>> MSELoss()(ag.tensor([1.0, 2.0]), ag.tensor([1.0, 4.0]))
    tensor(2.)
    """

    def forward(self, input: Any, target: Any) -> Any:
        return F.mse_loss(input, target, reduction=self.reduction)

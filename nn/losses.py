"""Losses as modules."""

from typing import Any

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.nn.module import Module


class _Loss(Module):
    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction


class CrossEntropyLoss(_Loss):
    """−ln softmax(logits)[label]; shapes, reductions and errors as in ``functional.cross_entropy``.

    It takes logits: do not apply softmax first.

    >>> import autograd_mini as ag
    >>> CrossEntropyLoss()(ag.tensor([[0.0, 0.0]]), [1])
    tensor(0.6931472)
    """

    def forward(self, logits: Any, labels: Any) -> Any:
        return F.cross_entropy(logits, labels, reduction=self.reduction)


class MSELoss(_Loss):
    """(prediction − target)²; shapes, reductions and errors as in ``functional.mse_loss``.

    >>> import autograd_mini as ag
    >>> MSELoss()(ag.tensor([1.0, 2.0]), ag.tensor([1.0, 4.0]))
    tensor(2.)
    """

    def forward(self, prediction: Any, target: Any) -> Any:
        return F.mse_loss(prediction, target, reduction=self.reduction)

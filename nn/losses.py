"""Losses as modules. Shapes, reductions and errors are told in the functions that they call.

Weights become buffers: they are saved in ``state_dict()`` and not trained.
"""

from typing import Any

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.nn.applied import Applied
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.nn.functional.reduction import check_reduction, refusing_old_words
from autograd_mini.tensors import Tensor


class _Loss(Applied):
    """Base of losses: a function of output and target, and how it is reduced."""

    _more_reductions: tuple[str, ...] = ()
    _n_tensors = 1  # weights

    def __init__(self, *, reduction: str, **options: Any) -> None:
        check_reduction(type(self).__name__, reduction, *self._more_reductions)
        super().__init__(reduction=reduction, **options)

    def extra_repr(self) -> str:
        return ""


class _PlainLoss(_Loss):
    """Base of losses whose only option is the reduction."""

    @refusing_old_words
    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)


def _weights(loss: str, weight: Any) -> Tensor | None:
    """Return weights as a tensor, which becomes a buffer."""
    if weight is None or isinstance(weight, Tensor):
        return weight
    return ag.tensor(as_numeric(f"{loss}: the weights", weight))


# ── of numbers ──────────────────────────────────────────────────────────────────────────────────


class MSELoss(_PlainLoss, function=F.mse_loss):
    """(input − target)²; shapes, reductions and errors as in ``functional.mse_loss``.

    >>> import autograd_mini as ag
    >>> MSELoss()(ag.tensor([1.0, 2.0]), ag.tensor([1.0, 4.0]))
    tensor(2.)
    """


class L1Loss(_PlainLoss, function=F.l1_loss):
    """|input − target|, with slope 0 where they are equal.

    >>> import autograd_mini as ag
    >>> L1Loss()(ag.tensor([1.0, 2.0]), ag.tensor([1.0, 4.0]))
    tensor(1.)
    """


class HuberLoss(_Loss, function=F.huber_loss):
    """d²/2 of differences |d| ≤ delta, delta·(|d| − delta/2) of larger ones: outliers pull less.

    Raises ArgumentError, when called, unless delta > 0. Source: see ``functional.huber_loss``.

    >>> import autograd_mini as ag
    >>> HuberLoss("none")(ag.tensor([0.5, 4.0]), ag.tensor([0.0, 0.0]))
    tensor([0.125, 3.5  ])
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction, delta=delta)


class SmoothL1Loss(_Loss, function=F.smooth_l1_loss):
    """d²/(2·beta) of differences |d| ≤ beta, |d| − beta/2 of larger ones: HuberLoss over beta.

    >>> import autograd_mini as ag
    >>> SmoothL1Loss(beta=2.0)(ag.tensor([1.0, 4.0]), ag.tensor([0.0, 0.0]))
    tensor(1.625)
    """

    @refusing_old_words
    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction=reduction, beta=beta)


class GaussianNLLLoss(_Loss, function=F.gaussian_nll_loss):
    """(ln v + (input − target)²/v)/2 for ``loss(input, target, v)``: the model predicts v too.

    >>> import autograd_mini as ag
    >>> GaussianNLLLoss()(ag.tensor([1.0]), ag.tensor([3.0]), ag.tensor([1.0]))
    tensor(2.)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction, full=full, eps=eps)


class PoissonNLLLoss(_Loss, function=F.poisson_nll_loss):
    """eˣ − y·x for counts y, whose mean the model predicts as eˣ, or as x (log_input=False).

    >>> import autograd_mini as ag
    >>> PoissonNLLLoss()(ag.tensor([0.0]), ag.tensor([3.0]))
    tensor(1.)
    """

    @refusing_old_words
    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        *,
        eps: float = 1e-8,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction, log_input=log_input, full=full, eps=eps)


# ── of classes ──────────────────────────────────────────────────────────────────────────────────


class CrossEntropyLoss(_Loss, function=F.cross_entropy):
    """−ln softmax(input)[target]; shapes, reductions and errors as in ``functional.cross_entropy``.

    It takes logits: do not apply softmax first. A warning says so when all rows already sum to 1.

    >>> import autograd_mini as ag
    >>> CrossEntropyLoss()(ag.tensor([[0.0, 0.0]]), [1])
    tensor(0.6931472)
    """

    @refusing_old_words
    def __init__(
        self,
        weight: Any = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(
            reduction=reduction,
            weight=_weights("CrossEntropyLoss", weight),
            ignore_index=ignore_index,
            label_smoothing=label_smoothing,
        )


class NLLLoss(_Loss, function=F.nll_loss):
    """−input[target], for log-probabilities: after LogSoftmax it is CrossEntropyLoss.

    >>> import autograd_mini as ag
    >>> NLLLoss()(ag.tensor([[-0.5, -1.0], [-2.0, -0.25]]), [0, 1])
    tensor(0.375)
    """

    @refusing_old_words
    def __init__(
        self, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__(
            reduction=reduction, weight=_weights("NLLLoss", weight), ignore_index=ignore_index
        )


class BCELoss(_Loss, function=F.binary_cross_entropy):
    """−y·ln x − (1 − y)·ln(1 − x), for probabilities x that y is 1; logarithms from −100 up.

    Of logits, BCEWithLogitsLoss keeps more digits.

    >>> import autograd_mini as ag
    >>> BCELoss()(ag.tensor([0.0]), ag.tensor([1.0]))
    tensor(100.)
    """

    @refusing_old_words
    def __init__(self, weight: Any = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction, weight=_weights("BCELoss", weight))


class BCEWithLogitsLoss(_Loss, function=F.binary_cross_entropy_with_logits):
    """BCELoss of sigmoid(input), exact for logits of any size.

    ``pos_weight`` multiplies the losses of label 1, for instance negatives/positives.

    >>> import autograd_mini as ag
    >>> BCEWithLogitsLoss()(ag.tensor([-1000.0]), ag.tensor([1.0]))
    tensor(1000.)
    """

    @refusing_old_words
    def __init__(
        self, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None
    ) -> None:
        super().__init__(
            reduction=reduction,
            weight=_weights("BCEWithLogitsLoss", weight),
            pos_weight=_weights("BCEWithLogitsLoss", pos_weight),
        )


class KLDivLoss(_Loss, function=F.kl_div):
    """p·(ln p − input), for log-probabilities as input: how far they are from p.

    ``reduction="batchmean"`` is the divergence; "mean" warns, see ``functional.kl_div``.

    >>> import autograd_mini as ag
    >>> loss = KLDivLoss(reduction="batchmean")
    >>> loss(ag.log(ag.tensor([[0.5, 0.5]])), ag.tensor([[1.0, 0.0]]))
    tensor(0.6931472)
    """

    _more_reductions = ("batchmean",)

    @refusing_old_words
    def __init__(self, *, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction=reduction, log_target=log_target)


class MultiMarginLoss(_Loss, function=F.multi_margin_loss):
    """Σ_{c≠y} max(0, margin − x_y + x_c)ᵖ / C: the hinge loss of C classes.

    Source: see ``functional.multi_margin_loss``.

    >>> import autograd_mini as ag
    >>> MultiMarginLoss()(ag.tensor([[0.5, 0.0, 2.0]]), [0])
    tensor(1.)
    """

    @refusing_old_words
    def __init__(
        self, p: int = 1, margin: float = 1.0, weight: Any = None, *, reduction: str = "mean"
    ) -> None:
        super().__init__(
            reduction=reduction, p=p, margin=margin, weight=_weights("MultiMarginLoss", weight)
        )


class HingeLoss(_PlainLoss, function=F.hinge_loss):
    """max(0, 1 − y·x), for scores x and labels y of −1 and 1: the loss of the SVM.

    Source: see ``functional.hinge_loss``. PyTorch does not have it.

    >>> import autograd_mini as ag
    >>> HingeLoss(reduction="none")(ag.tensor([2.0, 0.5, -1.0]), ag.tensor([1, 1, 1]))
    tensor([0. , 0.5, 2. ])
    """


class SoftMarginLoss(_PlainLoss, function=F.soft_margin_loss):
    """ln(1 + e^(−y·x)), for scores x and labels y of −1 and 1: a smooth hinge.

    >>> import autograd_mini as ag
    >>> SoftMarginLoss()(ag.tensor([-1000.0]), ag.tensor([1]))
    tensor(1000.)
    """


# ── of pairs ────────────────────────────────────────────────────────────────────────────────────


class CosineEmbeddingLoss(_Loss, function=F.cosine_embedding_loss):
    """1 − cos(x₁, x₂) of pairs with y = 1, max(0, cos(x₁, x₂) − margin) of pairs with y = −1.

    >>> import autograd_mini as ag
    >>> x = ag.tensor([[1.0, 0.0]])
    >>> CosineEmbeddingLoss()(x, x, ag.tensor([-1]))
    tensor(1.)
    """

    @refusing_old_words
    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction, margin=margin)


class HingeEmbeddingLoss(_Loss, function=F.hinge_embedding_loss):
    """x of distances with y = 1, max(0, margin − x) of distances with y = −1.

    Source: see ``functional.hinge_embedding_loss``.

    >>> import autograd_mini as ag
    >>> HingeEmbeddingLoss(reduction="none")(ag.tensor([0.2, 0.2]), ag.tensor([1, -1]))
    tensor([0.2, 0.8])
    """

    @refusing_old_words
    def __init__(self, margin: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction, margin=margin)


class MarginRankingLoss(_Loss, function=F.margin_ranking_loss):
    """max(0, margin − y·(x₁ − x₂)): x₁ is to be above x₂ where y = 1, below where y = −1.

    >>> import autograd_mini as ag
    >>> MarginRankingLoss()(ag.tensor([3.0]), ag.tensor([1.0]), ag.tensor([-1]))
    tensor(2.)
    """

    @refusing_old_words
    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction, margin=margin)


class TripletMarginLoss(_Loss, function=F.triplet_margin_loss):
    """max(0, d(a, p) − d(a, n) + margin) for an anchor, one like it and one unlike it.

    Source: see ``functional.triplet_margin_loss``.

    >>> import autograd_mini as ag
    >>> a, p, n = ag.tensor([[0.0, 0.0]]), ag.tensor([[0.0, 2.0]]), ag.tensor([[0.0, 2.5]])
    >>> TripletMarginLoss(eps=0)(a, p, n)
    tensor(0.5)
    """

    @refusing_old_words
    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        *,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction, margin=margin, p=p, eps=eps, swap=swap)


# ── similarities ────────────────────────────────────────────────────────────────────────────────


class CosineSimilarity(Applied, function=F.cosine_similarity):
    """The cosine of the angle between vectors along the axis ``dim``.

    >>> import autograd_mini as ag
    >>> CosineSimilarity(dim=0)(ag.tensor([3.0, 0.0]), ag.tensor([0.0, 2.0]))
    tensor(0.)
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__(dim=dim, eps=eps)


class PairwiseDistance(Applied, function=F.pairwise_distance):
    """‖x₁ − x₂ + eps‖ₚ over the last axis.

    >>> import autograd_mini as ag
    >>> PairwiseDistance(eps=0)(ag.tensor([[3.0, 4.0]]), ag.tensor([[0.0, 0.0]]))
    tensor([5.])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__(p=p, eps=eps, keepdim=keepdim)

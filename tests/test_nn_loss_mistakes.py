"""What a newcomer gets wrong with losses, and the sentence that answers it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, AutogradError, DTypeError, ShapeError

Z = ag.zeros(4, 10)
LABELS = "labels must be integers of shape (4,), got"
LOSSES_OF_CLASSES = ("cross_entropy", "nll_loss", "multi_margin_loss")


@pytest.mark.parametrize("function", LOSSES_OF_CLASSES)
@pytest.mark.parametrize(
    ("labels", "error", "text"),
    [
        (  # row 29
            [0, 1, 2, 10],
            ArgumentError,
            "label 10 at position 3 is outside 0..9 (logits have 10 classes)",
        ),
        (
            [0, -1, 2, 3],
            ArgumentError,
            "label -1 at position 1 is outside 0..9 (logits have 10 classes)",
        ),
        (  # row 30
            np.eye(10, dtype=int)[[0, 1, 2, 3]],
            ShapeError,
            f"{LABELS} int64 (4, 10); use labels.argmax(axis=1)",
        ),
        (
            np.eye(10, dtype=int)[[0, 1, 2, 3]].tolist(),
            ShapeError,
            f"{LABELS} int64 (4, 10); use np.array(labels).argmax(axis=1)",
        ),
        (
            ag.tensor([0.0, 1.0, 2.0, 3.0]),
            DTypeError,
            f"{LABELS} float32 (4,); use labels.astype(int)",
        ),
        (
            np.array([0.5, 1.0, 2.0, 3.0]),
            DTypeError,
            f"{LABELS} float64 (4,); 0.5 is no class",
        ),
        (
            np.zeros((4, 1), dtype=int),
            ShapeError,
            f"{LABELS} int64 (4, 1); use labels.reshape(-1)",
        ),
        (
            np.zeros(3, dtype=int),
            ShapeError,
            f"{LABELS} int64 (3,); one label per row of the logits",
        ),
    ],
)
def test_labels_that_cannot_be(
    function: str, labels: object, error: type[AutogradError], text: str
) -> None:
    with pytest.raises(error) as raised:
        getattr(F, function)(Z, labels)
    assert str(raised.value) == f"{function}: {text}"


@pytest.mark.parametrize("function", ["nll_loss", "multi_margin_loss"])
def test_one_hot_floats_are_no_labels(function: str) -> None:  # row 30
    with pytest.raises(DTypeError) as raised:
        getattr(F, function)(Z, np.eye(10)[:4])
    assert str(raised.value) == (f"{function}: {LABELS} float64 (4, 10); use labels.argmax(axis=1)")


def test_one_hot_floats_are_probabilities() -> None:
    """They are PyTorch's probabilities; rows that are none are refused."""
    rows = np.eye(10)[:4]
    assert nn.CrossEntropyLoss()(Z, rows).item() == pytest.approx(np.log(10))
    with pytest.raises(ArgumentError) as raised:
        nn.CrossEntropyLoss()(Z, 3 * rows)
    assert str(raised.value) == (
        "cross_entropy: a float target of the logits' shape (4, 10) holds probabilities, and those "
        "of each example must sum to 1, got 3; labels are integers of shape (4,)"
    )


ELEMENTWISE: list[Callable[..., Any]] = [
    F.mse_loss,
    F.l1_loss,
    F.smooth_l1_loss,
    F.huber_loss,
    F.poisson_nll_loss,
    F.binary_cross_entropy,
    F.binary_cross_entropy_with_logits,
    F.kl_div,
    F.hinge_loss,
    F.soft_margin_loss,
    F.hinge_embedding_loss,
]


@pytest.mark.parametrize("loss", ELEMENTWISE, ids=lambda loss: loss.__name__)
def test_shapes_that_would_broadcast(loss: Callable[..., Any]) -> None:  # row 33
    with pytest.raises(ShapeError) as raised:
        loss(ag.ones(32, 1), ag.ones(32))
    assert str(raised.value) == (
        f"{loss.__name__}: shapes (32, 1) and (32,) broadcast to (32, 32), probably not meant; "
        "reshape one like the other"
    )
    with pytest.raises(ShapeError, match=r"shapes \(2,\) and \(3,\) do not fit together"):
        loss(ag.ones(2), ag.ones(3))


@pytest.mark.parametrize("loss", ELEMENTWISE, ids=lambda loss: loss.__name__)
def test_what_is_no_number(loss: Callable[..., Any]) -> None:
    for what, arguments in (("input", ("abc", [1.0])), ("target", ([1.0], "abc"))):
        with pytest.raises(DTypeError) as raised:
            loss(*arguments)
        assert str(raised.value) == (
            f"{loss.__name__}: the {what} must be a tensor, an array or a list of numbers, got "
            "'abc'"
        )


REFUSED: list[tuple[Callable[[], Any], type[AutogradError], str]] = [
    (  # row 32
        lambda: nn.BCELoss()(ag.tensor([0.5, -3.2]), ag.tensor([1.0, 1.0])),
        ArgumentError,
        "binary_cross_entropy: BCELoss needs probabilities from 0 to 1, got -3.2; use "
        "BCEWithLogitsLoss for logits",
    ),
    (
        lambda: nn.BCELoss()(ag.tensor([np.nan]), ag.tensor([1.0])),
        ArgumentError,
        "binary_cross_entropy: BCELoss needs probabilities from 0 to 1, got nan; use "
        "BCEWithLogitsLoss for logits",
    ),
    (
        lambda: nn.BCELoss()(ag.tensor([0.5]), ag.tensor([2])),
        ArgumentError,
        "binary_cross_entropy: the target needs probabilities from 0 to 1, got 2; labels are 0 and "
        "1",
    ),
    (
        lambda: nn.BCELoss([1.0, 2.0])(ag.ones(4, 3), ag.ones(4, 3)),
        ShapeError,
        "binary_cross_entropy: weight of shape (2,) does not broadcast to the input's (4, 3)",
    ),
    (
        lambda: nn.BCEWithLogitsLoss(pos_weight=[1.0, 2.0])(ag.ones(4, 3), ag.ones(4, 3)),
        ShapeError,
        "binary_cross_entropy_with_logits: pos_weight of shape (2,) does not broadcast to the "
        "input's (4, 3)",
    ),
    (
        lambda: nn.HingeLoss()(ag.ones(2), ag.tensor([0, 1])),
        ArgumentError,
        "hinge_loss: labels must be 1 or -1, got 0; of labels 0 and 1, write 2 * labels - 1",
    ),
    (
        lambda: nn.CrossEntropyLoss([1.0])(Z, [0, 1, 2, 3]),
        ShapeError,
        "cross_entropy: weight must have one number for each class, shape (10,), got (1,)",
    ),
    (
        lambda: nn.NLLLoss([1.0])(Z, [0, 1, 2, 3]),
        ShapeError,
        "nll_loss: weight must have one number for each class, shape (10,), got (1,)",
    ),
    (
        lambda: nn.CrossEntropyLoss(weight="abc"),
        DTypeError,
        "CrossEntropyLoss: the weights must be a tensor, an array or a list of numbers, got 'abc'",
    ),
    (
        lambda: nn.CrossEntropyLoss(label_smoothing=2)(Z, [0, 1, 2, 3]),
        ArgumentError,
        "cross_entropy: label_smoothing must be from 0 to 1, got 2",
    ),
    (
        lambda: nn.CrossEntropyLoss()(ag.tensor(1.0), 0),
        ShapeError,
        "cross_entropy: logits must have shape (N, C), (C,) or (N, C, d, …) with at least one "
        "example, got ()",
    ),
    (
        lambda: nn.MultiMarginLoss()(ag.zeros(2, 3, 4), [0, 1]),
        ShapeError,
        "multi_margin_loss: scores must have shape (N, C) or (C,), got (2, 3, 4)",
    ),
    (
        lambda: nn.MultiMarginLoss(p=3)(Z, [0, 1, 2, 3]),
        ArgumentError,
        "multi_margin_loss: p must be 1 or 2, got 3",
    ),
    (
        lambda: nn.HuberLoss(delta=0)(ag.ones(2), ag.ones(2)),
        ArgumentError,
        "huber_loss: delta must be a positive number, got 0",
    ),
    (
        lambda: nn.SmoothL1Loss(beta=-1)(ag.ones(2), ag.ones(2)),
        ArgumentError,
        "smooth_l1_loss: beta must be a number, at least 0, got -1",
    ),
    (
        lambda: nn.GaussianNLLLoss()(ag.ones(2), ag.ones(2), ag.tensor([1.0, -1.0])),
        ArgumentError,
        "gaussian_nll_loss: var must be at least 0 everywhere, got -1.0",
    ),
    (
        lambda: nn.GaussianNLLLoss()(ag.ones(4, 3), ag.ones(4, 3), ag.ones(3)),
        ShapeError,
        "gaussian_nll_loss: var has shape (3,), which fits the input's (4, 3) neither as one "
        "variance for each element nor for each example",
    ),
    (
        lambda: nn.CosineEmbeddingLoss()(ag.ones(4, 3), ag.ones(4, 3), [1]),
        ShapeError,
        "cosine_embedding_loss: inputs of shape (N, D) or (D,) need a target of shape (N,) or (), "
        "got (4, 3) and (1,)",
    ),
    (
        lambda: nn.MarginRankingLoss()(ag.ones(4), ag.ones(4), ag.zeros(4)),
        ArgumentError,
        "margin_ranking_loss: labels must be 1 or -1, got 0.0; of labels 0 and 1, write "
        "2 * labels - 1",
    ),
    (
        lambda: nn.TripletMarginLoss()(ag.ones(4, 3), ag.ones(4, 3), ag.ones(3)),
        ShapeError,
        "triplet_margin_loss: shapes (4, 3) and (3,) broadcast to (4, 3), probably not meant; "
        "reshape one like the other",
    ),
    (
        lambda: F.cosine_similarity(ag.ones(4, 3), ag.ones(4, 2)),
        ShapeError,
        "cosine_similarity: shapes (4, 3) and (4, 2) do not broadcast",
    ),
    (
        lambda: F.cosine_similarity(ag.ones(3), ag.ones(3)),
        ShapeError,
        "cosine_similarity: there is no axis 1 in shape (3,)",
    ),
    (
        lambda: F.normalize(ag.ones(3)),
        ShapeError,
        "normalize: there is no axis 1 in shape (3,)",
    ),
    (
        lambda: nn.MSELoss(reduction="batchmean"),
        ArgumentError,
        "MSELoss: reduction must be 'mean', 'sum' or 'none', got 'batchmean'",
    ),
    (
        lambda: nn.KLDivLoss(reduction="average"),
        ArgumentError,
        "KLDivLoss: reduction must be 'batchmean', 'mean', 'sum' or 'none', got 'average'",
    ),
    (
        lambda: nn.MSELoss(size_average=False),
        ArgumentError,
        "MSELoss: size_average= is obsolete; write reduction='sum'",
    ),
    (
        lambda: nn.CrossEntropyLoss(reduce=False),
        ArgumentError,
        "CrossEntropyLoss: reduce= is obsolete; write reduction='none'",
    ),
    (
        lambda: F.binary_cross_entropy([0.5], [1.0], size_average=True),
        ArgumentError,
        "binary_cross_entropy: size_average= is obsolete; write reduction='mean'",
    ),
]


@pytest.mark.parametrize(("mistake", "kind", "text"), REFUSED, ids=[r[2][:60] for r in REFUSED])
def test_refusals(mistake: Callable[[], Any], kind: type[AutogradError], text: str) -> None:
    with pytest.raises(kind) as raised:
        mistake()
    assert str(raised.value) == text


def test_a_misspelt_option() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'reductoin'"):
        nn.L1Loss(reductoin="sum")

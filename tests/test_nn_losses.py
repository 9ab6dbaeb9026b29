"""Losses against PyTorch and closed forms, at kinks and extremes, in every reduction."""

import inspect
import math
import warnings
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import ShapeError

REDUCTIONS = ["mean", "sum", "none"]
Arrays = tuple[np.ndarray, ...]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Arrays]


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def agree(torch: Any, kind: str, options: dict[str, Any], arrays: Arrays) -> None:
    """Require PyTorch's value, and its gradients in all float arrays but labels 1 and −1."""

    def their(value: Any) -> Any:
        return torch.tensor(value) if isinstance(value, np.ndarray) else value

    tracked = [a.dtype.kind == "f" and not (np.abs(a) == 1).all() for a in arrays]
    leaves = [ag.tensor(a, requires_grad=t) for a, t in zip(arrays, tracked, strict=True)]
    theirs = [torch.tensor(a, requires_grad=t) for a, t in zip(arrays, tracked, strict=True)]
    out = getattr(nn, kind)(**options)(*leaves)
    module = getattr(torch.nn, kind)(**{name: their(value) for name, value in options.items()})
    expected = module(*theirs)
    assert out.shape == tuple(expected.shape)
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), 1e-10, 1e-11)
    seed = np.random.default_rng(1).normal(size=out.shape)
    out.backward(seed)
    expected.backward(torch.tensor(seed))
    for ours, other in zip(leaves, theirs, strict=True):
        if ours.requires_grad:
            assert ours.grad is not None
            np.testing.assert_allclose(ours.grad.numpy(), other.grad.numpy(), 1e-10, 1e-11)


# ── of elements: input and target of equal shapes ───────────────────────────────────────────────


def numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    return rng.normal(size=shape), rng.normal(size=shape)


def counts(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    return rng.uniform(0.2, 2.0, size=shape), rng.poisson(2.0, size=shape) + 0.5


def probabilities(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    return rng.uniform(0.01, 0.99, size=shape), rng.uniform(0.01, 0.99, size=shape)


def logits(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    return rng.normal(size=shape) * 20, rng.uniform(size=shape)


def logarithms(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    return np.log(rng.uniform(0.1, 0.9, size=shape)), rng.uniform(0.1, 0.9, size=shape)


def two_logarithms(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    x, p = logarithms(rng, shape)
    return x, np.log(p)


def signed(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    return 2 * rng.normal(size=shape), np.where(rng.random(shape) < 0.5, -1.0, 1.0)


ELEMENTWISE: list[tuple[str, dict[str, Any], Draw]] = [
    ("MSELoss", {}, numbers),
    ("L1Loss", {}, numbers),
    ("HuberLoss", {}, numbers),
    ("HuberLoss", {"delta": 0.3}, numbers),
    ("SmoothL1Loss", {}, numbers),
    ("SmoothL1Loss", {"beta": 0.3}, numbers),
    ("SmoothL1Loss", {"beta": 0.0}, numbers),
    ("PoissonNLLLoss", {}, counts),
    ("PoissonNLLLoss", {"log_input": False, "full": True}, counts),
    ("BCELoss", {}, probabilities),
    ("BCEWithLogitsLoss", {}, logits),
    ("BCEWithLogitsLoss", {"pos_weight": np.array(3.0)}, logits),
    ("KLDivLoss", {}, logarithms),
    ("KLDivLoss", {"log_target": True}, two_logarithms),
    ("HingeEmbeddingLoss", {}, signed),
    ("HingeEmbeddingLoss", {"margin": 0.3}, signed),
    ("SoftMarginLoss", {}, signed),
]
BY_ELEMENT = pytest.mark.parametrize(
    ("kind", "options", "draw"), ELEMENTWISE, ids=[f"{c[0]}-{'-'.join(c[1])}" for c in ELEMENTWISE]
)
SHAPES = st.lists(st.integers(1, 4), max_size=4).map(tuple)


@BY_ELEMENT
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.filterwarnings("ignore:kl_div", "ignore:reduction. 'mean' divides")
def test_elementwise_losses_equal_pytorch(
    torch: Any, kind: str, options: dict[str, Any], draw: Draw, reduction: str
) -> None:
    @settings(max_examples=8, deadline=None)
    @given(shape=SHAPES, seed=st.integers(0, 100))
    def check(shape: tuple[int, ...], seed: int) -> None:
        arrays = draw(np.random.default_rng(seed), shape)
        agree(torch, kind, {**options, "reduction": reduction}, arrays)

    check()


@BY_ELEMENT
def test_elementwise_losses_to_order_2(kind: str, options: dict[str, Any], draw: Draw) -> None:
    x, y = draw(np.random.default_rng(3), (2, 3))
    loss = getattr(nn, kind)(**options, reduction="sum")
    assert ag.gradcheck(lambda x: loss(x, y), [ag.tensor(x / 4 if draw is logits else x)], order=2)


@BY_ELEMENT
def test_elementwise_losses_keep_float32(kind: str, options: dict[str, Any], draw: Draw) -> None:
    """Also where targets and weights are float64, as NumPy's are."""
    x, y = draw(np.random.default_rng(3), (4, 3))
    for reduction in ("sum", "none"):
        x32 = ag.tensor(x.astype(np.float32), requires_grad=True)
        loss = getattr(nn, kind)(**options, reduction=reduction)(x32, y)
        assert loss.dtype == np.float32
        expected = getattr(nn, kind)(**options, reduction=reduction)(ag.tensor(x), y)
        np.testing.assert_allclose(loss.detach().numpy(), expected.numpy(), rtol=1e-5, atol=1e-5)


LN2 = math.log(2)
CLOSED: list[tuple[str, dict[str, Any], tuple[Any, ...], list[float]]] = [
    ("MSELoss", {}, ([1.0, 2.0, -1.0], [1.0, 4.0, 2.0]), [0, 4, 9]),
    ("L1Loss", {}, ([1.0, 2.0, -1.0], [1.0, 4.0, 2.0]), [0, 2, 3]),
    ("HuberLoss", {}, ([0.5, 4.0, -4.0], [0.0, 0.0, 0.0]), [0.125, 3.5, 3.5]),
    ("HuberLoss", {"delta": 2.0}, ([0.5, 4.0], [0.0, 0.0]), [0.125, 6]),
    ("SmoothL1Loss", {"beta": 2.0}, ([1.0, 4.0], [0.0, 0.0]), [0.25, 3]),
    ("PoissonNLLLoss", {}, ([0.0, 1.0], [3.0, 2.0]), [1, math.e - 2]),
    (
        "PoissonNLLLoss",
        {"log_input": False, "full": True, "eps": 0},
        ([2.0, 2.0], [1.0, 3.0]),
        [
            2 - LN2,
            2 - 3 * LN2 + 3 * math.log(3) - 3 + math.log(6 * math.pi) / 2,
        ],
    ),
    (
        "BCELoss",
        {},
        ([0.5, 0.25, 0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]),
        [LN2, -math.log(0.75), 100, 100, 0, 0],
    ),
    ("BCELoss", {"weight": [2.0, 3.0]}, ([0.5, 0.5], [1.0, 0.0]), [2 * LN2, 3 * LN2]),
    (
        "BCEWithLogitsLoss",
        {},
        ([0.0, 1000.0, -1000.0, 1000.0, 30.0], [0.5, 1.0, 1.0, 0.0, 1.0]),
        [LN2, 0, 1000, 1000, math.log1p(math.exp(-30))],
    ),
    (
        "BCEWithLogitsLoss",
        {"pos_weight": [3.0]},
        ([0.0, 0.0, -1000.0], [1.0, 0.0, 1.0]),
        [3 * LN2, LN2, 3000],
    ),
    ("KLDivLoss", {}, ([[-LN2, -LN2]], [[1.0, 0.0]]), [[LN2, 0]]),
    ("HingeLoss", {}, ([2.0, 1.0, 0.5, -1.0, -1.0], [1, 1, 1, 1, -1]), [0, 0, 0.5, 2, 0]),
    ("HingeEmbeddingLoss", {"margin": 2.0}, ([0.5, 0.5, 3.0], [1, -1, -1]), [0.5, 1.5, 0]),
    ("SoftMarginLoss", {}, ([0.0, -1000.0, 1000.0], [1, 1, 1]), [LN2, 1000, 0]),
    ("NLLLoss", {}, ([[-0.5, -1.0], [-2.0, -0.25]], [0, 1]), [0.5, 0.25]),
    ("MultiMarginLoss", {}, ([[0.5, 0.0, 2.0], [0.0, 0.0, 2.0]], [0, 2]), [1, 0]),
    ("MultiMarginLoss", {"p": 2}, ([[0.5, 0.0, 2.0]], [0]), [6.5 / 3]),
    (
        "CosineEmbeddingLoss",
        {},
        ([[3.0, 0.0]] * 2, [[1.0, 1.0]] * 2, [1, -1]),
        [1 - 0.5**0.5, 0.5**0.5],
    ),
    ("MarginRankingLoss", {"margin": 1.0}, ([3.0, 3.0], [1.0, 1.0], [1, -1]), [0, 3]),
    ("TripletMarginLoss", {"eps": 0}, ([[0.0, 0.0]], [[0.0, 2.0]], [[0.0, 2.5]]), [0.5]),
    (
        "TripletMarginLoss",
        {"eps": 0, "swap": True},
        ([[0.0, 0.0]], [[0.0, 2.0]], [[0.0, 2.5]]),
        [2.5],
    ),
    ("GaussianNLLLoss", {}, ([1.0, 0.0], [3.0, 0.0], [1.0, math.e]), [2, 0.5]),
    ("GaussianNLLLoss", {"full": True}, ([1.0], [1.0], [1.0]), [math.log(2 * math.pi) / 2]),
    ("CrossEntropyLoss", {}, ([[0.0, math.log(3)]] * 2, [0, 1]), [2 * LN2, math.log(4 / 3)]),
    (
        "CrossEntropyLoss",
        {"label_smoothing": 0.5, "weight": [1.0, 1.0]},
        ([[0.0, math.log(3)]], [1]),
        [0.75 * math.log(4 / 3) + 0.25 * 2 * LN2],
    ),
]


@pytest.mark.parametrize(("kind", "options", "given", "losses"), CLOSED, ids=[c[0] for c in CLOSED])
@pytest.mark.filterwarnings("ignore:kl_div")
def test_closed_form(kind: str, options: dict[str, Any], given: Any, losses: list[float]) -> None:
    """In all reductions; lists are taken as they are."""
    for reduction, expected in (
        ("none", losses),
        ("sum", np.sum(losses)),
        ("mean", np.mean(losses)),
    ):
        loss = getattr(nn, kind)(**options, reduction=reduction)(*given)
        np.testing.assert_allclose(np.asarray(loss), expected, rtol=3e-6, atol=1e-12)


@pytest.mark.parametrize(
    ("loss", "at", "slope"),
    [
        (lambda x: F.l1_loss(x, [0.0]), 0.0, 0.0),
        (lambda x: F.smooth_l1_loss(x, [0.0], beta=0.0), 0.0, 0.0),
        (lambda x: F.huber_loss(x, [0.0]), 1.0, 1.0),
        (lambda x: F.hinge_loss(x, [1]), 1.0, 0.0),
        (lambda x: F.hinge_embedding_loss(x, [-1]), 1.0, -1.0),
        (lambda x: F.multi_margin_loss(ag.concatenate([x, [1.0]]), 0), 2.0, 0.0),
        (lambda x: F.binary_cross_entropy(x, [1.0]), 0.0, -1e12),
        (lambda x: F.binary_cross_entropy(x, [0.0]), 1.0, 1e12),
        (lambda x: F.binary_cross_entropy(x, [1.0]), 1.0, 0.0),
        (lambda x: F.binary_cross_entropy_with_logits(x, [1.0]), -1000.0, -1.0),
        (lambda x: F.binary_cross_entropy_with_logits(x, [0.0]), -1000.0, 0.0),
        (lambda x: F.binary_cross_entropy_with_logits(x, [0.0]), 0.0, 0.5),
    ],
)
def test_slopes_at_kinks_and_extremes(loss: Callable[..., Any], at: float, slope: float) -> None:
    """As PyTorch's, but for ``hinge_loss``, which it does not have."""
    x = ag.tensor(np.array([at]), requires_grad=True)
    loss(x).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [slope]


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_weights_of_binary_losses_equal_pytorch(
    torch: Any, rng: np.random.Generator, reduction: str
) -> None:
    for shape in ((3,), (4, 1), (4, 3)):
        weight = rng.uniform(0.5, 2, shape)
        options = {"weight": weight, "reduction": reduction}
        agree(torch, "BCELoss", options, probabilities(rng, (4, 3)))
        agree(torch, "BCEWithLogitsLoss", options, logits(rng, (4, 3)))
        agree(
            torch,
            "BCEWithLogitsLoss",
            {"pos_weight": weight, "reduction": reduction},
            logits(rng, (4, 3)),
        )


def test_certain_predictions_equal_pytorch(torch: Any) -> None:
    """At 0 and 1, and at logits of ±1000 and ±∞ where PyTorch is finite."""
    x, y = np.array([0.0, 1.0, 0.0, 1.0, 1e-50]), np.array([0.0, 0.0, 1.0, 1.0, 1.0])
    for name, values in (
        ("binary_cross_entropy", x),
        ("binary_cross_entropy_with_logits", 2000 * x - 1000),
    ):
        p, t = ag.tensor(values, requires_grad=True), torch.tensor(values, requires_grad=True)
        loss = getattr(F, name)(p, y, reduction="none")
        expected = getattr(torch.nn.functional, name)(t, torch.tensor(y), reduction="none")
        np.testing.assert_allclose(loss.detach().numpy(), expected.detach().numpy())
        loss.sum().backward()
        expected.sum().backward()
        assert p.grad is not None
        np.testing.assert_allclose(p.grad.numpy(), t.grad.numpy())


def test_bce_with_logits_keeps_the_digits_that_a_sigmoid_loses() -> None:
    x = ag.tensor(np.array([-50.0]), requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x, [0.0])
    assert loss.item() == pytest.approx(math.exp(-50), rel=1e-12)
    loss.backward()
    assert x.grad is not None
    assert x.grad.item() == pytest.approx(math.exp(-50), rel=1e-12)


@pytest.mark.parametrize("shape", [(4,), (1, 4), (3, 2, 2)])
def test_batchmean_of_kl_div_equals_pytorch(
    torch: Any, rng: np.random.Generator, shape: tuple[int, ...]
) -> None:
    agree(torch, "KLDivLoss", {"reduction": "batchmean"}, logarithms(rng, shape))


def test_kl_div_of_impossible_classes(torch: Any) -> None:
    x, p = np.log([[0.2, 0.8], [0.5, 0.5]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    ours = F.kl_div(ag.tensor(x), p, reduction="none").numpy()
    expected = torch.nn.functional.kl_div(torch.tensor(x), torch.tensor(p), reduction="none")
    np.testing.assert_allclose(ours, expected.numpy())


def test_kl_div_warns_of_mean() -> None:
    with pytest.warns(UserWarning, match=r"^kl_div: .* write reduction='batchmean'$") as caught:
        nn.KLDivLoss()([[-1.0]], [[0.5]])
    assert caught[0].filename == __file__


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("var", [(4, 3), (4, 1), (4,)])
def test_gaussian_nll_equals_pytorch(
    torch: Any, rng: np.random.Generator, var: tuple[int, ...], reduction: str
) -> None:
    variances = rng.uniform(0.1, 2.0, var)
    variances.flat[0] = 1e-9  # below eps, where the value is replaced and the gradient passes
    for full in (False, True):
        options = {"full": full, "reduction": reduction, "eps": 1e-3}
        agree(torch, "GaussianNLLLoss", options, (*numbers(rng, (4, 3)), variances))


def test_gaussian_nll_of_one_variance(rng: np.random.Generator) -> None:
    x, y = numbers(rng, (4, 3))
    one, many = F.gaussian_nll_loss(x, y, 0.5), F.gaussian_nll_loss(x, y, np.full((4, 3), 0.5))
    assert float(one) == pytest.approx(float(many), rel=1e-15)
    assert ag.gradcheck(
        lambda x, v: F.gaussian_nll_loss(x, y, v),
        [ag.tensor(x), ag.tensor(rng.uniform(0.5, 2, (4, 1)))],
        order=2,
    )


# ── of classes ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(4,), (6, 4), (1, 2), (3, 4, 2), (2, 3, 2, 2)])
def test_losses_of_classes_equal_pytorch(
    torch: Any, rng: np.random.Generator, shape: tuple[int, ...], reduction: str
) -> None:
    axis = min(1, len(shape) - 1)
    rest = shape[:axis] + shape[axis + 1 :]
    for scale, weighted, ignored in product([1, 300], [0, 1], [0, 1]):
        labels = np.asarray(rng.integers(shape[axis], size=rest))
        options: dict[str, Any] = {"reduction": reduction}
        if weighted:
            options["weight"] = rng.uniform(0.2, 2, shape[axis])
        if ignored and labels.size > 2:
            options["ignore_index"] = -1
            labels[rng.random(rest) < 0.4] = -1
            labels.flat[0] = 0
        agree(torch, "NLLLoss", options, (rng.normal(size=shape) * scale, labels))
        for smoothing in (0.0, 0.2):
            smooth = {**options, "label_smoothing": smoothing}
            agree(torch, "CrossEntropyLoss", smooth, (rng.normal(size=shape) * scale, labels))
            target = rng.random(shape)
            soft = target / target.sum(axis=axis, keepdims=True)
            smooth.pop("ignore_index", None)
            agree(torch, "CrossEntropyLoss", smooth, (rng.normal(size=shape), soft))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(4,), (6, 4), (1, 2)])
def test_multi_margin_equals_pytorch(
    torch: Any, rng: np.random.Generator, shape: tuple[int, ...], reduction: str
) -> None:
    for p, margin, weighted in product([1, 2], [0.5, 1.0], [0, 1]):
        options: dict[str, Any] = {"reduction": reduction, "p": p, "margin": margin}
        if weighted:
            options["weight"] = rng.uniform(0.2, 2, shape[-1])
        labels = np.asarray(rng.integers(shape[-1], size=shape[:-1]))
        agree(torch, "MultiMarginLoss", options, (rng.normal(size=shape), labels))


def test_nll_after_log_softmax_is_cross_entropy(rng: np.random.Generator) -> None:
    z, labels = ag.tensor(rng.normal(size=(5, 3))), [0, 2, 1, 1, 0]
    expected = F.cross_entropy(z, labels).item()
    assert F.nll_loss(F.log_softmax(z, dim=1), labels).item() == pytest.approx(expected, rel=1e-14)


def test_multi_margin_of_two_classes_is_half_the_hinge(rng: np.random.Generator) -> None:
    """Scores (−x/2, x/2) lead by x: the binary hinge of x, over C = 2."""
    x, labels = rng.normal(size=20) * 2, rng.integers(2, size=20)
    multi = F.multi_margin_loss(np.stack([-x / 2, x / 2], axis=1), labels, reduction="none")
    binary = F.hinge_loss(x, 2 * labels - 1, reduction="none")
    np.testing.assert_allclose(np.asarray(multi), np.asarray(binary) / 2, atol=1e-15)


def test_losses_of_classes_to_order_2(rng: np.random.Generator) -> None:
    z, labels = ag.tensor(rng.normal(size=(3, 4))), [0, 1, 3]
    for loss in (
        nn.CrossEntropyLoss(weight=[1.0, 2.0, 0.5, 1.0], label_smoothing=0.1),
        nn.NLLLoss(weight=[1.0, 2.0, 0.5, 1.0]),
        nn.MultiMarginLoss(p=2),
    ):
        assert ag.gradcheck(lambda z, loss=loss: loss(z, labels) ** 2, [z], order=2)


def test_losses_of_classes_keep_float32() -> None:
    z, weight = ag.tensor([[0.3, -1.0], [0.0, 2.0]], requires_grad=True), np.array([1.0, 2.0])
    soft = np.array([[0.2, 0.8], [1.0, 0.0]])
    for loss in (
        nn.CrossEntropyLoss(weight)(z, [0, 1]),
        nn.CrossEntropyLoss(weight, label_smoothing=0.1)(z, soft),
        nn.NLLLoss(weight)(z, [0, 1]),
        nn.MultiMarginLoss(weight=weight)(z, [0, 1]),
    ):
        assert loss.dtype == np.float32


def test_cross_entropy_at_extremes() -> None:
    z = ag.tensor([[1e30, -1e30, 0.0]], requires_grad=True)
    loss = nn.CrossEntropyLoss()(z, [0])
    loss.backward()
    assert loss.item() == 0
    assert z.grad is not None
    assert z.grad.tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("labels", [[1, 0], np.array([1, 0], np.uint8), ag.tensor([1, 0])])
def test_labels_may_be_lists_arrays_or_tensors(labels: object) -> None:
    z = ag.tensor([[0.0, 1.0], [2.0, 0.0]])
    assert nn.CrossEntropyLoss()(z, labels).item() == pytest.approx(0.22009, abs=1e-5)
    assert nn.NLLLoss()(z, labels).item() == -1.5
    assert nn.MultiMarginLoss()(z, labels).item() == 0


def test_all_ignored_is_nan() -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(F.nll_loss(ag.zeros(2, 3), [-100, -100]).item())


# ── row 31: softmax before cross-entropy ────────────────────────────────────────────────────────


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(2, 2), (64, 10), (8, 5000), (4, 3, 5)])
def test_softmax_twice_warns(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> None:
    z = ag.tensor((rng.normal(size=shape) * 3).astype(dtype))
    labels = np.zeros(shape[:1] + shape[2:], int)
    F.cross_entropy(z, labels)
    F.cross_entropy(F.log_softmax(z, dim=1), labels)
    with pytest.warns(UserWarning, match="every row of the input lies in 0..1 and sums") as caught:
        nn.CrossEntropyLoss()(F.softmax(z, dim=1), labels)
    assert caught[0].filename == __file__


def test_softmax_twice_warns_once_for_each_line() -> None:
    p = F.softmax(ag.tensor([[0.0, 1.0], [2.0, 0.0]]), dim=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            F.cross_entropy(p, [0, 1])
    assert len(caught) == 1


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 8), c=st.integers(1, 8))
def test_real_logits_do_not_warn(seed: int, n: int, c: int) -> None:
    """Even those that a sigmoid has squeezed into 0..1, and near-uniform ones of a new net."""
    z = np.random.default_rng(seed).normal(size=(n, c))
    for scores in (z, 1 / (1 + np.exp(-z)), np.abs(z) / 1e4 + 1 / c, np.zeros((n, c))):
        F.cross_entropy(ag.tensor(scores), np.zeros(n, int))


# ── of pairs ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5,), (6, 3), (1, 1)])
def test_cosine_embedding_equals_pytorch(
    torch: Any, rng: np.random.Generator, shape: tuple[int, ...], reduction: str
) -> None:
    for margin in (0.0, 0.4):
        arrays = (*numbers(rng, shape), np.asarray(signed(rng, shape[:-1])[1]))
        options = {"margin": margin, "reduction": reduction}
        agree(torch, "CosineEmbeddingLoss", options, arrays)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_ranking_and_triplets_equal_pytorch(
    torch: Any, rng: np.random.Generator, reduction: str
) -> None:
    for shape, margin in product([(), (5,), (4, 3)], [0.0, 0.4]):
        arrays = (*numbers(rng, shape), np.asarray(signed(rng, shape)[1]))
        agree(torch, "MarginRankingLoss", {"margin": margin, "reduction": reduction}, arrays)
    for shape, p, swap in product([(3,), (6, 3)], [1.0, 2.0], [False, True]):
        options = {"p": p, "swap": swap, "margin": 0.7, "reduction": reduction}
        triplet = (*numbers(rng, shape), rng.normal(size=shape))
        agree(torch, "TripletMarginLoss", options, triplet)


def test_triplets_to_order_2(rng: np.random.Generator) -> None:
    arrays = [ag.tensor(rng.normal(size=(4, 3))) for _ in range(3)]
    assert ag.gradcheck(nn.TripletMarginLoss(margin=3.0, swap=True), arrays, order=2)


@pytest.mark.parametrize(
    ("shapes", "dim"),
    [(((3,), (3,)), 0), (((4, 3), (4, 3)), 1), (((4, 3), (3,)), -1), (((2, 1, 3), (4, 3)), 2)],
)
def test_cosine_similarity_equals_pytorch(
    torch: Any, rng: np.random.Generator, shapes: Any, dim: int
) -> None:
    arrays = tuple(rng.normal(size=shape) for shape in shapes)
    agree(torch, "CosineSimilarity", {"dim": dim}, arrays)
    agree(torch, "CosineSimilarity", {"dim": dim, "eps": 1.0}, arrays)


@pytest.mark.parametrize("numbers", [[0.0, 0.0], [1e-9, 2e-9]])
def test_zero_and_tiny_vectors_equal_pytorch(torch: Any, numbers: list[float]) -> None:
    arrays = np.array(numbers), np.array([0.6, 0.8])
    agree(torch, "CosineSimilarity", {"dim": 0}, arrays)
    x, t = ag.tensor(arrays[0], requires_grad=True), torch.tensor(arrays[0], requires_grad=True)
    F.normalize(x, dim=0, eps=1e-6).sum().backward()
    torch.nn.functional.normalize(t, dim=0, eps=1e-6).sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy())


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, math.inf])
def test_normalize_and_distance_equal_pytorch(
    torch: Any, rng: np.random.Generator, p: float
) -> None:
    for keepdim in (False, True):
        options = {"p": p, "keepdim": keepdim}
        agree(torch, "PairwiseDistance", options, numbers(rng, (4, 3)))
    for dim in (0, 1, -1):
        values = rng.normal(size=(4, 3))
        x, t = ag.tensor(values, requires_grad=True), torch.tensor(values, requires_grad=True)
        out = F.normalize(x, p=p, dim=dim)
        expected = torch.nn.functional.normalize(t, p=p, dim=dim)
        np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), rtol=1e-12)
        out[:2].sum().backward()
        expected[:2].sum().backward()
        assert x.grad is not None
        np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), atol=1e-11)


def test_similarities_by_definition(rng: np.random.Generator) -> None:
    x, y = numbers(rng, (5, 3))
    lengths = np.sqrt((x**2).sum(1)), np.sqrt((y**2).sum(1))
    cosines = (x * y).sum(1) / lengths[0] / lengths[1]
    np.testing.assert_allclose(F.cosine_similarity(x, y), cosines, rtol=1e-12)
    np.testing.assert_allclose(F.normalize(x), x / lengths[0][:, None], rtol=1e-12)
    np.testing.assert_allclose(
        F.pairwise_distance(x, y, eps=0), np.sqrt(((x - y) ** 2).sum(1)), rtol=1e-12
    )
    for function in (F.cosine_similarity, F.pairwise_distance):
        assert ag.gradcheck(function, [ag.tensor(x), ag.tensor(y)], order=2)
    loss = nn.CosineEmbeddingLoss(margin=-1.5)
    signs = [1, -1, 1, -1, -1]
    assert ag.gradcheck(lambda x, y: loss(x, y, signs), [ag.tensor(x), ag.tensor(y)], order=2)
    assert F.cosine_similarity(ag.zeros(1, 3), ag.ones(1, 3)).tolist() == [0]


# ── as modules ──────────────────────────────────────────────────────────────────────────────────

OF_PYTORCH = [
    *("MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss", "GaussianNLLLoss", "PoissonNLLLoss"),
    *("CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss", "KLDivLoss"),
    *("MultiMarginLoss", "SoftMarginLoss", "CosineEmbeddingLoss", "HingeEmbeddingLoss"),
    *("MarginRankingLoss", "TripletMarginLoss", "CosineSimilarity", "PairwiseDistance"),
]


@pytest.mark.parametrize("kind", OF_PYTORCH)
def test_options_are_pytorchs(torch: Any, kind: str) -> None:
    def options(home: Any) -> dict[str, Any]:
        found = inspect.signature(getattr(home, kind)).parameters
        return {n: p.default for n, p in found.items() if n not in ("size_average", "reduce")}

    assert options(nn) == options(torch.nn)


def test_weights_are_saved_and_options_shown_as_pytorchs() -> None:
    loss = nn.BCEWithLogitsLoss(weight=[1.0, 2.0], pos_weight=[3.0, 1.0])
    assert list(loss.state_dict()) == ["weight", "pos_weight"]
    assert list(loss.parameters()) == []
    assert repr(loss) == "BCEWithLogitsLoss()"
    assert repr(nn.CosineSimilarity()) == "CosineSimilarity(dim=1, eps=1e-08)"


def test_inputs_may_be_named_as_pytorchs() -> None:
    z = ag.tensor([[0.0, 0.0]])
    assert nn.CrossEntropyLoss()(input=z, target=[0]).item() == pytest.approx(LN2)
    assert F.mse_loss(input=[1.0], target=[3.0]).item() == 4
    assert nn.ReLU()(input=ag.tensor([-1.0])).tolist() == [0]


def test_one_row_on_the_tape() -> None:
    """What training does most is one primitive."""
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    for loss, rows in (
        (nn.MSELoss(), ["squared_error"]),
        (nn.HuberLoss(), ["huber", "mean"]),
        (nn.BCEWithLogitsLoss(), ["binary_cross_entropy_with_logits", "mean"]),
    ):
        out = loss(x, [0.0, 1.0])
        assert [row.operation for row in ag.tape(out) if not row.is_leaf] == rows


def test_the_mean_of_nothing() -> None:
    with pytest.raises(ShapeError) as raised:
        nn.MSELoss()(ag.zeros(0, 3), ag.zeros(0, 3))
    assert str(raised.value) == "mse_loss: an empty batch has no mean; shape (0, 3) has no loss"
    assert nn.MSELoss(reduction="sum")(ag.zeros(0, 3), ag.zeros(0, 3)).item() == 0
    with pytest.raises(ShapeError, match=r"at least one example, got \(0, 10\)$"):
        nn.CrossEntropyLoss()(ag.zeros(0, 10), [])

"""Softmax, its logarithm and cross-entropy against PyTorch, and what they refuse."""

from itertools import product
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.errors import ArgumentError, AutogradError, DTypeError, ShapeError

SHAPES = [(3,), (4, 3), (1, 5), (2, 4, 3), (2, 3, 2, 2)]


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def agree(torch: Any, logits: np.ndarray, target: Any, **options: Any) -> None:
    """Require PyTorch's loss and its gradients, also of probabilities."""
    x, t = ag.tensor(logits, requires_grad=True), torch.tensor(logits, requires_grad=True)
    soft = target.dtype.kind == "f"
    y = ag.tensor(target, requires_grad=soft)
    u = torch.tensor(target, requires_grad=soft)
    loss = ag.cross_entropy(x, y, **options)
    theirs = {k: torch.tensor(v) if k == "weight" else v for k, v in options.items()}
    expected = torch.nn.functional.cross_entropy(t, u, **theirs)
    assert loss.shape == tuple(expected.shape)
    np.testing.assert_allclose(loss.detach().numpy(), expected.detach().numpy(), atol=1e-11)
    seed = np.random.default_rng(1).normal(size=loss.shape)
    loss.backward(seed)
    expected.backward(torch.tensor(seed))
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), atol=1e-11)
    if soft:
        np.testing.assert_allclose(y.grad.numpy(), u.grad.numpy(), atol=1e-11)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", SHAPES)
def test_labels(
    torch: Any, rng: np.random.Generator, shape: tuple[int, ...], reduction: str
) -> None:
    axis = 0 if len(shape) == 1 else 1
    n = shape[axis]
    rest = shape[:axis] + shape[axis + 1 :]
    for scale, smoothing, weighted, ignored in product([1, 200], [0.0, 0.3, 1.0], [0, 1], [0, 1]):
        options: dict[str, Any] = {"reduction": reduction, "label_smoothing": smoothing}
        labels = np.asarray(rng.integers(n, size=rest))
        if weighted:
            options["weight"] = rng.uniform(0.2, 2.0, n)
        if ignored and labels.size > 2:
            options["ignore_index"] = -1
            labels[rng.random(rest) < 0.4] = -1
            labels.flat[0] = 0
        agree(torch, rng.normal(size=shape) * scale, labels, **options)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", SHAPES)
def test_probabilities(
    torch: Any, rng: np.random.Generator, shape: tuple[int, ...], reduction: str
) -> None:
    axis = 0 if len(shape) == 1 else 1
    for smoothing, weighted in product([0.0, 0.3], [0, 1]):
        options: dict[str, Any] = {"reduction": reduction, "label_smoothing": smoothing}
        if weighted:
            options["weight"] = rng.uniform(0.2, 2.0, shape[axis])
        target = rng.random(shape)
        agree(
            torch, rng.normal(size=shape), target / target.sum(axis=axis, keepdims=True), **options
        )


def test_the_default_ignored_label_is_minus_100(torch: Any, rng: np.random.Generator) -> None:
    agree(torch, rng.normal(size=(3, 4)), np.array([2, -100, 0]))


def test_all_ignored_is_nan(rng: np.random.Generator) -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(ag.cross_entropy(ag.tensor(rng.normal(size=(2, 3))), [-100, -100]).item())


@pytest.mark.parametrize("options", [{}, {"label_smoothing": 0.1, "weight": [1.0, 2.0, 0.5]}])
def test_second_order(rng: np.random.Generator, options: dict[str, Any]) -> None:
    x = ag.tensor(rng.normal(size=(4, 3)))

    @ag.enable_grad()
    def slopes(x: ag.Tensor) -> ag.Tensor:
        x = x if x.requires_grad else ag.tensor(x, requires_grad=True)
        return ag.grad(ag.cross_entropy(x, [0, 1, 2, 1], **options), [x], create_graph=True)[0]

    assert ag.gradcheck(slopes, [x])


def test_float32_stays_float32() -> None:
    x = ag.tensor([[1.0, 2.0]], requires_grad=True)
    for options in ({}, {"weight": np.ones(2)}, {"label_smoothing": 0.1}, {"ignore_index": 1}):
        assert ag.cross_entropy(x, [0], **options).dtype == np.float32


def test_one_row_on_the_tape() -> None:
    loss = ag.cross_entropy(ag.tensor(np.eye(3), requires_grad=True), [0, 1, 2])
    assert [row.operation for row in ag.tape(loss)][1:] == ["cross_entropy", "mean"]


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_equals_pytorch(torch: Any, rng: np.random.Generator, axis: int) -> None:
    for function, scale in product(["softmax", "log_softmax"], [1, 500]):
        data = rng.normal(size=(4, 3)) * scale
        x, t = ag.tensor(data, requires_grad=True), torch.tensor(data, requires_grad=True)
        out = getattr(ag, function)(x, axis=axis)
        expected = getattr(torch, function)(t, dim=axis)
        np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), atol=1e-12)
        seed = rng.normal(size=(4, 3))
        out.backward(seed)
        expected.backward(torch.tensor(seed))
        np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), atol=1e-11)


def test_softmax_leaves_out_what_is_masked() -> None:
    x = ag.tensor([1.0, -np.inf, 1.0], requires_grad=True)
    p = ag.softmax(x)
    assert p.tolist() == [0.5, 0, 0.5]
    p[0].backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.25, 0, -0.25]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            ([[1.0, 2.0]], [0], [1.0]),
            ShapeError,
            "weight must have one number for each class, shape (2,), got (1,)",
        ),
        (
            ([[1.0, 2.0]], [2]),
            ArgumentError,
            "label 2 at position 0 is outside 0..1 (logits have 2 classes)",
        ),
        (
            ([[1.0, 2.0]], [0.0]),
            DTypeError,
            "labels must be integers of shape (1,), got float64 (1,); use "
            "np.array(labels).astype(int)",
        ),
        ((2.0, 0), ShapeError, "logits must have shape (C,), (N, C) or (N, C, …), got ()"),
        (
            ([[1.0, 2.0]], [0], None, -100, "average"),
            ArgumentError,
            "reduction must be 'mean', 'sum' or 'none', got 'average'",
        ),
        (
            ([[1.0, 2.0]], [0], None, -100, "mean", 1.5),
            ArgumentError,
            "label_smoothing must be from 0 to 1, got 1.5",
        ),
        (
            (np.zeros((2, 3, 2)), np.full((2, 2), 3)),
            ArgumentError,
            "label 3 at position (0, 0) is outside 0..2 (logits have 3 classes)",
        ),
        (
            (np.zeros((2, 3, 2)), np.zeros(4, int)),
            ShapeError,
            "labels must be integers of shape (2, 2), got int64 (4,); use labels.reshape((2, 2))",
        ),
    ],
)
def test_refusals(arguments: tuple[Any, ...], error: type[AutogradError], text: str) -> None:
    with pytest.raises(error) as raised:
        ag.cross_entropy(*arguments)
    assert str(raised.value) == f"cross_entropy: {text}"

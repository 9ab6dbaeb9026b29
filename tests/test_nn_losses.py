"""Losses against PyTorch and closed forms, at extremes, and their error texts."""

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, AutogradError, DTypeError, ShapeError

REDUCTIONS = ["mean", "sum", "none"]


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("scale", [1, 300])
def test_cross_entropy_equals_pytorch(torch, rng, reduction: str, scale: float) -> None:
    z, y = rng.normal(size=(6, 4)) * scale, rng.integers(4, size=6)
    ours, theirs = ag.tensor(z, requires_grad=True), torch.tensor(z, requires_grad=True)
    loss = nn.CrossEntropyLoss(reduction=reduction)(ours, y)
    expected = torch.nn.CrossEntropyLoss(reduction=reduction)(theirs, torch.tensor(y))
    np.testing.assert_allclose(loss.detach().numpy(), expected.detach().numpy(), atol=1e-12)
    loss.sum().backward()
    expected.sum().backward()
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_mse_equals_pytorch(torch, rng, reduction: str) -> None:
    x, y = rng.normal(size=(2, 3, 4))
    ours, theirs = ag.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    loss = nn.MSELoss(reduction=reduction)(ours, y)
    expected = torch.nn.MSELoss(reduction=reduction)(theirs, torch.tensor(y))
    np.testing.assert_allclose(loss.detach().numpy(), expected.detach().numpy(), atol=1e-12)
    loss.sum().backward()
    expected.sum().backward()
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), atol=1e-12)


def test_cross_entropy_in_closed_form() -> None:
    z = ag.tensor(np.log([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]), requires_grad=True)
    loss = nn.CrossEntropyLoss()(z, [0, 1])
    assert loss.item() == pytest.approx(-(np.log(0.7) + np.log(0.1)) / 2)
    loss.backward()
    np.testing.assert_allclose(
        z.grad.numpy(), np.array([[0.7 - 1, 0.2, 0.1], [0.1, 0.1 - 1, 0.8]]) / 2
    )


def test_cross_entropy_at_extremes() -> None:
    z = ag.tensor([[1e30, -1e30, 0.0]], requires_grad=True)
    loss = nn.CrossEntropyLoss()(z, [0])
    loss.backward()
    assert loss.item() == 0
    assert z.grad.tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("labels", [[1, 0], np.array([1, 0], np.uint8), ag.tensor([1, 0])])
def test_labels_may_be_lists_arrays_or_tensors(labels: object) -> None:
    z = ag.tensor([[0.0, 1.0], [2.0, 0.0]])
    assert nn.CrossEntropyLoss()(z, labels).item() == pytest.approx(0.22009, abs=1e-5)


def test_second_order_of_both_losses(rng) -> None:
    z = ag.tensor(rng.normal(size=(3, 4)), requires_grad=True)

    @ag.enable_grad()
    def slopes(z: ag.Tensor) -> ag.Tensor:
        loss = nn.CrossEntropyLoss()(z, [0, 1, 3]) + nn.MSELoss()(z, np.ones((3, 4))) ** 2
        return ag.grad(loss, [z], create_graph=True)[0]

    assert ag.gradcheck(slopes, [z])


@pytest.mark.parametrize(
    ("labels", "error", "text"),
    [
        (  # row 29
            [0, 1, 2, 10],
            ArgumentError,
            "cross_entropy: label 10 at position 3 is outside 0..9 (logits have 10 classes)",
        ),
        (
            [0, -1, 2, 3],
            ArgumentError,
            "cross_entropy: label -1 at position 1 is outside 0..9 (logits have 10 classes)",
        ),
        (  # row 30
            np.eye(10)[[0, 1, 2, 3]],
            DTypeError,
            "cross_entropy: labels must be integers of shape (4,), got float64 (4, 10); use "
            "labels.argmax(axis=1)",
        ),
        (
            np.eye(10, dtype=int)[[0, 1, 2, 3]],
            ShapeError,
            "cross_entropy: labels must be integers of shape (4,), got int64 (4, 10); use "
            "labels.argmax(axis=1)",
        ),
        (
            ag.tensor([0.0, 1.0, 2.0, 3.0]),
            DTypeError,
            "cross_entropy: labels must be integers of shape (4,), got float32 (4,); use "
            "labels.astype(int)",
        ),
        (
            np.zeros((4, 1), dtype=int),
            ShapeError,
            "cross_entropy: labels must be integers of shape (4,), got int64 (4, 1); use "
            "labels.reshape(-1)",
        ),
        (
            np.zeros(3, dtype=int),
            ShapeError,
            "cross_entropy: labels must be integers of shape (4,), got int64 (3,); one label per "
            "row of the logits",
        ),
    ],
)
def test_labels_that_cannot_be(labels: object, error: type[AutogradError], text: str) -> None:
    with pytest.raises(error) as raised:
        nn.CrossEntropyLoss()(ag.zeros(4, 10), labels)
    assert str(raised.value) == text


@pytest.mark.parametrize("shape", [(10,), (0, 10), (2, 3, 10)])
def test_logits_that_cannot_be(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"logits must have shape \(N, C\) with at least one"):
        nn.CrossEntropyLoss()(ag.zeros(shape), [0])


def test_mse_refuses_to_broadcast() -> None:  # row 33
    with pytest.raises(ShapeError) as raised:
        nn.MSELoss()(ag.zeros(32, 1), ag.zeros(32))
    assert str(raised.value) == (
        "mse_loss: shapes (32, 1) and (32,) broadcast to (32, 32), probably not meant; reshape one "
        "like the other"
    )
    with pytest.raises(ShapeError, match=r"shapes \(2,\) and \(3,\) do not fit together"):
        nn.MSELoss()(ag.zeros(2), ag.zeros(3))


def test_an_unknown_reduction() -> None:
    with pytest.raises(ArgumentError, match="MSELoss: reduction must be 'mean', 'sum' or 'none'"):
        nn.MSELoss(reduction="average")

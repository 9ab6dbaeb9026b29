"""Recurrent cells against PyTorch, against the layers, and in loops."""

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn

CELLS: list[tuple[str, dict[str, Any]]] = [
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu"}),
    ("GRU", {}),
    ("LSTM", {}),
]
EVERY_CELL = pytest.mark.parametrize(("kind", "options"), CELLS, ids=["rnn", "relu", "gru", "lstm"])


def states_of(h: Any) -> tuple[Any, ...]:
    return h if isinstance(h, tuple) else (h,)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [(), (3,)])
@EVERY_CELL
def test_cells_equal_pytorchs(rng, kind: str, options: Any, batch: Any, bias: bool) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    theirs = getattr(torch.nn, f"{kind}Cell")(4, 5, bias=bias, **options, dtype=torch.float64)
    ours = getattr(nn, f"{kind}Cell")(4, 5, bias=bias, **options, dtype=np.float64)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    xs = rng.normal(size=(3, *batch, 4))
    seeds = [rng.normal(size=(*batch, 5)) for _ in range(2)]

    def run(cell: Any, make: Any) -> list[Any]:
        h = None
        leaves = [make(x) for x in xs]
        for x in leaves:
            x.requires_grad = True
            h = cell(x, h)
        outputs = states_of(h)
        sum((make(seed) * out).sum() for seed, out in zip(seeds, outputs, strict=False)).backward()
        return [
            *(out.detach().numpy() for out in outputs),
            *(leaf.grad.numpy() for leaf in [*leaves, *cell.parameters()]),
        ]

    for mine, exact in zip(run(ours, ag.tensor), run(theirs, torch.tensor), strict=True):
        np.testing.assert_allclose(mine, exact, rtol=1e-10, atol=1e-12)


@EVERY_CELL
def test_a_loop_over_cells_is_the_layer(rng, kind: str, options: Any) -> None:
    layer = getattr(nn, kind)(4, 5, dtype=np.float64, **options)
    cell = getattr(nn, f"{kind}Cell")(4, 5, dtype=np.float64, **options)
    cell.load_state_dict({name.removesuffix("_l0"): p for name, p in layer.named_parameters()})
    xs = rng.normal(size=(6, 3, 4))
    output, finals = layer(xs)
    h = None
    for x, expected in zip(xs, output, strict=True):
        h = cell(x, h)
        np.testing.assert_allclose(states_of(h)[0].tolist(), expected.tolist(), rtol=1e-12)
    for found, final in zip(states_of(h), states_of(finals), strict=True):
        np.testing.assert_allclose(found.tolist(), final[0].tolist(), rtol=1e-12)


@EVERY_CELL
def test_gradients_of_gradients(kind: str, options: Any) -> None:
    cell = getattr(nn, f"{kind}Cell")(2, 2, dtype=np.float64, **options)
    x, h = ag.tensor(np.array([[0.3, -1.0]])), ag.tensor(np.array([[0.7, -0.2]]))

    def loss(x: ag.Tensor, h: ag.Tensor) -> Any:
        return sum((out * out).sum() for out in states_of(cell(x, (h, h) if kind == "LSTM" else h)))

    assert ag.gradcheck(loss, [x, h], order=2)


@EVERY_CELL
def test_float32_stays_float32(kind: str, options: Any) -> None:
    cell = getattr(nn, f"{kind}Cell")(2, 3, **options)
    out = states_of(cell(np.ones((1, 2))))  # float64 is calculated with in the cell's dtype
    assert {state.dtype for state in out} == {np.dtype(np.float32)}


def test_closed_forms() -> None:
    """All weights 0: every gate is ½, n and g are 0."""
    for kind, halved in (("RNN", 0.0), ("GRU", 0.5)):
        cell = getattr(nn, f"{kind}Cell")(2, 1)
        for parameter in cell.parameters():
            nn.init.zeros_(parameter)
        assert cell([1.0, 2.0], [4.0]).tolist() == [halved * 4]
    lstm = nn.LSTMCell(2, 1)
    for parameter in lstm.parameters():
        nn.init.zeros_(parameter)
    h, c = lstm([1.0, 2.0], ([4.0], [3.0]))
    assert c.tolist() == [1.5]
    assert h.item() == pytest.approx(0.5 * np.tanh(1.5))


def test_repr_is_pytorchs() -> None:
    assert repr(nn.RNNCell(2, 3)) == "RNNCell(2, 3)"
    assert repr(nn.RNNCell(2, 3, False, "relu")) == "RNNCell(2, 3, bias=False, nonlinearity=relu)"
    assert repr(nn.LSTMCell(2, 3)) == "LSTMCell(2, 3)"


def test_gradients_through_time_have_a_scope_a_step() -> None:
    cell = nn.RNNCell(2, 2)
    h = None
    for t in range(3):
        with ag.scope(f"t{t}"):
            h = cell(ag.ones(1, 2), h)
    tape = ag.tape(h.sum())
    assert {"t0", "t1", "t2"} <= {row.scope for row in tape}

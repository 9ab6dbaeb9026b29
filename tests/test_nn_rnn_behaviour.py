"""Recurrent layers in use: dtypes, initial weights, dropout, learning, the tape, cost."""

import time
import tracemalloc
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import GraphError

EVERY_LAYER = pytest.mark.parametrize("layer", [nn.RNN, nn.GRU, nn.LSTM])


def states_of(h: Any) -> tuple[Any, ...]:
    return h if isinstance(h, tuple) else (h,)


@EVERY_LAYER
def test_float32_stays_float32(layer: Any) -> None:
    model = layer(3, 4, num_layers=2, bidirectional=True)
    for x in (
        ag.randn(5, 2, 3),
        np.ones((5, 2, 3)),
        np.eye(3, dtype=int)[[0, 1, 2, 2, 1]][:, None],
    ):
        output, finals = model(x)
        assert {t.dtype for t in (output, *states_of(finals))} == {np.dtype(np.float32)}
    output.sum().backward()
    assert all(p.grad.dtype == np.float32 for p in model.parameters())


@EVERY_LAYER
def test_float64_input_has_a_float64_gradient(layer: Any) -> None:
    x = ag.tensor(np.ones((5, 2, 3)), requires_grad=True)
    layer(3, 4)(x)[0].sum().backward()
    assert x.grad.dtype == np.float64


@EVERY_LAYER
def test_initial_states_take_the_dtype_of_the_weights(layer: Any) -> None:
    model = layer(3, 4)
    h = ag.tensor(np.ones((1, 2, 4)), requires_grad=True)
    output, _ = model(ag.ones(5, 2, 3), (h, h) if layer is nn.LSTM else h)
    output.sum().backward()
    assert output.dtype == np.float32
    assert h.grad.dtype == np.float64


@pytest.mark.parametrize("unrolled", [False, True])
@EVERY_LAYER
def test_saturated_gates_overflow_nothing(layer: Any, unrolled: bool) -> None:
    """NumPy's errors raise in tests: exp(10,000) would."""
    model = layer(1, 3)
    x = ag.tensor(np.array([1e4, -1e4, 1e4, -1e4], np.float32).reshape(4, 1, 1), requires_grad=True)
    output, _ = model(x, unrolled=unrolled)
    output.sum().backward()
    assert np.isfinite(output.detach().numpy()).all()
    assert np.isfinite(x.grad.numpy()).all()


@EVERY_LAYER
def test_weights_start_within_one_over_root_of_hidden_size(layer: Any) -> None:
    model = layer(30, 100, generator=np.random.default_rng(3))
    again = layer(30, 100, generator=np.random.default_rng(3))
    for p, q in zip(model.parameters(), again.parameters(), strict=True):
        assert abs(p.data).max() <= 0.1
        assert p.data.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.1)
        assert (p.data == q.data).all()


@settings(max_examples=40, deadline=None)
@given(
    layer=st.sampled_from([nn.RNN, nn.GRU, nn.LSTM]),
    sizes=st.tuples(*[st.integers(1, 4)] * 4),
    layers=st.integers(1, 3),
    both=st.booleans(),
    first=st.booleans(),
)
def test_shapes(layer: Any, sizes: Any, layers: int, both: bool, first: bool) -> None:
    n_steps, n_batch, n_in, n_hidden = sizes
    model = layer(n_in, n_hidden, layers, batch_first=first, bidirectional=both)
    leading = (n_batch, n_steps) if first else (n_steps, n_batch)
    output, finals = model(ag.ones(*leading, n_in))
    assert output.shape == (*leading, n_hidden * (1 + both))
    for final in states_of(finals):
        assert final.shape == (layers * (1 + both), n_batch, n_hidden)
    last = output[:, -1] if first else output[-1]
    h_n = states_of(finals)[0]
    np.testing.assert_array_equal(last[:, :n_hidden].tolist(), h_n[-1 - both].tolist())


@EVERY_LAYER
def test_a_batch_is_its_sequences_one_by_one(layer: Any, rng: np.random.Generator) -> None:
    model = layer(3, 4, bidirectional=True, dtype=np.float64)
    x = rng.normal(size=(6, 5, 3))
    together = model(x)[0].tolist()
    alone = np.stack([model(x[:, i])[0].detach().numpy() for i in range(5)], axis=1)
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@EVERY_LAYER
def test_a_sequence_in_two_pieces(layer: Any, rng: np.random.Generator) -> None:
    """The states after the first piece are the initial states of the second."""
    model = layer(3, 4, num_layers=2, dtype=np.float64)
    x = rng.normal(size=(6, 5, 3))
    first, h = model(x[:2])
    second, _ = model(x[2:], h)
    np.testing.assert_allclose(
        np.concatenate([first, second]).tolist(), model(x)[0].tolist(), rtol=1e-12
    )


@EVERY_LAYER
def test_padding_does_not_reach_earlier_outputs(layer: Any, rng: np.random.Generator) -> None:
    model = layer(3, 4, num_layers=2, dtype=np.float64)
    x = rng.normal(size=(6, 1, 3))
    padded = np.concatenate([x, np.zeros((3, 1, 3))])
    np.testing.assert_allclose(model(padded)[0][5].tolist(), model(x)[0][-1].tolist(), rtol=1e-12)


# ── dropout ───────────────────────────────────────────────────────────────────────────────────────


def test_dropout_is_between_layers_and_in_training_only() -> None:
    model = nn.RNN(2, 500, num_layers=2, dropout=0.3, generator=np.random.default_rng(1))
    x = ag.randn(4, 3, 2)
    assert (model(x)[0] != model(x)[0]).any()
    model.eval()
    assert (model(x)[0] == model(x)[0]).all()
    lower = nn.RNN(2, 500)
    lower.load_state_dict({k: v for k, v in model.state_dict().items() if k.endswith("_l0")})
    assert (lower(x)[1][0] == model.train()(x)[1][0]).all()  # nothing is dropped in layer 0 itself


def test_dropout_keeps_the_share_and_the_mean() -> None:
    """Layer 1 adds up what it gets: a relu network with weights 1 counts the units kept."""
    n = 400
    model = nn.RNN(1, n, 2, "relu", dropout=0.25, generator=np.random.default_rng(2))
    for name, parameter in model.named_parameters():
        nn.init.constant_(parameter, float(name in ("weight_ih_l0", "weight_ih_l1")))
    sums = np.array(model(ag.ones(1, 500, 1))[0][0, :, 0].tolist())
    kept = sums * 0.75 / n
    assert kept.mean() == pytest.approx(0.75, abs=4 * np.sqrt(0.25 * 0.75 / n / 500))
    assert kept.std() == pytest.approx(np.sqrt(0.25 * 0.75 / n), rel=0.15)


def test_dropout_of_one_layer_warns() -> None:
    with pytest.warns(UserWarning, match=r"GRU: dropout=0.5 acts between layers.*nn.Dropout"):
        nn.GRU(2, 3, dropout=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.GRU(2, 3, num_layers=2, dropout=0.5)


# ── learning ──────────────────────────────────────────────────────────────────────────────────────


@EVERY_LAYER
def test_it_learns_the_running_parity_of_bits(layer: Any) -> None:
    """That needs memory: no function of the last bits alone gets above chance."""
    rng = np.random.default_rng(0)
    model, head = layer(1, 12, batch_first=True), nn.Linear(12, 2)
    optimizer = nn.optim.Adam([*model.parameters(), *head.parameters()], lr=0.03)

    def batch() -> tuple[np.ndarray, np.ndarray]:
        bits = rng.integers(0, 2, (64, 6))
        return bits[..., None] * 2 - 1, bits.cumsum(axis=1) % 2

    for _ in range(300):
        bits, parity = batch()
        optimizer.zero_grad()
        loss = F.cross_entropy(head(model(bits)[0]).reshape(-1, 2), parity.reshape(-1))
        loss.backward()
        optimizer.step()
    bits, parity = batch()
    assert (head(model(bits)[0]).argmax(axis=2) == parity)[:, -1].mean() > 0.95


# ── the tape ──────────────────────────────────────────────────────────────────────────────────────


def test_changed_weights_are_noticed_before_backward() -> None:
    model = nn.LSTM(2, 3)
    output, _ = model(ag.ones(4, 1, 2))
    model.weight_hh_l0.data *= 2
    with pytest.raises(GraphError, match="changed in place"):
        output.sum().backward()


@EVERY_LAYER
def test_backward_twice_with_retain_graph(layer: Any) -> None:
    model = layer(2, 3)
    loss = (model(ag.randn(20, 4, 2))[0] ** 2).sum()
    loss.backward(retain_graph=True)
    once = [p.grad.numpy().copy() for p in model.parameters()]
    loss.backward()
    for p, g in zip(model.parameters(), once, strict=True):
        np.testing.assert_allclose(p.grad.numpy(), 2 * g, rtol=1e-6)


def test_an_unused_cell_state_costs_no_gradient() -> None:
    model = nn.LSTM(2, 3)
    output, (_, c_n) = model(ag.ones(4, 1, 2))
    c_n.sum().backward(retain_graph=True)
    assert model.weight_ih_l0.grad is not None
    output.sum().backward()


@pytest.mark.slow
@EVERY_LAYER
def test_cost_grows_linearly_with_time(layer: Any) -> None:
    """A thousand times as many steps take about a thousand times as long, and as much memory."""
    model = layer(8, 16)

    def cost(n_steps: int) -> tuple[float, int]:
        x = ag.randn(n_steps, 2, 8)
        best = np.inf
        for _ in range(3):
            start = time.perf_counter()
            model(x)[0].sum().backward()
            best = min(best, time.perf_counter() - start)
        tracemalloc.start()
        model(x)[0].sum().backward()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return best, peak

    (short, small), (long, large) = cost(20), cost(20_000)
    assert long / short < 2000
    assert large / small < 1100


# ── as PyTorch's ─────────────────────────────────────────────────────────────────────────────────


def test_repr_is_pytorchs() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    for kind, options in (
        ("RNN", {}),
        ("LSTM", {"num_layers": 2, "dropout": 0.5, "bidirectional": True}),
        ("GRU", {"bias": False, "batch_first": True}),
    ):
        assert repr(getattr(nn, kind)(2, 3, **options)) == repr(
            getattr(torch.nn, kind)(2, 3, **options)
        )


def test_scripts_may_flatten_parameters() -> None:
    model = nn.LSTM(2, 3)
    before = [p.data.copy() for p in model.parameters()]
    model.flatten_parameters()
    assert all((p.data == old).all() for p, old in zip(model.parameters(), before, strict=True))

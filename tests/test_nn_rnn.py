"""Recurrent layers against PyTorch, its stored numbers, their definitions and differences."""

from itertools import product
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu"}),
    ("GRU", {}),
    ("LSTM", {}),
]
EVERY_KIND = pytest.mark.parametrize(
    ("kind", "options"), KINDS, ids=["tanh", "relu", "gru", "lstm"]
)
FORMS = [
    {"num_layers": layers, "bidirectional": both, "batch_first": first, "bias": bias}
    for layers, both, first, bias in product((1, 2), (False, True), (False, True), (False, True))
]


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def pair(states: list[Any]) -> Any:
    """Return the states as hx wants them."""
    return tuple(states) if len(states) == 2 else states[0]


def flat(output: Any, states: Any) -> list[Any]:
    return [output, *(states if isinstance(states, tuple) else (states,))]


def wave(*shape: int, start: float = 0.0) -> np.ndarray:
    """Return numbers between −1 and 1 that any machine makes the same."""
    return np.sin(1.7 * np.arange(np.prod(shape)) + start).reshape(shape)


def results(model: Any, x: Any, states: list[Any], make: Any) -> list[np.ndarray]:
    """Return the outputs, and the gradients of a weighted sum of them all."""
    outputs = flat(*model(x, pair(states)))
    loss = sum((make(wave(*out.shape, start=i)) * out).sum() for i, out in enumerate(outputs))
    loss.backward()
    inputs = [x, *states, *model.parameters()]
    return [*(out.detach().numpy() for out in outputs), *(leaf.grad.numpy() for leaf in inputs)]


def tracked(array: np.ndarray) -> ag.Tensor:
    return ag.tensor(array, requires_grad=True)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: "-".join(map(str, form.values())))
@EVERY_KIND
def test_layers_equal_pytorchs(torch, rng, kind: str, options: Any, form: Any) -> None:
    theirs = getattr(torch.nn, kind)(4, 5, **options, **form, dtype=torch.float64)
    ours = getattr(nn, kind)(4, 5, **options, **form, dtype=np.float64)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    x = rng.normal(size=(3, 6, 4))
    n_batch = 3 if form["batch_first"] else 6
    shape = (form["num_layers"] * (1 + form["bidirectional"]), n_batch, 5)
    states = [rng.normal(size=shape) for _ in range(2 if kind == "LSTM" else 1)]

    def leaf(array: np.ndarray) -> Any:
        return torch.tensor(array, requires_grad=True)

    expected = results(theirs, leaf(x), [leaf(state) for state in states], torch.tensor)
    found = results(ours, tracked(x), [tracked(state) for state in states], ag.tensor)
    for mine, exact in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, exact, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("bidirectional", [False, True])
@EVERY_KIND
def test_one_sequence_without_a_batch_axis(torch, rng, kind, options, bidirectional) -> None:
    form = {"num_layers": 2, "batch_first": True, "bidirectional": bidirectional}
    theirs = getattr(torch.nn, kind)(4, 5, **options, **form, dtype=torch.float64)
    ours = getattr(nn, kind)(4, 5, **options, **form, dtype=np.float64)
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    x = rng.normal(size=(7, 4))
    states = [rng.normal(size=(4 if bidirectional else 2, 5)) for _ in range(1 + (kind == "LSTM"))]
    expected = flat(*theirs(torch.tensor(x), pair([torch.tensor(state) for state in states])))
    for mine, exact in zip(flat(*ours(x, pair(states))), expected, strict=True):
        np.testing.assert_allclose(mine.detach().numpy(), exact.detach().numpy(), rtol=1e-10)


@EVERY_KIND
def test_states_start_at_zero(kind: str, options: Any) -> None:
    layer = getattr(nn, kind)(3, 2, num_layers=2, **options)
    x, zeros = ag.randn(4, 5, 3), [ag.zeros(2, 5, 2)] * (2 if kind == "LSTM" else 1)
    for a, b in zip(flat(*layer(x)), flat(*layer(x, pair(zeros))), strict=True):
        np.testing.assert_array_equal(a.detach().numpy(), b.detach().numpy())


@EVERY_KIND
def test_unrolled_is_the_same_with_every_step_on_the_tape(kind: str, options: Any) -> None:
    layer = getattr(nn, kind)(3, 2, num_layers=2, bidirectional=True, dtype=np.float64, **options)
    x = ag.tensor(wave(4, 5, 3))
    fused, unrolled = layer(x), layer(x, unrolled=True)
    for a, b in zip(flat(*fused), flat(*unrolled), strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-12, atol=1e-14)

    def scopes(output: ag.Tensor) -> set[str]:
        return {row.scope for row in ag.tape(output)}

    steps = {
        f"{group}.t{t}" for group in ("l0", "l0_reverse", "l1", "l1_reverse") for t in range(4)
    }
    assert steps <= scopes(unrolled[0])
    assert not steps & scopes(fused[0])
    assert {"l0", "l1_reverse"} <= scopes(fused[0])


@pytest.mark.parametrize("reverse", [False, True])
@EVERY_KIND
def test_gradients_of_gradients(kind: str, options: Any, reverse: bool) -> None:
    layer = getattr(nn, kind)(2, 2, bidirectional=reverse, dtype=np.float64, **options)
    x = ag.tensor(wave(3, 2, 2))
    states = [ag.tensor(wave(1 + reverse, 2, 2, start=i)) for i in range(1 + (kind == "LSTM"))]

    def loss(x: ag.Tensor, *states: ag.Tensor) -> Any:
        return sum((out * out).sum() for out in flat(*layer(x, pair(list(states)))))

    assert ag.gradcheck(loss, [x, *states], order=2)

    def of_weights(*weights: ag.Tensor) -> Any:
        args = (x._array, *weights, *(state._array[0] for state in states))
        return np.square(layer.recurrence(*args, reverse=reverse, **options)).sum()

    weights = [ag.tensor(p.data) for p in list(layer.parameters())[:4]]
    assert ag.gradcheck(of_weights, weights, order=2)


STORED = {  # of PyTorch 2.13.0, in float64
    "rnn": """
        -4.03502859696 -1.17623681435 -0.341803208802 -0.501082533342 0.822827897566
        0.736359683835 0.0431603238142 0.0431603238142 0.793798693477 -2.32468574283
        0.360840627571 0.360840627571 -0.802047621719 0.888109855006 0.798869588533
        0.798869588533 0.940992228437 2.62251510117 -0.694026974495 -0.694026974495
    """,
    "relu": """
        -9.02764751003 -0.379671070787 1.31195526556 0.407466906677 1.57970627054 -3.54933564864
        -3.0137450453 -3.0137450453 0.0707730091284 0.180620980218 -0.573512292837
        -0.573512292837 -4.18833545244 7.44851730378 -5.86540222199 -5.86540222199 1.66210186048
        0 -0.953053530672 -0.953053530672
    """,
    "gru": """
        -2.84917362556 -1.50354776906 0.659151451554 1.83056610248 0.498101103965 0.273779844166
        0.486296255089 0.379460108606 -0.358419347635 -0.0395700224188 0.402288522706
        0.466332343948 -0.723909175376 0.259944886656 -0.369386874399 -0.267919203536
        -1.02983201068 -0.772114594824 -1.2355233196 -0.931602721161
    """,
    "lstm": """
        -1.39699629711 -0.835078318259 -1.32737595216 -0.81043671585 -0.402399051068
        0.341374467646 -1.70606175932 0.0421334204448 -0.0171915864044 -0.0171915864044
        0.0926998101569 0.118583525467 0.0324389542589 0.0324389542589 -0.257992102672
        -0.622927477181 0.283059245823 0.283059245823 -0.484225600516 0.567605354794
        0.606340133343 0.606340133343
    """,
}


def fingerprints(kind: str, options: dict[str, Any], library: Any, make: Any) -> list[float]:
    """Return what identifies the outputs and gradients of a layer with weights everybody has."""
    layer = getattr(library, kind)(3, 2, num_layers=2, bidirectional=True, **options)
    for i, parameter in enumerate(layer.parameters()):
        parameter.data = make(0.8 * wave(*parameter.shape, start=i))
    x = make(wave(4, 2, 3))
    states = [make(wave(4, 2, 2, start=3 + i)) for i in range(1 + (kind == "LSTM"))]
    for leaf in (x, *states):
        leaf.requires_grad = True
    arrays = results(layer, x, states, make)
    return [float((wave(*array.shape, start=0.5) * array).sum()) for array in arrays]


@EVERY_KIND
def test_layers_equal_the_numbers_stored_of_pytorch(kind: str, options: Any) -> None:
    name = options.get("nonlinearity", kind.lower())
    found = fingerprints(kind, {**options, "dtype": np.float64}, nn, ag.tensor)
    stored = [float(number) for number in STORED[name].split()]
    np.testing.assert_allclose(found, stored, rtol=1e-9, atol=1e-12)

"""Optimizers against PyTorch, stored numbers of PyTorch's, the papers, and their error texts."""

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, AutogradError, DTypeError, GraphError
from autograd_mini.nn.optim import SGD, Adam, Optimizer

CASES = {
    "sgd": (SGD, {"lr": 0.1}),
    "sgd decay": (SGD, {"lr": 0.1, "weight_decay": 0.3}),
    "momentum": (SGD, {"lr": 0.05, "momentum": 0.9}),
    "dampening": (SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    "nesterov": (SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    "adam": (Adam, {"lr": 0.1}),
    "adam options": (Adam, {"lr": 0.2, "betas": (0.7, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
}
STORED = {  # PyTorch 2.13, float64, after 20 steps from START with gradient CURVATURE @ w
    "sgd": [0.3780244891656539, -1.1109468630748491, 3.668547745063718],
    "sgd decay": [0.2046323655699382, -0.6035663584057517, 2.0013444024944036],
    "momentum": [0.5879288229740961, -1.5218052397572308, 4.266064036647391],
    "dampening": [0.4557738824280266, -1.0152253556458606, 2.153516343542792],
    "nesterov": [0.2683827404662569, -0.7944500741714687, 2.6457376486795185],
    "adam": [0.3165568192011752, -0.9584123712697958, 4.515386992477645],
    "adam options": [0.1569602240019333, -0.47520613676545315, 1.674918985892254],
}
CURVATURE = np.array([[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 0.1]])
START = np.array([1.0, -2.0, 3.0])


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def descend(w, optimizer, step_gradient, n_steps: int) -> None:
    for _ in range(n_steps):
        w.grad = step_gradient(w.data)
        optimizer.step()


@pytest.mark.parametrize("case", CASES)
def test_twenty_steps_end_where_pytorchs_did(case: str) -> None:
    kind, options = CASES[case]
    w = nn.Parameter(START)
    descend(w, kind([w], **options), lambda w: CURVATURE @ w, 20)
    np.testing.assert_allclose(w.data, STORED[case], rtol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_twenty_steps_of_a_network_equal_pytorchs(torch, rng, case: str) -> None:
    kind, options = CASES[case]
    theirs = torch.nn.Sequential(
        torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 3)
    ).double()
    ours = nn.Sequential(
        nn.Linear(5, 7, dtype=np.float64), nn.Tanh(), nn.Linear(7, 3, dtype=np.float64)
    )
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    our_optimizer = kind(ours.parameters(), **options)
    their_optimizer = getattr(torch.optim, kind.__name__)(theirs.parameters(), **options)
    x, y = rng.normal(size=(20, 8, 5)), rng.integers(3, size=(20, 8))
    for xb, yb in zip(x, y, strict=True):
        our_optimizer.zero_grad()
        our_loss = nn.CrossEntropyLoss()(ours(xb), yb)
        our_loss.backward()
        our_optimizer.step()
        their_optimizer.zero_grad()
        their_loss = torch.nn.functional.cross_entropy(theirs(torch.tensor(xb)), torch.tensor(yb))
        their_loss.backward()
        their_optimizer.step()
        assert our_loss.item() == pytest.approx(their_loss.item(), abs=1e-9)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.detach().numpy(), atol=1e-9)


def test_adams_first_step_is_lr_times_the_sign() -> None:
    w = nn.Parameter(np.zeros(4))
    w.grad = [1e-3, -5.0, 1e6, 0.0]
    Adam([w], lr=0.01).step()
    np.testing.assert_allclose(w.data, [-0.01, 0.01, -0.01, 0], rtol=1e-4)


def test_adams_largest_step() -> None:
    """Kingma & Ba 2014, section 2.1: after a long silence at most lr·(1 − β₁)/√(1 − β₂)."""
    w = nn.Parameter(np.zeros(1))
    optimizer = Adam([w], lr=0.01)
    state = {"step": 10**6, "exp_avg": np.zeros(1), "exp_avg_sq": np.zeros(1)}
    optimizer.load_state_dict({**optimizer.state_dict(), "state": {0: state}})
    w.grad = [1.0]
    optimizer.step()
    assert -w.item() / 0.01 == pytest.approx(0.1 / np.sqrt(0.001), rel=1e-6)  # 3.162


def test_momentum_with_dampening_is_an_exponentially_weighted_average() -> None:
    w = nn.Parameter(np.zeros(1))
    optimizer = SGD([w], lr=1.0, momentum=0.98, dampening=0.98)
    averages = []
    for g in [0.0, 40.0, 40.0, 40.0]:
        w.grad = [g]
        optimizer.step()
        averages.append(optimizer.state[w]["momentum_buffer"].item())
    np.testing.assert_allclose(averages, [0, 0.8, 1.584, 2.35232])


def test_gradient_descent_on_a_parabola_in_closed_form() -> None:
    """w ← w − lr·λ·w shrinks by 1 − lr·λ at each step."""
    w = nn.Parameter(np.ones(1))
    descend(w, SGD([w], lr=0.1), lambda w: 3 * w, 10)
    assert w.item() == pytest.approx(0.7**10)


@pytest.mark.parametrize("case", CASES)
def test_float32_parameters_stay_float32_and_gradients_as_they_are(case: str) -> None:
    kind, options = CASES[case]
    w = nn.Parameter([1.0, 2.0])
    optimizer = kind([w], **options)
    for _ in range(2):
        w.grad = [0.5, -0.5]
        optimizer.step()
        assert w.grad.tolist() == [0.5, -0.5]
    assert w.dtype == np.float32
    assert all(v.dtype == np.float32 for v in optimizer.state[w].values() if hasattr(v, "dtype"))


def test_groups_have_options_of_their_own() -> None:
    a, b, c = (nn.Parameter([1.0]) for _ in range(3))
    optimizer = SGD([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.1)
    optimizer.add_param_group({"params": [c], "lr": 0.25})
    for p in (a, b, c):
        p.grad = [1.0]
    optimizer.step()
    assert [p.item() for p in (a, b, c)] == pytest.approx([0.9, 0.5, 0.75])
    optimizer.param_groups[0]["lr"] = 0.2
    optimizer.step()
    assert a.item() == pytest.approx(0.7)
    assert repr(SGD([a], lr=0.1)) == (
        "SGD(1 parameter, lr=0.1, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, "
        "maximize=False)"
    )


def test_parameters_without_gradient_stay() -> None:
    a, b = nn.Parameter([1.0]), nn.Parameter([1.0])
    a.grad = [1.0]
    optimizer = Adam([a, b], weight_decay=1.0)
    optimizer.step()
    assert b.item() == 1
    optimizer.zero_grad(set_to_none=False)
    assert a.grad.tolist() == [0]
    optimizer.zero_grad()
    assert a.grad is None


def test_backward_after_a_step_is_caught() -> None:
    w = nn.Parameter([1.0])
    loss = (w * w).sum()
    loss.backward(retain_graph=True)
    SGD([w], lr=0.1).step()
    with pytest.raises(GraphError, match="changed in place afterwards"):
        loss.backward()


def test_a_restored_optimizer_goes_on_bit_for_bit() -> None:
    for kind, options in CASES.values():
        w = nn.Parameter(START)
        optimizer = kind([w], **options)
        descend(w, optimizer, lambda w: CURVATURE @ w, 5)
        state, twin = optimizer.state_dict(), nn.Parameter(w.detach())
        descend(w, optimizer, lambda w: CURVATURE @ w, 5)
        restored = kind([twin], lr=1.0)
        restored.load_state_dict(state)
        descend(twin, restored, lambda w: CURVATURE @ w, 5)
        assert (twin.data == w.data).all()


def test_a_state_that_does_not_fit() -> None:
    w, other = nn.Parameter([1.0, 2.0]), nn.Parameter([1.0])
    w.grad, optimizer = [1.0, 1.0], Adam([w])
    optimizer.step()
    state = optimizer.state_dict()
    for target, text in [
        (Adam([w, other]), r"groups of \[1\] parameters, this optimizer \[2\]"),
        (SGD([w]), "only one of the two has the option 'amsgrad'"),
        (Adam([other]), r"exp_avg of parameter 0 has shape \(2,\) there, the parameter \(1,\)"),
    ]:
        with pytest.raises(nn.StateError, match=f"does not fit, and nothing was loaded; .*{text}"):
            target.load_state_dict(state)
        assert not target.state
    with pytest.raises(nn.StateError, match=r"not the state_dict\(\) of an optimizer"):
        optimizer.load_state_dict({"weight": 1})


WRONG = [
    (SGD, {"lr": float("nan")}, "SGD: lr must be a positive finite number, got nan"),  # row 24
    (SGD, {"lr": float("inf")}, "SGD: lr must be a positive finite number, got inf"),
    (Adam, {"lr": -0.1}, "Adam: lr must be a positive finite number, got -0.1"),
    (SGD, {"lr": "0.1"}, "SGD: lr must be a positive finite number, got '0.1'"),
    (SGD, {"momentum": 1.5}, "SGD: momentum must be at least 0 and below 1, got 1.5"),  # row 25
    (Adam, {"betas": (0.9, 1.0)}, "Adam: betas[1] must be at least 0 and below 1, got 1.0"),
    (
        Adam,
        {"betas": 0.9},
        "Adam: betas must be two numbers, each at least 0 and below 1, got 0.9",
    ),
    (Adam, {"eps": -1e-8}, "Adam: eps must be a finite number, at least 0, got -1e-08"),
    (SGD, {"weight_decay": -1}, "SGD: weight_decay must be a finite number, at least 0, got -1"),
    (SGD, {"dampening": None}, "SGD: dampening must be a finite number, got None"),
    (  # row 28
        SGD,
        {"nesterov": True},
        "SGD: nesterov needs momentum > 0 and dampening 0, got momentum=0.0 and dampening=0.0",
    ),
]


@pytest.mark.parametrize(("kind", "options", "text"), WRONG)
def test_options_out_of_range(kind: type[Optimizer], options: dict, text: str) -> None:
    with pytest.raises(ArgumentError) as error:
        kind([nn.Parameter([1.0])], **options)
    assert str(error.value) == text


def test_an_empty_parameter_list() -> None:  # row 26
    parameters = nn.Linear(1, 1).parameters()
    SGD(parameters)
    with pytest.raises(ArgumentError) as error:
        SGD(parameters)
    assert str(error.value) == (
        "SGD got an empty parameter list; was model.parameters() already consumed? It can be "
        "walked once, so call it again or keep list(...) of it"
    )


@pytest.mark.parametrize(
    ("params", "error", "text"),
    [
        (nn.Parameter([1.0]), DTypeError, "takes several parameters, got one Parameter"),
        ([3], DTypeError, "trains tensors, got int at position 0"),
        (nn.Linear(1, 1).named_parameters(), DTypeError, r"got tuple .* not named_parameters\(\)"),
        ([ag.ones(1, requires_grad=True) * 2], GraphError, "made by multiply; only leaves"),
        ([nn.Parameter([1.0])] * 2, ArgumentError, "position 1 was given twice"),
        ([{"params": [nn.Parameter([1.0])], "rate": 1}], ArgumentError, "has no option 'rate'"),
    ],
)
def test_what_cannot_be_optimized(params, error: type[AutogradError], text: str) -> None:
    with pytest.raises(error, match=text):
        SGD(params)


def test_a_step_that_moves_nothing_warns() -> None:  # row 27
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    optimizer = SGD(model.parameters())
    model[0], model[1] = nn.Linear(1, 1), nn.Linear(1, 1)
    model([[1.0]]).sum().backward()
    with pytest.warns(UserWarning, match=r"^SGD.step: none of its 4 parameters received a grad"):
        optimizer.step()

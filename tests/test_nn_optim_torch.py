"""Every optimizer against PyTorch: options, groups, missing gradients, a restored state."""

from typing import Any

import numpy as np
import pytest

from autograd_mini import nn

CASES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.05, "momentum": 0.9, "maximize": True}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.9}),
    ("RMSprop", {"lr": 0.02}),
    ("RMSprop", {"lr": 0.02, "centered": True, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.8, "momentum": 0.7, "centered": True, "maximize": True}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.1, "maximize": True, "eps": 1e-3}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.7, "weight_decay": 0.1, "eps": 1e-3, "maximize": True}),
    ("Adam", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "betas": (0.5, 0.7), "maximize": True}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.3, "amsgrad": True, "maximize": True}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.05, "momentum_decay": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {"lr": 0.05, "decoupled_weight_decay": True, "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.05, "decoupled_weight_decay": True, "weight_decay": 0.1, "maximize": True}),
]
SHAPES = [(3, 4), (4,), (), (2, 1, 3), (5,)]


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


@pytest.mark.parametrize("is_sparse", [False, True])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_steps_equal_pytorchs(
    torch: Any, rng: np.random.Generator, name: str, options: dict[str, Any], is_sparse: bool
) -> None:
    """30 steps in two groups; with ``is_sparse`` gradients are missing now and then."""
    starts = [rng.normal(size=shape) for shape in SHAPES]
    ours = [nn.Parameter(start) for start in starts]
    theirs = [torch.nn.Parameter(torch.tensor(start)) for start in starts]

    def optimizer(module: Any, params: list[Any]) -> Any:
        groups = [{"params": params[:3]}, {"params": params[3:], "lr": 0.01}]
        return getattr(module, name)(groups, **options)

    our_optimizer, their_optimizer = optimizer(nn.optim, ours), optimizer(torch.optim, theirs)
    for step in range(30):
        for p, q in zip(ours, theirs, strict=True):
            is_missing = is_sparse and rng.random() < 0.3
            g = None if is_missing else rng.normal(size=p.shape) + 0.5 * p.data
            p.grad = g
            q.grad = None if g is None else torch.tensor(g)
        if step == 15:
            state = our_optimizer.state_dict()
            our_optimizer = optimizer(nn.optim, ours)
            our_optimizer.load_state_dict(state)
        our_optimizer.step()
        their_optimizer.step()
        for p, q in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-9, atol=1e-9)
    for p, q in zip(ours, theirs, strict=True):
        for key, value in their_optimizer.state[q].items():
            if value is not None and key in our_optimizer.state[p]:
                np.testing.assert_allclose(our_optimizer.state[p][key], value, atol=1e-9)


def test_lion_by_its_program() -> None:
    """X. Chen et al. 2023, program 1, step by step."""
    rng = np.random.default_rng(0)
    w = nn.Parameter(rng.normal(size=5))
    expected, m = w.data.copy(), np.zeros(5)
    optimizer = nn.optim.Lion([w], lr=0.1, betas=(0.8, 0.9), weight_decay=0.2)
    for _ in range(20):
        g = rng.normal(size=5)
        w.grad = g
        optimizer.step()
        c = np.sign(0.8 * m + 0.2 * g)
        m = 0.9 * m + 0.1 * g
        expected = expected - 0.1 * (c + 0.2 * expected)
    np.testing.assert_allclose(w.data, expected, rtol=1e-12)

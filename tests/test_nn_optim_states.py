"""States of optimizers and schedules: older, foreign and damaged ones; files and back."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd_mini import nn
from autograd_mini.errors import ArgumentError, StateError, UnsupportedError
from autograd_mini.nn import optim
from autograd_mini.nn.optim import SGD, Adam, AdamW, lr_scheduler

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"momentum": 0.9}),
    ("RMSprop", {"centered": True}),
    ("Adagrad", {}),
    ("Adadelta", {}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {}),
    ("NAdam", {}),
    ("RAdam", {}),
]


def trained(kind: Any, **options: Any) -> tuple[Any, Any]:
    w = nn.Parameter(np.array([1.0, -2.0]))
    optimizer = kind([w], **options)
    for _ in range(3):
        w.grad = w.data
        optimizer.step()
    return w, optimizer


@pytest.mark.parametrize(("name", "options"), KINDS)
@pytest.mark.parametrize("choice", [{"foreach": False}, {"foreach": True}, {"fused": True}])
def test_choices_of_implementation_change_nothing(
    name: str, options: dict[str, Any], choice: dict[str, Any]
) -> None:
    kind = getattr(optim, name)
    rest = {"foreach": None, "fused": None, "capturable": False, "differentiable": False}
    w, optimizer = trained(kind, **options, **{**rest, **choice})
    expected, plain = trained(kind, **options)
    np.testing.assert_array_equal(w.data, expected.data)
    assert optimizer.param_groups[0].keys() == plain.param_groups[0].keys()


@pytest.mark.parametrize("kind", [SGD, AdamW])
def test_choices_that_cannot_be_had(kind: Any) -> None:
    w = nn.Parameter([1.0])
    with pytest.raises(
        UnsupportedError, match=r"a step has no derivative; instead of diff.*w - lr"
    ):
        kind([w], differentiable=True)
    with pytest.raises(UnsupportedError, match="is for CUDA graphs, and there is only the CPU"):
        kind([w], capturable=True)
    with pytest.raises(ArgumentError, match="fused must be True, False or None, got 'yes'"):
        kind([w], fused="yes")
    with pytest.raises(ArgumentError, match="has no option 'learning_rate'; it takes lr, "):
        kind([w], learning_rate=0.1)


@pytest.mark.parametrize(("name", "options"), KINDS)
def test_a_state_from_before_there_were_switches(name: str, options: dict[str, Any]) -> None:
    kind = getattr(optim, name)
    without = {k: v for k, v in options.items() if v is not True}
    w, optimizer = trained(kind, **without)
    state = optimizer.state_dict()
    (group,) = state["param_groups"]
    for switch in [k for k, v in group.items() if v is False]:
        del group[switch]
    twin = nn.Parameter(w.detach())
    restored = kind([twin], **without, maximize=True)
    restored.load_state_dict(state)
    assert restored.param_groups[0]["maximize"] is False
    w.grad = twin.grad = np.ones(2)
    optimizer.step()
    restored.step()
    np.testing.assert_array_equal(w.data, twin.data)


def test_options_that_are_no_switches_must_be_there() -> None:
    _, optimizer = trained(Adam)
    state = optimizer.state_dict()
    del state["param_groups"][0]["eps"]
    with pytest.raises(StateError, match="only one of the two has the option 'eps'"):
        optimizer.load_state_dict(state)


@pytest.mark.parametrize(
    ("kind", "options", "damage", "text"),
    [
        (SGD, {"momentum": 0.9}, {"step": None}, "lacks step of parameter 0"),
        (Adam, {}, {"exp_avg_sq": None}, "lacks exp_avg_sq of parameter 0"),
        (optim.NAdam, {}, {"mu_product": None}, "lacks mu_product of parameter 0"),
        (Adam, {}, {"step": "3"}, "step of parameter 0 is '3', not a number"),
        (Adam, {}, {"exp_avg": 0.5}, "exp_avg of parameter 0 is 0.5, not an array"),
    ],
)
def test_a_damaged_state_changes_nothing(
    kind: Any, options: dict[str, Any], damage: dict[str, Any], text: str
) -> None:
    _, optimizer = trained(kind, **options)
    state = optimizer.state_dict()
    state["param_groups"][0]["lr"] = 9.0
    entry = state["state"][0]
    entry.update(damage)
    for name in [name for name, value in damage.items() if value is None]:
        del entry[name]
    before = optimizer.state_dict()
    with pytest.raises(StateError, match=f"nothing was loaded; .*{text}"):
        optimizer.load_state_dict(state)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    for name, value in before["state"][0].items():
        np.testing.assert_array_equal(after["state"][0][name], value)


def test_momentum_switched_on_between_saving_and_stepping() -> None:
    w, optimizer = trained(SGD, lr=0.1)
    optimizer.param_groups[0]["momentum"] = 0.9
    twin = nn.Parameter(w.detach())
    restored = SGD([twin])
    restored.load_state_dict(optimizer.state_dict())
    for _ in range(3):
        w.grad, twin.grad = w.data, twin.data
        optimizer.step()
        restored.step()
    np.testing.assert_array_equal(w.data, twin.data)


@pytest.mark.parametrize("dampening", [0.0, 0.5, 0.9])
def test_momentum_switched_on_and_off_as_pytorchs(dampening: float) -> None:
    """The first step with momentum starts from the gradient itself, whenever it comes."""
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    rng = np.random.default_rng(0)
    ours, theirs = nn.Parameter(np.ones(3)), torch.nn.Parameter(torch.ones(3).double())
    a = SGD([ours], lr=0.1, dampening=dampening)
    b = torch.optim.SGD([theirs], lr=0.1, dampening=dampening)
    for momentum in [0, 0, 0.9, 0.9, 0.9, 0, 0, 0.8, 0.8]:
        g = rng.normal(size=3)
        ours.grad, theirs.grad = g, torch.tensor(g)
        a.param_groups[0]["momentum"] = b.param_groups[0]["momentum"] = momentum
        a.step()
        b.step()
        np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-12)


SCHEDULES: dict[str, Any] = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, 3),
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, [2, 8]),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "InverseTimeLR": lambda o: lr_scheduler.InverseTimeLR(o, 0.5),
    "PolynomialLR": lambda o: lr_scheduler.PolynomialLR(o, 12, 2.0),
    "ConstantLR": lambda o: lr_scheduler.ConstantLR(o, 0.5, 9),
    "LinearLR": lambda o: lr_scheduler.LinearLR(o, 0.1, total_iters=9),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 10, 0.01),
    "CosineAnnealingWarmRestarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 4, 2),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 1.0, 20),
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)),
    "MultiplicativeLR": lambda o: lr_scheduler.MultiplicativeLR(o, lambda t: 0.9),
    "ReduceLROnPlateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=1, cooldown=1),
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o), lr_scheduler.CosineAnnealingLR(o, 9)], [5]
    ),
    "ChainedScheduler": lambda o: lr_scheduler.ChainedScheduler(
        [lr_scheduler.LinearLR(o), lr_scheduler.ExponentialLR(o, 0.9)]
    ),
}


def test_every_schedule_is_listed() -> None:
    assert {*SCHEDULES, "LRScheduler"} == set(lr_scheduler.__all__)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("saved_after", [0, 4, 7])
def test_a_schedule_goes_on_from_a_file(tmp_path: Path, name: str, saved_after: int) -> None:
    """Another training, made alike and some steps ahead, takes the state over."""
    losses = np.random.default_rng(0).normal(size=15)

    def start() -> tuple[Any, Any]:
        groups = [{"params": [nn.Parameter([1.0])]}, {"params": [nn.Parameter([1.0])], "lr": 0.05}]
        optimizer = SGD(groups, lr=0.4, momentum=0.9)
        return optimizer, SCHEDULES[name](optimizer)

    def step(schedule: Any, loss: float) -> None:
        schedule.step(loss) if name == "ReduceLROnPlateau" else schedule.step()

    optimizer, schedule = start()
    for loss in losses[:saved_after]:
        step(schedule, loss)
    path = tmp_path / "training.npz"
    nn.save({"optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}, path)
    other, restored = start()
    for loss in losses[:2]:
        step(restored, loss)
    saved = nn.load(path)
    other.load_state_dict(saved["optimizer"])
    restored.load_state_dict(saved["schedule"])
    for loss in losses[saved_after:]:
        assert restored.get_last_lr() == schedule.get_last_lr()
        step(schedule, loss)
        step(restored, loss)
        for a, b in zip(optimizer.param_groups, other.param_groups, strict=True):
            assert (a["lr"], a["momentum"]) == (b["lr"], b["momentum"])
    assert restored.state_dict() == schedule.state_dict()

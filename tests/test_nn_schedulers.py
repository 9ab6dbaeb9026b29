"""Schedules against PyTorch over 60 steps, closed forms, and their state."""

from typing import Any

import numpy as np
import pytest

from autograd_mini import nn
from autograd_mini.errors import ArgumentError, StateError, UnsupportedError
from autograd_mini.nn.optim import SGD, Adam, lr_scheduler

CASES: list[tuple[str, dict[str, Any]]] = [
    ("StepLR", {"step_size": 7, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [30, 5, 5, 11], "gamma": 0.3}),
    ("ExponentialLR", {"gamma": 0.93}),
    ("PolynomialLR", {"total_iters": 40, "power": 2.5}),
    ("ConstantLR", {"factor": 0.2, "total_iters": 9}),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 0.8, "total_iters": 21}),
    ("CosineAnnealingLR", {"T_max": 50, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 10, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2}),
    ("OneCycleLR", {"max_lr": 0.7, "total_steps": 70}),
    ("OneCycleLR", {"max_lr": [0.7, 0.1], "epochs": 7, "steps_per_epoch": 9, "pct_start": 0.2}),
    ("OneCycleLR", {"max_lr": 0.7, "total_steps": 70, "three_phase": True}),
    ("OneCycleLR", {"max_lr": 0.7, "total_steps": 70, "anneal_strategy": "linear"}),
    ("LambdaLR", {"lr_lambda": lambda t: 0.95**t}),
    ("LambdaLR", {"lr_lambda": [lambda t: 1 / (1 + t), lambda t: 0.9**t]}),
    ("MultiplicativeLR", {"lr_lambda": lambda t: 1 - 1 / (t + 2)}),
]


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def ours(kind: type = SGD, **options: Any) -> Any:
    groups = [{"params": [nn.Parameter([1.0])]}, {"params": [nn.Parameter([1.0])], "lr": 0.05}]
    return kind(groups, lr=0.4, **options)


def theirs(torch: Any, name: str = "SGD", **options: Any) -> Any:
    one = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
    groups = [{"params": one[:1]}, {"params": one[1:], "lr": 0.05}]
    return getattr(torch.optim, name)(groups, lr=0.4, **options)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "options"), CASES)
def test_rates_equal_pytorchs(torch: Any, name: str, options: dict[str, Any]) -> None:
    our_optimizer = ours(momentum=0.9)
    their_optimizer = theirs(torch, momentum=0.9)
    our_scheduler = getattr(lr_scheduler, name)(our_optimizer, **options)
    their_scheduler = getattr(torch.optim.lr_scheduler, name)(their_optimizer, **options)
    previews = [our_scheduler.preview(60, group) for group in range(2)]
    for t in range(60):
        np.testing.assert_allclose(
            our_scheduler.get_last_lr(), their_scheduler.get_last_lr(), rtol=1e-12, atol=1e-15
        )
        assert our_scheduler.get_last_lr() == [preview[t] for preview in previews]
        for a, b in zip(our_optimizer.param_groups, their_optimizer.param_groups, strict=True):
            assert a["lr"] == pytest.approx(b["lr"], rel=1e-12, abs=1e-15)
            assert a["momentum"] == pytest.approx(b["momentum"], rel=1e-12)
        their_optimizer.step()
        our_scheduler.step()
        their_scheduler.step()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "options"), CASES)
def test_taken_up_again_as_pytorchs(torch: Any, name: str, options: dict[str, Any]) -> None:
    """A second schedule goes on from ``last_epoch``, with the rates that are in the groups.

    PyTorch 2.13 lowers the rate twice where StepLR is taken up at a step that lowers it (7 here),
    and takes up CosineAnnealingWarmRestarts as if it had never restarted.
    """
    if "T_mult" in options:
        pytest.skip("PyTorch forgets the restarts that were made")

    def rates(optimizer: Any, kinds: Any) -> list[Any]:
        kind, seen = getattr(kinds, name), []
        schedule = kind(optimizer, **options)
        for t in range(20):
            if t == 8:
                schedule = kind(optimizer, **options, last_epoch=schedule.last_epoch - 1)
            seen.append([group["lr"] for group in optimizer.param_groups])
            schedule.step()
        return seen

    a = rates(ours(momentum=0.9), lr_scheduler)
    b = rates(theirs(torch, momentum=0.9), torch.optim.lr_scheduler)
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["StepLR", "CosineAnnealingWarmRestarts"])
@pytest.mark.parametrize("taken_up", [3, 6, 7])
def test_taken_up_again_as_if_never_left(name: str, taken_up: int) -> None:
    make = {
        "StepLR": lambda o, t: lr_scheduler.StepLR(o, 3, last_epoch=t),
        "CosineAnnealingWarmRestarts": lambda o, t: lr_scheduler.CosineAnnealingWarmRestarts(
            o, 3, 2, last_epoch=t
        ),
    }[name]
    optimizer = ours()
    schedule = make(optimizer, -1)
    expected = schedule.preview(20)
    for t in range(20):
        if t == taken_up:
            schedule = make(optimizer, t - 1)
        assert optimizer.param_groups[0]["lr"] == pytest.approx(expected[t])
        schedule.step()


@pytest.mark.filterwarnings("ignore")
def test_one_after_the_other_equals_pytorchs(torch: Any) -> None:
    def build(optimizer: Any, kinds: Any) -> Any:
        parts = [
            kinds.LinearLR(optimizer, start_factor=0.1, total_iters=10),
            kinds.CosineAnnealingLR(optimizer, T_max=30),
            kinds.ExponentialLR(optimizer, gamma=0.9),
        ]
        return kinds.SequentialLR(optimizer, parts, milestones=[10, 40])

    a = build(ours(), lr_scheduler)
    b = build(theirs(torch), torch.optim.lr_scheduler)
    for _ in range(60):
        np.testing.assert_allclose(a.get_last_lr(), b.get_last_lr(), rtol=1e-12, atol=1e-15)
        a.step()
        b.step()


TOGETHER: list[tuple[tuple[str, dict[str, Any]], ...]] = [
    (("ExponentialLR", {"gamma": 0.9}), ("StepLR", {"step_size": 4, "gamma": 0.5})),
    (("LinearLR", {"total_iters": 7}), ("ExponentialLR", {"gamma": 0.95})),
    (("MultiStepLR", {"milestones": [0, 3, 3, 9]}), ("ConstantLR", {"total_iters": 6})),
    (("PolynomialLR", {"total_iters": 12}), ("MultiplicativeLR", {"lr_lambda": lambda t: 0.97})),
    (("CosineAnnealingLR", {"T_max": 8, "eta_min": 0.01}), ("ExponentialLR", {"gamma": 0.9})),
    (("StepLR", {"step_size": 3}), ("CosineAnnealingLR", {"T_max": 6, "eta_min": 0.02})),
    (("CosineAnnealingWarmRestarts", {"T_0": 5}), ("ExponentialLR", {"gamma": 0.9})),
    (("LambdaLR", {"lr_lambda": lambda t: 0.9**t}), ("StepLR", {"step_size": 5})),
    (
        ("ConstantLR", {"factor": 0.5, "total_iters": 4}),
        ("ExponentialLR", {"gamma": 0.9}),
        ("MultiStepLR", {"milestones": [5, 11]}),
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("is_chained", [False, True])
@pytest.mark.parametrize("parts", TOGETHER)
def test_several_on_one_optimizer_multiply_as_pytorchs(
    torch: Any, parts: Any, is_chained: bool
) -> None:
    """Half-way the rate is also changed by hand."""

    def build(optimizer: Any, kinds: Any) -> Any:
        made = [getattr(kinds, name)(optimizer, **options) for name, options in parts]
        return [kinds.ChainedScheduler(made)] if is_chained else made

    our_optimizer, their_optimizer = ours(), theirs(torch)
    a = build(our_optimizer, lr_scheduler)
    b = build(their_optimizer, torch.optim.lr_scheduler)
    preview = a[0].preview(15, 1)
    for t in range(30):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_allclose(x.get_last_lr(), y.get_last_lr(), rtol=1e-11, atol=1e-15)
        for x, y in zip(our_optimizer.param_groups, their_optimizer.param_groups, strict=True):
            assert x["lr"] == pytest.approx(y["lr"], rel=1e-11, abs=1e-15)
            if t == 15:
                x["lr"] = y["lr"] = 0.3
        if is_chained and t < 15:
            assert our_optimizer.param_groups[1]["lr"] == preview[t]
        for scheduler in [*a, *b]:
            scheduler.step()


def test_factors_multiply_in_closed_form() -> None:
    """Two decays, a plateau that halves, and a rate doubled by hand."""
    optimizer = ours()
    steps = lr_scheduler.StepLR(optimizer, 4, gamma=0.5)
    decay = lr_scheduler.ExponentialLR(optimizer, 0.9)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, cooldown=100)
    for t in range(20):
        factor = 0.5 ** (t // 4) * 0.9**t * (0.5 if t >= 2 else 1) * (2 if t > 10 else 1)
        rates = [group["lr"] for group in optimizer.param_groups]
        assert rates == pytest.approx([0.4 * factor, 0.05 * factor], rel=1e-12)
        if t == 10:
            for group in optimizer.param_groups:
                group["lr"] *= 2
        steps.step()
        decay.step()
        plateau.step(1.0)


@pytest.mark.parametrize("name", ["SequentialLR", "ChainedScheduler"])
def test_what_cannot_be_combined(name: str) -> None:
    optimizer = ours()
    blind, other = lr_scheduler.ExponentialLR(optimizer, 0.9), lr_scheduler.StepLR(ours(), 3)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer)

    def combine(*parts: Any) -> Any:
        if name == "SequentialLR":
            return lr_scheduler.SequentialLR(optimizer, parts, [3])
        return lr_scheduler.ChainedScheduler(parts)

    with pytest.raises(ArgumentError, match=r"schedulers\[1\] must be a schedule of the same"):
        combine(blind, other)
    with pytest.raises(ArgumentError, match=r"needs no loss; .*, got 'ReduceLROnPlateau'"):
        combine(blind, plateau)
    with pytest.raises(ArgumentError, match="takes the newest loss"):
        plateau.step()


def test_chained_schedules_march_in_step() -> None:
    optimizer = ours()
    first = lr_scheduler.ExponentialLR(optimizer, 0.9)
    first.step()
    with pytest.raises(ArgumentError, match=r"equally many steps, and have made \[0, 1\]"):
        lr_scheduler.ChainedScheduler([first, lr_scheduler.StepLR(optimizer, 3)])
    with pytest.raises(ArgumentError, match="schedulers must be at least one"):
        lr_scheduler.ChainedScheduler([])


def test_a_part_of_a_sequence_turns_the_momentum() -> None:
    optimizer = ours(momentum=0.9)
    parts = [
        lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=5),
        lr_scheduler.ExponentialLR(optimizer, 0.9),
    ]
    schedule = lr_scheduler.SequentialLR(optimizer, parts, milestones=[5])
    momenta = []
    for _ in range(6):
        momenta.append(optimizer.param_groups[0]["momentum"])
        schedule.step()
    assert min(momenta) < 0.87
    assert momenta[4] == momenta[5] == pytest.approx(0.95)


def test_a_multiplicative_schedule_asks_its_function_once_a_step() -> None:
    calls = []
    schedule = lr_scheduler.MultiplicativeLR(ours(), lambda t: calls.append(t) or 0.5)
    for _ in range(20):
        schedule.step()
    assert calls == [t for t in range(1, 21) for _ in range(2)]  # two groups


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"mode": "max", "factor": 0.5, "patience": 1},
        {"patience": 2, "threshold": 0.1, "threshold_mode": "abs", "cooldown": 3},
        {"patience": 0, "threshold": 0.1, "min_lr": [0.1, 0.001], "factor": 0.5},
    ],
)
def test_plateaus_equal_pytorchs(torch: Any, options: dict[str, Any]) -> None:
    a = lr_scheduler.ReduceLROnPlateau(ours(), **options)
    b = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs(torch), **options)
    for value in np.random.default_rng(0).normal(size=80):
        a.step(value)
        b.step(value)
        assert a.get_last_lr() == pytest.approx(b.get_last_lr(), rel=1e-12)


def test_one_cycle_turns_the_first_beta() -> None:
    optimizer = ours(Adam)
    schedule = lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    betas = []
    for _ in range(10):
        schedule.step()
        betas.append(optimizer.param_groups[0]["betas"])
    assert min(b[0] for b in betas) == pytest.approx(0.85)
    assert {b[1] for b in betas} == {0.999}
    with pytest.raises(StateError, match="the cycle has 10 steps, and all are done"):
        schedule.step()


def test_a_restored_schedule_goes_on() -> None:
    def start() -> Any:
        optimizer = ours()
        return optimizer, lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)

    optimizer, schedule = start()
    for _ in range(7):
        schedule.step()
    other, restored = start()
    other.load_state_dict(optimizer.state_dict())
    restored.load_state_dict(schedule.state_dict())
    assert restored.get_last_lr() == schedule.get_last_lr()
    schedule.step()
    restored.step()
    assert [g["lr"] for g in other.param_groups] == [g["lr"] for g in optimizer.param_groups]
    with pytest.raises(StateError, match="not the state_dict"):
        restored.load_state_dict({"last_epoch": 3})
    resumed = lr_scheduler.CosineAnnealingLR(other, T_max=20, last_epoch=7)
    assert resumed.get_last_lr() == schedule.get_last_lr()
    with pytest.raises(StateError, match="needs 'initial_lr'"):
        lr_scheduler.ExponentialLR(ours(), 0.9, last_epoch=3)


def test_a_schedule_of_ones_own_needs_a_rate() -> None:
    class Halving(lr_scheduler.LRScheduler):
        def get_lr(self) -> list[float]:
            return [0.5]

    with pytest.raises(UnsupportedError, match=r"Halving has no rate; define def rate\(self, base"):
        Halving(ours())


def test_settings_out_of_range() -> None:
    with pytest.raises(ArgumentError, match="StepLR: step_size must be a whole number above 0"):
        lr_scheduler.StepLR(ours(), 0)
    with pytest.raises(TypeError, match="takes an optimizer first, got Parameter"):
        lr_scheduler.ExponentialLR(nn.Parameter([1.0]), 0.9)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="max_lr must be a number above 0, or a list of 2"):
        lr_scheduler.OneCycleLR(ours(momentum=0.9), max_lr=[1.0], total_steps=5)
    with pytest.raises(ArgumentError, match="has no momentum"):
        lr_scheduler.OneCycleLR(ours(nn.optim.Adagrad), max_lr=1.0, total_steps=5)


COMMON_NAMES = {
    "step": "StepLR",
    "multi-step": "MultiStepLR",
    "exponential": "ExponentialLR",
    "polynomial": "PolynomialLR",
    "inverse-time": "InverseTimeLR",
    "cosine": "CosineAnnealingLR",
    "cosine with warm restarts": "CosineAnnealingWarmRestarts",
    "one cycle": "OneCycleLR",
    "linear warm-up": "LinearLR",
    "plateau": "ReduceLROnPlateau",
    "function": "LambdaLR",
    "one after the other": "SequentialLR",
    "together": "ChainedScheduler",
}


def test_the_modules_text_finds_each_schedule_by_its_common_name() -> None:
    text = lr_scheduler.__doc__ or ""
    for common, name in COMMON_NAMES.items():
        (line,) = [line for line in text.splitlines() if line.split()[-1:] == [name]]
        assert line.strip().startswith(common)
        assert name in lr_scheduler.__all__


def test_one_cycle_stands_the_step_after_its_last_as_pytorchs_does() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    optimizer = ours(momentum=0.9)
    theirs = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    schedule = lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, epochs=2, steps_per_epoch=5)
    reference = torch.optim.lr_scheduler.OneCycleLR(theirs, max_lr=1.0, epochs=2, steps_per_epoch=5)
    for _ in range(10):  # the loop of every course: one step of the schedule a batch
        theirs.step()
        schedule.step()
        reference.step()
        assert schedule.get_last_lr()[:1] == pytest.approx(reference.get_last_lr(), abs=1e-12)
    with pytest.raises(StateError, match="all are done"):
        schedule.step()


def test_milestones_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"milestones must be whole numbers, got \[5, 'a'\]"):
        lr_scheduler.MultiStepLR(ours(), [5, "a"])

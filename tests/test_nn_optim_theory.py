"""What the papers and the textbooks say of optimizers, in closed form."""

import sys
from concurrent.futures import ThreadPoolExecutor
from math import log, sqrt
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.nn.optim import SGD, Adam, AdamW, lr_scheduler


def errors(optimizer: Any, w: Any, curvatures: Any, n_steps: int) -> np.ndarray:
    """Return |w| at each step down the quadratic Σ h·w²/2, from its given start."""
    seen = [np.abs(w.data)]
    for _ in range(n_steps):
        w.grad = curvatures * w.data
        optimizer.step()
        seen.append(np.abs(w.data))
    return np.array(seen)


@pytest.mark.parametrize(("k", "rate", "steps"), [(100, 0.9802, 691), (1000, 0.998, 6908)])
def test_rate_of_gradient_descent(k: int, rate: float, steps: int) -> None:
    """G. Goh 2017, "Why momentum really works": (k − 1)/(k + 1) with lr = 2/(h₁ + hₙ)."""
    w = nn.Parameter(np.ones(2))
    seen = errors(SGD([w], lr=2 / (1 + k)), w, np.array([1.0, k]), steps)
    assert (k - 1) / (k + 1) == pytest.approx(rate, abs=5e-5)
    np.testing.assert_allclose(seen.T, [((k - 1) / (k + 1)) ** np.arange(steps + 1)] * 2)
    assert int(np.argmax(seen.max(axis=1) < 1e-6)) == steps


@pytest.mark.parametrize(
    ("k", "rate", "beta", "steps"), [(100, 0.8182, 0.669, 69), (1000, 0.9387, 0.881, 218)]
)
def test_rate_of_momentum(k: int, rate: float, beta: float, steps: int) -> None:
    """Goh 2017: r = (√k − 1)/(√k + 1) with momentum r² and lr = (2/(√h₁ + √hₙ))².

    There the two roots fall together, so that the errors along the flattest and the steepest
    direction are (1 + (1 ∓ r)·t)·rᵗ: 69 steps by the rate alone, half as many more by that factor.
    """
    r = (sqrt(k) - 1) / (sqrt(k) + 1)
    assert r == pytest.approx(rate, abs=5e-5)
    assert r**2 == pytest.approx(beta, abs=5e-4)
    assert round(log(1e-6) / log(r)) == steps
    w = nn.Parameter(np.ones(2))
    optimizer = SGD([w], lr=(2 / (1 + sqrt(k))) ** 2, momentum=r**2)
    seen = errors(optimizer, w, np.array([1.0, k]), 400)
    t = np.arange(401)
    closed = [(1 + (1 - r) * t) * r**t, (1 + (1 + r) * t) * r**t]
    np.testing.assert_allclose(seen.T, closed, rtol=1e-7)
    needed = int(np.argmax(seen.max(axis=1) < 1e-6))
    assert steps < needed < 1.6 * steps


def test_adams_first_step_with_and_without_correction() -> None:
    """Kingma & Ba 2014, section 3: without correction it were .1/√.001 = 3.162 times larger."""
    w = nn.Parameter(np.zeros(4))
    g = np.array([1e-3, -5.0, 1e6, -1e-2])
    w.grad = g
    optimizer = Adam([w], lr=0.01, eps=0.0)
    optimizer.step()
    np.testing.assert_allclose(w.data, -0.01 * np.sign(g), rtol=1e-12)
    state = optimizer.state[w]
    uncorrected = 0.01 * state["exp_avg"] / np.sqrt(state["exp_avg_sq"])
    np.testing.assert_allclose(uncorrected / -w.data, 0.1 / sqrt(0.001), rtol=1e-12)


def test_adams_steps_are_bounded() -> None:
    """Kingma & Ba 2014, section 2.1, with gradients as sparse and as uneven as may be."""
    rng = np.random.default_rng(0)
    w = nn.Parameter(np.zeros(200))
    optimizer = Adam([w], lr=0.01)
    largest = 0.0
    for _ in range(300):
        before = w.data.copy()
        w.grad = rng.standard_cauchy(200) * (rng.random(200) < 0.02)
        optimizer.step()
        largest = max(largest, float(np.abs(w.data - before).max()))
    assert 0.01 < largest <= 0.01 * 0.1 / sqrt(0.001)


def test_exponentially_weighted_averages_with_correction() -> None:
    """β = .98 of a constant 40: .8, 1.584, 2.352 as they are, 40 corrected."""
    w = nn.Parameter(np.zeros(1))
    optimizer = Adam([w], betas=(0.98, 0.999))
    raw = []
    for _ in range(3):
        w.grad = [40.0]
        optimizer.step()
        raw.append(optimizer.state[w]["exp_avg"].item())
    np.testing.assert_allclose(raw, [0.8, 1.584, 2.35232])
    np.testing.assert_allclose(raw / (1 - 0.98 ** np.arange(1, 4)), 40)


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_the_courses_momentum(beta: float) -> None:
    """v ← β·v + (1 − β)·g by hand, against both ways to write it with SGD."""
    curvatures, lr = np.array([1.0, 0.1, 3.0]), 0.3
    averaged, scaled = nn.Parameter(np.ones(3)), nn.Parameter(np.ones(3))
    a = SGD([averaged], lr=lr, momentum=beta, dampening=beta)
    b = SGD([scaled], lr=lr * (1 - beta), momentum=beta)
    by_hand = {"averaged": (np.ones(3), curvatures.copy()), "scaled": (np.ones(3), np.zeros(3))}
    for _ in range(40):
        for w, optimizer in [(averaged, a), (scaled, b)]:
            w.grad = curvatures * w.data
            optimizer.step()
        for w, v in by_hand.values():
            v[...] = beta * v + (1 - beta) * curvatures * w
            w -= lr * v
    np.testing.assert_allclose(averaged.data, by_hand["averaged"][0], rtol=1e-12)  # from v = g
    np.testing.assert_allclose(scaled.data, by_hand["scaled"][0], rtol=1e-12)  # from v = 0


def test_weight_decay_of_adam_fades_where_gradients_are_large() -> None:
    """Loshchilov & Hutter 2017: AdamW's decay is lr·λ·w, Adam's is divided by √v̂."""

    def end(kind: Any, scale: float, weight_decay: float) -> float:
        w = nn.Parameter(np.array([2.0]))
        optimizer = kind([w], lr=0.01, weight_decay=weight_decay)
        for t in range(50):
            w.grad = [scale * (-1) ** t]
            optimizer.step()
        return float(w.item())

    shrink = [end(Adam, s, 0.0) - end(Adam, s, 0.1) for s in (1.0, 1000.0)]
    assert shrink[1] < shrink[0] / 500
    shrink = [end(AdamW, s, 0.0) - end(AdamW, s, 0.1) for s in (1.0, 1000.0)]
    assert shrink[0] == pytest.approx(2 * (1 - (1 - 0.01 * 0.1) ** 50), rel=0.02)
    assert shrink[1] == pytest.approx(shrink[0], rel=1e-6)


def test_decay_by_the_weight_and_by_the_number_of_steps() -> None:
    """Weights without gradient shrink by 1 − lr·λ/m a step, m the number of examples."""
    w = nn.Parameter(np.ones(1))
    optimizer = SGD([w], lr=0.5, weight_decay=0.7 / 200)
    for _ in range(100):
        w.grad = [0.0]
        optimizer.step()
    assert w.item() == pytest.approx((1 - 0.5 * 0.7 / 200) ** 100)


def test_stopping_early_is_like_decay() -> None:
    """Goodfellow et al. 2016, section 7.8: t steps act like λ = 1/(lr·t) on flat directions."""
    h, lr, t = np.array([1e-3, 1e-2]), 0.1, 50
    w = nn.Parameter(np.zeros(2))
    optimizer = SGD([w], lr=lr)
    for _ in range(t):
        w.grad = h * (w.data - 1)
        optimizer.step()
    np.testing.assert_allclose(w.data, 1 - (1 - lr * h) ** t)
    np.testing.assert_allclose(w.data, h / (h + 1 / (lr * t)), rtol=0.03)


def test_the_rate_divided_by_the_epoch() -> None:
    """.2/(1 + epoch): .1, .067, .05, .04."""
    optimizer = SGD([nn.Parameter([1.0])], lr=0.2)
    scheduler = lr_scheduler.InverseTimeLR(optimizer, decay=1.0)
    rates = []
    for _ in range(4):
        scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx([0.1, 0.2 / 3, 0.05, 0.04])


@pytest.mark.parametrize("kind", [SGD, Adam, AdamW, nn.optim.RMSprop])
def test_threads_train_at_once_as_they_do_alone(kind: Any) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 3)), rng.normal(size=(16, 1))

    def train(seed: int) -> list[Any]:
        generator = np.random.default_rng(seed)
        model = nn.Sequential(
            nn.Linear(3, 8, dtype=np.float64), nn.Tanh(), nn.Linear(8, 1, dtype=np.float64)
        )
        for p in model.parameters():
            p.data[...] = generator.normal(size=p.shape)
        optimizer = kind(model.parameters(), lr=0.01)
        for _ in range(60):
            optimizer.zero_grad()
            loss = ((model(ag.tensor(x)) - y) ** 2).mean()
            loss.backward()
            optimizer.step()
        return [p.data.copy() for p in model.parameters()]

    alone = [train(seed) for seed in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(train, range(4)))
    sys.setswitchinterval(interval)
    for a, b in zip(alone, together, strict=True):
        for p, q in zip(a, b, strict=True):
            np.testing.assert_array_equal(p, q)

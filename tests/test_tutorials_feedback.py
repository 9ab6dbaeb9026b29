"""Typical wrong answers get the feedback that names them; hard-coded answers do not pass."""

import types
from collections.abc import Callable
from functools import cache
from math import cos, log, log10, radians, sin
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.tutorials.course import find_lesson
from autograd_mini.tutorials.feedback import show


@cache
def module(lesson: str, name: str) -> types.ModuleType:
    file = find_lesson(lesson).folder / f"{name}.py"
    found = types.ModuleType(name)
    exec(compile(file.read_bytes(), str(file), "exec"), found.__dict__)
    return found


def feedback(lesson: str, name: str, function: Callable[..., Any]) -> str:
    """What the check of exercise ``name`` says about ``function``."""
    exercise = types.SimpleNamespace(**vars(module(lesson, "solution")))
    function.__name__ = name
    setattr(exercise, name, function)
    with pytest.raises(AssertionError) as caught:
        getattr(module(lesson, "checks"), f"test_{name}")(exercise)
    return str(caught.value)


def rows_of(x1: float, x2: float, ln: Any = log, sine: Any = sin) -> list[float]:
    v1, v2, v3 = ln(x1), x1 * x2, sine(x2)
    return [v1, v2, v3, v1 + v2, v1 + v2 - v3]


def backward_with(add: bool, upward: bool) -> Callable[..., Any]:
    def backward(rows: Any) -> list[float]:
        adjoint = [0.0] * (len(rows) - 1) + [1.0]
        order = range(len(rows))
        for i in reversed(order) if upward else order:
            for parent, slope in zip(*rows[i], strict=True):
                adjoint[parent] = adjoint[i] * slope + (adjoint[parent] if add else 0)
        return adjoint

    return backward


def engine_with(ln: Callable[..., Any], sine: Callable[..., Any]) -> Callable[..., Any]:
    def gradients(x1: float, x2: float) -> Any:
        a, b = ag.tensor(x1, requires_grad=True), ag.tensor(x2, requires_grad=True)
        (ln(a) + a * b - sine(b)).backward()
        return a.grad.item(), b.grad.item()

    return gradients


def engine_forward_only(x1: float, x2: float) -> tuple[float, float]:
    _ = ag.tensor(x1, requires_grad=True) * x2
    return x2 + 1 / x1, x1 - cos(x2)


def engine_twice(x1: float, x2: float) -> tuple[float, float]:
    a, b = ag.tensor(x1, requires_grad=True), ag.tensor(x2, requires_grad=True)
    for _ in range(2):
        (ag.log(a) + a * b - ag.sin(b)).backward()
    assert a.grad is not None
    assert b.grad is not None
    return a.grad.item(), b.grad.item()


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("primals", lambda x1, x2: None, "is the `return` missing?"),
        ("primals", lambda x1, x2: rows_of(x1, x2)[-1], "should be 5 numbers"),
        ("primals", lambda x1, x2: rows_of(x1, x2)[:4], "v5); you returned 4 of them"),
        ("primals", lambda x1, x2: rows_of(x1, x2, ln=log10), "v1: you returned 0.30103; that is"),
        ("primals", lambda x1, x2: rows_of(x1, x2, sine=lambda d: sin(radians(d))), "degrees"),
        ("primals", lambda x1, x2: rows_of(2.0, 5.0), "primals(0.7, -1.3): v1"),
        ("primals", lambda x1, x2: ["a", 1, 1, 1, 1], "should be made of numbers"),
        ("primals", lambda x1, x2: ["0.5", 1, 1, 1, 1], "you returned '0.5', of type str"),
        ("tangents", lambda x1, x2, d1, d2: (1 / x1, x2, 0, 5.5, 5.5), "x1 moves at speed dx1"),
        (
            "tangents",
            lambda x1, x2, d1, d2: (d1 / x1, d1 * x2, 0, 0, 0),
            "x1·dx2 from the other factor is missing",
        ),
        ("tangents", lambda x1, x2, d1, d2: (d1 / x1, d1 * d2, 0, 0, 0), "that is dx1·dx2"),
        ("adjoints", lambda x1, x2: (x2, x1 - cos(x2)), "came by v2 = x1·x2 alone: x1 is used"),
        ("adjoints", lambda x1, x2: (1 / x1, x1 - cos(x2)), "you returned 0.5; that came by v1"),
        ("adjoints", lambda x1, x2: (x2 + 1 / x1, x1 + cos(x2)), "minus its adjoint"),
        ("adjoints", lambda x1, x2: (x1 - cos(x2), x2 + 1 / x1), "give dy/dx1 first"),
        ("backward", backward_with(add=False, upward=True), "+= and not ="),
        ("backward", backward_with(add=True, upward=False), "from the last row to the first"),
        ("backward", lambda rows: [0.0] * len(rows), "the last row starts with adjoint 1"),
        ("backward", lambda rows: {}, "should be 3 numbers"),
        ("gradients", lambda x1, x2: (None, None), "requires_grad=True"),
        ("gradients", lambda x1, x2: (ag.tensor(1.0), ag.tensor(2.0)), ".item() makes a float"),
        ("gradients", engine_twice, "that is twice the gradient"),
        ("gradients", lambda x1, x2: (x2 + 1 / x1, x1 - cos(x2)), "the engine was not used"),
        ("gradients", engine_forward_only, "call backward() on y"),
        ("gradients", engine_with(log, ag.sin), "math.log leaves the tape, as any plain number"),
        ("gradients", engine_with(ag.log, sin), "math.sin leaves the tape, as any plain number"),
        ("gradients", lambda x1, x2: engine_with(ag.log, ag.sin)(2.0, 5.0), "(0.7, -1.3): dy/dx1"),
    ],
)
def test_diamond(name: str, function: Callable[..., Any], said: str) -> None:
    assert said in feedback("diamond", name, function)


def one_sided_gradient(f: Any, theta: Any) -> Any:
    theta = np.array(theta, dtype=float)
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        moved = theta.copy()
        moved[index] += 6e-6
        gradient[index] = (f(moved) - f(theta)) / 6e-6
    return gradient


def careless_gradient(f: Any, theta: Any) -> Any:
    """Works on the caller's array and in its dtype, and does not put the entries back."""
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        theta[index] += 6e-6
        above = f(theta)
        theta[index] -= 12e-6
        gradient[index] = (above - f(theta)) / 12e-6
    return gradient


def gradient_in_its_dtype(f: Any, theta: Any) -> Any:
    theta = theta.copy()
    gradient = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        before = theta[index].copy()
        theta[index] = before + 6e-6
        above = f(theta)
        theta[index] = before - 6e-6
        gradient[index] = (above - f(theta)) / 12e-6
        theta[index] = before
    return gradient


def gradient_from_float32(f: Any, theta: Any) -> Any:
    kind = np.float32 if theta.dtype == np.float32 else np.float64
    return gradient_in_its_dtype(f, theta.astype(kind))


def gradients_with(name: str, factor: float) -> Callable[..., Any]:
    def network_gradients(*inputs: Any) -> Any:
        right = module("gradient_checking", "solution").network_gradients(*inputs)
        return right | {name: factor * right[name]}

    return network_gradients


def three_wrong(*inputs: Any) -> Any:
    right = module("gradient_checking", "solution").network_gradients(*inputs)
    return {name: value * (1 if name == "b2" else 2) for name, value in right.items()}


def transposed_gradients(*inputs: Any) -> Any:
    right = module("gradient_checking", "solution").network_gradients(*inputs)
    return right | {"W1": right["W1"].T}


def norm(v: Any) -> Any:
    return np.linalg.norm(np.ravel(v))


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        (
            "two_sided",
            lambda f, t, e: (f(t + e) - f(t)) / e,
            "you returned 3.0301; that is the one-sided difference, from theta to theta + eps; the "
            "two-sided one is 3.0001",
        ),
        ("two_sided", lambda f, t, e: (f(t) - f(t - e)) / e, "from theta - eps to theta"),
        ("two_sided", lambda f, t, e: (f(t + e) - f(t - e)) / e, "2·eps apart"),
        ("two_sided", lambda f, t, e: (f(t + e) - f(t - e)) / 2 * e, "put 2 * eps in brackets"),
        ("two_sided", lambda f, t, e: (f(t - e) - f(t + e)) / (2 * e), "the sign is wrong"),
        ("two_sided", lambda f, t, e: 3.0001, "the slope of t³ at -2.0"),
        ("two_sided", lambda f, t, e: float("nan"), "you returned nan, expected 3.0001"),
        ("numeric_gradient", one_sided_gradient, "that is a one-sided difference"),
        ("numeric_gradient", careless_gradient, "theta is not as it was"),
        ("numeric_gradient", gradient_in_its_dtype, "an integer array cannot hold 1 + eps"),
        ("numeric_gradient", gradient_from_float32, "float32 has 7 digits"),
        (
            "numeric_gradient",
            lambda f, t: (f(t + 6e-6) - f(t - 6e-6)) / 12e-6,
            "has 3 entries; you returned one number, -3. Move one entry at a time",
        ),
        (
            "numeric_gradient",
            lambda f, t: module("gradient_checking", "solution").numeric_gradient(f, t).ravel(),
            "the gradient at a (2, 3) matrix has shape (6,), expected (2, 3)",
        ),
        ("relative_difference", lambda g, n: norm(g - n), "divide it by the sum of both norms"),
        ("relative_difference", lambda g, n: norm(g - n) / norm(g), "not by the first alone"),
        (
            "relative_difference",
            lambda g, n: np.sum((g - n) ** 2) / (np.sum(g**2) + np.sum(n**2)),
            "take the square root of each norm",
        ),
        (
            "relative_difference",
            lambda g, n: norm(g - n) / (norm(g) + norm(n) or np.nan),
            "two gradients of zeros agree, so the answer is 0.0; you returned nan",
        ),
        ("suspects", lambda loss, p, g: {"scale"}, "should return a list of names"),
        ("suspects", lambda loss, p, g: list(p), "every gradient is right: you returned"),
        ("suspects", lambda loss, p, g: [], "has the wrong sign: you returned [], expected"),
        ("network_gradients", gradients_with("b2", 0.5), "b2: relative difference 0.33"),
        ("network_gradients", gradients_with("W2", -1), "3 of the 4 parameters are right"),
        ("network_gradients", three_wrong, "1 of the 4 parameters is right"),
        ("network_gradients", transposed_gradients, "which of the two sides wants a transpose?"),
        ("network_gradients", lambda *inputs: {"W1": 1}, "you returned one with ['W1']"),
    ],
)
def test_gradient_checking(name: str, function: Callable[..., Any], said: str) -> None:
    assert said in feedback("gradient_checking", name, function)


def sizes(of: Callable[..., Any], active: bool = True) -> Callable[..., Any]:
    def signal_sizes(weights: Any, x: Any, activation: Any) -> list[float]:
        found = []
        for weight in weights:
            x = activation(x @ weight.T) if active else x @ weight.T
            found.append(of(x))
        return found

    return signal_sizes


def backward_sizes(masked: bool = True, turned: bool = True) -> Callable[..., Any]:
    def backward_sizes(weights: Any, x: Any, upstream: Any) -> Any:
        inputs, sums, signals, gradients = [], [], [], []
        for weight in weights:
            inputs.append(x)
            sums.append(x @ weight.T)
            x = np.maximum(sums[-1], 0)
        for weight, a, s in zip(weights[::-1], inputs[::-1], sums[::-1], strict=True):
            ds = upstream * (s > 0) if masked else upstream
            signals.append(rms(ds))
            gradients.append(rms(ds.T @ a))
            upstream = ds @ weight
        return (signals[::-1], gradients[::-1]) if turned else (signals, gradients)

    return backward_sizes


def rms(a: Any) -> float:
    return float(np.sqrt(np.mean(a**2)))


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("signal_sizes", sizes(np.std), "that is the standard deviation"),
        ("signal_sizes", sizes(np.linalg.norm), "that is the norm"),
        ("signal_sizes", sizes(lambda a: np.mean(a**2)), "take the square root"),
        ("signal_sizes", sizes(rms, active=False), "the activation was not applied"),
        ("signal_sizes", lambda w, x, f: [1.0] * (len(w) + 1), "is x itself among them?"),
        ("signal_sizes", lambda w, x, f: 1.0, "return a list of sizes; you returned 1"),
        ("layer_factor", lambda n, v, a: n * v, "its square root"),
        ("layer_factor", lambda n, v, a: np.sqrt(n * v), "ReLU keeps half the square"),
        ("layer_factor", lambda n, v, a: np.sqrt(n * v / 2), "a linear layer keeps everything"),
        ("layer_factor", lambda n, v, a: 1.0, "layer_factor(100, 0.03, 'linear')"),
        ("xavier_bound", lambda i, o: np.sqrt(2 / (i + o)), "that is the standard deviation"),
        ("xavier_bound", lambda i, o: 6 / (i + o), "take the square root"),
        ("xavier_bound", lambda i, o: np.sqrt(3 / i), "xavier_bound(64, 10)"),
        ("xavier_bound", lambda i, o: 0.1, "xavier_bound(64, 10): you returned 0.1, expected 0.28"),
        ("he_std", lambda n: 2 / n, "that is the variance"),
        ("he_std", lambda n: "0.1", "should be made of numbers; you returned '0.1', of type str"),
        ("he_std", lambda n: np.sqrt(1 / n), "ReLU throws half away"),
        ("he_std", lambda n: np.sqrt(6 / n), "that is the bound of an even draw"),
        ("backward_sizes", backward_sizes(masked=False), "multiply by (s > 0)"),
        ("backward_sizes", backward_sizes(turned=False), "the last layer comes first"),
        ("backward_sizes", lambda w, x, u: [1.0], "should return two lists"),
        ("mean_factor", lambda s: (s[-1] / s[0]) ** (1 / len(s)), "3 sizes are only 2 steps apart"),
        ("mean_factor", lambda s: np.mean(np.divide(s[1:], s[:-1])), "average of the factors"),
        ("mean_factor", lambda s: s[-1] / s[0], "take the root of order 2"),
        ("mean_factor", lambda s: (s[0] / s[-1]) ** (1 / (len(s) - 1)), "turn it over"),
    ],
)
def test_vanishing_exploding(name: str, function: Callable[..., Any], said: str) -> None:
    assert said in feedback("vanishing_exploding", name, function)


def test_show_is_brief() -> None:
    assert show(3.03014) == "3.0301"
    assert show(np.array([[1.0, 2.5], [3.0, 4.0]])) == "[[1, 2.5], [3, 4]]"
    assert show(np.ones((4, 5))) == "an array of shape (4, 5) with mean 1, std 0"
    assert show("text") == "'text'"
    assert len(show([object()] * 20)) == 60

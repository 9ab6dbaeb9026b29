"""The naive reference: reverse mode by closures and recursion, on float64 arrays.

Written apart from the package and kept simple enough to be believed. Each function returns a Value
that knows the Values it was made of, and for each a closure from its own gradient to theirs.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray
Pull = Callable[[Array], Array]


class Value:
    """An array, and how to send its gradient back to what it was made of."""

    def __init__(self, array: Any, *sources: tuple["Value", Pull], leaf: bool = False) -> None:
        self.array = np.array(array, dtype=np.float64)
        self.sources = [(value, pull) for value, pull in sources if value.tracked]
        self.leaf = leaf
        self.tracked = leaf or bool(self.sources)
        self.grad: Array | None = None


def backward(output: Value, seed: Array) -> None:
    """Add ``seed`` times the derivative of ``output`` to ``grad`` of every leaf."""
    order: list[Value] = []

    def visit(value: Value) -> None:
        if value not in order:
            for source, _ in value.sources:
                visit(source)
            order.append(value)

    visit(output)
    received: dict[Value, Array] = {output: np.array(seed)}
    for value in reversed(order):
        gradient = received[value]
        if value.leaf:
            value.grad = gradient if value.grad is None else value.grad + gradient
        for source, pull in value.sources:
            received[source] = received.get(source, 0.0) + pull(gradient)


def pairwise(function: Any, slopes: Any) -> Callable[[Value, Value], Value]:
    """Make a function of two Values, of what NumPy calculates and its two slopes."""

    def apply(a: Value, b: Value) -> Value:
        x, y = a.array, b.array
        to_x, to_y = slopes(x, y)
        return Value(
            function(x, y),
            (a, lambda g: fold(g * to_x, x.shape)),
            (b, lambda g: fold(g * to_y, y.shape)),
        )

    return apply


def fold(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Undo broadcasting, one axis after the other."""
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


def single(function: Any, slope: Any) -> Callable[[Value], Value]:
    """Make a function of each element by itself, of what NumPy calculates and its slope."""

    def apply(a: Value) -> Value:
        x = a.array
        return Value(function(x), (a, lambda g: g * slope(x)))

    return apply


def reduced(name: str, a: Value, axis: int | None, keepdims: bool) -> Value:
    """Sum, mean or max; elements that share the maximum share its gradient."""
    x = a.array
    result = getattr(x, name)(axis=axis, keepdims=True)
    weights = {"sum": 1.0, "mean": result.size / x.size, "max": 1.0 * (x == result)}[name]
    if name == "max":
        weights = weights / weights.sum(axis=axis, keepdims=True)
    shape = getattr(x, name)(axis=axis, keepdims=keepdims).shape
    return Value(result.reshape(shape), (a, lambda g: g.reshape(result.shape) * weights + 0 * x))


def moved(take: Callable[[Array], Array], a: Value) -> Value:
    """Any rearrangement: number the elements, see where each one went, and add up what returns."""
    x = a.array
    numbers = take(np.arange(x.size).reshape(x.shape)).ravel()

    def pull(g: Array) -> Array:
        total = np.zeros(x.size)
        for number, part in zip(numbers, g.ravel(), strict=True):
            total[number] += part
        return total.reshape(x.shape)

    return Value(take(x), (a, pull))


def matmul(a: Value, b: Value) -> Value:
    x, y = a.array, b.array
    return Value(x @ y, (a, lambda g: g @ y.T), (b, lambda g: x.T @ g))


PAIRS = {
    "add": pairwise(lambda x, y: x + y, lambda x, y: (1.0, 1.0)),
    "subtract": pairwise(lambda x, y: x - y, lambda x, y: (1.0, -1.0)),
    "multiply": pairwise(lambda x, y: x * y, lambda x, y: (y, x)),
    "divide": pairwise(lambda x, y: x / y, lambda x, y: (1 / y, -x / y**2)),
    "maximum": pairwise(
        np.maximum, lambda x, y: ((1 + np.sign(x - y)) / 2, (1 - np.sign(x - y)) / 2)
    ),
}
SINGLES = {
    "negative": single(lambda x: -x, lambda x: -1.0),
    "square": single(lambda x: x**2, lambda x: 2 * x),
    "tanh": single(np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "exp": single(np.exp, np.exp),
    "relu": single(lambda x: x * (x > 0), lambda x: 1.0 * (x > 0)),
    "abs": single(np.abs, np.sign),
}

"""The Hessian by a vector: the derivative of a derivative, of a network with one hidden layer."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.contestants import BY_HAND, Contestant, Goal, Workload
from autograd_mini.tutorials.bench.libraries import Library


class Problem(NamedTuple):
    """Inputs x (N, n_in), targets (N, n_out), two weights, and a direction for each of them."""

    x: Array
    target: Array
    weights: tuple[Array, Array]
    directions: tuple[Array, Array]


def problem(batch: int, n_in: int, hidden: int, n_out: int) -> Problem:
    rng = np.random.default_rng(0)

    def weights() -> tuple[Array, Array]:
        return (
            rng.normal(size=(n_in, hidden)) / np.sqrt(n_in),
            rng.normal(size=(hidden, n_out)) / np.sqrt(hidden),
        )

    x, target = rng.normal(size=(batch, n_in)), rng.normal(size=(batch, n_out))
    return Problem(x, target, weights(), weights())


def product_by_hand(x: Array, target: Array, weights: Any, directions: Any) -> tuple[Array, Array]:
    """B. Pearlmutter 1994, "Fast exact multiplication by the Hessian", section 3.

    ``r_z`` is the derivative of z along the directions.
    """
    (w, u), (r_w, r_u) = weights, directions
    h = np.tanh(x @ w)
    slope = 1 - h * h
    r_h = slope * (x @ r_w)
    e = 2 / target.size * (h @ u - target)
    r_e = 2 / target.size * (r_h @ u + h @ r_u)
    dh = e @ u.T
    r_dh = r_e @ u.T + e @ r_u.T
    r_dz = r_dh * slope - 2 * dh * h * r_h
    return x.T @ r_dz, r_h.T @ e + h.T @ r_e


def enter(sizes: tuple[int, int, int, int], libraries: Sequence[Library]) -> dict[str, Contestant]:
    given = problem(*sizes)

    def in_library(library: Library) -> Contestant:
        x, target = library.tensor(given.x, False), library.tensor(given.target, False)
        w, u = (library.tensor(array, True) for array in given.weights)
        r_w, r_u = (library.tensor(array, False) for array in given.directions)

        def step() -> Any:
            off = (x @ w).tanh() @ u - target
            by_w, by_u = library.grad((off * off).mean(), [w, u], create_graph=True)
            return library.grad((by_w * r_w).sum() + (by_u * r_u).sum(), [w, u])

        return Contestant(step, lambda: [product.detach().numpy() for product in step()])

    by_hand = partial(product_by_hand, *given)
    contestants = {library.name: in_library(library) for library in libraries}
    return {**contestants, BY_HAND: Contestant(by_hand, by_hand)}


WORKLOADS = (
    Workload(
        "hessian-small",
        "Hessian by vector of 20-30-5, float64, batch 32",
        Goal(2.00, 0.60),
        partial(enter, (32, 20, 30, 5)),
    ),
    Workload(
        "hessian-medium",
        "Hessian by vector of 256-512-64, float64, batch 128",
        Goal(1.40, 1.20),
        partial(enter, (128, 256, 512, 64)),
    ),
)

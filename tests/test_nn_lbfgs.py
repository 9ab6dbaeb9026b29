"""L-BFGS against PyTorch on Rosenbrock's valley, and its line search."""

from typing import Any

import numpy as np
import pytest

from autograd_mini import nn
from autograd_mini.errors import ArgumentError

START = [-1.2, 1.0]


def valley(w: Any) -> Any:
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


def closure_of(w: Any, optimizer: Any) -> Any:
    def closure() -> Any:
        optimizer.zero_grad()
        loss = valley(w)
        loss.backward()
        return loss

    return closure


@pytest.mark.parametrize(
    "options",
    [
        {"line_search_fn": "strong_wolfe"},
        {"line_search_fn": "strong_wolfe", "max_iter": 5, "history_size": 3},
        {"lr": 1e-3, "max_iter": 4},
        {"lr": 0.05, "max_iter": 10, "history_size": 2},
    ],
)
def test_steps_equal_pytorchs(options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    w, v = nn.Parameter(np.array(START)), torch.nn.Parameter(torch.tensor(np.array(START)))
    a, b = nn.optim.LBFGS([w], **options), torch.optim.LBFGS([v], **options)
    for _ in range(8):
        our_loss, their_loss = a.step(closure_of(w, a)), b.step(closure_of(v, b))
        assert our_loss.item() == pytest.approx(their_loss.item(), rel=1e-7, abs=1e-12)
        np.testing.assert_allclose(w.data, v.detach().numpy(), rtol=1e-7, atol=1e-9)


def test_the_valleys_end_is_found() -> None:
    w = nn.Parameter(np.array(START))
    optimizer = nn.optim.LBFGS([w], line_search_fn="strong_wolfe", max_iter=100)
    optimizer.step(closure_of(w, optimizer))
    np.testing.assert_allclose(w.data, [1.0, 1.0], atol=1e-4)


def test_what_it_needs() -> None:
    w = nn.Parameter([1.0])
    with pytest.raises(ArgumentError, match="closure must be a function that returns a loss"):
        nn.optim.LBFGS([w]).step()
    with pytest.raises(ArgumentError, match="line_search_fn must be 'strong_wolfe' or None"):
        nn.optim.LBFGS([w], line_search_fn="armijo")
    with pytest.raises(ArgumentError, match="one group of parameters, all of one dtype"):
        nn.optim.LBFGS([w, nn.Parameter(np.ones(1))])

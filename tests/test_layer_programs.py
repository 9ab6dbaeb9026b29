"""Random programs of layers, checkpoints, hooks and steps of optimizers, against PyTorch.

``test_programs.py`` has the small operations and writes between them. Here arrays are on both sides
of the size at which a backward releases them, fused primitives get one tensor in several places,
and every array that is given out is kept, and written to where that is allowed.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.nn import functional, optim

torch = pytest.importorskip("torch", reason="programs are compared with PyTorch's")
TF = torch.nn.functional

Pair = tuple[Any, Any]
LARGEST = 50.0

# of matrices x and y, a vector b and a matrix w, each (n, n) or (n,): in our words and PyTorch's
OPERATIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add": (lambda x, y, b, w: x + y + b, lambda x, y, b, w: x + y + b),
    "subtract": (lambda x, y, b, w: 1 - x * 2 - y, lambda x, y, b, w: 1 - x * 2 - y),
    "multiply": (lambda x, y, b, w: x * y, lambda x, y, b, w: x * y),
    "matmul": (lambda x, y, b, w: x @ y / len(b), lambda x, y, b, w: x @ y / len(b)),
    "positive": (lambda x, y, b, w: +x, lambda x, y, b, w: x * 1),
    "tanh": (lambda x, y, b, w: np.tanh(x), lambda x, y, b, w: torch.tanh(x)),
    "transpose": (lambda x, y, b, w: x.T, lambda x, y, b, w: x.T),
    "flip": (lambda x, y, b, w: x[::-1], lambda x, y, b, w: x.flip(0)),
    "gather": (
        lambda x, y, b, w: x[np.arange(len(b)) // 2],
        lambda x, y, b, w: x[torch.arange(len(b)) // 2],
    ),
    "reshape": (
        lambda x, y, b, w: x.reshape(-1).reshape(x.shape),
        lambda x, y, b, w: x.reshape(-1).reshape(x.shape),
    ),
    "stretch": (
        lambda x, y, b, w: np.broadcast_to(x.mean(axis=0), x.shape),
        lambda x, y, b, w: x.mean(0).expand(x.shape),
    ),
    "join": (
        lambda x, y, b, w: np.concatenate([x, y])[1::2],
        lambda x, y, b, w: torch.cat([x, y])[1::2],
    ),
    "checkpoint": (
        lambda x, y, b, w: ag.checkpoint(lambda p, q: np.tanh(p * q) + p * w, x, y),
        lambda x, y, b, w: torch.tanh(x * y) + x * w,
    ),
    "linear": (
        lambda x, y, b, w: functional.linear(x, y, b),
        lambda x, y, b, w: TF.linear(x, y, b),
    ),
    "layer_norm": (
        lambda x, y, b, w: functional.layer_norm(x, b.shape, b, b),
        lambda x, y, b, w: TF.layer_norm(x, b.shape, b, b),
    ),
    "softmax": (lambda x, y, b, w: functional.softmax(x, dim=-1), lambda x, y, b, w: x.softmax(-1)),
    "log_softmax": (
        lambda x, y, b, w: functional.log_softmax(x, dim=0) / len(b),
        lambda x, y, b, w: x.log_softmax(0) / len(b),
    ),
    "gelu": (lambda x, y, b, w: functional.gelu(x), lambda x, y, b, w: TF.gelu(x)),
    "attention": (
        lambda x, y, b, w: functional.scaled_dot_product_attention(x, y, x),
        lambda x, y, b, w: TF.scaled_dot_product_attention(x, y, x),
    ),
    "cross_entropy": (
        lambda x, y, b, w: functional.cross_entropy(x - 1, np.arange(len(b))) * y,
        lambda x, y, b, w: TF.cross_entropy(x - 1, torch.arange(len(b))) * y,
    ),
    "mse_loss": (
        lambda x, y, b, w: functional.mse_loss(x, y) * x,
        lambda x, y, b, w: TF.mse_loss(x, y) * x,
    ),
    "bilinear": (
        lambda x, y, b, w: functional.bilinear(x, y, w.reshape(1, *w.shape)) * b / len(b),
        lambda x, y, b, w: TF.bilinear(x, y, w.reshape(1, *w.shape)) * b / len(b),
    ),
}


def close(found: Any, expected: Any) -> None:
    expected = expected.detach().numpy()
    scale = 1 + np.abs(expected).max(initial=0)
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-8, atol=1e-9 * scale)


class Program:
    """Three rounds of a random graph, a backward of some kind, and perhaps a step."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        n = int(self.rng.choice([2, 3, 5, 9, 12]))
        values = [self.rng.normal(size=s) / 2 for s in [(n, n), (n, n), (n, n), (n,), (n,)]]
        self.leaves: list[Pair] = [
            (ag.tensor(v, requires_grad=True), torch.tensor(v, requires_grad=True)) for v in values
        ]
        ours, theirs = zip(*self.leaves, strict=True)
        self.optimizers = optim.SGD(ours, lr=0.1), torch.optim.SGD(theirs, lr=0.1)
        self.steps = self.chance(0.6)
        self.kept: list[tuple[np.ndarray, np.ndarray]] = []  # and what they must be for ever

    def chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def keep(self, tensor: ag.Tensor) -> None:
        self.kept.append((tensor.data, tensor.numpy().copy()))

    def run(self) -> None:
        for _ in range(3):
            self.sweep(*self.graph())
            for array, expected in self.kept:
                np.testing.assert_array_equal(array, expected)
            if self.steps:
                self.step()

    def graph(self) -> Pair:
        pool = self.leaves[:3]
        for _ in range(self.rng.integers(3, 14)):
            name = self.rng.choice(sorted(OPERATIONS))
            x, y = (pool[self.rng.integers(max(0, len(pool) - 6), len(pool))] for _ in range(2))
            operands = [x, x if self.chance(0.3) else y, self.leaves[self.rng.integers(3, 5)]]
            arguments = zip(*operands, self.leaves[0], strict=True)
            ours, theirs = (f(*a) for f, a in zip(OPERATIONS[name], arguments, strict=True))
            close(ours, theirs)
            if np.abs(theirs.detach().numpy()).max() < LARGEST:
                self.disturb(ours, theirs)
                pool.append((ours, theirs))
        some = [pool[-1], pool[self.rng.integers(3)], pool[len(pool) // 2]]
        ours, theirs = (sum((z * z).sum() for z in outs) for outs in zip(*some, strict=True))
        return ours, theirs

    def disturb(self, ours: ag.Tensor, theirs: Any) -> None:
        """Hang hooks on a result, or take its arrays."""
        match self.rng.integers(8):
            case 0:
                ours.register_hook(lambda g: None if g.requires_grad else self.keep(g))
            case 1:
                ours.register_hook(lambda g: None if g.requires_grad else g.data.fill(np.nan))
            case 2:
                ours.register_hook(lambda g: g * 2)
                theirs.register_hook(lambda g: g * 2)
            case 3:
                ours.retain_grad()
            case 4 if ours.row.source is None:  # no view of a leaf, which a step changes
                self.kept.append((ours.data, ours.detach().numpy().copy()))
            case 5:
                assert ours.row.output is ours.detach()._array
                assert len(ours.row.inputs) == len(ours.row.parents)

    def sweep(self, ours: ag.Tensor, theirs: Any) -> None:
        match self.rng.integers(4):
            case 0:
                for retain in (True, self.chance(0.5), False)[self.rng.integers(3) :]:
                    if retain:
                        ours.backward(retain_graph=True)
                        theirs.backward(retain_graph=True)
                        for leaf, _ in self.leaves:
                            if leaf.grad is not None:
                                self.keep(leaf.grad)
                ours.backward()
                theirs.backward()
            case 1:
                self.gradients_of_some(ours, theirs)
                ours.backward()
                theirs.backward()
            case 2:
                self.second_order(ours, theirs)
            case 3:
                with ag.detect_anomaly():
                    ours.backward()
                theirs.backward()
        for a, b in self.leaves:
            if a.grad is None or b.grad is None:  # PyTorch tells apart "zero" and "none"
                assert all(g is None or not np.any(g.detach().numpy()) for g in (a.grad, b.grad))
                a.grad = b.grad = None
            else:
                close(a.grad, b.grad)

    def wanted(self, theirs: Any, **options: Any) -> tuple[list[Any], list[Any]]:
        """Return some leaves that lead to the result, and PyTorch's gradients in them."""
        peers = [peer for _, peer in self.leaves]
        gradients = torch.autograd.grad(theirs, peers, allow_unused=True, **options)
        reached = [i for i, g in enumerate(gradients) if g is not None]
        some = [i for i in reached if self.chance(0.7)] or reached
        return [self.leaves[i][0] for i in some], [gradients[i] for i in some]

    def gradients_of_some(self, ours: ag.Tensor, theirs: Any) -> None:
        leaves, expected = self.wanted(theirs, retain_graph=True)
        for g, peer in zip(ag.grad(ours, leaves, retain_graph=True), expected, strict=True):
            close(g, peer)
            g.data[...] = np.nan

    def second_order(self, ours: ag.Tensor, theirs: Any) -> None:
        leaves, expected = self.wanted(theirs, create_graph=True)
        found = ag.grad(ours, leaves, create_graph=True)
        for g, peer in zip(found, expected, strict=True):
            close(g, peer)
        total, peer = (sum((g * g).sum() for g in gs) / 100 for gs in (found, expected))
        if total.requires_grad and peer.requires_grad and peer.item() < 1e6:
            total.backward()
            peer.backward()

    def step(self) -> None:
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        for ours, theirs in self.leaves:
            close(ours, theirs)
            with ag.no_grad():
                ours.clip_(-2, 2)
            with torch.no_grad():  # equal again, so that rounding does not grow
                theirs.copy_(torch.tensor(ours.tolist(), dtype=torch.float64))


@pytest.mark.filterwarnings("ignore:.*none of its:UserWarning")
@pytest.mark.parametrize("seed", range(0, 400, 100))
def test_random_programs_of_layers(seed: int) -> None:
    for one in range(seed, seed + 100):
        Program(one).run()

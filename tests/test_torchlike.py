"""torchlike: its functions against PyTorch's, what scripts call in passing, and the refusals."""

import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
import autograd_mini.torchlike as torchlike
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, StateError, UnsupportedError

X = np.random.default_rng(0).permutation(24).reshape(2, 3, 4) / 7.0 - 1.5
MASK = X > 0

# f(torch, x): the same words in both libraries.
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    **{
        name: lambda torch, x, name=name: getattr(torch, name)(x)
        for name in (
            *("abs", "exp", "exp2", "expm1", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asinh"),
            *("atan", "arctan", "erf", "erfc", "sigmoid", "relu", "square", "neg", "reciprocal"),
            *("sum", "mean", "prod", "max", "min", "median", "var", "std", "norm", "flatten"),
            *("argmax", "argmin", "round", "sign", "floor", "ceil", "trunc", "isnan", "isinf"),
            *("isfinite", "ravel", "squeeze", "tril", "triu", "clone", "sinc", "numel"),
            *(
                "zeros_like",
                "ones_like",
                "is_tensor",
                "is_floating_point",
                "nonzero",
                "logical_not",
            ),
        )
    },
    **{
        name: lambda torch, x, name=name: getattr(torch, name)(x.abs() + 0.5)
        for name in ("sqrt", "rsqrt", "log", "log2", "log10", "log1p")
    },
    **{
        f"{name} dim": lambda torch, x, name=name: getattr(torch, name)(x, dim=1)
        for name in (
            *("sum", "mean", "prod", "var", "std", "norm", "logsumexp", "softmax", "log_softmax"),
            *("cumsum", "cumprod", "argmax", "argmin", "argsort", "unsqueeze", "unbind"),
        )
    },
    **{
        f"{name} pair": lambda torch, x, name=name: tuple(getattr(torch, name)(x, 2, keepdim=True))
        for name in ("max", "min", "median")
    },
    **{
        f"{name} of two": lambda torch, x, name=name: getattr(torch, name)(x, x.flip(0))
        for name in (
            *("add", "sub", "mul", "div", "maximum", "minimum", "max", "min", "eq", "ne", "lt"),
            *("le", "gt", "ge", "equal", "allclose", "isclose", "logical_and", "logical_or"),
        )
    },
    "std biased": lambda torch, x: torch.std(x, 1, unbiased=False),
    "var correction": lambda torch, x: torch.var(x, dim=(0, 1), correction=0, keepdim=True),
    "std False": lambda torch, x: torch.std(x, False),
    "norm p": lambda torch, x: torch.norm(x, p=1, dim=2),
    "norm 2": lambda torch, x: torch.norm(x[0], 2),
    "sum keepdim": lambda torch, x: torch.sum(x, (0, 2), keepdim=True),
    "cat": lambda torch, x: torch.cat((x, x * 2), dim=-1),
    "concat": lambda torch, x: torch.concat([x, x]),
    "stack": lambda torch, x: torch.stack([x, x * x], dim=1),
    "hstack": lambda torch, x: torch.hstack([x, x]),
    "vstack": lambda torch, x: torch.vstack([x, x]),
    "split": lambda torch, x: torch.split(x, 3, dim=2),
    "chunk": lambda torch, x: torch.chunk(x, 2, dim=-1),
    "where": lambda torch, x: torch.where(x > 0, x, 0.0),
    "where of two": lambda torch, x: torch.where(x > 0, x, x * x),
    "where alone": lambda torch, x: torch.where(x > 0),
    "masked_fill": lambda torch, x: torch.masked_fill(x, x > 0, -1.0),
    "masked_select": lambda torch, x: torch.masked_select(x, x > 0),
    "gather": lambda torch, x: torch.gather(x, 2, torch.tensor([[[3], [0], [1]]])),
    "index_select": lambda torch, x: torch.index_select(x, 1, torch.tensor([2, 0, 2])),
    "transpose": lambda torch, x: torch.transpose(x, 1, 2),
    "permute": lambda torch, x: torch.permute(x, (2, 0, 1)),
    "reshape": lambda torch, x: torch.reshape(x, (4, -1)),
    "flatten from": lambda torch, x: torch.flatten(x, 1),
    "movedim": lambda torch, x: torch.movedim(x, 0, -1),
    "squeeze dim": lambda torch, x: torch.squeeze(x, 1),
    "tile": lambda torch, x: torch.tile(x, (2, 1)),
    "flip": lambda torch, x: torch.flip(x, [0, 1]),
    "flip dims": lambda torch, x: torch.flip(x, dims=[-1]),
    "permute dims": lambda torch, x: torch.permute(x, dims=(1, 2, 0)),
    "tile dims": lambda torch, x: torch.tile(x, dims=(2, 1)),
    "amax": lambda torch, x: torch.amax(x, dim=(1, 2), keepdim=True),
    "amin": lambda torch, x: x.amin(1),
    "roll": lambda torch, x: torch.roll(x, 1, 0),
    "repeat_interleave": lambda torch, x: torch.repeat_interleave(x, 2, dim=0),
    "einsum": lambda torch, x: torch.einsum("bij,bkj->bik", x, x),
    "matmul": lambda torch, x: torch.matmul(x, x.transpose(1, 2)),
    "mm": lambda torch, x: torch.mm(x[0], x[1].t()),
    "bmm": lambda torch, x: torch.bmm(x, x.mT),
    "mv": lambda torch, x: torch.mv(x[0], x[1, 0]),
    "dot": lambda torch, x: torch.dot(x[0, 0], x[1, 1]),
    "outer": lambda torch, x: torch.outer(x[0, 0], x[1, 1]),
    "pow": lambda torch, x: torch.pow(x, 3),
    "clamp": lambda torch, x: torch.clamp(x, -0.5, 0.5),
    "clamp min": lambda torch, x: torch.clamp(x, min=0),
    "lerp": lambda torch, x: torch.lerp(x, x * x, 0.25),
    "diag": lambda torch, x: torch.diag(x[0, :, :3]),
    "diag of": lambda torch, x: torch.diag(x[0, 0]),
    "trace": lambda torch, x: torch.trace(x[0, :, :3]),
    "sort": lambda torch, x: tuple(torch.sort(x, dim=1, descending=True)),
    "topk": lambda torch, x: tuple(torch.topk(x, 2)),
    "bincount": lambda torch, x: torch.bincount((x > 0).long().flatten()),
    "unique": lambda torch, x: torch.unique((x > 0).long()),
    "all": lambda torch, x: torch.all(x > 0),
    "any dim": lambda torch, x: torch.any(x > 0, dim=1),
    "atan2": lambda torch, x: torch.atan2(x, x * x),
    "hypot": lambda torch, x: torch.hypot(x, x * x),
    "logaddexp": lambda torch, x: torch.logaddexp(x, -x),
    "fmod": lambda torch, x: torch.fmod(x, x * 0 + 0.75),
    "kron": lambda torch, x: torch.kron(x[0], x[1]),
    "inner": lambda torch, x: torch.inner(x[0], x[1]),
    "inverse": lambda torch, x: torch.inverse(x[0, :, :3]),
    "det": lambda torch, x: torch.det(x[0, :, :3]),
    "var_mean": lambda torch, x: torch.var_mean(x, 1, keepdim=True),
    "std_mean": lambda torch, x: torch.std_mean(x),
    "tensordot": lambda torch, x: torch.tensordot(x, x, dims=([1, 2], [1, 2])),
    "cross": lambda torch, x: torch.cross(x, x * x, dim=1),
    "floor_divide": lambda torch, x: torch.floor_divide(x, 0.5),
    "count_nonzero": lambda torch, x: torch.count_nonzero(x > 0, dim=1),
    "tril_indices": lambda torch, x: torch.tril_indices(3, 4, -1),
    "triu_indices": lambda torch, x: torch.triu_indices(3, 3, offset=1),
    "full_like": lambda torch, x: torch.full_like(x, 2.0),
    "zeros": lambda torch, x: torch.zeros(2, 3),
    "zeros tuple": lambda torch, x: torch.zeros((2, 3), dtype=torch.int32),
    "ones": lambda torch, x: torch.ones(x.shape[0], device="cpu"),
    "full": lambda torch, x: torch.full((2,), 7),
    "full float": lambda torch, x: torch.full((2, 2), 0.5),
    "full bool": lambda torch, x: torch.full((2,), True),
    "arange": lambda torch, x: torch.arange(5),
    "arange of": lambda torch, x: torch.arange(1, 7, 2),
    "arange float": lambda torch, x: torch.arange(0, 1, 0.25),
    "linspace": lambda torch, x: torch.linspace(0, 1, 5),
    "logspace": lambda torch, x: torch.logspace(-3, 0, 4),
    "eye": lambda torch, x: torch.eye(2, 3),
    "tensor": lambda torch, x: torch.tensor([1, 2]),
    "tensor float": lambda torch, x: torch.tensor([1.0, 2.0]),
    "tensor bool": lambda torch, x: torch.tensor([True, False]),
    "tensor dtype": lambda torch, x: torch.tensor([1, 2], dtype=torch.float64),
    "tensor long": lambda torch, x: torch.tensor([1.0, 2.0], dtype=torch.long),
    "tensor of array": lambda torch, x: torch.tensor(X),
    "as_tensor": lambda torch, x: torch.as_tensor(x) is x,
    "from_numpy": lambda torch, x: torch.from_numpy(X).float(),
    "meshgrid": lambda torch, x: torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij"),
    "Size": lambda torch, x: tuple(torch.Size([2, 3])),
    "cuda": lambda torch, x: torch.cuda.is_available() and torch.backends.mps.is_available(),
    "device": lambda torch, x: str(torch.device("cpu")) == "cpu",
    "pi": lambda torch, x: (torch.pi, torch.inf),
    "finfo": lambda torch, x: float(torch.finfo(torch.float32).max),
    "positions": lambda torch, x: torch.sin(
        torch.arange(5, dtype=torch.float64).unsqueeze(1)
        * torch.exp(torch.arange(0, 4, 2).double() * (-np.log(10000.0) / 4))
    ),
    "mask": lambda torch, x: torch.tril(torch.ones(3, 3)).masked_fill(
        torch.triu(torch.ones(3, 3), diagonal=1) == 1, float("-inf")
    ),
    "one hot": lambda torch, x: torch.zeros(2, 3).scatter_(1, torch.tensor([[2], [0]]), 1),
}


def parts(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple | list) else [value]


def array(value: Any) -> Any:
    return value.detach().numpy() if hasattr(value, "detach") else np.asarray(value)


@pytest.mark.filterwarnings("ignore:.*non-writable")
@pytest.mark.parametrize("call", FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions_are_torchs(call: Callable[[Any, Any], Any]) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    ours, theirs = ag.tensor(X, requires_grad=True), torch.tensor(X, requires_grad=True)
    found, expected = parts(call(torchlike, ours)), parts(call(torch, theirs))
    assert len(found) == len(expected)
    for mine, other in zip(found, expected, strict=True):
        assert array(mine).dtype == array(other).dtype
        assert array(mine).shape == array(other).shape
        tolerance = 1e-12 if array(other).dtype == np.float64 else 1e-6
        np.testing.assert_allclose(array(mine), array(other), rtol=tolerance, atol=1e-13)
    if getattr(expected[0], "requires_grad", False) and getattr(found[0], "requires_grad", False):
        (found[0] * found[0]).sum().backward()
        (expected[0] * expected[0]).sum().backward()
        assert ours.grad is not None
        np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-6, atol=1e-9)


def test_functions_without_torch() -> None:
    x = torchlike.tensor([[1.0, 2.0], [4.0, 8.0]])
    assert torchlike.cat([x, x], dim=1).shape == (2, 4)
    np.testing.assert_allclose(torchlike.std(x, 0).numpy(), np.std(x.numpy(), axis=0, ddof=1))
    values, indices = torchlike.max(x, 1)
    assert (values.tolist(), indices.tolist()) == ([2.0, 8.0], [1, 1])
    assert torchlike.median(x).item() == 2.0
    assert torchlike.where(x > 2, x, 0.0).dtype == np.float32
    assert torchlike.argmax(x, dim=1, keepdim=True).shape == (2, 1)


def test_every_public_name_is_pytorchs() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    own = {"mps"} if not hasattr(torch, "mps") else set()
    assert not [n for n in torchlike.__all__ if not hasattr(torch, n) and n not in own]


def test_one_hot_is_torchs_and_refuses_strangers() -> None:
    assert torchlike.nn.functional.one_hot(torchlike.tensor([[1], [0]])).tolist() == [
        [[0, 1]],
        [[1, 0]],
    ]
    with pytest.raises(ArgumentError, match="one_hot: class 3 among 3 classes"):
        torchlike.nn.functional.one_hot([0, 3], 3)
    with pytest.raises(DTypeError, match=r"convert with t\.long"):
        torchlike.nn.functional.one_hot([0.5])


# ── chance ──────────────────────────────────────────────────────────────────────────────────────


def test_a_generator_repeats_itself_and_serves_everywhere() -> None:
    g = torchlike.Generator(device="cpu").manual_seed(5)
    draws = [
        torchlike.rand(2, 3, generator=g),
        torchlike.randn(size=(2, 3), generator=g),
        torchlike.randint(0, 10, (4,), generator=g),
        torchlike.randperm(5, generator=g),
        torchlike.multinomial(torchlike.ones(3), 2, generator=g),
        torchlike.normal(0.0, 1.0, (2,), generator=g),
        torchlike.bernoulli(torchlike.full((3,), 0.5), generator=g),
    ]
    state = g.get_state()
    first = torchlike.rand(1, generator=g)
    g.set_state(state)
    assert torchlike.equal(first, torchlike.rand(1, generator=g))
    g.manual_seed(g.initial_seed())
    assert torchlike.equal(draws[0], torchlike.rand(2, 3, generator=g))
    assert draws[0].dtype == draws[1].dtype == np.float32
    assert draws[2].dtype == draws[3].dtype == draws[4].dtype == np.int64
    assert sorted(draws[3].tolist()) == [0, 1, 2, 3, 4]
    loader = nn.DataLoader(list(range(6)), batch_size=2, shuffle=True, generator=g)
    assert sorted(i for batch in loader for i in batch.tolist()) == [0, 1, 2, 3, 4, 5]


def test_creation_takes_dtype_and_tracking() -> None:
    torch = torchlike
    made = [
        torch.rand_like(torch.zeros(2)),
        torch.empty(2),
        torch.empty_like(torch.zeros(2)),
        torch.full_like(torch.zeros(2), 3),
        torch.as_tensor([1.0, 2.0]),
        torch.normal(torch.zeros(2), torch.ones(2)),
    ]
    assert all(t.shape == (2,) and t.dtype == np.float32 for t in made)
    assert torch.zeros(2, requires_grad=True, dtype=torch.float64).requires_grad
    assert torch.randn(2, requires_grad=True).is_leaf
    assert torch.as_tensor(made[0], dtype=torch.float64).dtype == np.float64
    assert torch.randint(3, (100,)).max().item() == 2
    assert torch.arange(3, requires_grad=False).dtype == np.int64


def test_a_seed_repeats_the_default_generator() -> None:
    torchlike.manual_seed(3)
    first = torchlike.randn_like(torchlike.zeros(3))
    torchlike.manual_seed(3)
    assert torchlike.equal(first, torchlike.randn_like(torchlike.zeros(3)))


@pytest.mark.parametrize("replacement", [True, False])
def test_multinomial_draws_by_weight(replacement: bool) -> None:
    weights = torchlike.tensor([1.0, 0.0, 3.0, 6.0])
    rows = weights.expand(20_000, 4)
    first = torchlike.multinomial(rows, 2, replacement)[:, 0]
    share = first.bincount(minlength=4).numpy() / 20_000
    np.testing.assert_allclose(share, [0.1, 0.0, 0.3, 0.6], atol=0.02)
    if not replacement:
        both = torchlike.multinomial(rows, 2)
        assert not (both[:, 0] == both[:, 1]).any()


def test_distributions_are_torchs() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    logits, classes = X[0], np.array([3, 0, 2])

    def both(torch: Any, made: Callable[[Any, Any], Any]) -> tuple[Any, ...]:
        x = torch.tensor(logits, requires_grad=True)
        out = made(torch, x)
        out.sum().backward()
        return array(out), x.grad.numpy()

    calls: list[Callable[[Any, Any], Any]] = [
        lambda t, x: t.distributions.Categorical(logits=x).log_prob(t.tensor(classes)),
        lambda t, x: t.distributions.Categorical(x.exp()).log_prob(t.tensor(classes)),
        lambda t, x: t.distributions.Categorical(logits=x).entropy(),
        lambda t, x: t.distributions.Normal(x, x.exp()).log_prob(t.tensor(0.3)),
        lambda t, x: t.distributions.Normal(x, x.exp()).entropy(),
        lambda t, x: t.distributions.Bernoulli(logits=x).log_prob(t.ones(3, 4)),
        lambda t, x: t.distributions.Bernoulli(x.sigmoid()).entropy(),
        lambda t, x: t.distributions.kl_divergence(
            t.distributions.Normal(x, x.exp()), t.distributions.Normal(x * 0, x * 0 + 1)
        ),
        lambda t, x: t.distributions.kl_divergence(
            t.distributions.Categorical(logits=x), t.distributions.Categorical(logits=x * 2)
        ),
    ]
    for call in calls:
        for found, expected in zip(both(torchlike, call), both(torch, call), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def test_distributions_sample_what_they_say() -> None:
    chosen = torchlike.distributions.Categorical(torchlike.tensor([[1.0, 3.0], [1.0, 0.0]]))
    draws = chosen.sample((20_000,))
    assert draws.shape == (20_000, 2)
    np.testing.assert_allclose(draws.float().mean(0).numpy(), [0.75, 0.0], atol=0.02)
    assert chosen.sample().shape == (2,)
    single = torchlike.distributions.Categorical(torchlike.tensor([0.5, 0.5])).sample()
    assert single.item() in (0, 1)
    mu = torchlike.tensor([2.0], requires_grad=True)
    normal = torchlike.distributions.Normal(mu, torchlike.tensor([0.5]))
    assert normal.rsample().requires_grad
    assert not normal.sample().requires_grad
    assert abs(normal.sample((20_000,)).mean().item() - 2) < 0.02


# ── tracking ────────────────────────────────────────────────────────────────────────────────────


def test_ways_to_stop_tracking() -> None:
    torch = torchlike
    w = torch.ones(1, requires_grad=True)

    @torch.no_grad
    def bare() -> Any:
        return w * 2

    @torch.no_grad()
    def called() -> Any:
        return w * 2

    @torch.inference_mode()
    def inferred() -> Any:
        return w * 2

    @torch.set_grad_enabled(False)
    def disabled() -> Any:
        return w * 2

    assert not any(f().requires_grad for f in (bare, called, inferred, disabled))
    assert (w * 2).requires_grad
    with torch.inference_mode():
        assert not (w * 2).requires_grad
        with torch.enable_grad():
            assert (w * 2).requires_grad
    with torch.set_grad_enabled(False):
        assert not torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    assert not (w * 2).requires_grad
    torch.set_grad_enabled(True)


def test_gradients_of_results() -> None:
    x = torchlike.tensor([1.0, 2.0], requires_grad=True)
    (slope,) = torchlike.autograd.grad((x**3).sum(), x, create_graph=True)
    (curvature,) = torchlike.autograd.grad(slope, [x], grad_outputs=torchlike.ones_like(slope))
    assert curvature.tolist() == [6.0, 12.0]
    with pytest.raises(UnsupportedError, match="leave these inputs out"):
        torchlike.autograd.grad(x.sum(), x, allow_unused=True)
    with pytest.raises(UnsupportedError, match=r"with torch\.autograd\.detect_anomaly\(\):"):
        torchlike.autograd.set_detect_anomaly(True)
    matrix = torchlike.autograd.functional.jacobian(lambda v: v**2, torchlike.tensor([1.0, 3.0]))
    assert matrix.tolist() == [[2.0, 0.0], [0.0, 6.0]]


def test_the_table_of_differences_is_true() -> None:
    """The rows of the module's docstring: the same words, and how to get PyTorch's answer."""
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    ours, theirs = torchlike.tensor(X), torch.tensor(X)

    def same(mine: Any, other: Any) -> bool:
        return bool(array(mine).shape == array(other).shape and np.allclose(array(mine), other))

    for words in ("std", "var", "median"):
        assert not same(getattr(ours, words)(), getattr(theirs, words)())
        assert same(getattr(torchlike, words)(ours), getattr(torch, words)(theirs))
    assert same(ours.std(), X.std())
    assert not same(ours.std(0), theirs.std(0))
    assert same(ours.std(dim=0), theirs.std(0))
    assert same(ours.max(1), theirs.max(1).values)
    assert same(ours.max(dim=1)[1], theirs.max(1)[1])
    assert not same(ours[0].norm(2), theirs[0].norm(2))
    assert same(ours[0].norm(p=2), theirs[0].norm(2))
    assert same(ours[0].norm(), theirs[0].norm())
    assert not same(ours[0, 0].repeat(2), theirs[0, 0].repeat(2))
    assert same(ours[0, 0].tile(2), theirs[0, 0].repeat(2))
    assert same(ours.squeeze(dim=1), theirs.squeeze(1))
    assert (torchlike.tensor([1, 2]) * 0.5).dtype == np.float64
    assert (torch.tensor([1, 2]) * 0.5).dtype == torch.float32
    assert torchlike.Tensor([1, 2]).dtype == np.int64
    assert torch.Tensor([1, 2]).dtype == torch.float32


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def test_a_state_dict_is_saved_and_loaded(tmp_path: Path) -> None:
    model, other = nn.Linear(2, 3), nn.Linear(2, 3)
    torchlike.save(model.state_dict(), tmp_path / "model.pt")
    state = torchlike.load(tmp_path / "model.pt", map_location="cpu", weights_only=True)
    assert all(isinstance(value, ag.Tensor) for value in state.values())
    other.load_state_dict(state)
    assert torchlike.equal(model.weight, other.weight)
    torchlike.save({"epoch": 3, "state": [model.state_dict()]}, tmp_path / "all.pt")
    assert torchlike.load(tmp_path / "all.pt")["epoch"] == 3
    with pytest.raises(DTypeError, match=r"write torch.save\(model.state_dict\(\)"):
        torchlike.save(model, tmp_path / "model.pt")


@pytest.mark.parametrize("content", ["zip", b"\x80\x02}q\x00."])
def test_a_pickle_is_refused_with_the_reason(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "weights.pt"
    if content == "zip":
        torch = pytest.importorskip("torch", reason="PyTorch writes the file")
        torch.save({"weight": torch.ones(2)}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(StateError, match="holds a pickle, which can run any code when it is read"):
        torchlike.load(path)


def test_the_advice_for_a_pickle_works(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch writes the file")
    theirs, ours = torch.nn.Linear(2, 3), nn.Linear(2, 3)
    path = tmp_path / "weights.npz"
    np.savez(path, **{k: v.numpy() for k, v in theirs.state_dict().items()})
    ours.load_state_dict(np.load(path))
    np.testing.assert_array_equal(ours.weight.detach().numpy(), theirs.weight.detach().numpy())


# ── names ───────────────────────────────────────────────────────────────────────────────────────


def test_import_statements_find_pytorchs_paths() -> None:
    code = """
import autograd_mini.torchlike as torch
import autograd_mini.torchlike.nn as nn
import autograd_mini.torchlike.nn.functional as F
import autograd_mini.torchlike.optim as optim
from autograd_mini.torchlike import nn as nn2, optim as optim2
from autograd_mini.torchlike.nn import functional as F2
from autograd_mini.torchlike.utils.data import DataLoader, TensorDataset
from autograd_mini.torchlike.distributions import Categorical
from autograd_mini.torchlike.autograd import grad
import autograd_mini.torchlike.utils.data as data
from autograd_mini.torchlike.nn.linear import Linear
from autograd_mini.torchlike.optim.sgd import SGD
from autograd_mini.torchlike.nn.utils.rnn import pad_sequence
assert Linear is nn.Linear and SGD is optim.SGD
import autograd_mini
assert nn is nn2 is torch.nn is autograd_mini.nn and F is F2 is nn.functional
assert optim is optim2 is torch.optim is nn.optim
assert torch.utils.data.DataLoader is DataLoader is nn.DataLoader
assert torch.Tensor is autograd_mini.Tensor and isinstance(torch.zeros(1), torch.Tensor)
print("found")
"""
    path = str(Path(ag.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r}){code}"],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "found\n", done.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FloatTensor", "write torch.tensor(values, dtype=torch.float32)"),
        ("flaten", "near names: flatten"),
        ("vmap", "with broadcasting"),
        ("set_num_threads", "set OMP_NUM_THREADS before Python starts"),
        ("quux", "autograd_mini itself may have it"),
    ],
)
def test_unknown_names_are_refused_with_near_ones(name: str, text: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(torchlike, name)
    assert str(caught.value).startswith(f"torchlike has no {name!r}; ")
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda t: t.device("cuda"), UnsupportedError, "all tensors are NumPy arrays on the CPU"),
        (lambda t: t.zeros(2, device="cuda:1"), UnsupportedError, "device 'cuda:1'"),
        (lambda t: t.randn(2, device="mps"), UnsupportedError, "device 'mps'"),
        (lambda t: t.from_numpy([1.0]), ArgumentError, "it takes a NumPy array, got list"),
        (lambda t: t.randint(5, 3), ArgumentError, "randint(low, high, (rows, ...))"),
        (lambda t: t.multinomial(t.tensor([-1.0, 2.0]), 1), ArgumentError, "by softmax(dim=-1)"),
        (lambda t: t.multinomial(t.ones(2), 3), ArgumentError, "write replacement=True"),
        (lambda t: t.Generator().manual_seed(-1), ArgumentError, "a whole number from 0 up"),
        (lambda t: t.distributions.Categorical(), ArgumentError, "one of the two"),
        (lambda t: t.distributions.Normal(0.0, 0.0), ArgumentError, "must be above 0"),
    ],
)
def test_refusals(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call(torchlike)
    assert text in str(caught.value)


def test_devices_are_one() -> None:
    device = torchlike.device("cuda" if torchlike.cuda.is_available() else "cpu")
    model = nn.Linear(2, 1).to(device)
    x = torchlike.zeros(3, 2, device=device).to(device, torchlike.float32, non_blocking=True)
    assert model(x).device == x.device == device
    assert (str(device), device.type, repr(device)) == ("cpu", "cpu", "device(type='cpu')")
    assert torchlike.compile(model) is model
    assert isinstance(torchlike.backends, types.SimpleNamespace)
    torchlike.backends.cudnn.benchmark = False


def test_print_options_are_numpys() -> None:
    before = np.get_printoptions()
    try:
        torchlike.set_printoptions(precision=2, sci_mode=False)
        assert repr(torchlike.tensor([1 / 3])) == "tensor([0.33])"
    finally:
        np.set_printoptions(**before)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kind", ["SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "NAdam"]
)
def test_training_goes_on_from_a_saved_dictionary(kind: str, tmp_path: Path) -> None:
    def made() -> tuple[nn.Module, Any, Any]:
        model = nn.Linear(3, 2)
        optimizer = getattr(torchlike.optim, kind)(model.parameters(), lr=0.1)
        return model, optimizer, torchlike.optim.lr_scheduler.StepLR(optimizer, 2)

    def train(model: nn.Module, optimizer: Any, schedule: Any) -> None:
        for _ in range(3):
            optimizer.zero_grad()
            model(ag.ones(4, 3)).square().sum().backward()
            optimizer.step()
            schedule.step()

    parts = made()
    train(*parts)
    path = tmp_path / "all.pt"
    torchlike.save([part.state_dict() for part in parts], path)
    train(*parts)
    resumed = made()
    for part, state in zip(resumed, torchlike.load(path), strict=True):
        part.load_state_dict(state)
    train(*resumed)
    np.testing.assert_array_equal(resumed[0].weight.data, parts[0].weight.data)

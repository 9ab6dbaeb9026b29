"""PyTorch's words as methods of Tensor: each against PyTorch itself, and the texts of refusals."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini.errors import (
    ArgumentError,
    DTypeError,
    GraphError,
    ShapeError,
    UnsupportedError,
)

X = np.random.default_rng(0).permutation(24).reshape(2, 3, 4) / 7.0 - 1.5
FLAT = X.reshape(6, 4)
INDEX = np.array([[[1, 0, 1, 0]], [[0, 0, 1, 1]]])

DIFFERENTIABLE: dict[str, Callable[[Any], Any]] = {
    "view": lambda t: t.view(6, -1),
    "view tuple": lambda t: t.view((4, 6)),
    "view_as": lambda t: t.view_as(t.reshape(8, 3)),
    "reshape_as": lambda t: t.reshape_as(t.reshape(8, 3)),
    "contiguous": lambda t: t.transpose(1, 2).contiguous().view(2, 12),
    "flatten": lambda t: t.flatten(),
    "flatten from 1": lambda t: t.flatten(1),
    "flatten to 1": lambda t: t.flatten(start_dim=0, end_dim=1),
    "unflatten": lambda t: t.unflatten(2, (2, -1)),
    "squeeze": lambda t: t.reshape(1, 2, 12, 1).squeeze(),
    "squeeze a dim": lambda t: t.reshape(1, 24).squeeze(0),
    "squeeze stays": lambda t: t.squeeze(dim=1),
    "unsqueeze": lambda t: t.unsqueeze(0) * t.unsqueeze(-1).mean(),
    "permute": lambda t: t.permute(2, 0, 1),
    "permute tuple": lambda t: t.permute((1, 0, 2)),
    "permute dims": lambda t: t.permute(dims=(1, 0, 2)),
    "flip dims": lambda t: t.flip(dims=(0, 2)),
    "transpose": lambda t: t.transpose(-2, -1),
    "transpose of 2": lambda t: t[0].transpose(0, 1),
    "t": lambda t: t[0].t(),
    "T": lambda t: t[0].T,
    "mT": lambda t: t.mT,
    "swapaxes": lambda t: t.swapaxes(0, 2),
    "swapdims": lambda t: t.swapdims(0, 2),
    "movedim": lambda t: t.movedim(0, 2),
    "expand": lambda t: t.mean(1, keepdim=True).expand(5, -1, 3, -1),
    "expand_as": lambda t: t[:, :1].expand_as(t),
    "tile": lambda t: t.tile(2, 1),
    "repeat of 3": lambda t: t.repeat(2, 1, 3),
    "repeat_interleave": lambda t: t.repeat_interleave(2, dim=1),
    "split": lambda t: t.split(2, dim=-1)[1],
    "split uneven": lambda t: t.split(2, 1)[1],
    "split sizes": lambda t: t.split([1, 3], dim=2)[1],
    "chunk": lambda t: t.chunk(3, dim=-1)[1],
    "unbind": lambda t: t.unbind(1)[2],
    "select": lambda t: t.select(2, 1),
    "narrow": lambda t: t.narrow(2, 1, 2),
    "diagonal": lambda t: t.diagonal(dim1=1, dim2=2),
    "tril": lambda t: t.tril(),
    "triu": lambda t: t.triu(diagonal=1),
    "flip": lambda t: t.flip(0, 2),
    "roll": lambda t: t.roll(1, 2),
    "masked_fill": lambda t: t.masked_fill(t > 0, float("-inf")).exp(),
    "masked_select": lambda t: t.masked_select(t > 0),
    "index with None": lambda t: t[:, None, ..., 1:],
    "index with a list": lambda t: t[:, [-1], :],
    "index with ranges": lambda t: t[0][range(2), [1, 2]],
    "sort": lambda t: t.sort(dim=1).values,
    "sort down": lambda t: t.sort(descending=True)[0],
    "topk": lambda t: t.topk(2)[0],
    "topk smallest": lambda t: t.topk(2, dim=1, largest=False).values,
    "add": lambda t: t.add(t, alpha=2),
    "sub": lambda t: t.sub(1.0),
    "mul": lambda t: t.mul(t),
    "div": lambda t: t.div(t.abs() + 1),
    "pow": lambda t: t.pow(2),
    "neg": lambda t: t.neg(),
    "maximum": lambda t: t.maximum(t.flip(0)),
    "max of two": lambda t: t.max(-t),
    "matmul": lambda t: t.matmul(t.mT),
    "mm": lambda t: t[0].mm(t[1].t()),
    "bmm": lambda t: t.bmm(t.transpose(1, 2)),
    "mv": lambda t: t[0].mv(t[0, 0]),
    "dot": lambda t: t[0, 0].dot(t[1, 1]),
    "outer": lambda t: t[0, 0].outer(t[1, 1]),
    "rsqrt": lambda t: (t * t + 1).rsqrt(),
    "clamp": lambda t: t.clamp(min=-0.5),
    "clamp both": lambda t: t.clamp(-0.5, 0.7),
    "lerp": lambda t: t.lerp(t * t, 0.3),
    "addcmul": lambda t: t.addcmul(t, t, value=0.5),
    "addcdiv": lambda t: t.addcdiv(t, t * t + 1, value=0.5),
    "acos": lambda t: (t / 9).acos() + (t / 9).asin() + t.atan(),
    "norm": lambda t: t.norm(),
    "norm p": lambda t: t[0].norm(p=2),
    "norm p=1": lambda t: t.norm(p=1),
    "norm dim": lambda t: t.norm(dim=-1, keepdim=True),
    "norm 2 dim": lambda t: t.norm(2, dim=1),
    "norm dims": lambda t: t.norm(dim=(0, 2)),
    "sum": lambda t: t.sum(dim=1),
    "sum dims": lambda t: t.sum((0, 2), keepdim=True),
    "sum dim=0": lambda t: t.sum(0, True),
    "mean": lambda t: t.mean(-1, keepdim=True),
    "mean list": lambda t: t.mean([1, 2]),
    "mean dim": lambda t: t.mean(dim=(0, 1)),
    "prod": lambda t: t.prod(dim=1),
    "max dim": lambda t: t.max(dim=1)[0],
    "max keepdim": lambda t: t.max(1, keepdim=True).values,
    "min dim": lambda t: t.min(dim=-1).values,
    "median dim": lambda t: t.median(dim=2).values,
    "var": lambda t: t.var(0, keepdim=True),
    "var biased": lambda t: t.var(dim=1, unbiased=False),
    "var of": lambda t: t.var(False),
    "std": lambda t: t.std(dim=1),
    "std keepdim": lambda t: t.std(-1, keepdim=True),
    "std correction": lambda t: t.std(1, correction=0),
    "std unbiased": lambda t: t.std(unbiased=True),
    "logsumexp": lambda t: t.logsumexp(dim=1),
    "cumsum": lambda t: t.cumsum(dim=1),
    "cumprod": lambda t: t.cumprod(dim=-1),
    "softmax": lambda t: t.softmax(dim=1),
    "log_softmax": lambda t: t.log_softmax(-1),
    "where": lambda t: t.where(t > 0, t * t),
    "full slice": lambda t: t[..., 0],
    "ravel": lambda t: t.ravel(),
    "multiply": lambda t: t.multiply(2.0).divide(3.0).remainder(1.5),
    "minimum": lambda t: t.minimum(t.flip(0)).min(t * t),
    "square": lambda t: t.square() + t.exp() + t.sin() * t.cos() + t.tanh() + t.sigmoid(),
    "unsqueezed product": lambda t: t.unsqueeze(1) @ t.unsqueeze(2).transpose(-1, -2),
    "acosh": lambda t: (t.abs() + 1.5).acosh() + t.asinh() + (t / 9).atanh(),
    "clone": lambda t: t.clone(),
    "to": lambda t: t.to("cpu"),
    "cpu": lambda t: t.cpu() * 2,
    "double": lambda t: t.float().double(),
    "type_as": lambda t: t.type_as(t),
}

ANSWERS: dict[str, Callable[[Any], Any]] = {
    "dim": lambda t: t.dim(),
    "numel": lambda t: t.numel(),
    "nelement": lambda t: t.nelement(),
    "size": lambda t: tuple(t.size()),
    "size of": lambda t: t.size(-1),
    "ndim": lambda t: t.ndim,
    "argmax": lambda t: t.argmax(),
    "argmax dim": lambda t: t.argmax(dim=1, keepdim=True),
    "argmin dim": lambda t: t.argmin(-1),
    "argsort": lambda t: t.argsort(dim=1, descending=True),
    "argsort ties": lambda t: t.round().argsort(dim=-1, stable=True),
    "max indices": lambda t: t.max(dim=1).indices,
    "min indices": lambda t: t.min(dim=0)[1],
    "median indices": lambda t: t.median(dim=2).indices,
    "sort indices": lambda t: t.sort(1).indices,
    "topk indices": lambda t: t.topk(3)[1],
    "all": lambda t: (t > 0).all(),
    "all dim": lambda t: (t > 0).all(dim=1),
    "any dim": lambda t: (t > 2).any(dim=1, keepdim=True),
    "eq": lambda t: t.eq(t.round()),
    "accuracy": lambda t: (t.argmax(2) == t.argmin(2)).float().mean(),
    "count": lambda t: (t > 0).sum(),
    "logical_and": lambda t: (t > 0).logical_and(t < 1),
    "not": lambda t: ~(t > 0),
    "and": lambda t: (t > 0) & (t < 1),
    "sign": lambda t: t.sign(),
    "floor": lambda t: t.floor(),
    "isnan": lambda t: t.isnan(),
    "nonzero": lambda t: (t > 1).nonzero(),
    "nonzero tuple": lambda t: (t > 1).nonzero(as_tuple=True)[2],
    "long": lambda t: t.long(),
    "int": lambda t: t.int(),
    "bool": lambda t: (t > 0).bool(),
    "long to float": lambda t: t.long().float(),
    "item": lambda t: t[0, 1, 2].item(),
    "tolist": lambda t: t.tolist(),
    "numpy": lambda t: t.detach().cpu().numpy(),
    "equal": lambda t: t.equal(t.clone()),
    "allclose": lambda t: t.allclose(t + 1e-12),
    "is_floating_point": lambda t: t.is_floating_point(),
    "device": lambda t: str(t.device),
    "device type": lambda t: t.device.type,
    "element_size": lambda t: t.element_size(),
    "new_zeros": lambda t: t.new_zeros(2, 3),
    "new_ones": lambda t: t.new_ones((2,)),
    "new_full": lambda t: t.new_full((2, 2), 3.0),
    "bincount": lambda t: (t > 0).long().flatten().bincount(minlength=4),
    "requires_grad": lambda t: t.requires_grad,
    "is_contiguous": lambda t: t.is_contiguous(),
    "is_cuda": lambda t: t.is_cuda,
    "short": lambda t: t.short(),
    "byte": lambda t: t.abs().byte(),
    "half": lambda t: t.half(),
    "ceil": lambda t: t.ceil(),
    "trunc": lambda t: t.trunc(),
    "isinf": lambda t: (t / 0.5).isinf() | t.isfinite().logical_not(),
    "logical_or": lambda t: (t > 1).logical_or(t < 0),
    "xor": lambda t: (t > 1).logical_xor(t < 2),
    "comparisons": lambda t: t.ne(0) & t.lt(1) & t.le(1) & t.gt(-1) & t.ge(-1),
    "isclose": lambda t: t.isclose(t.round(), atol=0.1),
    "masked indices": lambda t: (t > 0).nonzero()[:, 0].long(),
    "round decimals": lambda t: t.round(decimals=2),
}


def array(value: Any) -> Any:
    return value.detach().numpy() if hasattr(value, "detach") else np.asarray(value)


@pytest.mark.parametrize("call", DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_values_and_gradients_are_torchs(call: Callable[[Any], Any]) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    ours = ag.tensor(X, requires_grad=True)
    theirs = torch.tensor(X, requires_grad=True)
    found, expected = call(ours), call(theirs)
    assert found.shape == tuple(expected.shape)
    np.testing.assert_allclose(array(found), array(expected), rtol=1e-12, atol=1e-13)
    (found * found).sum().backward()
    (expected * expected).sum().backward()
    assert ours.grad is not None
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-6, atol=1e-9)


SELF_RETURNED = {"cpu", "to", "type_as", "double"}


@pytest.mark.parametrize("name", [name for name in DIFFERENTIABLE if name not in SELF_RETURNED])
def test_gradients_hold_to_second_order(name: str) -> None:
    call = DIFFERENTIABLE[name]
    assert ag.gradcheck(lambda t: (call(t) ** 2).sum(), ag.tensor(X), order=2)


@pytest.mark.parametrize("call", ANSWERS.values(), ids=ANSWERS)
def test_answers_are_torchs(call: Callable[[Any], Any]) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    found, expected = call(ag.tensor(X, requires_grad=True)), call(torch.tensor(X).requires_grad_())
    assert array(found).dtype == array(expected).dtype
    np.testing.assert_array_equal(array(found), array(expected))


PICKING: dict[str, Callable[[Any, Any], Any]] = {
    "gather": lambda t, i: t.gather(1, i),
    "index_select": lambda t, i: t.index_select(2, i[0, 0]),
    "scatter": lambda t, i: t.scatter(1, i, 5.0),
    "scatter_add": lambda t, i: t.scatter_add(1, i, (t * t)[:, :1]),
    "index_add": lambda t, i: t.index_add(2, i[0, 0], t * t, alpha=2),
    "index_fill": lambda t, i: t.index_fill(1, i[0, 0], -1.0),
    "index": lambda t, i: t[i[0, 0], i[1, 0]],
}


@pytest.mark.parametrize("call", PICKING.values(), ids=PICKING)
def test_picking_by_index_is_torchs(call: Callable[[Any, Any], Any]) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    ours, theirs = ag.tensor(X, requires_grad=True), torch.tensor(X, requires_grad=True)
    found = call(ours, ag.tensor(INDEX))
    expected = call(theirs, torch.tensor(INDEX))
    np.testing.assert_allclose(array(found), array(expected))
    (found * found).sum().backward()
    (expected * expected).sum().backward()
    assert ours.grad is not None
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy())


IN_PLACE: dict[str, Callable[[Any], Any]] = {
    "zero_": lambda t: t.zero_(),
    "fill_": lambda t: t.fill_(3.0),
    "copy_": lambda t: t.copy_(t[0].clone()),
    "add_": lambda t: t.add_(t, alpha=-0.5),
    "sub_": lambda t: t.sub_(1),
    "mul_": lambda t: t.mul_(0.9).add_(1),
    "div_": lambda t: t.div_(3),
    "clamp_": lambda t: t.clamp_(-1, 1),
    "exp_": lambda t: t.exp_(),
    "lerp_": lambda t: t.lerp_(t * t, 0.1),
    "addcmul_": lambda t: t.addcmul_(t, t, value=0.1),
    "addcdiv_": lambda t: t.addcdiv_(t, t * t + 1),
    "masked_fill_": lambda t: t.masked_fill_(t > 0, 0.0),
    "pow_": lambda t: t.pow_(2),
    "neg_": lambda t: t.neg_(),
    "abs_": lambda t: t.abs_(),
    "log_": lambda t: t.abs_().add_(1).log_(),
    "sqrt_": lambda t: t.abs_().sqrt_(),
    "relu_": lambda t: t.relu_(),
    "sigmoid_": lambda t: t.sigmoid_(),
    "tanh_": lambda t: t.tanh_(),
    "clip_": lambda t: t.clip_(-0.5, 0.5),
    "round_": lambda t: t.round_(),
    "copy of a view": lambda t: t[0].clone().zero_(),
    "augmented": lambda t: t.__imul__(2),
}


@pytest.mark.parametrize("call", IN_PLACE.values(), ids=IN_PLACE)
def test_in_place_methods_write_as_torchs(call: Callable[[Any], Any]) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    ours, theirs = ag.tensor(X, requires_grad=True), torch.tensor(X, requires_grad=True)
    with ag.no_grad(), torch.no_grad():
        found, expected = call(ours), call(theirs)
    np.testing.assert_allclose(array(found), array(expected))
    np.testing.assert_allclose(array(ours), array(theirs))
    assert ours.requires_grad
    assert ours.is_leaf


def test_without_torch_too() -> None:
    t = ag.tensor([[3.0, 1.0], [2.0, 4.0]])
    assert (t.size(), t.size(0), t.size) == ((2, 2), 2, 4)
    values, indices = t.max(dim=1)
    assert (values.tolist(), indices.tolist()) == (t.max(1).tolist(), [0, 1])
    np.testing.assert_allclose(t.std(dim=0).numpy(), np.std(t.numpy(), axis=0, ddof=1))
    np.testing.assert_allclose(t.std(0).numpy(), np.std(t.numpy(), axis=0))
    assert t.transpose(0, 1).tolist() == [[3.0, 2.0], [1.0, 4.0]]
    assert t.masked_fill(t > 2, 0.0).tolist() == [[0.0, 1.0], [2.0, 0.0]]
    assert t.gather(1, ag.tensor([[1], [0]])).tolist() == [[1.0], [2.0]]


def test_conversions_without_torch() -> None:
    t = ag.tensor([1.0, 2.0])
    assert t.type() == "float32"
    assert t.type(np.int64).type() == "int64"
    assert t.to(np.float32) is t.float() is t.cpu() is t.to("cpu") is t.contiguous() is t
    assert t.to(ag.tensor([1])).dtype == np.int64
    assert t.to("cpu", dtype=np.float64, non_blocking=True).dtype == np.float64
    assert t.to(np.float32, copy=True) is not t
    assert t.new_tensor([3]).dtype == np.float32
    assert (t.ndimension(), t.outer(t).shape, t.swapaxes(0, 0).shape) == (1, (2, 2), (2,))
    square = ag.zeros(2, 2)
    assert square.fill_diagonal_(1.0).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert square.scatter_add_(1, ag.tensor([[1], [1]]), 2.0).tolist() == [[1.0, 2.0], [0.0, 3.0]]
    assert square.index_fill_(0, [0], 9.0).index_add_(0, [1], ag.ones(1, 2)).tolist() == [
        [9.0, 9.0],
        [1.0, 4.0],
    ]


def test_random_fills_have_their_moments() -> None:
    t = ag.zeros(20_000).normal_(2.0, 0.5, generator=np.random.default_rng(0))
    assert t.dtype == np.float32
    assert abs(t.mean().item() - 2) < 0.02
    assert abs(t.std().item() - 0.5) < 0.02
    t.uniform_(-1, 3, generator=np.random.default_rng(0))
    assert t.min().item() >= -1
    assert 2.99 < t.max().item() <= 3


def test_a_gradient_is_zeroed_in_place() -> None:
    p = ag.tensor([1.0, 2.0], requires_grad=True)
    p.sum().backward()
    assert p.grad is not None
    p.grad.zero_()
    (p * p).sum().backward()
    assert p.grad.tolist() == [2.0, 4.0]


def test_detached_in_place_it_is_a_constant() -> None:
    x = tracked()
    y = (x * 2).detach_()
    assert not y.requires_grad
    assert y.is_leaf
    y[0, 0] = 7.0
    assert y.tolist() == [[7.0, 4.0]]
    assert not x.detach_().requires_grad


def tracked() -> ag.Tensor:
    return ag.tensor([[1.0, 2.0]], requires_grad=True)


REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "both": (
        lambda: tracked().sum(axis=1, dim=0),
        ArgumentError,
        "sum: axis= is NumPy's word and dim= PyTorch's for the same thing; give one of them",
    ),
    "both keep": (
        lambda: tracked().mean(keepdims=True, keepdim=True),
        ArgumentError,
        "mean: keepdims= is NumPy's word and keepdim= PyTorch's",
    ),
    "ddof": (
        lambda: tracked().std(ddof=0, unbiased=True),
        ArgumentError,
        "std: ddof=, unbiased= and correction= are three words for what is subtracted from n",
    ),
    "repeat": (
        lambda: tracked().repeat(2, 1),
        ArgumentError,
        "write t.tile(2, 1), to repeat each element, as NumPy does, t.repeat(2, axis=1)",
    ),
    "cuda": (lambda: tracked().cuda(), UnsupportedError, "NumPy arrays on the CPU; write 'cpu'"),
    "to": (lambda: tracked().to("cuda:0"), UnsupportedError, "device 'cuda:0': all tensors are"),
    "to nowhere": (lambda: tracked().to("moon"), ArgumentError, "device 'moon' is none"),
    "view": (lambda: tracked().view(np.float64), DTypeError, "to convert the values write t.to"),
    "mask": (lambda: tracked().masked_fill([[0, 1]], 0.0), DTypeError, "write mask == 0"),
    "index": (lambda: tracked().gather(1, [[0.5]]), DTypeError, "the index must hold integers"),
    "index shape": (lambda: tracked().gather(0, [1]), ShapeError, "it needs as many axes"),
    "t": (lambda: ag.zeros(1, 1, 1).t(), ShapeError, "use mT or transpose"),
    "split": (lambda: tracked().split([1, 3], dim=1), ShapeError, "(1, 3) add up to 4"),
    "topk": (lambda: tracked().topk(3), ArgumentError, "k must be from 0 to 2"),
    "dim": (lambda: tracked().max(dim=5), ShapeError, "axis 5 is out of range for shape (1, 2)"),
    "size": (lambda: tracked().size(2), ShapeError, "there is no axis 2 in shape (1, 2)"),
    "unflatten": (lambda: tracked().unflatten(1, (3,)), ShapeError, "does not part an axis of 2"),
    "add_": (
        lambda: tracked().add_(1),
        GraphError,
        "add_: writing into a tracked tensor would change values that the tape has saved. Write "
        "t = t.add(...)",
    ),
    "tracked into plain": (
        lambda: ag.zeros(1, 2).copy_(tracked()),
        GraphError,
        "copy_: a tracked tensor written into a plain one would lose its graph",
    ),
    "view of another": (
        lambda: ag.zeros(2, 2)[0].zero_(),
        GraphError,
        "zero_: this tensor is a view, made by getitem, and writing into it would not reach",
    ),
    "fractions": (
        lambda: ag.tensor([1, 2]).mul_(0.5),
        DTypeError,
        "mul_: int64 values cannot take fractions",
    ),
    "shape": (lambda: ag.zeros(2).add_(ag.zeros(3, 2)), ShapeError, "result has shape (3, 2)"),
}


@pytest.mark.parametrize(("call", "kind", "text"), REFUSED.values(), ids=REFUSED)
def test_refusals_say_what_to_do(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)


def test_a_number_in_a_text_is_a_number() -> None:
    loss = (ag.tensor([1.5], requires_grad=True) ** 2).sum()
    assert f"{loss} {loss:.1f}" == "2.25 2.2"
    assert f"{ag.tensor([1.5])} {ag.tensor(3):d}" == "tensor([1.5]) 3"

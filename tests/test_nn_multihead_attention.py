"""MultiheadAttention: against PyTorch with its weights, by symmetry, and its refusals."""

import re
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, ShapeError, UnsupportedError

N, L, S, E, H = 3, 4, 5, 6, 2


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def pair(torch: Any, **options: Any) -> tuple[Any, Any]:
    """Return PyTorch's layer and ours with its weights, biases not zero."""
    torch.manual_seed(0)
    theirs = torch.nn.MultiheadAttention(E, H, dtype=torch.float64, **options)
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter)
    ours = nn.MultiheadAttention(E, H, dtype=np.float64, **options)
    state = {k: v.numpy() for k, v in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(state)
    assert ours.load_state_dict(state) == ([], [])
    return theirs, ours


def leaves(torch: Any, *arrays: np.ndarray) -> tuple[list[Any], list[Any]]:
    return (
        [torch.tensor(a, requires_grad=True) for a in arrays],
        [ag.tensor(a, requires_grad=True) for a in arrays],
    )


def assert_same(theirs: Any, ours: Any) -> None:
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-10, atol=1e-11)


def assert_same_gradients(theirs: Any, ours: Any, xs: list[Any], ys: list[Any]) -> None:
    for x, y in zip(xs, ys, strict=True):
        assert_same(x.grad, y.grad)
    for (name, p), (_, q) in zip(theirs.named_parameters(), ours.named_parameters(), strict=True):
        np.testing.assert_allclose(
            q.grad.numpy(), p.grad.numpy(), rtol=1e-10, atol=1e-11, err_msg=name
        )


def attn_mask(kind: str, rng: np.random.Generator, n_queries: int, n_keys: int) -> Any:
    shape = (N * H, n_queries, n_keys) if "each" in kind else (n_queries, n_keys)
    mask = rng.random(shape) < 0.3
    mask[..., 0] = False  # nobody is left without a key: PyTorch has NaN there
    if "float" in kind:
        return np.where(mask, -np.inf, rng.normal(size=shape))
    return mask


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("kind", ["none", "bool", "float", "bool each", "float each"])
@pytest.mark.parametrize("padding", [None, "bool", "float"])
def test_self_attention_equals_pytorch(
    torch: Any,
    rng: np.random.Generator,
    batch_first: bool,
    need_weights: bool,
    kind: str,
    padding: str | None,
) -> None:
    theirs, ours = pair(torch, batch_first=batch_first)
    (x,), (y,) = leaves(torch, rng.normal(size=(N, L, E) if batch_first else (L, N, E)))
    masks: dict[str, Any] = {}
    if kind != "none":
        masks["attn_mask"] = attn_mask(kind, rng, L, L)
    if padding:
        padded = np.arange(L) >= np.array([[4], [2], [3]])
        if padding == "float":
            padded = np.where(padded, -2.0, 0.0)
        masks["key_padding_mask"] = padded
    bools = {mask.dtype == bool for mask in masks.values()}
    given = {
        name: torch.tensor(np.where(m, -np.inf, 0) if len(bools) == 2 and m.dtype == bool else m)
        for name, m in masks.items()
    }
    expected, their_weights = theirs(x, x, x, need_weights=need_weights, **given)
    out, weights = ours(y, y, y, need_weights=need_weights, **masks)
    assert_same(expected.detach(), out.detach())
    if need_weights:
        assert_same(their_weights.detach(), weights.detach())
    else:
        assert weights is None
    g = rng.normal(size=out.shape)
    expected.backward(torch.tensor(g))
    out.backward(g)
    assert_same_gradients(theirs, ours, [x], [y])


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("options", [{}, {"kdim": 7}, {"kdim": 5, "vdim": 3}, {"bias": False}])
def test_cross_attention_equals_pytorch(
    torch: Any, rng: np.random.Generator, options: dict[str, Any], need_weights: bool
) -> None:
    theirs, ours = pair(torch, batch_first=True, **options)
    shapes = (N, L, E), (N, S, options.get("kdim", E)), (N, S, options.get("vdim", E))
    xs, ys = leaves(torch, *(rng.normal(size=shape) for shape in shapes))
    mask = attn_mask("bool", rng, L, S)
    keywords = {"need_weights": need_weights, "average_attn_weights": False}
    expected, their_weights = theirs(*xs, attn_mask=torch.tensor(mask), **keywords)
    out, weights = ours(*ys, attn_mask=mask, **keywords)
    assert_same(expected.detach(), out.detach())
    loss, their_loss = (out**2).sum(), (expected**2).sum()
    if need_weights:
        assert weights.shape == (N, H, L, S)
        assert_same(their_weights.detach(), weights.detach())
        loss, their_loss = loss + (weights**2).sum(), their_loss + (their_weights**2).sum()
    their_loss.backward()
    loss.backward()
    assert_same_gradients(theirs, ours, xs, ys)


def test_one_sequence_equals_pytorch(torch: Any, rng: np.random.Generator) -> None:
    theirs, ours = pair(torch)
    (x,), (y,) = leaves(torch, rng.normal(size=(L, E)))
    padded = np.array([False, False, True, True])
    for need_weights in (True, False):
        expected = theirs(x, x, x, key_padding_mask=torch.tensor(padded), need_weights=need_weights)
        out = ours(y, y, y, key_padding_mask=padded, need_weights=need_weights)
        assert_same(expected[0].detach(), out[0].detach())
        assert need_weights == (out[1] is not None)
        if need_weights:
            assert_same(expected[1].detach(), out[1].detach())


def test_starts_as_pytorchs(torch: Any) -> None:
    ours, theirs = nn.MultiheadAttention(120, 4), torch.nn.MultiheadAttention(120, 4)
    for (name, p), (_, q) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert p.shape == tuple(q.shape)
        assert p.data.std() == pytest.approx(q.detach().numpy().std(), rel=0.05), name
    bound = np.sqrt(6 / (4 * 120))
    assert 0.99 * bound < abs(ours.in_proj_weight.data).max() <= bound
    assert not ours.in_proj_bias.data.any()
    assert not ours.out_proj.bias.data.any()


def layer(**options: Any) -> nn.MultiheadAttention:
    return nn.MultiheadAttention(E, H, batch_first=True, dtype=np.float64, **options)


@pytest.mark.parametrize("need_weights", [True, False])
def test_without_positions_order_does_not_matter(
    rng: np.random.Generator, need_weights: bool
) -> None:
    """Self-attention of permuted positions is the permuted self-attention."""
    attend, x = layer(), rng.normal(size=(N, L, E))
    order = rng.permutation(L)
    moved = x[:, order]
    out, _ = attend(x, x, x, need_weights=need_weights)
    permuted, _ = attend(moved, moved, moved, need_weights=need_weights)
    np.testing.assert_allclose(permuted.detach().numpy(), out.detach().numpy()[:, order])


def test_weights_are_shares(rng: np.random.Generator) -> None:
    x = rng.normal(size=(N, L, E))
    _, weights = layer()(x, x, x, is_causal=True)
    np.testing.assert_allclose(weights.detach().numpy().sum(axis=-1), 1)
    assert not np.triu(weights.detach().numpy(), 1).any()


@pytest.mark.parametrize("need_weights", [True, False])
def test_causal_sees_no_future(rng: np.random.Generator, need_weights: bool) -> None:
    attend, x = layer(), ag.tensor(rng.normal(size=(1, L, E)), requires_grad=True)
    out, _ = attend(x, x, x, need_weights=need_weights, is_causal=True)
    out[0, 1].sum().backward()
    assert x.grad.numpy()[0, :2].any(axis=-1).all()
    assert not x.grad.numpy()[0, 2:].any()


def test_nobody_to_look_at(rng: np.random.Generator) -> None:
    """Zeros, then the bias of out_proj; PyTorch has this without weights, NaN with them."""
    attend, x = layer(), rng.normal(size=(1, L, E))
    attend.out_proj.bias.data[...] = 3.0
    for need_weights in (True, False):
        out, _ = attend(x, x, x, np.ones((1, L), dtype=bool), need_weights=need_weights)
        assert (out.detach().numpy() == 3.0).all()


def test_dropout_acts_in_training_only(rng: np.random.Generator) -> None:
    x = rng.normal(size=(N, L, E))
    for need_weights in (True, False):
        attend = layer(dropout=0.5, generator=np.random.default_rng(0))
        a, b = (attend(x, x, x, need_weights=need_weights)[0].detach().numpy() for _ in range(2))
        assert (a != b).any()
        attend.eval()
        a, b = (attend(x, x, x, need_weights=need_weights)[0].detach().numpy() for _ in range(2))
        assert (a == b).all()


@pytest.mark.parametrize("need_weights", [True, False])
def test_gradients_to_second_order(rng: np.random.Generator, need_weights: bool) -> None:
    attend = nn.MultiheadAttention(2, 2, batch_first=True, dtype=np.float64)

    def out(x: Any) -> Any:
        return attend(x, x, x, need_weights=need_weights, is_causal=True)[0]

    assert ag.gradcheck(out, ag.tensor(rng.normal(size=(1, 3, 2))), order=2)


def test_float32_stays_float32(rng: np.random.Generator) -> None:
    attend = nn.MultiheadAttention(E, H, dropout=0.1)
    x = ag.tensor(rng.normal(size=(L, N, E)).astype(np.float32), requires_grad=True)
    for need_weights in (True, False):
        masks = {"attn_mask": np.zeros((L, L)), "key_padding_mask": np.zeros((N, L), dtype=bool)}
        out, weights = attend(x, x, x, need_weights=need_weights, **masks)
        out.sum().backward()
        assert {out.dtype, x.grad.dtype} == {np.dtype(np.float32)}
        assert weights is None or weights.dtype == np.float32


def test_lists_and_tensor_masks_are_taken(rng: np.random.Generator) -> None:
    attend, x = layer(), rng.normal(size=(1, L, E))
    mask = np.triu(np.ones((L, L), dtype=bool), 1)
    expected = attend(x, x, x, attn_mask=mask)[0].detach().numpy()
    for given in (ag.tensor(mask), mask.tolist()):
        np.testing.assert_array_equal(attend(x, x, x, attn_mask=given)[0].detach(), expected)
    assert attend(x.tolist(), x.tolist(), x.tolist())[0].shape == (1, L, E)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"num_heads": 4}, "embed_dim must be divisible by num_heads, which is 4, got 6"),
        ({"num_heads": 0}, "num_heads must be a positive integer, got 0"),
        ({"embed_dim": 6.0}, "embed_dim must be a positive integer, got 6.0"),
        ({"kdim": -1}, "kdim must be a positive integer, got -1"),
        ({"dropout": 1.5}, "dropout must be a number from 0 to 1, got 1.5"),
    ],
)
def test_options_out_of_range(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ArgumentError, match=f"^MultiheadAttention: {re.escape(text)}$"):
        nn.MultiheadAttention(**{"embed_dim": E, "num_heads": H, **options})


@pytest.mark.parametrize("name", ["add_bias_kv", "add_zero_attn"])
def test_what_is_not_supported_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError, match=f"{name}=True is not supported; append the extra"):
        nn.MultiheadAttention(E, H, **{name: True})


@pytest.mark.parametrize(
    ("query", "key", "text"),
    [
        ((N, L, 7), (N, S, E), "the query must have 6 features on the last axis, got shape"),
        ((N, L, E), (N, S, 5), "the key must have 6 features on the last axis, got shape"),
        ((2, L, E), (N, S, E), "must have the same batch size, got 2, 3 and 3; with batch_fir"),
        ((L, E), (N, S, E), "or 2 axes without N, got key of shape (3, 5, 6)"),
        ((1, N, L, E), (N, S, E), "must have 3 axes (N, length, features), or 2 axes without N"),
    ],
)
def test_shapes_that_do_not_fit(query: Any, key: Any, text: str) -> None:
    with pytest.raises(ShapeError, match=re.escape(text)):
        layer()(ag.zeros(query), ag.zeros(key), ag.zeros(key))


def test_a_value_for_each_key() -> None:
    with pytest.raises(ShapeError, match="there are 5 keys and 4 values; each key needs its value"):
        layer()(ag.zeros(N, L, E), ag.zeros(N, S, E), ag.zeros(N, L, E))


@pytest.mark.parametrize(
    ("masks", "error", "text"),
    [
        ({"attn_mask": np.zeros((L, S))}, ShapeError, "attn_mask must have shape (4, 4), got (4, "),
        (
            {"attn_mask": np.zeros((N, L, L))},
            ShapeError,
            "attn_mask must have shape (6, 4, 4), g",
        ),
        ({"key_padding_mask": np.zeros((L, N))}, ShapeError, "mask must have shape (3, 4), got (4"),
        ({"attn_mask": np.zeros((L, L), int)}, DTypeError, "must hold bools (where to look) or fl"),
        ({"attn_mask": "causal"}, DTypeError, "attn_mask must be a tensor, an array or a list"),
    ],
)
def test_masks_that_do_not_fit(masks: Any, error: type, text: str) -> None:
    x = ag.zeros(N, L, E)
    with pytest.raises(error, match=re.escape(text)):
        layer()(x, x, x, **masks)

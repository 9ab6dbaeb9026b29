"""Scaled dot-product attention: against PyTorch, its definition, stored numbers; its refusals."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.errors import ArgumentError, DTypeError, ShapeError, UnsupportedError
from autograd_mini.nn.primitives.attention import attention, self_attention

INF = np.inf


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")


def draws(rng: np.random.Generator, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    return [rng.normal(size=shape) for shape in shapes]


def attend_by_loops(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray, scale: float
) -> np.ndarray:
    """Attention as its words say it: query by query, key by key; ``mask`` of bools."""
    out = np.zeros((len(q), v.shape[1]))
    for i, query in enumerate(q):
        keys = [j for j in range(len(k)) if mask[i, j]]
        powers = [np.exp(scale * query @ k[j]) for j in keys]
        for j, power in zip(keys, powers, strict=True):
            out[i] += power / sum(powers) * v[j]
    return out


MASKS: list[Any] = [
    None,
    np.array([[1, 0, 1, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0]], dtype=bool),
    np.array([[0.3, -1.0, 2.0, 0.1, -INF]] * 3 + [[-INF] * 5]),
    np.linspace(-1, 1, 30).reshape(2, 3, 1, 5),
]


@pytest.mark.parametrize("mask", MASKS, ids=["none", "bool", "float", "per head"])
@pytest.mark.parametrize("is_causal", [False, True])
def test_equals_pytorch(torch: Any, rng: np.random.Generator, mask: Any, is_causal: bool) -> None:
    arrays = draws(rng, (2, 3, 4, 6), (2, 3, 5, 6), (2, 3, 5, 7))
    g = rng.normal(size=(2, 3, 4, 7))
    is_float = mask is not None and mask.dtype == float
    ours = [ag.tensor(a, requires_grad=True) for a in arrays]
    our_mask = ag.tensor(mask, requires_grad=True) if is_float else mask
    out = F.scaled_dot_product_attention(*ours, our_mask, is_causal=is_causal)
    out.backward(g)

    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    their_mask = None if mask is None else torch.tensor(mask, requires_grad=is_float)
    both = their_mask
    if is_causal:  # PyTorch promises nothing for a mask together with is_causal
        earlier = torch.ones(4, 5, dtype=torch.bool).tril()
        closed = -INF if is_float else False
        both = earlier if mask is None else torch.where(earlier, their_mask, closed)
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, both)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), atol=1e-13)
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), atol=1e-12)
    if is_float:
        np.testing.assert_allclose(our_mask.grad.numpy(), their_mask.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize(
    ("query", "key"),
    [((4, 6), (5, 6)), ((2, 4, 6), (1, 5, 6)), ((3, 2, 4, 6), (2, 5, 6)), ((4, 6), (2, 5, 6))],
)
def test_leading_axes_broadcast_as_pytorchs(
    torch: Any, rng: np.random.Generator, query: Any, key: Any
) -> None:
    arrays = draws(rng, query, key, key)
    ours = [ag.tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    F.scaled_dot_product_attention(*ours, scale=0.3).sin().sum().backward()
    torch.nn.functional.scaled_dot_product_attention(*theirs, scale=0.3).sin().sum().backward()
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), atol=1e-12)


def test_equals_loops(rng: np.random.Generator) -> None:
    q, k, v = draws(rng, (4, 3), (5, 3), (5, 2))
    mask = rng.random((4, 5)) < 0.6
    mask[2] = False
    out = F.scaled_dot_product_attention(q, k, v, mask, scale=0.7)
    np.testing.assert_allclose(out, attend_by_loops(q, k, v, mask, 0.7), rtol=1e-13)
    causal = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=0.7)
    earlier = np.tri(4, 5, dtype=bool)
    np.testing.assert_allclose(causal, attend_by_loops(q, k, v, earlier, 0.7), rtol=1e-13)


def test_by_hand() -> None:
    """Scores ln 3 and 0 give weights 3/4 and 1/4; their slope is 3/16 per unit of score."""
    query = ag.tensor(np.array([[np.log(3)]]), requires_grad=True)
    value = ag.tensor(np.array([[8.0], [4.0]]), requires_grad=True)
    out = F.scaled_dot_product_attention(query, np.array([[1.0], [0.0]]), value)
    out.backward()
    assert out.item() == pytest.approx(7.0)
    np.testing.assert_allclose(value.grad.numpy(), [[0.75], [0.25]])
    assert query.grad.item() == pytest.approx((8 - 4) * 3 / 16)


def test_stored_numbers() -> None:
    """Made once by PyTorch 2.13 in float64."""
    x = np.sin(np.arange(24.0)).reshape(4, 6)
    q, k, v = (ag.tensor(a, requires_grad=True) for a in (x, np.cos(x), x[:, ::-1].copy()))
    out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    (out * np.arange(24.0).reshape(4, 6)).sum().backward()
    stored = {
        "out": [-0.973407212904, -0.532040254154, 0.398482060636, 0.962641806571],
        "query": [0.014626164174, -0.024217179144, 0.005695573914, 0.019694560075],
        "key": [0.064693025496, -0.047682805713, -0.116219285251, -0.077904289901],
        "value": [8.393491340514, 8.96922027084, 9.544949201166, 10.120678131491],
    }
    found = [out.detach(), q.grad, k.grad, v.grad]
    for (name, row), array in zip(stored.items(), found, strict=True):
        np.testing.assert_allclose(array.numpy()[2, :4], row, rtol=1e-10, err_msg=name)


@pytest.mark.parametrize("size", [1.0, 30.0, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_scores_do_not_overflow(rng: np.random.Generator, size: float, dtype: type) -> None:
    """Whatever the scores, moving all of a row by one number changes nothing."""
    q, k, v = (a.astype(dtype) for a in draws(rng, (2, 4, 3), (2, 5, 3), (2, 5, 3)))
    bias = (size * rng.integers(-3, 4, size=(2, 4, 5))).astype(dtype)
    moved = bias + dtype(64 * 3)
    one, two = (F.scaled_dot_product_attention(q, k, v, b) for b in (bias, moved))
    assert one.dtype == dtype
    np.testing.assert_allclose(one, two, rtol=1e-3 if dtype == np.float32 else 1e-11, atol=1e-4)
    assert np.isfinite(one).all()
    assert (abs(one) <= abs(v).max()).all()


def test_half_precision_does_not_overflow(rng: np.random.Generator) -> None:
    """600 keys with scores of 5: their powers are numbers of float16, the sum of those is not."""
    q, k = np.full((1, 1), 5, np.float16), np.ones((600, 1), np.float16)
    out = F.scaled_dot_product_attention(q, k, np.ones((600, 1), np.float16))
    assert out.dtype == np.float16
    assert out.item() == pytest.approx(1.0, rel=2e-3)


def test_a_query_that_may_look_nowhere_gets_zeros_and_sends_none() -> None:
    x = [ag.tensor(np.ones((2, 3)), requires_grad=True) for _ in range(3)]
    for mask in (np.zeros((2, 2), dtype=bool), np.full((2, 2), -INF)):
        out = F.scaled_dot_product_attention(*x, mask)
        assert out.tolist() == [[0.0] * 3] * 2
        out.sum().backward()
        assert all(not t.grad.numpy().any() for t in x)


@pytest.mark.parametrize("mask", [None, np.tri(3, 4, dtype=bool), np.ones((2, 1, 4)) / 3])
def test_second_order(rng: np.random.Generator, mask: Any) -> None:
    q, k, v = (ag.tensor(a) for a in draws(rng, (2, 3, 2), (2, 4, 2), (2, 4, 3)))
    inputs = [q, k, v] if mask is None or mask.dtype == bool else [q, k, v, ag.tensor(mask)]

    def attend(q: Any, k: Any, v: Any, bias: Any = mask) -> Any:
        return F.scaled_dot_product_attention(q, k, v, bias)

    assert ag.gradcheck(attend, inputs, order=2)


@settings(deadline=None, max_examples=40)
@given(
    lead=st.lists(st.integers(1, 3), max_size=2),
    sizes=st.tuples(*[st.integers(1, 5)] * 4),
    is_causal=st.booleans(),
    kind=st.sampled_from(["none", "bool", "float"]),
    seed=st.integers(0, 99),
)
def test_fusion_equals_definition(
    lead: list[int], sizes: tuple[int, ...], is_causal: bool, kind: str, seed: int
) -> None:
    n_queries, n_keys, features, n_values = sizes
    rng = np.random.default_rng(seed)
    arrays = draws(
        rng, (*lead, n_queries, features), (*lead, n_keys, features), (*lead, n_keys, n_values)
    )
    mask: Any = {
        "none": None,
        "bool": rng.random((n_queries, n_keys)) < 0.7,
        "float": ag.tensor(rng.normal(size=(*lead, 1, n_keys)), requires_grad=True),
    }[kind]
    xs = [ag.tensor(a, requires_grad=True) for a in arrays]
    wrt = [*xs, mask] if kind == "float" else xs
    g = rng.normal(size=(*lead, n_queries, n_values))
    fast = attention(*xs, mask, None, is_causal=is_causal, scale=0.6)
    slow = attention.definition(*xs, mask, None, is_causal=is_causal, scale=0.6)
    np.testing.assert_allclose(fast.detach().numpy(), slow.detach().numpy(), atol=1e-12)
    for a, b in zip(ag.grad(fast, wrt, g), ag.grad(slow, wrt, g), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-11)


def test_packed_equals_apart(rng: np.random.Generator) -> None:
    """The packed form is attention of each head's slices."""
    packed = ag.tensor(rng.normal(size=(2, 5, 24)), requires_grad=True)
    fast = self_attention(packed, None, None, num_heads=2, is_causal=True)
    heads = packed.reshape(2, 5, 3, 2, 4).transpose(2, 0, 3, 1, 4)
    slow = F.scaled_dot_product_attention(heads[0], heads[1], heads[2], is_causal=True)
    slow = slow.transpose(0, 2, 1, 3).reshape(2, 5, 8)
    np.testing.assert_allclose(fast.detach().numpy(), slow.detach().numpy(), rtol=1e-12)
    g = rng.normal(size=(2, 5, 8))
    (a,), (b,) = ag.grad(fast, [packed], g), ag.grad(slow, [packed], g)
    np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-13)


def test_dropout_keeps_the_mean_and_follows_the_generator(rng: np.random.Generator) -> None:
    q, k = draws(rng, (500, 3), (40, 3))
    v = np.ones((40, 1))

    def dropped(seed: int, p: float) -> Any:
        generator = np.random.default_rng(seed)
        return F.scaled_dot_product_attention(q, k, v, dropout_p=p, generator=generator)

    assert (dropped(3, 0.4) == dropped(3, 0.4)).all()
    assert (dropped(3, 0.4) != dropped(4, 0.4)).any()
    assert dropped(3, 0.4).mean() == pytest.approx(1.0, abs=0.03)
    assert dropped(3, 0.4).std() > 0.05
    assert not dropped(3, 1.0).any()
    np.testing.assert_allclose(dropped(3, 0.0), 1)


def test_dropout_has_the_gradient_of_its_draw(rng: np.random.Generator) -> None:
    inputs = [ag.tensor(a) for a in draws(rng, (2, 3), (4, 3), (4, 2))]

    def attend(q: Any, k: Any, v: Any) -> Any:
        generator = np.random.default_rng(1)
        return F.scaled_dot_product_attention(q, k, v, dropout_p=0.5, generator=generator)

    assert ag.gradcheck(attend, inputs, order=2)


def test_float32_stays_float32(rng: np.random.Generator) -> None:
    x = [ag.tensor(a.astype(np.float32), requires_grad=True) for a in draws(rng, *[(2, 4, 3)] * 3)]
    out = F.scaled_dot_product_attention(*x, is_causal=True, dropout_p=0.2)
    out.sum().backward()
    assert {out.dtype, *(t.grad.dtype for t in x)} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("shapes", "text"),
    [
        (((3, 4), (5, 6), (5, 6)), "a query has 4 features and a key 6"),
        (((3, 0), (5, 0), (5, 6)), "at least one"),
        (((3, 4), (5, 4), (6, 4)), "there are 5 keys and 6 values; each key needs its value"),
        (
            ((4,), (5, 4), (5, 4)),
            r"query \(4,\), .*: each needs at least 2 axes",
        ),
        (((2, 3, 4), (3, 5, 4), (3, 5, 4)), "such as the batch, differ and do not broadcast"),
    ],
)
def test_shapes_that_do_not_fit(shapes: Any, text: str) -> None:
    with pytest.raises(ShapeError, match=text):
        F.scaled_dot_product_attention(*map(ag.zeros, shapes))


def test_masks_that_do_not_fit() -> None:
    x = [ag.zeros(2, 3, 4)] * 3
    for shape in ((3, 4), (5, 2, 3, 3), (4, 3, 3)):
        with pytest.raises(ShapeError, match=r"attn_mask has shape \(.*\), which does not"):
            F.scaled_dot_product_attention(*x, np.zeros(shape))
    with pytest.raises(DTypeError, match=r"bools .* or floats .*, got int64; write mask.astype"):
        F.scaled_dot_product_attention(*x, np.ones((3, 3), dtype=np.int64))
    with pytest.raises(DTypeError, match="attn_mask must be a tensor, an array or a list"):
        F.scaled_dot_product_attention(*x, "causal")


def test_other_refusals() -> None:
    x = [ag.zeros(2, 3, 4)] * 3
    with pytest.raises(ArgumentError, match=r"dropout_p must be a number from 0 to 1, got 1\.5"):
        F.scaled_dot_product_attention(*x, dropout_p=1.5)
    with pytest.raises(UnsupportedError, match="enable_gqa=True is not supported; repeat"):
        F.scaled_dot_product_attention(*x, enable_gqa=True)
    with pytest.raises(DTypeError, match="the key must hold floats, got int64"):
        F.scaled_dot_product_attention(x[0], np.ones((3, 4), dtype=np.int64), x[2])

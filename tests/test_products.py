"""Products: NumPy's values, slopes against differences, and any shape that hypothesis thinks of."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_mini as ag

RNG = np.random.default_rng(11)


def spread(*shape: int) -> np.ndarray:
    """Return numbers in (-2, 2), with a generator of this file's own."""
    return RNG.uniform(-2, 2, shape)


A, B, V, N = spread(2, 3), spread(3, 4), spread(3), np.array(1.5)

CALLS: dict[str, list[tuple[Any, ...]]] = {
    "dot": [
        *((A, B), (V, V), (A, V), (V, B), (N, A), (A, N), (2.0, A), (spread(2, 2, 3), V)),
        *((spread(2, 2, 3), B), (V, spread(2, 3, 2)), (A, spread(2, 3, 2))),
        *((spread(2, 2, 3), spread(2, 3, 2)), (np.zeros((2, 0)), np.zeros((0, 3)))),
    ],
    "vdot": [(V, V), (A, spread(2, 3)), (N, N), (A, spread(3, 2))],
    "inner": [(V, V), (A, V), (A, spread(4, 3)), (spread(2, 2, 3), A), (N, A), (A, 3.0)],
    "outer": [(V, spread(2)), (A, V), (N, V), (np.zeros(0), V)],
    "kron": [
        *((A, spread(2, 2)), (V, V), (A, V), (N, A), (spread(2, 1, 2), A)),
        (np.zeros((2, 0)), A),
    ],
    "cross": [
        *((V, spread(3)), (spread(2, 3), V), (spread(4, 1, 3), spread(2, 3))),
        *((spread(3, 2), spread(3, 2), 0, 0, 0), (spread(3, 2), spread(2, 3), 0, 1)),
        (spread(3, 2), spread(3, 2), -1, -1, -1, 0),
    ],
    "tensordot": [
        *((A, B, 1), (spread(2, 3, 4), spread(3, 4, 2)), (V, A, 0), (N, V, 0)),
        *((spread(2, 3, 4), spread(4, 2), ([0, 2], [1, 0])), (A, spread(4, 3), (1, 1))),
        *((A, spread(3, 2), ([0, 1], [1, 0])), (A, B, ((-1,), (-2,)))),
        (np.zeros((2, 0)), np.zeros((0, 3)), 1),
    ],
}
CASES = [
    pytest.param(name, c, id=f"{name}-{i}") for name in CALLS for i, c in enumerate(CALLS[name])
]


@pytest.mark.parametrize(("name", "call"), CASES)
def test_values_are_numpys(name: str, call: tuple[Any, ...]) -> None:
    x, y, *rest = call
    theirs, ours = getattr(np, name), getattr(ag, name)
    expected = np.asarray(theirs(x, y, *rest))
    for found in (
        theirs(x, ag.tensor(y), *rest).numpy(),
        theirs(ag.tensor(x), y, *rest).numpy(),
        np.asarray(ours(x, y, *rest)),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)
        assert found.shape == expected.shape
    narrow = ag.tensor(np.asarray(x, np.float32)), ag.tensor(np.asarray(y, np.float32))
    assert theirs(*narrow, *rest).dtype == np.float32


@pytest.mark.parametrize(("name", "call"), CASES)
def test_slopes(name: str, call: tuple[Any, ...]) -> None:
    x, y, *rest = call
    inputs = [ag.tensor(np.asarray(z), requires_grad=True) for z in (x, y)]
    assert ag.gradcheck(lambda a, b: (getattr(np, name)(a, b, *rest) ** 2).sum(), inputs)


def test_a_number_does_not_widen_a_float32_tensor() -> None:
    x = ag.tensor([1.0, 2.0])
    for product in (np.dot(x, 2.0), np.inner(2.0, x)):
        assert product.dtype == np.float32


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_einsum_of_any_subscripts(data: Any) -> None:
    """Values are NumPy's; of a product that is linear in each operand, ⟨ḡ, z⟩ = ⟨x̄, x⟩ for each."""
    lengths = dict(zip("abcd", data.draw(st.tuples(*[st.integers(0, 3)] * 4)), strict=True))
    labels = data.draw(st.lists(st.text("abcd", max_size=3), min_size=1, max_size=3))
    seen = sorted(set("".join(labels)))
    subscripts = ",".join(labels)
    if data.draw(st.booleans()):
        result = data.draw(st.permutations(seen))
        subscripts += "->" + "".join(result[: data.draw(st.integers(0, len(seen)))])
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    arrays = [rng.uniform(-1, 1, tuple(lengths[c] for c in own)) for own in labels]
    optimize = data.draw(st.booleans())

    expected = np.einsum(subscripts, *arrays)
    leaves = [ag.tensor(x, requires_grad=True) for x in arrays]
    z = np.einsum(subscripts, *leaves, optimize=optimize)
    assert z.shape == expected.shape
    np.testing.assert_allclose(z.detach().numpy(), expected, rtol=1e-12, atol=1e-12)
    g = rng.uniform(-1, 1, z.shape)
    z.backward(g)
    for leaf in leaves:
        along = np.sum(leaf.grad.numpy() * leaf.detach().numpy())
        assert along == pytest.approx(np.sum(g * expected), rel=1e-10, abs=1e-12)


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_tensordot_of_any_axes(data: Any) -> None:
    shape_x = data.draw(st.lists(st.integers(0, 3), max_size=3))
    n = data.draw(st.integers(0, len(shape_x)))
    left = data.draw(st.permutations(range(len(shape_x))))[:n]
    others = data.draw(st.lists(st.integers(0, 3), max_size=2))
    order = data.draw(st.permutations(range(n + len(others))))
    lengths = [shape_x[a] for a in left] + others
    shape_y = [lengths[i] for i in order]
    right = [order.index(i) for i in range(n)]
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, shape_x), rng.uniform(-1, 1, shape_y)

    expected = np.tensordot(x, y, (left, right))
    leaves = [ag.tensor(x, requires_grad=True), ag.tensor(y, requires_grad=True)]
    z = np.tensordot(*leaves, (left, right))
    assert z.shape == expected.shape
    np.testing.assert_allclose(z.detach().numpy(), expected, rtol=1e-12, atol=1e-12)
    g = rng.uniform(-1, 1, z.shape)
    z.backward(g)
    for leaf in leaves:
        along = np.sum(leaf.grad.numpy() * leaf.detach().numpy())
        assert along == pytest.approx(np.sum(g * expected), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("bij,bjk->bik", [(2, 3, 4), (2, 4, 2)]),
        ("...ij,...jk->...ik", [(2, 1, 3, 4), (5, 4, 2)]),
        ("bii->bi", [(2, 3, 3)]),
        ("bhqd,bhkd->bhqk", [(1, 2, 3, 4), (1, 2, 5, 4)]),
        ("i,ij,j->", [(2,), (2, 3), (3,)]),
    ],
)
def test_einsum_agrees_with_pytorch(subscripts: str, shapes: list[tuple[int, ...]]) -> None:
    torch = pytest.importorskip("torch")
    arrays = [spread(*shape) for shape in shapes]
    leaves = [ag.tensor(x, requires_grad=True) for x in arrays]
    theirs = [torch.tensor(x, requires_grad=True) for x in arrays]
    (ag.einsum(subscripts, *leaves) ** 2).sum().backward()
    (torch.einsum(subscripts, *theirs) ** 2).sum().backward()
    for ours, other in zip(leaves, theirs, strict=True):
        np.testing.assert_allclose(ours.grad.numpy(), other.grad.numpy(), rtol=1e-12)

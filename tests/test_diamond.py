"""The first test and the first lesson: a value used twice gets both contributions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import autograd_mini as ag


def test_the_diamond() -> None:
    x = ag.tensor(3.0, requires_grad=True)
    y = 2 * x
    z = y + y * x  # 2x + 2x²
    z.backward()
    assert x.grad is not None
    assert x.grad.item() == 2 + 4 * 3.0


def test_the_diamond_that_broke_another_engine() -> None:
    """x → 3x → {2y, 5y}: the slope is 21, not the 6 or 15 of a single branch."""
    x = ag.tensor(1.0, requires_grad=True)
    y = 3 * x
    (2 * y + 5 * y).backward()
    assert x.grad is not None
    assert x.grad.item() == 21


def test_sixty_doublings_are_sixty_rows() -> None:
    x = ag.tensor(1.0, requires_grad=True, dtype=np.float64)
    y = x
    for _ in range(60):
        y = y + y
    assert len(ag.tape(y)) == 61
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 2.0**60


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.booleans()), max_size=12))
def test_any_graph_of_sums_and_products(steps: list[tuple[int, int, bool]]) -> None:
    """Random graphs with any fan-out, against forward-mode slopes carried along by hand."""
    x = ag.tensor(0.7, requires_grad=True, dtype=np.float64)
    values, slopes, nodes = [0.7], [1.0], [x]
    for i, j, adds in steps:
        a, b = i % len(nodes), j % len(nodes)
        if adds:
            nodes.append(nodes[a] + nodes[b])
            slopes.append(slopes[a] + slopes[b])
            values.append(values[a] + values[b])
        else:
            nodes.append(nodes[a] * nodes[b] * 0.5)
            slopes.append(0.5 * (slopes[a] * values[b] + values[a] * slopes[b]))
            values.append(values[a] * values[b] * 0.5)
    nodes[-1].backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.item(), slopes[-1], rtol=1e-12)

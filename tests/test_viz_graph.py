"""``viz.graph``: nodes, edges, states and texts against the tape they were taken from."""

import re
import time

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import viz
from autograd_mini.errors import ArgumentError, DTypeError, GraphError
from autograd_mini.viz.graphs.looks import legend_of
from autograd_mini.viz.text import value_text


def diamond(backward: bool = True) -> ag.Tensor:
    x = ag.tensor(3.0, requires_grad=True)
    y = 2 * x
    z = y + y * x
    if backward:
        z.backward()
    return z


def large(keep: bool) -> ag.Tensor:
    x = ag.tensor(np.linspace(-1, 1, 200), requires_grad=True)
    y = (ag.tanh(x) * 2).sum()
    y.backward(retain_graph=keep)
    return y


# ── the graph is the tape ─────────────────────────────────────────────────────────────────────


def test_there_is_a_node_a_row_and_an_edge_an_argument() -> None:
    z = diamond()
    rows = ag.tape(z)
    graph = viz.graph(z)
    assert len(graph.nodes) == len(rows)
    pairs = [(row.serial, p.serial) for row in rows for p in row.parents if p is not None]
    serials = [row.serial for row in rows]
    assert [(serials[e.head], serials[e.tail]) for e in graph.edges] == pairs
    assert [node.shape for node in graph.nodes] == [row.shape for row in rows]


def test_nodes_are_named_as_in_the_textbook_table() -> None:
    z = diamond()
    names = [line.split()[0] for line in str(ag.tape(z)).splitlines()[1:]]
    assert [node.name for node in viz.graph(z).nodes] == names
    assert viz.graph(z).nodes[1].title == "v1 = multiply(2, v0)"


def test_kinds_are_told_apart() -> None:
    weight = ag.tensor(2.0, requires_grad=True)
    weight.row.name = "weight"
    y = ag.tensor(1.0, requires_grad=True) * weight + ag.tensor(1.0)
    kinds = {node.title: node.kind for node in viz.graph(y).nodes}
    assert sorted(kinds.values()) == ["constant", "leaf", "operation", "operation", "parameter"]
    assert kinds["v0 parameter weight"] == "parameter"
    assert [node.is_output for node in viz.graph(y).nodes] == [False] * 4 + [True]


def test_every_edge_carries_the_slope_of_its_rule() -> None:
    assert [edge.label for edge in viz.graph(diamond()).edges] == [
        "∂v1/∂v0 = 2",
        "∂v2/∂v1 = v0 = 3",
        "∂v2/∂v0 = v1 = 6",
        "∂v3/∂v1 = 1",
        "∂v3/∂v2 = 1",
    ]


def labels(y: ag.Tensor) -> list[str]:
    return [edge.label for edge in viz.graph(y).edges]


def test_slopes_are_written_in_the_names_of_the_rows() -> None:
    x = ag.tensor([2.0, 3.0], requires_grad=True)
    assert labels(x / -2) == ["∂v1/∂v0 = 1/(−2)"]
    assert labels(x**3) == ["∂v1/∂v0 = 3·v0^(3−1)"]
    assert labels(ag.tanh(x)) == ["∂v1/∂v0 = 1 − v1²"]
    assert labels(ag.logsumexp(x)) == ["∂v1/∂v0 = e^(v0−v1)"]
    assert labels(x * np.arange(2.0)) == ["∂v1/∂v0 = array"]
    assert labels(np.maximum(x, 0.5)) == ["∂v1/∂v0 = [v0 > 0.5], ½ at a tie"]
    assert labels(ag.concatenate([x, x * 2])) == [
        "∂v1/∂v0 = 2",
        "∂v2/∂v0 = 1 on their part of v2",
        "∂v2/∂v1 = 1 on their part of v2",
    ]


def test_two_uses_by_one_row_are_told_apart() -> None:
    x = ag.tensor([2.0, 3.0], requires_grad=True)
    assert labels(x * x) == ["1st: ∂v1/∂v0 = v0", "2nd: ∂v1/∂v0 = v0"]


def test_a_product_says_what_becomes_of_the_gradient_that_comes_back() -> None:
    x = ag.tensor([[1.0, 2.0]], requires_grad=True)
    weight = ag.tensor([[1.0], [2.0]], requires_grad=True)
    y = x @ weight
    assert labels(y) == ["v̄0 = v̄2 @ v1ᵀ", "v̄1 = v0ᵀ @ v̄2"]
    assert labels(y + x)[0] == "v̄0 += v̄2 @ v1ᵀ"
    notes = legend_of(viz.graph(y + x).diagram).notes
    assert notes[-1] == "v̄ is the gradient of v; += adds up what each edge brings"
    assert legend_of(viz.graph((x * 2).sum()).diagram).notes == viz.graph((x * 2).sum()).notes


def test_slopes_of_scalars_are_numbers_that_multiply_to_the_gradient() -> None:
    graph = viz.graph(diamond(backward=False))
    totals = [0.0] * len(graph.nodes)
    totals[-1] = 1.0
    for edge in reversed(graph.edges):  # the chain rule, by the numbers in the picture
        totals[edge.tail] += totals[edge.head] * float(edge.number)
    assert totals[0] == 14.0


def test_a_constant_argument_has_no_slope() -> None:
    y = ag.tensor(2.0, requires_grad=True) * ag.tensor(5.0)
    through, constant = viz.graph(y).edges
    assert through.differentiable
    assert through.label == "∂v2/∂v0 = v1 = 5"
    assert not constant.differentiable
    assert constant.label == ""


def test_plain_numbers_and_options_are_written_into_the_call() -> None:
    x = ag.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = (x**2).sum(axis=1).mean()
    titles = [node.title for node in viz.graph(y).nodes]
    assert titles[1:] == ["v1 = power(v0, 2)", "v2 = sum(v1, axis=1)", "v3 = mean(v2)"]
    picked = x[np.arange(8) % 2, np.arange(8) % 2]
    assert viz.graph(picked).nodes[1].title == "v1 = getitem(v0, index=…)"
    assert viz.graph(x[0, 1:]).nodes[1].title == "v1 = getitem(v0, index=(0, 1:))"


def test_a_learners_own_primitive_is_drawn_even_if_its_rule_is_broken() -> None:
    broken = ag.primitive(lambda x: x + 1, name="broken", x=lambda g, out, x: g.nonsense)
    graph = viz.graph(broken(ag.tensor(1.0, requires_grad=True)))
    assert graph.edges[0].label == "∂v1/∂v0"


def test_a_higher_order_graph_draws_both_passes() -> None:
    x = ag.tensor(2.0, requires_grad=True)
    (slope,) = ag.grad(ag.sin(x) * x, [x], create_graph=True)
    graph = viz.graph(slope)
    assert graph.notes == ("backward has not run: there are no gradients yet",)
    assert {"sin", "cos"} <= {
        node.title.split()[2].split("(")[0] for node in graph.nodes[1:] if node.kind == "operation"
    }
    slope.backward()
    assert viz.graph(slope).nodes[0].gradient.startswith("gradient ")


# ── values and gradients ──────────────────────────────────────────────────────────────────────


def test_small_values_and_gradients_are_shown_whole() -> None:
    x = ag.tensor([3.0, -4.0], requires_grad=True)
    y = (x * x).sum()
    y.backward()
    leaf = viz.graph(y).nodes[0]
    assert leaf.value == "value [3 −4]"
    assert leaf.gradient == "gradient [6 −8]"
    assert leaf.magnitude == pytest.approx(10.0)


def test_large_values_are_summed_up_and_large_gradients_measured() -> None:
    y = large(keep=True)
    row, node = ag.tape(y)[1], viz.graph(y).nodes[1]
    low, mean, high = (float(n.replace("−", "-")) for n in re.findall(r"[−\d.e]+\d", node.value))
    assert low == pytest.approx(row.output.min(), rel=1e-3)
    assert high == pytest.approx(row.output.max(), rel=1e-3)
    assert mean == pytest.approx(row.output.mean(), abs=1e-3)
    assert node.magnitude == pytest.approx(np.sqrt(200 * 4.0))
    assert node.gradient == "‖gradient‖ 28.28"


def test_a_leaf_without_adjoint_shows_its_grad() -> None:
    y = large(keep=False)
    leaf = ag.tape(y)[0]
    assert leaf.adjoint is None
    expected = float(np.linalg.norm(leaf.grad.data))
    assert viz.graph(y).nodes[0].magnitude == pytest.approx(expected)


def test_booleans_integers_and_empty_arrays_have_texts() -> None:
    assert value_text(np.arange(9) > 2) == "6 of 9 true"
    assert value_text(np.arange(9)) == "min 0, mean 4, max 8"
    assert value_text(np.zeros((0, 3))) == "value []"
    assert value_text(np.array([-0.0, np.nan, -np.inf])) == "value [0 NaN −inf]"


# ── states ────────────────────────────────────────────────────────────────────────────────────


def test_before_backward_the_picture_says_so() -> None:
    graph = viz.graph(diamond(backward=False))
    assert graph.notes == ("backward has not run: there are no gradients yet",)
    assert all(node.gradient == "" and node.magnitude is None for node in graph.nodes)


def test_after_backward_nothing_is_missing() -> None:
    graph = viz.graph(diamond())
    assert graph.notes == ()
    assert [node.gradient for node in graph.nodes] == [
        "gradient 14",
        "gradient 4",
        "gradient 1",
        "gradient 1",
    ]


def test_what_backward_released_is_named_with_the_way_to_keep_it() -> None:
    graph = viz.graph(large(keep=False))
    assert graph.nodes[1].value == "value released"
    assert graph.nodes[1].gradient == "gradient released"
    assert "record()" in graph.notes[0]
    assert "retain_graph=True" in graph.notes[0]
    assert viz.graph(large(keep=True)).notes == ()


def test_gradients_of_another_graph_are_not_taken_for_this_ones() -> None:
    x = ag.tensor(3.0, requires_grad=True)
    (x * x).backward()
    leaf = viz.graph(x * 2).nodes[0]
    assert leaf.magnitude is None
    assert leaf.gradient == "earlier .grad: gradient 6"


def test_recorded_rows_show_their_line() -> None:
    with ag.record():
        z = diamond()
    lines = [node.line for node in viz.graph(z).nodes if node.kind == "operation"]
    assert all(re.fullmatch(r"test_viz_graph\.py:\d+", line) for line in lines)


def marks(y: ag.Tensor) -> dict[str, tuple[str, ...]]:
    return {node.title: node.marks for node in viz.graph(y).nodes if node.marks}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_first_nan_of_the_values_is_marked() -> None:
    with np.errstate(all="ignore"):
        y = (ag.log(ag.tensor([1.0, -1.0], requires_grad=True)) * 2 + 1).sum()
    assert marks(y) == {"v1 = log(v0)": ("NaN first made here",)}
    assert "NaN first made by v1 = log(v0)" in viz.graph(y).notes


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_infinity_and_the_nan_it_turns_into_are_both_marked() -> None:
    with np.errstate(all="ignore"):
        h = ag.exp(ag.tensor([1e4], requires_grad=True))
        y = (h - h).sum()
    assert marks(y) == {
        "v1 = exp(v0)": ("inf first made here",),
        "v2 = subtract(v1, v1)": ("NaN first made here",),
    }


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_rule_that_made_a_nan_gradient_is_marked() -> None:
    x = ag.tensor([1.0, 0.0], requires_grad=True)
    with np.errstate(all="ignore"):
        y = (ag.sqrt(x) ** 2).sum()
        y.backward()
    assert marks(y) == {"v1 = sqrt(v0)": ("gradient: NaN first made here",)}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_only_the_first_row_of_the_sweep_claims_a_nan_gradient() -> None:
    x = ag.tensor([0.0, 1.0], requires_grad=True)
    with np.errstate(all="ignore"):
        y = (ag.sqrt(x * x) * ag.sqrt(x)).sum()
        y.backward()
    assert marks(y) == {"v3 = sqrt(v0)": ("gradient: NaN first made here",)}
    legend = legend_of(viz.graph(y).diagram)
    assert legend.not_finite
    assert "trouble" in legend.kinds
    assert "trouble" not in legend_of(viz.graph(diamond()).diagram).kinds


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_row_that_only_hands_a_nan_value_on_claims_no_gradient() -> None:
    x, w = (ag.tensor([-1.0, 2.0], requires_grad=True) for _ in range(2))
    with np.errstate(all="ignore"):
        y = (ag.log(x) * w).sum()
        y.backward()
    assert marks(y) == {"v2 = log(v0)": ("NaN first made here",)}


def test_a_nan_that_was_there_from_the_start_is_blamed_on_the_leaf() -> None:
    y = ag.tensor([np.nan], requires_grad=True) + 1
    assert marks(y) == {"v0 leaf": ("NaN came in here",)}


# ── errors and limits ─────────────────────────────────────────────────────────────────────────


def chain(n: int) -> ag.Tensor:
    y = ag.tensor(1.0, requires_grad=True)
    for _ in range(n):
        y = y * 1.0
    return y


def test_too_many_nodes_are_refused_by_name_and_quickly() -> None:
    y = chain(100_000)
    start = time.perf_counter()
    with pytest.raises(GraphError, match=r"100,001 rows.*max_nodes=500.*max_nodes=100001"):
        viz.graph(y)
    assert time.perf_counter() - start < 5


def test_max_nodes_may_be_raised_and_is_inclusive() -> None:
    assert len(viz.graph(chain(600), max_nodes=601).nodes) == 601
    with pytest.raises(GraphError, match="max_nodes=600"):
        viz.graph(chain(600), max_nodes=600)
    for wrong in (0, "a", 2.5):
        with pytest.raises(ArgumentError, match=f"a whole number from 1, got {wrong!r}"):
            viz.graph(chain(1), max_nodes=wrong)  # type: ignore[arg-type]


def test_without_a_graph_there_is_nothing_to_draw() -> None:
    x = ag.tensor(1.0, requires_grad=True)
    with ag.no_grad():
        y = x * 2
    for t in (ag.tensor(1.0), y, (x * 2).detach()):
        with pytest.raises(GraphError, match=r"nothing to draw: no gradient required"):
            viz.graph(t)


def test_a_lone_leaf_is_a_graph_of_one_node() -> None:
    graph = viz.graph(ag.tensor(1.0, requires_grad=True))
    assert len(graph.nodes) == 1
    assert str(graph).startswith("v0 leaf")


def test_other_things_than_tensors_are_refused() -> None:
    with pytest.raises(DTypeError, match="a Tensor, got ndarray"):
        viz.graph(np.ones(3))  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="'neato', expected 'auto', 'dot' or 'builtin'"):
        viz.graph(diamond(), engine="neato")  # type: ignore[arg-type]


# ── text ──────────────────────────────────────────────────────────────────────────────────────


def test_printing_shows_every_node_once() -> None:
    graph = viz.graph(diamond())
    text = str(graph)
    assert repr(graph) == text
    for node in graph.nodes:
        assert text.count(node.title + " ") == 1
    assert text.splitlines() == [
        "v3 = add(v1, v2)          ()  value 24  gradient 1",
        "├─ v1 = multiply(2, v0)   ()  value 6  gradient 4",
        "│  └─ v0 leaf             ()  value 3  gradient 14",
        "└─ v2 = multiply(v1, v0)  ()  value 18  gradient 1",
        "   ├─ v0 (above)",
        "   └─ v1 (above)",
    ]


def test_printing_a_long_chain_does_not_run_to_the_right_or_overflow() -> None:
    lines = str(viz.graph(chain(5000), max_nodes=6000)).splitlines()
    titles = [line.split()[line.startswith((" ", "└"))] for line in lines if " = " in line]
    assert titles == [f"v{i}" for i in range(5000, 0, -1)]
    assert sum("(continued below)" in line for line in lines) < 1000
    assert max(map(len, lines)) <= 80


def test_what_does_not_fit_80_columns_is_left_out_or_clipped() -> None:
    x = ag.tensor(np.linspace(-1, 1, 200), requires_grad=True)
    h = x
    with ag.scope("a_module_with_a_very_long_name" * 4):
        for _ in range(12):
            h = ag.concatenate([h * np.linspace(1.01, 2.02, 200), np.ones(1)])[:-1]
    y = h.sum()
    y.backward(retain_graph=True)
    lines = str(viz.graph(y)).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("‖gradient‖" in line for line in lines)


def test_notes_stand_below_the_tree() -> None:
    assert str(viz.graph(diamond(backward=False))).endswith("there are no gradients yet")

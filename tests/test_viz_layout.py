"""The built-in layout: nothing overlaps, every arc runs downward, boxes hold exactly their own."""

from dataclasses import replace
from itertools import combinations, pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import autograd_mini as ag
from autograd_mini.rows import wengert_list
from autograd_mini.viz.graphs.boxes import ancestry
from autograd_mini.viz.graphs.layout import (
    LINE_GAP,
    Arc,
    Layout,
    Link,
    Slot,
    Stroke,
    count_crossings,
    lay_out,
    order_layers,
    rank_nodes,
    settle,
)
from autograd_mini.viz.graphs.nesting import nested_layout
from autograd_mini.viz.graphs.snapshot import snapshot

SLACK = 1e-6
Rectangle = tuple[float, float, float, float]


def around(centre: tuple[float, float], size: tuple[float, float]) -> Rectangle:
    (x, y), (width, height) = centre, size
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def overlap(one: Rectangle, other: Rectangle) -> bool:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > SLACK and high > SLACK


def inside(inner: Rectangle, outer: Rectangle) -> bool:
    low = all(a >= b - SLACK for a, b in zip(inner[:2], outer[:2], strict=True))
    return low and all(a <= b + SLACK for a, b in zip(inner[2:], outer[2:], strict=True))


def points_along(stroke: Stroke) -> list[tuple[float, float]]:
    """Sample the Bézier curves that are drawn between the points of a stroke."""
    samples = []
    for (x, y), (x_end, y_end) in pairwise(stroke):
        for t in np.linspace(0, 1, 9):
            s = 1 - t
            middle = (y + y_end) / 2
            along = s**3 * x + 3 * s**2 * t * x + 3 * s * t**2 * x_end + t**3 * x_end
            down = s**3 * y + 3 * s**2 * t * middle + 3 * s * t**2 * middle + t**3 * y_end
            samples.append((float(along), float(down)))
    return samples


def strictly_in(point: tuple[float, float], box: Rectangle) -> bool:
    x, y = point
    return box[0] + SLACK < x < box[2] - SLACK and box[1] + SLACK < y < box[3] - SLACK


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[tuple[float, float]], list[Arc]]:
    n_nodes = draw(st.integers(1, 12))
    length = st.floats(5, 150)
    sizes = [(draw(length), draw(length)) for _ in range(n_nodes)]
    pairs = list(combinations(range(n_nodes), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=20)) if pairs else []
    label = st.sampled_from([(0.0, 0.0), (40.0, 12.0), (120.0, 12.0)])
    return sizes, [Arc(tail, head, draw(label)) for tail, head in chosen]


def check_apart(
    boxes: list[Rectangle], labels: list[Rectangle], strokes: list[list[Stroke]]
) -> None:
    """Check that no box, label or arc runs over another box or label."""
    for one, other in combinations([*boxes, *labels], 2):
        assert not overlap(one, other)
    for parts in strokes:
        for stroke in parts:
            for (_, y), (_, y_next) in pairwise(stroke):
                assert y_next >= y - SLACK
            for point in points_along(stroke):
                assert not any(strictly_in(point, box) for box in [*boxes, *labels])


@given(graphs())
@settings(deadline=None, max_examples=150)
def test_nothing_overlaps_and_arcs_run_downward(
    graph: tuple[list[tuple[float, float]], list[Arc]],
) -> None:
    sizes, arcs = graph
    layout = lay_out(sizes, arcs)
    boxes = [around(c, s) for c, s in zip(layout.nodes, sizes, strict=True)]
    labels = [
        around(c, arc.label) for c, arc in zip(layout.labels, arcs, strict=True) if arc.label[1]
    ]
    check_apart(boxes, labels, layout.strokes)
    for arc, strokes in zip(arcs, layout.strokes, strict=True):
        tail, head = boxes[arc.tail], boxes[arc.head]
        assert tail[3] < head[1]
        assert strokes[0][0] == pytest.approx((layout.nodes[arc.tail][0], tail[3]))
        assert strokes[-1][-1][1] == pytest.approx(head[1])
        assert head[0] - SLACK <= strokes[-1][-1][0] <= head[2] + SLACK
        assert len(strokes) == (2 if arc.label[1] else 1)
    for left, top, right, bottom in [*boxes, *labels]:
        assert left >= -SLACK
        assert top >= -SLACK
        assert right <= layout.width + SLACK
        assert bottom <= layout.height + SLACK


@given(graphs())
@settings(deadline=None, max_examples=30)
def test_the_same_graph_gives_the_same_layout(
    graph: tuple[list[tuple[float, float]], list[Arc]],
) -> None:
    assert lay_out(*graph) == lay_out(*graph)


def test_an_empty_graph_has_an_empty_layout() -> None:
    assert lay_out([], []) == Layout(0.0, 0.0, [], [], [])


def test_leaves_stand_just_above_what_uses_them() -> None:
    arcs = [Arc(0, 1), Arc(1, 2), Arc(2, 3), Arc(4, 3)]
    assert rank_nodes(5, arcs, (), ()) == [0, 1, 2, 3, 2]


def test_ports_have_the_first_and_the_last_layer_for_themselves() -> None:
    arcs = [Arc(0, 1), Arc(2, 1), Arc(1, 3)]
    assert rank_nodes(4, arcs, top=[0], bottom=[3]) == [0, 2, 1, 3]


def test_a_cycle_is_refused() -> None:
    with pytest.raises(ValueError, match="cycle"):
        lay_out([(1.0, 1.0)] * 2, [Arc(0, 1), Arc(1, 0)])


def test_a_chain_is_a_straight_line() -> None:
    layout = lay_out([(20.0 + i, 10.0) for i in range(6)], [Arc(i, i + 1) for i in range(5)])
    assert np.ptp([x for x, _ in layout.nodes]) < SLACK


def test_the_main_line_stays_straight_when_others_join_it() -> None:
    arcs = [Arc(0, 1, pull=100.0), Arc(3, 1), Arc(1, 2, pull=100.0), Arc(4, 2)]
    layout = lay_out([(50.0, 10.0)] * 5, arcs)
    assert np.ptp([layout.nodes[i][0] for i in range(3)]) < 3


def test_ten_uses_of_one_input_share_a_trunk() -> None:
    chain = [Arc(i, i + 1) for i in range(10)]
    skips = [Arc(11, i) for i in range(1, 11)]
    layout = lay_out([(20.0, 10.0)] * 12, chain + skips)
    past_nodes = {
        start
        for strokes in layout.strokes[10:]
        for stroke in strokes
        for start, end in pairwise(stroke)
        if end[0] == start[0] and end[1] - start[1] == pytest.approx(10.0)
    }
    assert len(past_nodes) == 9  # one a layer; each for itself, they would be 9 + 8 + … + 1


def linked(n_upper: int, n_lower: int, pairs: list[tuple[int, int]]) -> list[list[Slot]]:
    layers = [
        [Slot(layer, 10, 10, True, place=i) for i in range(n)]
        for layer, n in enumerate((n_upper, n_lower))
    ]
    for upper, lower in pairs:
        link = Link(layers[0][upper], layers[1][lower], 0.0, 0.0, 1.0)
        link.upper.below.append(link)
        link.lower.above.append(link)
    return layers


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=15))
def test_crossings_are_counted_as_pair_by_pair(pairs: list[tuple[int, int]]) -> None:
    crossing = sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(pairs, 2))
    assert count_crossings(linked(6, 6, pairs)) == crossing


@given(st.permutations(range(6)))
def test_ordering_undoes_a_shuffle(order: list[int]) -> None:
    layers = linked(6, 6, list(enumerate(order)))
    order_layers(layers)
    assert count_crossings(layers) == 0


def test_the_side_edges_of_the_diamond_do_not_cross() -> None:
    arcs = [Arc(0, 1), Arc(1, 2), Arc(0, 2), Arc(1, 3), Arc(2, 3)]
    layout = lay_out([(120.0, 30.0)] * 4, [replace(arc, label=(60.0, 12.0)) for arc in arcs])
    furthest_right = [max(x for stroke in layout.strokes[arc] for x, _ in stroke) for arc in (2, 3)]
    passes_right = [
        x > layout.nodes[n][0] + 60 for n, x in zip((1, 2), furthest_right, strict=True)
    ]
    assert sorted(passes_right) == [False, True]


@given(
    st.lists(
        st.tuples(st.floats(-100, 100), st.floats(0.1, 10), st.floats(0, 50)),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.floats(0, 30), min_size=6, max_size=6),
)
def test_settling_is_least_squares_under_the_distances(
    wanted: list[tuple[float, float, float]], extra: list[float]
) -> None:
    wishes, weights, widths = (list(column) for column in zip(*wanted, strict=True))
    layer = [Slot(1, width, 0.0, False) for width in widths]
    settle(layer, wishes, weights)

    def cost(xs: list[float]) -> float:
        return sum(w * (x - wish) ** 2 for w, x, wish in zip(weights, xs, wishes, strict=True))

    xs = [slot.x for slot in layer]
    for left, right in pairwise(layer):
        assert right.x - left.x >= (left.width + right.width) / 2 + LINE_GAP - SLACK
    for shift in (-1.0, -0.1, 0.1, 1.0):  # no feasible move of a tail of the layer is better
        for i in range(len(xs)):
            moved = xs[:i] + [x + abs(shift) for x in xs[i:]]
            assert cost(moved) >= cost(xs) - 1e-6 * (1 + cost(xs))
            moved = [x - abs(shift) for x in xs[: i + 1]] + xs[i + 1 :]
            assert cost(moved) >= cost(xs) - 1e-6 * (1 + cost(xs))
    spaced = np.cumsum([0.0, *[e + 60 for e in extra[: len(xs) - 1]]])
    for start in (-100.0, 0.0, 100.0):
        assert cost([start + float(x) for x in spaced]) >= cost(xs) - 1e-6


@st.composite
def scoped_results(draw: st.DrawFn) -> ag.Tensor:
    """A random computation with nested, repeated and re-entered scopes."""
    names = st.sampled_from(["", "a", "a.b", "a.b.c", "a.d", "e"])
    values = [ag.tensor(1.0, requires_grad=True), ag.tensor(0.5)]
    for i in range(draw(st.integers(1, 14))):
        if draw(st.booleans()):
            leaf = ag.tensor(0.5, requires_grad=True)
            leaf.row.name = f"p{i}"
            values.append(leaf)
        left, right = draw(st.integers(0, len(values) - 1)), draw(st.integers(0, len(values) - 1))
        scope = draw(names)
        if scope:
            with ag.scope(scope):
                values.append(values[left] + values[right])
        else:
            values.append(values[left] * values[right])
    return ag.stack([v for v in values if v.requires_grad][-4:]).sum()


@given(scoped_results())
@settings(deadline=None, max_examples=100)
def test_boxes_hold_their_nodes_and_nothing_else(y: ag.Tensor) -> None:
    diagram = snapshot(wengert_list(y.row))
    sizes = [(60.0 + 7 * (i % 5), 30.0) for i in range(len(diagram.nodes))]
    texts = [(50.0, 12.0) if edge.label else (0.0, 0.0) for edge in diagram.edges]
    geometry = nested_layout(diagram, sizes, texts, [30.0] * len(diagram.boxes))
    nodes = [around(c, s) for c, s in zip(geometry.nodes, sizes, strict=True)]
    labels = [around(c, s) for c, s in zip(geometry.labels, texts, strict=True) if s[1]]
    check_apart(nodes, labels, geometry.strokes)
    boxes = [(x, y, x + width, y + height) for x, y, width, height in geometry.boxes]
    for i, box in enumerate(boxes):
        for node, rectangle in zip(diagram.nodes, nodes, strict=True):
            if i in ancestry(node.box, diagram.boxes):
                assert inside(rectangle, box)
            else:
                assert not overlap(rectangle, box)
        for j, other in enumerate(boxes[:i]):
            if j in ancestry(i, diagram.boxes):
                assert inside(box, other)
            else:
                assert not overlap(box, other)
    for edge, strokes in zip(diagram.edges, geometry.strokes, strict=True):
        start, end = strokes[0][0], strokes[-1][-1]
        assert start[1] == pytest.approx(nodes[edge.tail][3])
        assert end[1] == pytest.approx(nodes[edge.head][1])
        gaps = pairwise(strokes)
        for above, below in gaps:  # unbroken, but for the label
            jump = below[0][1] - above[-1][1]
            assert above[-1][0] == pytest.approx(below[0][0])
            assert jump == pytest.approx(0.0) or jump == pytest.approx(12.0)


def test_a_module_that_is_called_twice_has_two_boxes() -> None:
    x = ag.tensor(1.0, requires_grad=True)
    with ag.scope("cell"):
        h = x * 2
    h = h + 1
    with ag.scope("cell"):
        h = h * 2
    diagram = snapshot(wengert_list(h.row))
    assert [box.scope for box in diagram.boxes] == ["cell", "cell"]


def test_a_shared_parameter_stands_outside_of_its_users() -> None:
    weight = ag.tensor(1.0, requires_grad=True)
    weight.row.name = "weight"
    bias = ag.tensor(1.0, requires_grad=True)
    bias.row.name = "bias"
    with ag.scope("net"):
        with ag.scope("one"):
            h = weight * bias
        with ag.scope("two"):
            h = h * weight
    diagram = snapshot(wengert_list(h.row))
    homes = {
        node.title: [diagram.boxes[i].scope for i in ancestry(node.box, diagram.boxes)]
        for node in diagram.nodes
    }
    assert homes["v0 parameter weight"] == ["net"]
    assert homes["v1 parameter bias"] == ["net", "net.one"]

"""The layout of a diagram with boxes inside boxes.

Every box is laid out by itself, innermost first, and is then a single node of its parent's layout:
so no box can overlap another, or a node that is not its own. An edge that crosses borders is cut
into one arc a box, which meet in ports on the borders; the edges of one tail share their ports.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from autograd_mini.viz.graphs.boxes import ancestry, n_common
from autograd_mini.viz.graphs.diagram import Diagram
from autograd_mini.viz.graphs.layout import Arc, Layout, Point, Size, Stroke, lay_out
from autograd_mini.viz.graphs.main_line import main_edges

PADDING = 9.0
TITLE_HEIGHT = 13.0
NOTHING = (0.0, 0.0)
MAIN_PULL = 100.0
"""How much straighter the main line is drawn than what joins it."""

Place = tuple[Literal["node", "box", "in", "out"], int]
"""A thing inside a box: a node or a box by its index, or the port of the edges from a tail node."""

Piece = tuple[Place, Place, int, int]
"""An arc inside a box: from, to, the tail node whose edges it carries, and the edge that ends here
(−1 if the arc ends in a port)."""


@dataclass(frozen=True)
class Geometry:
    """Where everything is: centres of nodes and labels, strokes of edges, rectangles of boxes.

    A rectangle is (left, top, width, height).
    """

    width: float
    height: float
    nodes: list[Point]
    labels: list[Point]
    strokes: list[list[Stroke]]
    boxes: list[tuple[float, float, float, float]]

    def moved(self, dx: float, dy: float) -> "Geometry":
        """Return the same, further right and down."""

        def move(points: Sequence[Point]) -> list[Point]:
            return [(x + dx, y + dy) for x, y in points]

        return Geometry(
            self.width,
            self.height,
            move(self.nodes),
            move(self.labels),
            [[tuple(move(stroke)) for stroke in strokes] for strokes in self.strokes],
            [(x + dx, y + dy, width, height) for x, y, width, height in self.boxes],
        )


class Interior:
    """What lies directly inside one box, and how it is laid out. ``origin``: its upper left."""

    def __init__(self) -> None:
        self.sizes: dict[Place, Size] = {}
        self.pieces: dict[Piece, Size] = {}
        self.pulls: dict[Piece, float] = {}
        self.index: dict[Place | Piece, int] = {}
        self.layout = Layout(0.0, 0.0, [], [], [])
        self.origin = NOTHING

    def port(self, port: Place) -> float:
        """Return how far a port lies to the right of the middle."""
        return self.layout.nodes[self.index[port]][0] - self.layout.width / 2

    def at(self, place: Place) -> Point:
        """Return the centre of ``place`` in the picture."""
        return self._moved(self.layout.nodes[self.index[place]])

    def label(self, piece: Piece) -> Point:
        """Return the centre of the label of ``piece`` in the picture."""
        return self._moved(self.layout.labels[self.index[piece]])

    def strokes(self, piece: Piece) -> list[Stroke]:
        """Return the strokes of ``piece`` in the picture, drawn out to the borders it touches."""
        strokes = [
            tuple(map(self._moved, stroke)) for stroke in self.layout.strokes[self.index[piece]]
        ]
        if piece[0][0] == "in":
            x, y = strokes[0][0]
            strokes[0] = ((x, y - PADDING - TITLE_HEIGHT), *strokes[0])
        if piece[1][0] == "out":
            x, y = strokes[-1][-1]
            strokes[-1] = (*strokes[-1], (x, y + PADDING))
        return strokes

    def _moved(self, point: Point) -> Point:
        return point[0] + self.origin[0], point[1] + self.origin[1]


def nested_layout(
    diagram: Diagram, sizes: Sequence[Size], labels: Sequence[Size], titles: Sequence[float]
) -> Geometry:
    """Lay out nodes of ``sizes``, edges with ``labels``, and boxes with ``titles`` of a width."""
    interiors: dict[int | None, Interior] = defaultdict(Interior)
    for i, node in enumerate(diagram.nodes):
        for box in ancestry(node.box, diagram.boxes):
            interiors[diagram.boxes[box].parent].sizes.setdefault(("box", box), NOTHING)
        interiors[node.box].sizes["node", i] = sizes[i]
    routes = [_cut(diagram, i, label, interiors) for i, label in enumerate(labels)]
    for edge in main_edges(diagram):
        for inside, piece in routes[edge]:
            interiors[inside].pulls[piece] = MAIN_PULL
    depths = [len(ancestry(box, diagram.boxes)) for box in range(len(diagram.boxes))]
    outer_sizes: dict[int, Size] = {}
    for box in sorted(range(len(depths)), key=lambda box: -depths[box]):
        layout = _arrange(interiors, box)
        outer_sizes[box] = (
            max(layout.width, titles[box]) + 2 * PADDING,
            layout.height + 2 * PADDING + TITLE_HEIGHT,
        )
        interiors[diagram.boxes[box].parent].sizes["box", box] = outer_sizes[box]
    whole = _arrange(interiors, None)

    rectangles = []
    for box, (width, height) in sorted(outer_sizes.items()):
        x, y = interiors[diagram.boxes[box].parent].at(("box", box))
        interior = interiors[box]
        interior.origin = (x - interior.layout.width / 2, y - height / 2 + PADDING + TITLE_HEIGHT)
        rectangles.append((x - width / 2, y - height / 2, width, height))
    return Geometry(
        width=whole.width,
        height=whole.height,
        nodes=[interiors[node.box].at(("node", i)) for i, node in enumerate(diagram.nodes)],
        labels=[interiors[route[-1][0]].label(route[-1][1]) for route in routes],
        strokes=[
            [stroke for box, piece in route for stroke in interiors[box].strokes(piece)]
            for route in routes
        ],
        boxes=rectangles,
    )


def _cut(
    diagram: Diagram, edge: int, label: Size, interiors: dict[int | None, Interior]
) -> list[tuple[int | None, Piece]]:
    """Cut an edge at the borders that it crosses; note the pieces in their boxes, return them."""
    tail, head = diagram.edges[edge].tail, diagram.edges[edge].head
    around_tail = ancestry(diagram.nodes[tail].box, diagram.boxes)
    around_head = ancestry(diagram.nodes[head].box, diagram.boxes)
    n_shared = n_common(around_tail, around_head)
    route: list[tuple[int | None, Piece]] = []
    here: Place = ("node", tail)
    for box in reversed(around_tail[n_shared:]):
        interiors[box].sizes["out", tail] = NOTHING
        route.append((box, (here, ("out", tail), tail, -1)))
        here = ("box", box)
    inside = around_tail[n_shared - 1] if n_shared else None
    for box in around_head[n_shared:]:
        interiors[box].sizes["in", tail] = NOTHING
        route.append((inside, (here, ("box", box), tail, -1)))
        here, inside = ("in", tail), box
    for crossed, piece in route:
        interiors[crossed].pieces[piece] = NOTHING
    final: Piece = (here, ("node", head), tail, edge)
    interiors[inside].pieces[final] = label
    return [*route, (inside, final)]


def _arrange(interiors: dict[int | None, Interior], box: int | None) -> Layout:
    """Lay out what lies directly in ``box``; the boxes in it have been laid out already."""
    interior = interiors[box]
    index = interior.index
    index.update((place, i) for i, place in enumerate(interior.sizes))
    index.update((piece, i) for i, piece in enumerate(interior.pieces))
    arcs = []
    for piece, label in interior.pieces.items():
        start, end, tail, _ = piece
        tail_at, head_at = 0.0, None if end[0] == "node" else 0.0
        if start[0] == "box":
            tail_at = interiors[start[1]].port(("out", tail))
        if end[0] == "box":
            head_at = interiors[end[1]].port(("in", tail))
        pull = interior.pulls.get(piece, 1.0)
        arcs.append(Arc(index[start], index[end], label, tail_at, head_at, pull))
    interior.layout = lay_out(
        list(interior.sizes.values()),
        arcs,
        top=[index[place] for place in interior.sizes if place[0] == "in"],
        bottom=[index[place] for place in interior.sizes if place[0] == "out"],
    )
    return interior.layout

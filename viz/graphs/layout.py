"""A layered layout of a graph without cycles: who stands in which layer, where, and how arcs run.

The method of K. Sugiyama, S. Tagawa and M. Toda 1981, "Methods for visual understanding of
hierarchical system structures", in four steps: layers by longest path, order within layers by
barycentres, x by averaging neighbours at a minimal distance, y by stacking. An arc over many
layers takes up room in each of them, and so does its label: nothing can overlap. The arcs of one
tail share a trunk until they part. Lengths are points; y grows downward.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

Size = tuple[float, float]
Point = tuple[float, float]
Stroke = tuple[Point, ...]

NODE_GAP = 18.0
"""Least distance of two boxes in a layer."""
LINE_GAP = 9.0
"""Least distance of a passing arc from its neighbours."""
LAYER_GAP = 9.0
PORT_GAP = 16.0
"""Distance of arrowheads on one box, where it is wide enough."""
LEAN = 0.08
"""How much of the way to the side a gap between layers is at least high."""
ORDER_SWEEPS = 40
SHIFT_SWEEPS = 12
PATIENCE = 10
STRAIGHTEN = 6.0
"""How much harder a link between two passing points pulls than one that ends at a box."""


@dataclass(frozen=True)
class Arc:
    """From node ``tail`` down to node ``head``; ``label`` is the room wanted just above the head.

    ``tail_at`` and ``head_at``: where it meets the boxes, as x from their centres; None spreads the
    arrowheads evenly. ``pull``: how hard it tries to be straight.
    """

    tail: int
    head: int
    label: Size = (0.0, 0.0)
    tail_at: float = 0.0
    head_at: float | None = None
    pull: float = 1.0


@dataclass(frozen=True)
class Layout:
    """Centres of nodes and labels, and the strokes of each arc.

    Consecutive points of a stroke are joined by a vertical line, or by an S whose ends are
    vertical. A stroke breaks off at a label.
    """

    width: float
    height: float
    nodes: list[Point]
    labels: list[Point]
    strokes: list[list[Stroke]]


@dataclass(eq=False)
class Slot:
    """Something that takes up room in a layer: a node, a label, or a point that an arc passes.

    ``above`` and ``below``: the links to slots of the neighbouring layers. ``ceiling`` and
    ``ground``: where its layer begins and ends.
    """

    layer: int
    width: float
    height: float
    is_node: bool
    above: list["Link"] = field(default_factory=list)
    below: list["Link"] = field(default_factory=list)
    place: int = 0
    x: float = 0.0
    ceiling: float = 0.0
    ground: float = 0.0

    @property
    def y(self) -> float:
        return (self.ceiling + self.ground) / 2


@dataclass
class Link:
    """One step of an arc, from an upper slot to a lower one, at offsets from their centres.

    ``spread``: the lower offset is free, to be chosen when the order is known.
    """

    upper: Slot
    lower: Slot
    upper_at: float
    lower_at: float
    pull: float
    spread: bool = False

    @property
    def lean(self) -> float:
        """How far the lower end lies to the right of the upper one."""
        return self.lower.x + self.lower_at - self.upper.x - self.upper_at


def lay_out(
    sizes: Sequence[Size],
    arcs: Sequence[Arc],
    top: Collection[int] = (),
    bottom: Collection[int] = (),
) -> Layout:
    """Place boxes of ``sizes`` so that every arc runs downward and nothing overlaps.

    ``top`` and ``bottom``: nodes that stand alone in the first and in the last layer.
    Raises ValueError if the arcs form a cycle.
    """
    ranks = rank_nodes(len(sizes), arcs, top, bottom)
    nodes = [Slot(2 * rank, *size, True) for rank, size in zip(ranks, sizes, strict=True)]
    chains = _chains(nodes, arcs)
    layers: list[list[Slot]] = [[] for _ in range(2 * max(ranks, default=0) + 1)]
    for slot in dict.fromkeys([*nodes, *(slot for chain in chains for slot in chain)]):
        layers[slot.layer].append(slot)
    for layer in layers:
        _number(layer)
    order_layers(layers)
    _spread_arrowheads(nodes)
    _shift(layers)
    height = _stack(layers)
    return Layout(
        width=max((slot.x + slot.width / 2 for layer in layers for slot in layer), default=0.0),
        height=height,
        nodes=[(slot.x, slot.y) for slot in nodes],
        labels=[(chain[-2].x, chain[-2].y) for chain in chains],
        strokes=[_strokes(arc, chain) for arc, chain in zip(arcs, chains, strict=True)],
    )


def _strokes(arc: Arc, chain: list[Slot]) -> list[Stroke]:
    """Return the way of an arc: straight down through layers, leaning only between them."""
    tail, *passed, head = chain
    x = tail.x + arc.tail_at
    strokes: list[Stroke] = []
    points = [(x, tail.y + tail.height / 2), (x, tail.ground)]
    for slot in passed:
        points.append((slot.x, slot.ceiling))
        if slot.height:
            strokes.append((*points, (slot.x, slot.y - slot.height / 2)))
            points = [(slot.x, slot.y + slot.height / 2)]
        points.append((slot.x, slot.ground))
    (last,) = passed[-1].below
    x = head.x + last.lower_at
    return [*strokes, (*points, (x, head.ceiling), (x, head.y - head.height / 2))]


def rank_nodes(
    n_nodes: int, arcs: Sequence[Arc], top: Collection[int], bottom: Collection[int]
) -> list[int]:
    """Return the layer of each node: below all its tails, and close to its heads.

    Raises ValueError if the arcs form a cycle.
    """
    heads: list[list[int]] = [[] for _ in range(n_nodes)]
    tails: list[list[int]] = [[] for _ in range(n_nodes)]
    for arc in arcs:
        heads[arc.tail].append(arc.head)
        tails[arc.head].append(arc.tail)
    missing = [len(nodes) for nodes in tails]
    order = [node for node in range(n_nodes) if not missing[node]]
    ranks = [0 if node in top or not top else 1 for node in range(n_nodes)]
    for node in order:
        for head in heads[node]:
            ranks[head] = max(ranks[head], ranks[node] + 1)
            missing[head] -= 1
            if not missing[head]:
                order.append(head)
    if len(order) < n_nodes:
        raise ValueError("the arcs form a cycle")
    floor = max((ranks[node] for node in range(n_nodes) if node not in bottom), default=-1) + 1
    for node in bottom:
        ranks[node] = floor
    for node in reversed(order):
        if node not in top and heads[node] and len(tails[node]) <= len(heads[node]):
            ranks[node] = min(ranks[head] for head in heads[node]) - 1
    return ranks


def _chains(nodes: list[Slot], arcs: Sequence[Arc]) -> list[list[Slot]]:
    """Return the slots that each arc passes, its ends included, and link them."""
    trunks: dict[tuple[int, float], list[Slot]] = {}
    chains = []
    for arc in arcs:
        tail, head = nodes[arc.tail], nodes[arc.head]
        trunk = trunks.setdefault((arc.tail, arc.tail_at), [])
        while tail.layer + 1 + len(trunk) < head.layer - 1:
            slot = Slot(tail.layer + 1 + len(trunk), 0.0, 0.0, False)
            _link(trunk[-1] if trunk else tail, slot, arc)
            trunk.append(slot)
        shared = trunk[: head.layer - tail.layer - 2]
        label = Slot(head.layer - 1, *arc.label, False)
        _link(shared[-1] if shared else tail, label, arc)
        _link(label, head, arc)
        chains.append([tail, *shared, label, head])
    return chains


def _link(upper: Slot, lower: Slot, arc: Arc) -> None:
    link = Link(
        upper,
        lower,
        upper_at=arc.tail_at if upper.is_node else 0.0,
        lower_at=arc.head_at or 0.0 if lower.is_node else 0.0,
        pull=arc.pull if upper.is_node or lower.is_node else STRAIGHTEN * arc.pull,
        spread=lower.is_node and arc.head_at is None,
    )
    upper.below.append(link)
    lower.above.append(link)


def order_layers(layers: list[list[Slot]]) -> None:
    """Sort every layer so that few links cross, by sweeps of barycentres; the best order stays."""
    best, fewest, idle = [list(layer) for layer in layers], count_crossings(layers), 0
    coin = Random(0)
    for sweep in range(ORDER_SWEEPS):
        if not fewest or idle == PATIENCE:
            break
        downward = sweep % 2 == 0
        for layer in layers if downward else reversed(layers):
            if coin.random() < 0.5:
                layer.reverse()  # so that equals change places: one of the orders crosses less
            _sort_by_barycentre(layer, downward)
        crossings = count_crossings(layers)
        idle += 1
        if crossings < fewest:
            best, fewest, idle = [list(layer) for layer in layers], crossings, 0
    for layer, order in zip(layers, best, strict=True):
        layer[:] = order
        _number(layer)


def _sort_by_barycentre(layer: list[Slot], downward: bool) -> None:
    keys = {}
    for slot in layer:
        links = slot.above if downward else slot.below
        places = [_upper_place(link) if downward else _lower_place(link) for link in links]
        keys[id(slot)] = sum(places) / len(places) if places else float(slot.place)
    layer.sort(key=lambda slot: keys[id(slot)])
    _number(layer)


def _number(layer: list[Slot]) -> None:
    for place, slot in enumerate(layer):
        slot.place = place


def _upper_place(link: Link) -> float:
    return link.upper.place + link.upper_at / (link.upper.width + 1)


def _lower_place(link: Link) -> float:
    return link.lower.place + link.lower_at / (link.lower.width + 1)


def count_crossings(layers: list[list[Slot]]) -> int:
    """Return how many pairs of links cross."""
    n_crossings = 0
    for layer in layers:
        links = [link for slot in layer for link in slot.below]
        ends = sorted((_upper_place(link), _lower_place(link)) for link in links)
        passed: list[float] = []
        for _, lower in ends:
            at = bisect_right(passed, lower)
            n_crossings += len(passed) - at
            passed.insert(at, lower)
    return n_crossings


def _spread_arrowheads(nodes: list[Slot]) -> None:
    """Put the arrowheads on a box side by side, the main one in the middle: it runs straight."""
    for node in nodes:
        links = sorted((link for link in node.above if link.spread), key=_upper_place)
        if not links:
            continue
        middle = max(range(len(links)), key=lambda i: links[i].pull)
        n_aside = max(middle, len(links) - 1 - middle, 1)
        gap = min(PORT_GAP, max(node.width - PORT_GAP, 0.0) / 2 / n_aside)
        for i, link in enumerate(links):
            link.lower_at = (i - middle) * gap


def _shift(layers: list[list[Slot]]) -> None:
    """Set x: draw every slot towards its neighbours, as far as the others of its layer allow."""
    for layer in layers:
        settle(layer, [0.0] * len(layer), [1.0] * len(layer))
    for sweep in range(SHIFT_SWEEPS):
        downward = sweep % 2 == 0
        for layer in layers if downward else reversed(layers):
            wishes, weights = [], []
            for slot in layer:
                up = [(link.pull, slot.x - link.lean) for link in slot.above]
                down = [(link.pull, slot.x + link.lean) for link in slot.below]
                pulls = (up or down) if downward else (down or up)
                weight = sum(pull for pull, _ in pulls)
                wishes.append(sum(p * x for p, x in pulls) / weight if weight else slot.x)
                weights.append(weight or 0.1)
            settle(layer, wishes, weights)
    slots = [slot for layer in layers for slot in layer]
    left = min((slot.x - slot.width / 2 for slot in slots), default=0.0)
    for slot in slots:
        slot.x -= left


def settle(layer: list[Slot], wishes: list[float], weights: list[float]) -> None:
    """Set x to the weighted least-squares answer to ``wishes`` that keeps order and distances.

    Isotonic regression by pooling adjacent violators, after the distances are taken off.
    """
    offsets = [0.0]
    for left, right in pairwise(layer):
        gap = NODE_GAP if left.is_node and right.is_node else LINE_GAP
        offsets.append(offsets[-1] + (left.width + right.width) / 2 + gap)
    pools: list[tuple[float, float, int]] = []
    for wish, weight, offset in zip(wishes, weights, offsets, strict=False):
        mean, total, size = wish - offset, weight, 1
        while pools and pools[-1][0] > mean:
            other, its_total, its_size = pools.pop()
            mean = (mean * total + other * its_total) / (total + its_total)
            total, size = total + its_total, size + its_size
        pools.append((mean, total, size))
    shifts = [mean for mean, _, size in pools for _ in range(size)]
    for slot, shift, offset in zip(layer, shifts, offsets, strict=False):
        slot.x = shift + offset


def _stack(layers: list[list[Slot]]) -> float:
    """Set where each layer begins and ends, and return the height of all.

    Links that run far to the side get a higher gap, so that they do not lie flat.
    """
    y = gap = 0.0
    for layer in layers:
        ceiling, y = y + gap, y + gap + max((slot.height for slot in layer), default=0.0)
        for slot in layer:
            slot.ceiling, slot.ground = ceiling, y
        reach = max((abs(link.lean) for slot in layer for link in slot.below), default=0.0)
        gap = LAYER_GAP if y > ceiling else LAYER_GAP / 2
        gap += min(reach * LEAN, 4 * LAYER_GAP)
    return y

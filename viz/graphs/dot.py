"""The picture in Graphviz's language, for ``dot`` to lay out.

All texts go in as escaped HTML-like labels, so no name can break out of its place.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from autograd_mini.viz.graphs.boxes import ancestry, n_common
from autograd_mini.viz.graphs.diagram import Diagram, Node
from autograd_mini.viz.graphs.looks import LOOKS, Legend, fill_of, legend_of, look_of
from autograd_mini.viz.graphs.main_line import main_edges
from autograd_mini.viz.graphs.palette import BOX_FILL, BOX_LINE, FAINT, INK, TROUBLE, Scale

FONT = "DejaVu Sans,Verdana,sans-serif"  # Verdana has the same widths, where DejaVu is missing


def dot_source(diagram: Diagram) -> str:
    """Return ``diagram`` in the DOT language."""
    from graphviz import Digraph

    legend = legend_of(diagram)
    text = {"fontname": FONT, "fontcolor": INK}
    picture = Digraph(
        "tape",
        graph_attr={
            **text,
            "label": _legend_label(legend),
            "labelloc": "t",
            "labeljust": "l",
            "fontsize": "10",
            "nodesep": "0.3",
            "ranksep": "0.35",
        },
        node_attr={**text, "shape": "box", "fontsize": "9", "margin": "0.1,0.06", "height": "0.2"},
        edge_attr={**text, "fontsize": "9", "color": "#555555", "arrowsize": "0.6"},
    )
    _fill(picture, diagram, legend.scale)
    main = main_edges(diagram)
    for i, edge in enumerate(diagram.edges):
        head, tail = diagram.nodes[edge.head].name, diagram.nodes[edge.tail].name
        attributes = {} if edge.differentiable else {"style": "dashed", "color": FAINT}
        if i in main:
            attributes["weight"] = "8"
        if edge.label:
            attributes["label"] = f"<{_pad(escape(edge.label))}>"
        picture.edge(tail, head, **attributes)
    for tail, leaf in _stacking(diagram, main):
        picture.edge(tail, leaf, style="invis")
    return str(picture.source)


def _stacking(diagram: Diagram, main: set[int]) -> list[tuple[str, str]]:
    """Return invisible edges from what enters a box to its parameters: they keep boxes stacked."""
    parameters: dict[int, list[str]] = {}
    for node in diagram.nodes:
        if node.box is not None and node.kind != "operation":
            parameters.setdefault(node.box, []).append(node.name)
    pairs = []
    for i in sorted(main):
        tail, head = diagram.nodes[diagram.edges[i].tail], diagram.nodes[diagram.edges[i].head]
        around_head = ancestry(head.box, diagram.boxes)
        entered = around_head[n_common(ancestry(tail.box, diagram.boxes), around_head) :]
        pairs += [(tail.name, leaf) for box in entered for leaf in parameters.get(box, [])]
    return pairs


def _fill(picture: Any, diagram: Diagram, scale: Scale | None) -> None:
    """Add the nodes, each in the cluster of its module; inner clusters before their parents."""
    from graphviz import Digraph

    clusters = [
        Digraph(
            f"cluster_{i}",
            graph_attr={
                "label": f"<<b>{escape(box.scope)}</b>>",
                "style": "rounded,filled",
                "color": BOX_LINE,
                "fillcolor": BOX_FILL,
                "labeljust": "l",
                "fontsize": "9",
                "fontcolor": BOX_LINE,
            },
        )
        for i, box in enumerate(diagram.boxes)
    ]
    for node in diagram.nodes:
        place = picture if node.box is None else clusters[node.box]
        place.node(node.name, **_node_attributes(node, scale))
    for box, cluster in reversed(list(zip(diagram.boxes, clusters, strict=True))):
        (picture if box.parent is None else clusters[box.parent]).subgraph(cluster)


def _node_attributes(node: Node, scale: Scale | None) -> dict[str, str]:
    look = look_of(node)
    lines = [f"<b>{escape(node.title)}</b>", *map(escape, node.body)]
    lines += [f'<font color="{TROUBLE}"><b>{escape(mark)}</b></font>' for mark in node.marks]
    style = ["filled"] + ["rounded"] * look.rounded + ["dashed"] * look.dashed
    return {
        "label": f"<{'<br/>'.join(lines)}>",
        "style": ",".join(style),
        "fillcolor": fill_of(node, scale),
        "color": look.line,
        "fontcolor": look.ink,
        "penwidth": str(look.border),
        "peripheries": "2" if look.double else "1",
    }


def _legend_label(legend: Legend) -> str:
    lines = [f"<b>{escape(note)}</b>" for note in legend.notes]
    rows = [_row([f'<td align="left">{line}</td>']) for line in lines]
    if legend.scale is not None:
        low, high = legend.ticks
        bar = [_words(f"‖gradient‖ {low}"), *(_cell(colour, 0) for colour in legend.cells)]
        bar.append(_words(high))
        for colour, meaning in legend.extras:
            bar += [_cell(colour, 1), _words(meaning)]
        rows.append(_row([f'<td align="left">{_table(bar)}</td>']))
    kinds = [f"<td>{_swatch(kind)}</td>" for kind in legend.kinds]
    rows.append(_row([f'<td align="left">{_table(kinds, spacing=4)}</td>']))
    return f'<<table border="0" cellborder="0" cellspacing="2">{"".join(rows)}</table>>'


def _cell(colour: str, border: int) -> str:
    return f'<td border="{border}" bgcolor="{colour}" width="18" height="12"></td>'


def _words(text: str) -> str:
    return f"<td>&#160;{text}&#160;</td>"


def _swatch(kind: str) -> str:
    look = LOOKS[kind]
    style = "rounded" if look.rounded else "dashed" if look.dashed else "solid"
    inner = "1" if look.double else "0"
    return (
        f'<table border="{round(look.border)}" cellborder="{inner}" cellspacing="2" '
        f'cellpadding="1" color="{look.line}" style="{style}"><tr><td>{kind}</td></tr></table>'
    )


def _table(cells: Iterable[str], spacing: int = 0) -> str:
    return (
        f'<table border="0" cellborder="0" cellpadding="1" cellspacing="{spacing}" align="left">'
        f"{_row(cells)}</table>"
    )


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _pad(text: str) -> str:
    return f" {text} "

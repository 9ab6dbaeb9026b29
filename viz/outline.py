"""The graph as text for the terminal, from the output back to the leaves.

The longest line of operations stays at the left margin; what joins it is indented under the
operation that it joins. A node that several others use is shown once, and named by the others.
"""

from collections import defaultdict

from autograd_mini.viz.diagram import Diagram, Node
from autograd_mini.viz.main_line import main_edges


def outline(diagram: Diagram) -> str:
    """Return a tree of the nodes, the output first, then the notes."""
    arriving: dict[int, list[int]] = defaultdict(list)
    for i, edge in enumerate(diagram.edges):
        arriving[edge.head].append(i)
    main = main_edges(diagram)
    last = len(diagram.nodes) - 1
    lines: list[tuple[str, Node | None]] = []
    shown: set[int] = set()
    waiting: list[tuple[int, int]] = [(last, 0)]
    while waiting:
        i, depth = waiting.pop()
        node = diagram.nodes[i]
        mark = "   " * (depth - 1) + "└─ " if depth else ""
        if i in shown:
            lines.append((f"{mark}{node.name}, shown above", None))
            continue
        shown.add(i)
        lines.append((mark + node.title, node))
        sides = [edge for edge in arriving[i] if edge not in main]
        waiting += [(diagram.edges[edge].tail, depth) for edge in arriving[i] if edge in main]
        waiting += [(diagram.edges[edge].tail, depth + 1) for edge in reversed(sides)]
    width = max(len(line) for line, _ in lines)
    texts = [
        f"{line.ljust(width)}  {_facts(node)}".rstrip() if node is not None else line
        for line, node in lines
    ]
    return "\n".join([*texts, *diagram.notes])


def _facts(node: Node) -> str:
    facts = [str(node.shape), node.value, node.gradient, *node.marks]
    if node.scope:
        facts.append(f"in {node.scope}")
    return "  ".join(filter(None, facts))

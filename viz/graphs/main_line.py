"""Which edge into a node carries on the longest line of operations: pictures keep it straight."""

from collections import defaultdict

from autograd_mini.viz.graphs.diagram import Diagram


def main_edges(diagram: Diagram) -> set[int]:
    """Return, for every node with inputs, the index of the edge from its deepest input."""
    arriving: dict[int, list[int]] = defaultdict(list)
    for i, edge in enumerate(diagram.edges):
        arriving[edge.head].append(i)
    depths = [0] * len(diagram.nodes)
    chosen = set()
    for node in range(len(diagram.nodes)):  # inputs come before their users on the tape
        if arriving[node]:
            deepest = max(arriving[node], key=lambda i: (depths[diagram.edges[i].tail], -i))
            depths[node] = depths[diagram.edges[deepest].tail] + 1
            chosen.add(deepest)
    return chosen

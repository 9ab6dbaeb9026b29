"""The graph as text for the terminal, from the output back to the leaves.

The longest line of operations stays at the left margin; what joins it is indented under the
operation that it joins, and is laid out in the same way. Every node is shown once; where it is used
again, its name says where to look.
"""

from collections import defaultdict
from dataclasses import dataclass

from autograd_mini.viz.graphs.diagram import Diagram, Node
from autograd_mini.viz.graphs.main_line import main_edges


@dataclass(frozen=True)
class Step:
    """Something still to be shown: a node of a line that has begun, a new line, or a mere name."""

    node: int
    depth: int
    begins: bool
    named: bool = False


def outline(diagram: Diagram) -> str:
    """Return a tree of the nodes, the output first, then the notes."""
    main_inputs: dict[int, int] = {}
    side_inputs: dict[int, list[int]] = defaultdict(list)
    main = main_edges(diagram)
    for number, edge in enumerate(diagram.edges):
        if number in main:
            main_inputs[edge.head] = edge.tail
        else:
            side_inputs[edge.head].append(edge.tail)

    texts: list[tuple[str, Node | None]] = []
    placed: set[int] = set()
    shown: set[int] = set()
    waiting = [Step(len(diagram.nodes) - 1, 0, True)]
    while waiting:
        step = waiting.pop()
        node = diagram.nodes[step.node]
        branches = step.begins and step.depth > 0
        indent = "│  " * (step.depth - branches) + "├─ " * branches
        if step.named or (step.begins and step.node in placed):
            where = "above" if step.node in shown else "below"
            texts.append((f"{indent}{node.name}, shown {where}", None))
            continue
        if step.begins:
            steps = []
            i: int | None = step.node
            while i is not None and i not in placed:
                placed.add(i)
                steps.append(Step(i, step.depth, False))
                steps += [Step(side, step.depth + 1, True) for side in side_inputs[i]]
                i = main_inputs.get(i)
            if i is not None:
                steps.append(Step(i, step.depth, False, named=True))
            waiting += reversed(steps[1:])
        shown.add(step.node)
        texts.append((indent + node.title, node))
    width = max(len(text) for text, _ in texts)
    return "\n".join([*(_line(text, node, width) for text, node in texts), *diagram.notes])


def _line(text: str, node: Node | None, width: int) -> str:
    if node is None:
        return text
    facts = [text.ljust(width), str(node.shape), node.value, node.gradient, *node.marks]
    if node.scope:
        facts.append(f"in {node.scope}")
    return "  ".join(filter(None, facts))

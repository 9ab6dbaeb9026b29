"""The graph as a text tree for the terminal: under each result, what it was computed from.

Every node is shown once; where it is used again, its name says where to look. A branch that gets
too deep for the page is continued at the left margin.
"""

from collections import defaultdict, deque
from textwrap import wrap

from autograd_mini.viz.graphs.diagram import Diagram, Node
from autograd_mini.viz.graphs.main_line import main_edges
from autograd_mini.viz.text import clip

WIDTH = 80
DEEPEST = 6
"""Levels of indentation."""
LONGEST_TITLE = 50
BRANCH, LAST_BRANCH = "├─ ", "└─ "
TRUNK, NOTHING = "│  ", "   "


def outline(diagram: Diagram) -> str:
    """Return a tree of the nodes, the output first, then the notes; 80 columns."""
    inputs = _inputs(diagram)
    texts: list[tuple[str, Node | None]] = []
    shown: set[int] = set()
    roots = deque([len(diagram.nodes) - 1])
    while roots:
        waiting = [(roots.popleft(), "", "")]
        while waiting:
            i, before, below = waiting.pop()
            node = diagram.nodes[i]
            if i in shown or i in roots:
                where = "above" if i in shown else "below"
                texts.append((f"{before}{node.name} ({where})", None))
            elif inputs[i] and len(below) > DEEPEST * len(TRUNK):
                texts.append((f"{before}{node.name} (continued below)", None))
                roots.append(i)
            else:
                shown.add(i)
                texts.append((clip(before + node.title, LONGEST_TITLE), node))
                kids = [(kid, below + BRANCH, below + TRUNK) for kid in inputs[i]]
                if kids:
                    kids[-1] = (kids[-1][0], below + LAST_BRANCH, below + NOTHING)
                waiting += reversed(kids)
    column = max(len(text) for text, node in texts if node)
    notes = [line for note in diagram.notes for line in wrap(note, WIDTH)]
    return "\n".join([*(_line(text, node, column) for text, node in texts), *notes])


def _inputs(diagram: Diagram) -> dict[int, list[int]]:
    """Return of each node its inputs, the one on the longest line of operations last."""
    side: dict[int, list[int]] = defaultdict(list)
    deepest: dict[int, int] = {}
    main = main_edges(diagram)
    for number, edge in enumerate(diagram.edges):
        if number in main:
            deepest[edge.head] = edge.tail
        else:
            side[edge.head].append(edge.tail)
    inputs: dict[int, list[int]] = defaultdict(list)
    for head, tail in deepest.items():
        inputs[head] = [each for each in dict.fromkeys(side[head]) if each != tail] + [tail]
    return inputs


def _line(text: str, node: Node | None, column: int) -> str:
    """Return a line with those facts that there is room for."""
    if node is None:
        return text
    module = f"in module {node.scope}" if node.scope else ""
    facts = [str(node.shape), *node.marks, node.value, node.gradient, module]
    for spared in (module, node.value, node.gradient, *node.marks):
        line = "  ".join([text.ljust(column), *filter(None, facts)])
        if len(line) <= WIDTH:
            return line
        facts.remove(spared)
    return clip("  ".join([text.ljust(column), *filter(None, facts)]), WIDTH)

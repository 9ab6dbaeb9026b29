"""``viz.graph``: the computation graph of a result, as an object that shows itself."""

import os
from pathlib import Path

import numpy as np

from autograd_mini import Tensor
from autograd_mini.errors import ArgumentError, DrawingError, DTypeError, GraphError
from autograd_mini.rows import wengert_list
from autograd_mini.viz.graphs.diagram import Box, Diagram, Edge, Node
from autograd_mini.viz.graphs.dot import dot_source
from autograd_mini.viz.graphs.engines import EngineName, check_engine, render
from autograd_mini.viz.graphs.outline import outline
from autograd_mini.viz.graphs.snapshot import snapshot
from autograd_mini.viz.picture_files import picture_path, write_whole
from autograd_mini.viz.showing import show_picture

FORMS = ("svg", "png", "pdf", "dot")


class Graph:
    """The rows that led to a tensor, as nodes and edges; it shows what was known when it was made.

    In a notebook it draws itself, ``print`` gives a tree, ``save`` a file and ``show`` a window.

    ``nodes``, ``edges``, ``boxes``: plain data, in the order of the tape. ``notes``: sentences on
    the state of the graph. ``engine``: what draws it.
    """

    def __init__(self, diagram: Diagram, engine: EngineName) -> None:
        self.diagram = diagram
        self.engine = engine

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.diagram.nodes

    @property
    def edges(self) -> tuple[Edge, ...]:
        return self.diagram.edges

    @property
    def boxes(self) -> tuple[Box, ...]:
        return self.diagram.boxes

    @property
    def notes(self) -> tuple[str, ...]:
        return self.diagram.notes

    @property
    def dot(self) -> str:
        """The picture in Graphviz's DOT language."""
        return dot_source(self.diagram)

    def __str__(self) -> str:
        return outline(self.diagram)

    __repr__ = __str__

    def _repr_svg_(self) -> str:
        svg = render(self.diagram, "svg", self.engine).decode()
        return svg[svg.index("<svg") :]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to ``path``, in the form of its extension, and return the path.

        ``.svg``, ``.png``, ``.pdf``, or ``.dot`` for Graphviz's language. An existing file is
        replaced, once the new one is complete. The same graph gives the same bytes.

        Raises ArgumentError for another extension, FileError where it cannot be written, and
        DrawingError if ``engine="dot"`` cannot draw; then the .dot text is saved beside ``path``.

        >>> import tempfile
        >>> import autograd_mini as ag
        >>> from autograd_mini import viz
        >>> x = ag.tensor(3.0, requires_grad=True)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     viz.graph(x * x).save(f"{folder}/square.svg").name
        'square.svg'
        """
        target = picture_path(path, FORMS)
        form = target.suffix.lower().lstrip(".")
        if form == "dot":
            write_whole(target, self.dot.encode())
            return target
        try:
            picture = render(self.diagram, form, self.engine)
        except DrawingError as error:
            text = target.with_suffix(".dot")
            write_whole(text, self.dot.encode())
            raise DrawingError(f"{error}. The DOT text is in {text}") from None
        write_whole(target, picture)
        return target

    def show(self) -> None:
        """Show the picture: in a notebook below the cell, else in the browser.

        Without a notebook it is written to a temporary file, whose path is printed.
        """
        show_picture(self, "graph.svg")


def graph(y: Tensor, max_nodes: int = 500, engine: EngineName = "auto") -> Graph:
    """Return the computation graph of ``y``: a node for each row of its tape, an edge an argument.

    Nodes show operation, shape, dtype, value and gradient; edges the local derivative, ∂v2/∂v1, or
    what a product makes of the gradient v̄2 that comes back; boxes the modules. Colour is the
    gradient's 2-norm on a logarithmic scale. What is not known is said: that backward has not run,
    what it released, and where the first NaN was made.

    ``max_nodes``: refuse larger graphs. ``engine``: ``"dot"`` for Graphviz, ``"builtin"`` for our
    own layout, ``"auto"`` for dot where it is installed.

    Raises GraphError if there is nothing to draw, or too much; DTypeError if ``y`` is no Tensor;
    ArgumentError for another engine, or a max_nodes below 1.

    >>> import autograd_mini as ag
    >>> from autograd_mini import viz
    >>> x = ag.tensor(3.0, requires_grad=True)
    >>> y = x * x + 1
    >>> y.backward()
    >>> picture = viz.graph(y)
    >>> print(picture)
    v2 = add(v1, 1)           ()  value 10  gradient 1
    └─ v1 = multiply(v0, v0)  ()  value 9  gradient 1
       └─ v0 leaf             ()  value 3  gradient 6
    >>> [edge.label for edge in picture.edges]
    ['1st: ∂v1/∂v0 = v0 = 3', '2nd: ∂v1/∂v0 = v0 = 3', '∂v2/∂v1 = 1']
    """
    check_engine(engine)
    if not isinstance(y, Tensor):
        raise DTypeError(
            f"graph: it draws the tape of a Tensor, got {type(y).__name__}; pass the result of a "
            f"computation, such as the loss"
        )
    if not isinstance(max_nodes, int | np.integer) or max_nodes < 1:
        raise ArgumentError(f"graph: max_nodes must be a whole number from 1, got {max_nodes!r}")
    if not y.requires_grad:
        raise GraphError(
            "graph: nothing to draw: no gradient required. Nothing that led to this tensor has "
            "requires_grad=True, or it was made under no_grad() or by detach()"
        )
    rows = wengert_list(y.row)
    if len(rows) > max_nodes:
        raise GraphError(
            f"graph: this tape has {len(rows):,} rows, more than max_nodes={max_nodes} allows, too "
            f"many to read. Draw an earlier result, or a smaller network; print(ag.tape(y).table("
            f"head=10, tail=10)) shows the ends; or allow more: max_nodes={len(rows)}"
        )
    return Graph(snapshot(rows), engine)

"""Pictures of tapes and gradients: ``viz.graph(loss)`` and ``viz.flow(model, x, loss)``."""

from autograd_mini.viz.computation_graph import Graph, graph
from autograd_mini.viz.depth import flow
from autograd_mini.viz.engines import DrawingError

__all__ = ["DrawingError", "Graph", "flow", "graph"]

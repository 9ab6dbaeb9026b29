"""Pictures of tapes and gradients: ``viz.graph(loss)`` and ``viz.flow(model, x, loss)``."""

from autograd_mini.viz.computation_graph import Graph, graph
from autograd_mini.viz.depth import Flow, FlowComparison, compare_flows, flow

__all__ = ["Flow", "FlowComparison", "Graph", "compare_flows", "flow", "graph"]

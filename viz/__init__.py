"""Pictures of tapes and gradients: ``viz.graph(loss)`` and ``viz.flow(model, x, loss)``."""

from autograd_mini.viz.depth.view import Flow, FlowComparison, compare_flows, flow
from autograd_mini.viz.graphs.computation_graph import Graph, graph
from autograd_mini.viz.schedule_chart import schedule

__all__ = ["Flow", "FlowComparison", "Graph", "compare_flows", "flow", "graph", "schedule"]

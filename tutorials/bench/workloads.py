"""All workloads, by name."""

from autograd_mini.tutorials.bench import adam, elementwise, mlp, operations

FAMILIES = (operations, mlp, elementwise, adam)
WORKLOADS = {workload.name: workload for family in FAMILIES for workload in family.WORKLOADS}

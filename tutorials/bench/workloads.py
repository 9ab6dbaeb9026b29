"""All workloads, by name."""

from autograd_mini.tutorials.bench import (
    adam,
    convolution,
    curvature,
    elementwise,
    imports,
    mlp,
    operations,
    recurrence,
    transformer,
)

FAMILIES = (
    operations,
    mlp,
    convolution,
    recurrence,
    transformer,
    curvature,
    elementwise,
    adam,
    imports,
)
WORKLOADS = {workload.name: workload for family in FAMILIES for workload in family.WORKLOADS}

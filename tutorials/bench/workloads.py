"""All workloads, by name."""

from autograd_mini.tutorials.bench import (
    adam,
    batch_norm,
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
    batch_norm,
    convolution,
    recurrence,
    transformer,
    curvature,
    elementwise,
    adam,
    imports,
)
WORKLOADS = {workload.name: workload for family in FAMILIES for workload in family.WORKLOADS}

"""The update alone: Adam over many small tensors, or over one large one."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.by_hand import Adam
from autograd_mini.tutorials.bench.contestants import BY_HAND, Contestant, Goal, Workload
from autograd_mini.tutorials.bench.libraries import Library

STEPS_COMPARED = 3


def enter(shapes: Sequence[tuple[int, ...]], libraries: Sequence[Library]) -> dict[str, Contestant]:
    rng = np.random.default_rng(0)
    initial = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    gradients = [rng.normal(size=shape).astype(np.float32) for shape in shapes]

    def in_library(library: Library) -> Contestant:
        leaves = [library.tensor(array, True) for array in initial]
        optimizer = library.optim.Adam(leaves, lr=1e-3)
        for leaf, g in zip(leaves, gradients, strict=True):
            (leaf * library.tensor(g, False)).sum().backward()

        def answer() -> list[Array]:
            for _ in range(STEPS_COMPARED):
                optimizer.step()
            return [leaf.detach().numpy() - p for leaf, p in zip(leaves, initial, strict=True)]

        return Contestant(optimizer.step, answer)

    def by_hand() -> Contestant:
        arrays = {str(i): array.copy() for i, array in enumerate(initial)}
        optimizer = Adam(arrays, lr=1e-3)
        given = {str(i): g for i, g in enumerate(gradients)}

        def answer() -> list[Array]:
            for _ in range(STEPS_COMPARED):
                optimizer.step(given)
            return [array - p for array, p in zip(arrays.values(), initial, strict=True)]

        return Contestant(partial(optimizer.step, given), answer)

    return {**{library.name: in_library(library) for library in libraries}, BY_HAND: by_hand()}


WORKLOADS = (
    Workload(
        "adam-50x256",
        "Adam's update of 50 tensors of 256 elements",
        Goal(0.08, 0.02),
        partial(enter, [(256,)] * 50),
    ),
    Workload(
        "adam-1e6",
        "Adam's update of one tensor of 1000×1000",
        Goal(0.80, 0.60),
        partial(enter, [(1000, 1000)]),
    ),
)

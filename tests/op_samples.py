"""All samples: for each primitive, calls that its rule must stand up to.

A sample is (inputs, metadata). Inputs are float64 arrays in the primitive's domain, away from its
kinks; shapes include broadcasting, 0-d, empty and strided ones. ``test_rules.py`` runs every
primitive of the registry over its samples and fails for one that has none. The tables are in
``samples_*.py``, one for each family; ``sample_arrays.py`` has what they are made of.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from sample_arrays import Sample

import autograd_mini.nn  # noqa: F401 (declares its primitives)
from autograd_mini.registry import Primitive, primitives

HOMES = ("autograd_mini.ops.", "autograd_mini.nn.primitives.")
SAMPLES: dict[str, list[Sample]] = {}
for table in sorted(Path(__file__).parent.glob("samples_*.py")):
    SAMPLES |= import_module(table.stem).SAMPLES


def declared() -> list[Primitive]:
    """Return the package's own primitives, without those that other tests declare."""
    return [
        primitive
        for primitive in primitives()
        if next(iter(primitive.vjps.values())).__module__.startswith(HOMES)
    ]


def samples(chosen: Callable[[Primitive], bool] = lambda primitive: True) -> list[Any]:
    """Return (primitive, inputs, metadata) of the chosen primitives with a readable id each."""
    import pytest

    cases = []
    for primitive in filter(chosen, declared()):
        for number, (inputs, metadata) in enumerate(SAMPLES.get(primitive.name, [])):
            cases.append(pytest.param(primitive, inputs, metadata, id=f"{primitive.name}-{number}"))
    return cases


def differentiable(primitive: Primitive, inputs: tuple[Any, ...]) -> list[int]:
    """Return the positions whose input is a float array and has a VJP."""
    return [
        position
        for position, array in enumerate(inputs)
        if isinstance(array, np.ndarray)
        and array.dtype.kind == "f"
        and primitive.vjp(position) is not None
    ]


def plant(patch: Any, primitive: Primitive, argument: str, rule: Callable[..., Any]) -> None:
    """Exchange the rule of one argument, until ``patch``, a MonkeyPatch, is undone."""
    patch.setattr(primitive, "vjps", {**primitive.vjps, argument: rule})
    patch.setattr(primitive, "together", None)

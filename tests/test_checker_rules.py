"""The diagnosis on every rule of the engine: the innocent are not accused, the guilty are named."""

from typing import Any

import numpy as np
import pytest
from op_samples import differentiable, plant, samples

import autograd_mini as ag
from autograd_mini.checking.rules import wrong_rules
from autograd_mini.registry import Primitive

CASES = pytest.mark.parametrize(("primitive", "inputs", "metadata"), samples())


def rows_of(primitive: Primitive, inputs: Any, metadata: dict[str, Any]) -> list[ag.Row]:
    """Return the tape of one call, every differentiable input a leaf."""
    arguments = [
        ag.tensor(x, requires_grad=True) if i in differentiable(primitive, inputs) else x
        for i, x in enumerate(inputs)
    ]
    with ag.record() as tape:
        primitive(arguments, **metadata) if primitive.variadic else primitive(
            *arguments, **metadata
        )
    return list(tape)


@CASES
def test_no_right_rule_is_accused(primitive: Primitive, inputs: Any, metadata: Any) -> None:
    assert wrong_rules(rows_of(primitive, inputs, metadata)) == []


@CASES
def test_a_lost_sign_is_found_in_every_rule(
    primitive: Primitive, inputs: Any, metadata: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turn the sign of each argument's rule: exactly that argument must be named."""
    rows = rows_of(primitive, inputs, metadata)
    for argument, rule in list(primitive.vjps.items()):
        with monkeypatch.context() as patch:
            plant(patch, primitive, argument, _negated(rule, primitive.variadic))
            findings = wrong_rules(rows)
        for finding in findings:
            assert finding.primitive == primitive.name
            assert finding.argument.partition("[")[0] == argument
            assert finding.ratio in (-1.0, None)
        has_slope = any(
            np.any(np.abs(_pulled(rule, primitive, row, position)) > 1e-12)  # not rounding
            for row in rows
            for position in range(len(row.inputs))
            if row.primitive is primitive
            and primitive.argument(position).partition("[")[0] == argument
            and row.parents[position] is not None
        )
        assert bool(findings) == has_slope, (argument, findings)


def _negated(rule: Any, variadic: bool) -> Any:
    return lambda *args, **kwargs: -rule(*args, **kwargs)


def _pulled(rule: Any, primitive: Primitive, row: ag.Row, position: int) -> Any:
    g = np.random.default_rng(0).standard_normal(row.shape)
    first = (position,) if primitive.variadic else ()
    return rule(*first, g, row.output, *row.inputs, **row.kwargs)

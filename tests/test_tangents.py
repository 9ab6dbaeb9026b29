"""Forward mode along a tape: the tangents of the textbook, and J·t of every primitive."""

from typing import Any

import numpy as np
import pytest
from op_samples import differentiable, samples

import autograd_mini as ag
from autograd_mini.errors import GraphError
from autograd_mini.registry import Primitive
from autograd_mini.transforms.tangents import tangents


def test_baydins_forward_trace_to_the_digit() -> None:
    """Table 2 of Baydin et al. 2018: f = ln x1 + x1·x2 − sin x2 at (2, 5), along x1."""
    x1, x2 = (ag.tensor(np.array(v), requires_grad=True) for v in (2.0, 5.0))
    y = np.log(x1) + x1 * x2 - np.sin(x2)
    tape = ag.tape(y)
    found = tangents(tape, x1.row)
    by_operation = {row.operation: float(found.get(row, 0.0)) for row in tape if row.parents}
    expected = {"log": 0.5, "multiply": 5.0, "sin": 0.0, "add": 5.5, "subtract": 5.5}
    assert by_operation == pytest.approx(expected, abs=1e-15)
    assert float(tangents(tape, x2.row)[y.row]) == pytest.approx(2 - np.cos(5), abs=1e-15)


@pytest.mark.parametrize(("primitive", "inputs", "metadata"), samples())
def test_of_every_primitive(primitive: Primitive, inputs: Any, metadata: Any) -> None:
    for position in differentiable(primitive, inputs):
        if not inputs[position].size:
            continue
        leaf = ag.tensor(inputs[position], requires_grad=True)
        arguments = [leaf if i == position else x for i, x in enumerate(inputs)]
        out = (
            primitive(arguments, **metadata)
            if primitive.variadic
            else primitive(*arguments, **metadata)
        )
        found = tangents(ag.tape(out), leaf.row)[out.row]
        h = 6e-6
        above, below = (
            primitive.run(
                tuple(x + s if i == position else x for i, x in enumerate(inputs)), metadata
            )
            for s in (h, -h)
        )
        np.testing.assert_allclose(found, (above - below) / (2 * h), rtol=2e-7, atol=5e-8)


def test_what_does_not_fit_is_refused() -> None:
    x, stranger = ag.tensor(np.ones(100), requires_grad=True), ag.tensor(1.0, requires_grad=True)
    y = (x * x).sum()
    with pytest.raises(GraphError, match="on this tape"):
        ag.tape(y).table(tangent=stranger)
    tape = ag.tape(y)
    y.backward()
    with pytest.raises(GraphError, match="retain_graph=True"):
        tape.table(tangent=x)

"""Multiply-adds of recorded operations: what matrix products and convolutions cost.

One multiply-add is one product added to a sum. Additions of a bias, activations and other
elementwise operations are not counted, as is usual when networks are compared (K. He et al. 2015,
"Deep residual learning for image recognition", table 1, counts so).
"""

from math import prod
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from autograd_mini.modes import enable_grad
from autograd_mini.recording import record
from autograd_mini.rows import Row
from autograd_mini.tensors import Tensor

if TYPE_CHECKING:
    from autograd_mini.fusion import Fused


def multiply_adds(row: Row) -> int:
    """Return the multiply-adds of one row of a tape that keeps its arrays.

    A fused primitive costs what its definition does, run on the same inputs.

    >>> import autograd_mini as ag
    >>> with ag.record() as tape:
    ...     y = ag.ones(5, 3, requires_grad=True) @ ag.ones(3, 2)
    >>> multiply_adds(tape[0])
    30
    """
    primitive, inputs = row.primitive, row.inputs
    if primitive is None:
        return 0
    if primitive.is_fused:
        return _of_definition(cast("Fused", primitive), row)
    n: int = row.output.size
    if primitive.name == "matmul":
        n *= inputs[0].shape[-1]
    elif primitive.name == "convolve":
        n *= prod(inputs[1].shape[1:])
    elif primitive.name == "convolve_transpose":
        n = inputs[0].size * prod(inputs[1].shape[1:])
    elif primitive.name == "einsum":
        n *= _contracted(row.kwargs["subscripts"], inputs)
    else:
        n = 0
    return n


def _of_definition(primitive: "Fused", row: Row) -> int:
    inputs = [
        Tensor(x, requires_grad=True) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x
        for x in row.inputs
    ]
    with enable_grad(), record() as tape:
        primitive.definition(*inputs, **row.kwargs)
    return sum(map(multiply_adds, tape))


def _contracted(subscripts: str, operands: tuple[Any, ...]) -> int:
    """Return the number of products that are summed into one element of an einsum."""
    if len(operands) == 1:
        return 0
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    sizes: dict[str, int] = {}
    for labels, operand in zip(left.split(","), operands, strict=True):
        before, _, after = labels.partition("...")
        found = [*zip(before, operand.shape, strict=False)]
        found += zip(reversed(after), reversed(operand.shape), strict=False)
        for label, size in found:
            sizes[label] = max(size, sizes.get(label, 1))
    return prod(
        size
        for label, size in sizes.items()
        if (label not in result if arrow else left.count(label) > 1)
    )

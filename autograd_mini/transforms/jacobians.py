"""Whole matrices of derivatives: one reverse sweep for each output."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_mini.ops.shaping import stack
from autograd_mini.tensors import Tensor
from autograd_mini.transforms.gradients import grad
from autograd_mini.transforms.lifting import Argnums, Unary, lifted
from autograd_mini.transforms.structures import refill
from autograd_mini.transforms.tracing import Trace, pulled


@lifted
def jacobian(f: Unary, x: Any) -> Any:
    """Make of ``f`` the function of its Jacobian, Jᵢⱼ = ∂f(x)ᵢ/∂xⱼ, in the arguments ``argnums``.

    Shapes: f(x): (out), x: (in) → (out + in). If x or f(x) is a nested list, tuple or dict, so is
    the result: f(x)'s structure, with x's in the place of each of its leaves. It takes one reverse
    sweep for each number that ``f`` returns.

    Raises GraphError if ``f`` returns no Tensor.

    >>> import autograd_mini as ag
    >>> ag.jacobian(lambda x: np.stack([x[0] * x[1], x[1]]))(ag.tensor([2.0, 3.0]))
    tensor([[3., 2.],
            [0., 1.]])
    """
    trace = Trace(f, x, "jacobian")

    def rows_of(y: Tensor) -> Any:
        seed = np.zeros_like(y._array)
        sweeps = []
        for index in np.ndindex(y.shape):
            seed[index] = 1
            sweeps.append(
                pulled([y], [seed], trace.xs, trace.tracked, True, "jacobian", trace.since)
            )
            seed[index] = 0
        blocks = []
        for i, x in enumerate(trace.xs):
            rows: list[Any] = [sweep[i] for sweep in sweeps] or [np.zeros((0, *x.shape), x.dtype)]
            blocks.append(np.reshape(stack(rows), y.shape + x.shape))
        return trace.like_x(blocks)

    return refill(trace.y, map(rows_of, trace.ys))


def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Make of ``f``, with one number as its result, the function of its second derivatives.

    Hᵢⱼ = ∂²f/∂xᵢ∂xⱼ: the Jacobian of the gradient. Shapes: x: (in) → (in + in).

    >>> import autograd_mini as ag
    >>> ag.hessian(lambda x: x[0] ** 2 * x[1])(ag.tensor([2.0, 3.0]))
    tensor([[6., 4.],
            [4., 0.]])
    """
    return jacobian(grad(f, argnums), argnums)

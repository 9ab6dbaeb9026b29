"""Derivatives as values: gradients returned instead of stored, of any order.

``grad`` and its kin make a function of a function. Each is written for one argument, on the ground
of ``tracing.py``, and lifted to any by ``lifting.py``. They nest: ``grad(grad(f))`` is the second
derivative. Read ``directions.py`` and ``jacobians.py`` next.
"""

from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np

from autograd_mini.errors import ArgumentError, GraphError, ShapeError
from autograd_mini.tensors import Tensor, constant, cotangents
from autograd_mini.transforms.lifting import Argnums, Unary, lifted
from autograd_mini.transforms.tracing import Trace


@overload
def grad(
    y: Tensor,
    xs: Tensor | Sequence[Tensor],
    grad_outputs: Any = None,
    create_graph: bool = False,
    retain_graph: bool | None = None,
) -> list[Tensor]: ...
@overload
def grad(y: Callable[..., Any], xs: Argnums = 0, *, argnums: Argnums = 0) -> Callable[..., Any]: ...
def grad(
    y: Any,
    xs: Any = None,
    grad_outputs: Any = None,
    create_graph: bool = False,
    retain_graph: bool | None = None,
    *,
    argnums: Argnums = 0,
) -> Any:
    """Return ∂y/∂x for each x without touching ``.grad``; or make of a function its gradient.

    ``grad(y, xs)``: ``xs`` are leaves or results on the way to ``y``. ``grad_outputs``: the
    cotangent of ``y``, of its shape; 1 for a single element. ``create_graph``: the gradients are
    tracked and can be differentiated again. ``retain_graph``: keep the graph; by default as
    ``create_graph``.

    ``grad(f, argnums=0)``: the function that returns the gradient of ``f``, a function with one
    number as its result, in the arguments that ``argnums`` (an int or a tuple) chooses: tensors,
    arrays, floats, or nested lists, tuples and dicts of them. The gradient has their structure.
    An argument that ``f`` does not use has gradient 0.

    Raises GraphError if an x does not lead to ``y``, the graph is spent, or ``f`` returns no
    Tensor; ShapeError if ``f`` returns more than one number.

    >>> import autograd_mini as ag
    >>> x = ag.tensor(2.0, requires_grad=True)
    >>> (slope,) = ag.grad(x**3, [x], create_graph=True)
    >>> (curvature,) = ag.grad(slope, [x])
    >>> slope.item(), curvature.item()
    (12.0, 12.0)
    >>> ag.grad(ag.grad(lambda x: x**3))(2.0)
    tensor(12.)
    """
    if isinstance(y, Tensor):
        return _gradients(y, xs, grad_outputs, create_graph, retain_graph)
    if not callable(y):
        raise ArgumentError(
            f"grad: it takes a Tensor and what to differentiate it in, or a function; got "
            f"{type(y).__name__}"
        )
    if grad_outputs is not None or create_graph or retain_graph is not None:
        raise ArgumentError(
            "grad: grad_outputs=, create_graph= and retain_graph= go with a Tensor; of a function, "
            "use ag.vjp(f, x) for a cotangent, and nest ag.grad(ag.grad(f)) for higher orders"
        )
    return _gradient(y, argnums if xs is None else xs)


def _gradients(
    y: Tensor, xs: Any, grad_outputs: Any, create_graph: bool, retain_graph: bool | None
) -> list[Tensor]:
    targets = [xs] if isinstance(xs, Tensor) else xs
    if not isinstance(targets, Sequence) or not all(isinstance(x, Tensor) for x in targets):
        raise ArgumentError(
            f"grad: xs must be a Tensor or a list of them, got {type(xs).__name__}; write "
            f"ag.grad(y, [x])"
        )
    rows = [x.row for x in targets]
    found = cotangents(y, grad_outputs, rows, retain_graph, create_graph, "grad")
    for position, row in enumerate(rows):
        if row not in found:
            raise GraphError(
                f"grad: the tensor at position {position}, of shape {row.shape}, does not lead to "
                f"y, or does not require a gradient"
            )
    made_by = "grad without create_graph=True"
    if create_graph:  # one cotangent may have reached several of xs, or be the seed itself
        return [found[row] if found[row].requires_grad else found[row].clone() for row in rows]
    last = {row: position for position, row in enumerate(rows)}
    return [
        constant(found[row] if last[row] == position else found[row].copy("K"), made_by)
        for position, row in enumerate(rows)
    ]


@lifted
def _gradient(f: Unary, x: Any) -> Any:
    trace = Trace(f, x, "grad")
    trace.only()
    return trace.like_x(trace.pull([None], again=False))


@lifted
def value_and_grad(f: Unary, x: Any) -> Any:
    """Make of ``f`` a function that returns ``f(x)`` and its gradient, as ``grad(f)`` does.

    >>> import autograd_mini as ag
    >>> ag.value_and_grad(lambda w: (w["a"] * w["b"]).sum())({"a": 2.0, "b": 3.0})
    (tensor(6.), {'a': tensor(3.), 'b': tensor(2.)})
    """
    trace = Trace(f, x, "value_and_grad")
    trace.only()
    return trace.value, trace.like_x(trace.pull([None], again=False))


@lifted
def elementwise_grad(f: Unary, x: Any) -> Any:
    """Make of ``f``, which acts on each element by itself, the function of its slopes.

    Shapes: x and f(x) alike. That each result depends on its own element only is up to ``f``.

    >>> import autograd_mini as ag
    >>> ag.elementwise_grad(np.square)(np.array([1.0, 2.0, 3.0], "float32"))
    tensor([2., 4., 6.])
    """
    trace = Trace(f, x, "elementwise_grad")
    if [y.shape for y in trace.ys] != [x.shape for x in trace.xs]:
        raise ShapeError(
            f"elementwise_grad: f made {', '.join(str(y.shape) for y in trace.ys)} of "
            f"{', '.join(str(x.shape) for x in trace.xs)}, so it does not act on each element by "
            f"itself; use ag.grad for one number, ag.jacobian for the rest"
        )
    return trace.like_x(trace.pull([np.ones_like(y._array) for y in trace.ys], again=False))

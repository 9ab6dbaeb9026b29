"""Products with a derivative that is never formed: vᵀJ, J·v and H·v.

All are reverse mode. J·v comes of two sweeps: vᵀJ is linear in v, and the VJP of that linear
function is J·v (J. Townsend 2017, "A new trick for calculating Jacobian vector products").
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_mini.modes import enable_grad, is_grad_enabled
from autograd_mini.tensors import Tensor
from autograd_mini.transforms.lifting import Argnums, one_argument
from autograd_mini.transforms.structures import refill
from autograd_mini.transforms.tracing import Trace, matching, pulled

Pull = Callable[[Any], Any]


def vjp(f: Callable[..., Any], *primals: Any, argnums: Argnums | None = None) -> tuple[Any, Pull]:
    """Return ``f(*primals)`` and the function v ↦ vᵀJ, the vector-Jacobian product.

    v has the structure and shapes of ``f``'s result. The product is a tuple with one entry for each
    argument; an int as ``argnums`` chooses one argument, and its entry comes alone.

    Raises ShapeError if v does not fit, GraphError if ``f`` returns no Tensor.

    >>> import autograd_mini as ag
    >>> value, pull = ag.vjp(lambda x, y: x * y, 2.0, 3.0)
    >>> value, pull(10.0)
    (tensor(6.), (tensor(30.), tensor(20.)))
    """
    trace = Trace(*one_argument(f, primals, {}, argnums), "vjp")

    def pull(v: Any) -> Any:
        seeds = matching(v, trace.ys, "vjp: cotangents")
        return trace.like_x(trace.pull(seeds, create_graph=trace.tracked or _tracked(seeds)))

    return trace.value, pull


def jvp(
    f: Callable[..., Any], primals: Any, tangents: Any, argnums: Argnums | None = None
) -> tuple[Any, Any]:
    """Return ``f(*primals)`` and the Jacobian-vector product J·v, a directional derivative.

    ``primals``: a tuple of arguments, or the only argument. ``tangents``: v, of their structure and
    shapes; with ``argnums``, of the arguments that it chooses.

    Raises ShapeError if v does not fit, GraphError if ``f`` returns no Tensor.

    >>> import autograd_mini as ag
    >>> ag.jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    (tensor(6.), tensor(23.))
    """
    trace, directions = _towards(f, primals, tangents, argnums, "jvp")
    with enable_grad():
        dummies = [Tensor(np.ones_like(y._array), requires_grad=True) for y in trace.ys]
        total = _dot(trace.pull(dummies, create_graph=True), directions)
    create_graph = trace.tracked or _tracked(directions)
    products = pulled([total], [None], dummies, create_graph, False, "jvp", dummies[0].row.serial)
    return trace.value, refill(trace.y, products)


def hvp(
    f: Callable[..., Any], primals: Any, tangents: Any, argnums: Argnums | None = None
) -> tuple[Any, Any]:
    """Return ``f(*primals)``, one number, and the Hessian-vector product H·v, of v's structure.

    ``primals`` and ``tangents``: as for ``jvp``. The Hessian is never formed: H·v is the gradient
    of ⟨∇f, v⟩ (B. Pearlmutter 1994, "Fast exact multiplication by the Hessian").

    Raises ShapeError if v does not fit or ``f`` returns more than one number.

    >>> import autograd_mini as ag
    >>> x, v = ag.tensor([1.0, 2.0]), ag.tensor([1.0, 0.0])
    >>> ag.hvp(lambda x: (x**3).sum(), x, v)
    (tensor(9.), tensor([6., 0.]))
    """
    trace, directions = _towards(f, primals, tangents, argnums, "hvp")
    trace.only()
    with enable_grad():
        total = _dot(trace.pull([None], create_graph=True), directions)
    create_graph = trace.tracked or _tracked(directions)
    products = pulled([total], [None], trace.xs, create_graph, False, "hvp", trace.since)
    return trace.value, trace.like_x(products)


def _towards(
    f: Callable[..., Any], primals: Any, tangents: Any, argnums: Argnums | None, asked_by: str
) -> tuple[Trace, list[Tensor]]:
    """Return the trace of ``f``, and the direction as one Tensor for each of its inputs."""
    if isinstance(primals, tuple):
        trace = Trace(*one_argument(f, primals, {}, argnums), asked_by)
    else:
        trace = Trace(f, primals, asked_by)
    return trace, matching(tangents, trace.xs, f"{asked_by}: tangents")


def _dot(xs: list[Tensor], ys: list[Tensor]) -> Tensor:
    total = (xs[0] * ys[0]).sum()
    for x, y in zip(xs[1:], ys[1:], strict=True):
        total = total + (x * y).sum()
    return total


def _tracked(tensors: list[Tensor]) -> bool:
    return is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)

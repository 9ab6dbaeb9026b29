"""A function, run once on tracked inputs of its own: the ground of all transforms.

Inputs that are tracked already get an alias in the graph, so that derivatives can be differentiated
again; all others become leaves of this trace alone. So the caller's tensors keep their ``.grad``
and their graph, and transforms nest.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_mini.errors import GraphError, ShapeError
from autograd_mini.modes import enable_grad, is_grad_enabled
from autograd_mini.rows import serials, wengert_list
from autograd_mini.tensors import Tensor, constant, cotangents
from autograd_mini.transforms.lifting import Unary
from autograd_mini.transforms.structures import leaves, refill


class Trace:
    """``f(x)`` with its graph; x and f(x) may be nested lists, tuples and dicts.

    ``xs``, ``ys``: their leaves. ``tracked``: what is derived here can be differentiated by the
    caller, because ``f`` used tensors that were tracked before.
    """

    def __init__(self, f: Unary, x: Any, asked_by: str) -> None:
        self.asked_by = asked_by
        self.since = next(serials)
        differentiable = is_grad_enabled()
        with enable_grad():
            self.xs = [_tracked(leaf, differentiable) for leaf in leaves(x)]
            self.x = refill(x, self.xs)
            self.y = f(self.x)
        self.ys: list[Tensor] = leaves(self.y)
        for y in self.ys:
            if not isinstance(y, Tensor):
                raise GraphError(
                    f"{asked_by}: f returned {type(y).__name__}, expected a Tensor calculated from "
                    f"its inputs by differentiable functions. Did .item(), float() or .numpy() "
                    f"leave the graph inside? A constant is written ag.tensor(...)"
                )
        self.tracked = differentiable and any(
            parent is not None and parent.requires_grad and parent.serial < self.since
            for y in self.ys
            if y.requires_grad
            for row in wengert_list(y.row, self.since)
            for parent in row.parents
        )

    @property
    def value(self) -> Any:
        """What ``f`` returned, without its graph unless that leads to the caller's tensors."""
        return self.y if self.tracked else refill(self.y, [constant(y._array) for y in self.ys])

    def only(self) -> Tensor:
        """Return the only output, which has one element."""
        if len(self.ys) != 1 or self.ys[0].size != 1:
            shapes = ", ".join(str(y.shape) for y in self.ys)
            raise ShapeError(
                f"{self.asked_by}: f returned shape {shapes}, expected one number; take .sum() or "
                f".mean(), or ask for ag.jacobian (every derivative) or ag.elementwise_grad"
            )
        return self.ys[0]

    def pull(
        self, seeds: Sequence[Any], *, create_graph: bool | None = None, again: bool = True
    ) -> list[Tensor]:
        """Return the cotangents of ``xs`` for those of ``ys``.

        ``create_graph``: by default as ``tracked``. ``again``: the graph will be used once more.
        """
        create_graph = self.tracked if create_graph is None else create_graph
        return pulled(self.ys, seeds, self.xs, create_graph, again, self.asked_by, self.since)

    def like_x(self, values: Sequence[Any]) -> Any:
        """Return ``values`` in the structure of x."""
        return refill(self.x, values)


def pulled(
    ys: Sequence[Tensor],
    seeds: Sequence[Any],
    xs: Sequence[Tensor],
    create_graph: bool,
    again: bool,
    asked_by: str,
    since: int,
) -> list[Tensor]:
    """Return the cotangents that ``seeds``, those of ``ys``, send to ``xs``: 0 if nothing leads."""
    rows = [x.row for x in xs]
    totals: list[Any] = [np.zeros_like(x._array) for x in xs]
    for y, seed in zip(ys, seeds, strict=True):
        if y.requires_grad:
            found = cotangents(y, seed, rows, again or create_graph, create_graph, asked_by, since)
            with enable_grad():
                totals = [
                    total + found[row] if row in found else total
                    for total, row in zip(totals, rows, strict=True)
                ]
    return [total if isinstance(total, Tensor) else constant(np.asarray(total)) for total in totals]


def matching(given: Any, tensors: Sequence[Tensor], name: str) -> list[Any]:
    """Return the leaves of ``given``, which must have the shapes of ``tensors``."""
    values = leaves(given)
    shapes, expected = [np.shape(value) for value in values], [t.shape for t in tensors]
    if shapes != expected:
        raise ShapeError(
            f"{name} of shapes {', '.join(map(str, shapes))} were given, expected "
            f"{', '.join(map(str, expected))}; they go with them one by one"
        )
    return [
        value if isinstance(value, Tensor) else Tensor(value, dtype=t.dtype)
        for value, t in zip(values, tensors, strict=True)
    ]


def _tracked(value: Any, differentiable: bool) -> Tensor:
    if isinstance(value, Tensor) and value.requires_grad and differentiable:
        return +value
    return Tensor(value, requires_grad=True)

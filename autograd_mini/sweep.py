"""The reverse sweep: walk the tape backward, pull cotangents through each row's VJPs, add them up.

This is all of reverse-mode differentiation. A row's cotangent is complete when the walk reaches it,
because every row that consumed it has a larger serial number. Broadcasting is undone here, once,
for all primitives that broadcast.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from autograd_mini.anomaly import inspected
from autograd_mini.errors import GraphError, RuleError
from autograd_mini.modes import modes
from autograd_mini.ownership import HELD_IN_A_DICT, LOCAL, references
from autograd_mini.rows import SMALL, Array, Leaf, Row

if TYPE_CHECKING:
    from autograd_mini.fusion import Fused

_NUMBERS = (np.generic, int, float)

Lift = Callable[[Row, Array], Any]


def reverse_sweep(
    output: Row,
    seed: Any,
    wanted: Iterable[Row] | None = None,
    *,
    retain_graph: bool = False,
    lift: Lift | None = None,
    since: int = 0,
) -> dict[Row, Any]:
    """Return the cotangents that ``seed``, the cotangent of ``output``, sends to ``wanted`` rows.

    By default these are the leaves that require gradients and the rows that retain theirs; else
    only rows between ``wanted`` and ``output`` are walked. Without ``lift`` the rules run on
    arrays. With it they run on Tensors: ``lift`` makes one of a row, the rules record rows of their
    own, and the cotangents can be differentiated again. ``since``: rows with smaller serial numbers
    receive cotangents and pass nothing on; their hooks wait for the sweep that completes them.

    Raises GraphError if a backward has spent the graph, or a saved array has changed since.
    """
    rows, ends = _gathered(output, since)
    relevant = None
    if wanted is None:
        targets = {row for row in rows if row.extras is not None and row.extras.holder is not None}
    else:
        targets = set(wanted)
        relevant = _between(targets, rows)
        rows = [row for row in rows if row in relevant]
    _refuse_spent(rows)
    refuse_changed(rows, ends)
    for end in ends:
        end.adjoint = None

    found: dict[Row, Any] = {}
    cotangents = {output: seed}
    try:
        _walk(rows, cotangents, found, targets, relevant, retain_graph, lift)
        for end in list(cotangents):
            g = cotangents.pop(end)
            owned = lift or (g.base is None and references(g) == LOCAL)
            found[end] = g = g if owned else g.copy("K")
            if end.serial >= since:  # of an older row this is a part, see who asked
                found[end] = _arrived(end, g, retain_graph)
    except BaseException:
        for row in rows:
            row.recover()
        raise
    return found


def _walk(
    rows: list[Row],
    cotangents: dict[Row, Any],
    found: dict[Row, Any],
    targets: set[Row],
    relevant: set[Row] | None,
    retain_graph: bool,
    lift: Lift | None,
) -> None:
    """Walk ``rows`` backward: pull each cotangent through the row's rules and add up the parts.

    What reaches ``targets`` is put into ``found``; what reaches the ends is left in ``cotangents``.
    """
    watched = inspected(pull) if modes.now.anomaly else None
    kind = type(next(iter(cotangents.values())))
    for row in reversed(rows):
        primitive: Any = row.primitive
        row.adjoint = None
        g = cotangents.pop(row, None)
        if g is not None:
            if row.extras is not None or lift or retain_graph:
                g = _arrived(row, g, retain_graph)
            elif g.size <= SMALL:
                row.adjoint = g if g.base is None else g.copy("K")
            if row in targets:
                found[row] = g if lift else g.copy("K")
            inputs, out = _primals(row, lift) if lift else (row._inputs, row._output)
            together = None
            if primitive.is_fused or primitive.together:
                together = _pulled_together(row, g, out, inputs, relevant)
            parents: Any = row.parents
            primals, kwargs = row._inputs, row.kwargs
            for position, rule in enumerate(row.rules):
                if rule is None:
                    continue
                parent = parents[position]
                if relevant is not None and parent not in relevant:
                    continue
                if together:
                    contribution = together[position]
                    if contribution is None:
                        continue
                elif watched:
                    contribution = watched(row, position, g, out, inputs)
                elif kwargs:
                    contribution = rule(g, out, *inputs, **kwargs)
                else:
                    contribution = rule(g, out, *inputs)
                primal = primals[position]
                if (
                    type(contribution) is not kind
                    or contribution.shape != primal.shape
                    or contribution.dtype is not primal.dtype
                ):
                    contribution = _fitted(row, position, g, contribution)
                total = cotangents.get(parent)
                if total is None:
                    cotangents[parent] = contribution
                elif lift:
                    cotangents[parent] = total + contribution
                elif (
                    total.base is None
                    and references(total) == HELD_IN_A_DICT
                    and total.flags.writeable
                ):
                    np.add(total, contribution, total)
                else:
                    cotangents[parent] = np.asarray(total + contribution)
        if not retain_graph:
            row.spent = True
            if row._output.size > SMALL or row.extras is not None or not primitive.broadcasts:
                row.release()


def _gathered(output: Row, since: int) -> tuple[list[Row], list[Row]]:
    """Return the rows that lead to ``output``, oldest first, and those where the walk ends.

    It ends at leaves, and at rows with serial numbers below ``since``.
    """
    if not output.parents or output.serial < since:
        return [], [output]
    rows: list[Row] = []
    ends: list[Row] = []
    reached = {output}
    frontier = [output]
    while frontier:
        row = frontier.pop()
        rows.append(row)
        for parent in row.parents:
            if parent is not None and parent not in reached:
                reached.add(parent)
                (frontier if parent.parents and parent.serial >= since else ends).append(parent)
    rows.sort(key=attrgetter("serial"))
    return rows, ends


def _arrived(row: Row, g: Any, retain_graph: bool) -> Any:
    """Return the complete cotangent of ``row`` after its hooks; note it to be looked at."""
    if row.extras is not None and row.extras.hooks:
        for hook in tuple(row.extras.hooks.values()):
            g = hook(g)
    if g.size <= SMALL or retain_graph or row.keeps:
        own = isinstance(g, np.ndarray) and g.base is None and not row.is_leaf
        row.adjoint = g if own else getattr(g, "_array", g).copy()
    return g


def _between(wanted: set[Row], rows: list[Row]) -> set[Row]:
    """Return ``wanted`` and the rows that depend on them."""
    reached = set(wanted)
    for row in rows:
        if not reached.isdisjoint(row.parents):
            reached.add(row)
    return reached


def _primals(row: Row, lift: Lift) -> tuple[tuple[Any, ...], Any]:
    """Return the inputs and the output of ``row``, lifted to Tensors."""
    if row.is_leaf:
        return row._inputs, row._output
    inputs = tuple(
        lift(parent, array) if parent is not None and parent.requires_grad else array
        for parent, array in zip(row.parents, row._inputs, strict=True)
    )
    return inputs, lift(row, row._output)


def _pulled_together(
    row: Row, g: Any, out: Any, inputs: tuple[Any, ...], relevant: set[Row] | None
) -> Sequence[Any] | None:
    """Return the cotangents of all arguments, of a primitive that gives them in one go."""
    primitive = row.primitive
    if primitive is None or modes.now.anomaly:
        return None
    if primitive.together is not None:
        return primitive.together(g, out, *inputs, **row.kwargs)
    wanted = tuple(
        rule is not None and (relevant is None or parent in relevant)
        for rule, parent in zip(row.rules, row.parents, strict=True)
    )
    return cast("Fused", primitive).pull(g, row.saved, wanted, inputs, row.kwargs)


def pull(row: Row, position: int, g: Any, out: Any, inputs: tuple[Any, ...]) -> Any:
    """Return what the VJP of one argument makes of ``g``, in that argument's shape and dtype."""
    primitive = row.primitive
    assert primitive is not None
    rule = primitive.vjp(position)
    assert rule is not None  # an argument without a rule was refused at the call
    return _fitted(row, position, g, rule(g, out, *inputs, **row.kwargs))


def _fitted(row: Row, position: int, g: Any, cotangent: Any) -> Any:
    """Return a rule's cotangent in its argument's shape and dtype, or refuse it."""
    primitive = row.primitive
    assert primitive is not None
    if type(cotangent) is not type(g):
        cotangent = _same_kind(cotangent, g, row, position)
    primal = row._inputs[position]
    if cotangent.shape != primal.shape and primitive.broadcasts:
        cotangent = unbroadcast(cotangent, primal.shape)
    if cotangent.shape != primal.shape:
        raise RuleError(
            f"the VJP of {primitive.name} for {primitive.argument(position)} returned shape "
            f"{cotangent.shape}, expected {primal.shape}, the shape of that input"
        )
    if cotangent.dtype != primal.dtype:
        if cotangent.dtype.kind != "f":
            raise RuleError(
                f"the VJP of {primitive.name} for {primitive.argument(position)} returned "
                f"{cotangent.dtype}, expected {primal.dtype}, the dtype of that input"
            )
        cotangent = cotangent.astype(primal.dtype)
    return cotangent


def _same_kind(cotangent: Any, g: Any, row: Row, position: int) -> Any:
    """Make a cotangent of what a rule returned: NumPy scalars and numbers become arrays."""
    assert row.primitive is not None
    if isinstance(g, np.ndarray):
        if isinstance(cotangent, _NUMBERS):
            return np.asarray(cotangent, dtype=g.dtype)
    elif isinstance(cotangent, np.ndarray | np.generic | int | float):
        return type(g)(cotangent, dtype=g.dtype)
    raise RuleError(
        f"the VJP of {row.primitive.name} for {row.primitive.argument(position)} returned "
        f"{type(cotangent).__name__}, expected {type(g).__name__}; write it with NumPy functions "
        f"of its own arguments only"
    )


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum ``g`` over the axes along which an input of ``shape`` was stretched.

    The adjoint of broadcasting: what was copied forward is added up backward.

    >>> unbroadcast(np.ones((4, 2, 3)), (2, 1))
    array([[12.],
           [12.]])
    """
    n_new = g.ndim - len(shape)
    if n_new < 0:
        return g
    stretched = [n_new + i for i, n in enumerate(shape) if n == 1 and g.shape[n_new + i] != 1]
    axes = (*range(n_new), *stretched)
    summed = np.sum(g, axis=axes, keepdims=True) if axes else g
    fits = summed.shape == (1,) * n_new + shape
    return np.reshape(summed, shape) if fits else g


def _refuse_spent(rows: list[Row]) -> None:
    for row in rows:
        if row.spent:
            raise GraphError(
                f"backward: this graph was already used by an earlier backward(), which released "
                f"the values that {row.operation} had saved. Compute the result again, or call "
                f"backward(retain_graph=True) the first time"
            )


def refuse_changed(rows: list[Row], ends: list[Row]) -> None:
    """Raise if an array that a row saved, or a view of it, was written to since."""
    for end in ends:
        leaf = end if isinstance(end, Leaf) else end.source
        changed_at = -1 if leaf is None else leaf.changed_since_saved()
        if leaf is None or changed_at <= leaf.serial:
            continue
        for row in rows:
            if row.serial > changed_at:
                break
            if any(_overlap(saved, leaf._output) for saved in row._inputs):
                where = f" at {row.line}" if row.line else ""
                what = f"{leaf.name!r}, {leaf.shape}" if leaf.name else f"of shape {leaf.shape}"
                by = f" (its array was last reached at {leaf.reached})" if leaf.reached else ""
                raise GraphError(
                    f"backward: {row.operation}{where} saved the tensor {what}, whose values were "
                    f"changed in place afterwards{by}, so the gradient would be wrong. Call "
                    f"backward() before the change, or make a new tensor (y = y + 1)"
                )


def _overlap(saved: Any, array: Array) -> bool:
    return isinstance(saved, np.ndarray) and np.may_share_memory(saved, array)

"""L-BFGS: Newton's method with a curvature guessed from the last few steps."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from autograd_mini.errors import ArgumentError
from autograd_mini.modes import enable_grad
from autograd_mini.nn.arguments import require
from autograd_mini.nn.optim.line_search import Point, strong_wolfe
from autograd_mini.nn.optim.optimizer import Optimizer, Params
from autograd_mini.rows import Array, Leaf


class LBFGS(Optimizer):
    """Steps along −H·g, where H estimates the inverse Hessian from the last ``history_size`` steps.

    ``step(closure)`` makes up to ``max_iter`` iterations, for which ``closure`` computes the loss
    and its gradients again and again, ``max_eval`` times at most (default 1.25·max_iter)::

        def closure():
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            return loss

    It ends sooner when no |gradient| exceeds ``tolerance_grad``, or neither step nor loss changes
    by more than ``tolerance_change``. ``line_search_fn``: None for steps of ``lr``, or
    "strong_wolfe". For whole batches and smooth losses; one parameter group of one dtype.

    Raises ArgumentError for values out of range, several groups or dtypes, or no closure.

    Source: D. C. Liu, J. Nocedal 1989, "On the limited memory BFGS method for large scale
    optimization"; the two loops: J. Nocedal, S. Wright 2006, "Numerical optimization", alg. 7.4.

    >>> from autograd_mini import nn
    >>> w = nn.Parameter(np.array([3.0, -2.0]))
    >>> optimizer = LBFGS([w], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((w - 1) ** 4).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure).item()
    97.0
    >>> bool(np.abs(w.data - 1).max() < 0.02)
    True
    """

    _numbers = MappingProxyType({"n_iter": 0, "func_evals": 0})

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) > 1 or len({p.dtype for p in self._all()}) > 1:
            raise ArgumentError("LBFGS takes one group of parameters, all of one dtype")

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        for name in ("max_iter", "history_size"):
            value = group[name]
            allowed = isinstance(value, int) and value > 0
            self._require(name, value, allowed, "a whole number above 0")
        search = group["line_search_fn"]
        known = search in (None, "strong_wolfe")
        self._require("line_search_fn", search, known, "'strong_wolfe' or None")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Iterate as told above, and return the first loss."""
        require("LBFGS.step: closure", closure, callable(closure), "a function that returns a loss")
        group = self.param_groups[0]
        self._check(group)
        max_eval = group["max_eval"] or group["max_iter"] * 5 // 4
        state = self._state[group["params"][0]]
        if not state:
            state.update(n_iter=0, func_evals=0, pairs=(), scale=1.0, last=())
        origin = self._values()
        first_loss: list[Any] = []

        def evaluate(t: float, direction: Array | None) -> Point:
            """Return the point at a distance ``t`` from the origin of this iteration."""
            if direction is not None:
                self._write(origin + t * direction)
            with enable_grad():
                loss = cast(Callable[[], Any], closure)()
            if not first_loss:
                first_loss.append(loss)
            state["func_evals"] += 1
            g = self._gradient()
            return Point(t, float(loss), g, 0.0 if direction is None else float(g @ direction))

        begun = state["func_evals"]
        here = evaluate(0.0, None)
        for iteration in range(1, group["max_iter"] + 1):
            if _largest(here.g) <= group["tolerance_grad"]:
                break
            state["n_iter"] += 1
            if state["last"]:
                self._learn(state, here.g, group["history_size"])
            direction = _newton_direction(here.g, state["pairs"], state["scale"])
            lr = group["lr"]
            is_first = state["n_iter"] == 1
            t = min(1.0, 1 / float(np.abs(here.g).sum())) * lr if is_first else lr
            slope = float(here.g @ direction)
            if slope > -group["tolerance_change"]:
                state["last"] = (here.g, t * direction)
                break
            before = here
            if group["line_search_fn"]:
                start = Point(0.0, here.f, here.g, slope)
                here = strong_wolfe(
                    partial(evaluate, direction=direction),
                    start,
                    t,
                    _largest(direction),
                    group["tolerance_change"],
                )
                t = here.t
                self._write(origin + t * direction)
            elif iteration < group["max_iter"]:
                here = evaluate(t, direction)
            else:
                self._write(origin + t * direction)
            state["last"] = (before.g, t * direction)
            origin = self._values()
            if (
                state["func_evals"] - begun >= max_eval
                or _largest(t * direction) <= group["tolerance_change"]
                or abs(here.f - before.f) < group["tolerance_change"]
            ):
                break
        return first_loss[0]

    def _learn(self, state: dict[str, Any], g: Array, history_size: int) -> None:
        """Remember the last step s and the change y of the gradient along it."""
        last_g, s = state["last"]
        y = g - last_g
        curvature = float(y @ s)
        if curvature > 1e-10:
            state["pairs"] = (*state["pairs"], (y, s, 1 / curvature))[-history_size:]
            state["scale"] = curvature / float(y @ y)

    def _values(self) -> Array:
        return np.concatenate([p._array.ravel() for p in self._all()])

    def _gradient(self) -> Array:
        grads = [np.zeros_like(p._array) if p.grad is None else p.grad._array for p in self._all()]
        return np.concatenate([g.ravel() for g in grads])

    def _write(self, values: Array) -> None:
        for p in self._all():
            p._array[...] = values[: p.size].reshape(p.shape)
            cast(Leaf, p.row).written()
            values = values[p.size :]


def _largest(values: Array) -> float:
    return float(np.abs(values).max())


def _newton_direction(g: Array, pairs: tuple[Any, ...], scale: float) -> Array:
    """Return −H·g by the two loops over the remembered (y, s, 1/(y·s)), newest first, then last."""
    d = -g
    weights = []
    for y, s, inverse in reversed(pairs):
        weight = inverse * float(s @ d)
        weights.append(weight)
        d = d - weight * y
    d = d * scale
    for (y, s, inverse), weight in zip(pairs, reversed(weights), strict=True):
        d = d + (weight - inverse * float(y @ d)) * s
    return d

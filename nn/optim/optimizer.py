"""What all optimizers share: parameter groups, options, state, and the step over parameters.

Each optimizer is its formula in ``_update``, which works on plain arrays of any shape and writes
into w.
"""

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, GraphError, StateError
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.tensors import Tensor

Params = Iterable[Any]


class Optimizer:
    """Base: parameter groups, their options, and the state kept for each parameter.

    ``params``: parameters, or dictionaries ``{"params": …, "lr": …}`` of groups that differ in
    their options. ``defaults``: the options of groups that do not say otherwise. A subclass defines
    ``_check`` and ``_update``.

    ``param_groups`` is a list of dictionaries; changing ``param_groups[0]["lr"]`` counts from the
    next step.

    Raises ArgumentError for no parameters, the same one twice, or options out of range.
    """

    def __init__(self, params: Params, **defaults: Any) -> None:
        self.defaults = defaults
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[Tensor, dict[str, Any]] = {}
        if isinstance(params, Tensor | Mapping):
            raise DTypeError(
                f"{self._name} takes several parameters, got one {type(params).__name__}; write "
                f"[it] or model.parameters()"
            )
        self._check_list(params)
        given = list(params)
        if not given:
            raise ArgumentError(
                f"{self._name} got an empty parameter list; was model.parameters() already "
                f"consumed? It can be walked once, so call it again or keep list(...) of it"
            )
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    @property
    def _name(self) -> str:
        return type(self).__name__

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Train further parameters, with options of their own or the defaults."""
        if not isinstance(param_group, Mapping) or "params" not in param_group:
            is_group = isinstance(param_group, Mapping)
            got = f"the keys {list(param_group)}" if is_group else type(param_group).__name__
            raise ArgumentError(
                f"{self._name}: a group is a dictionary with its parameters under 'params', got "
                f"{got}"
            )
        group = {**self.defaults, **param_group}
        params = group["params"]
        params = [params] if isinstance(params, Tensor) else params
        self._check_list(params)
        group["params"] = params = list(params)
        unknown = group.keys() - self.defaults.keys() - {"params"}
        if unknown:
            raise ArgumentError(
                f"{self._name} has no option {min(unknown)!r}; it takes {', '.join(self.defaults)}"
            )
        known = {p for other in self.param_groups for p in other["params"]}
        for position, p in enumerate(params):
            if not isinstance(p, Tensor):
                raise DTypeError(
                    f"{self._name} trains tensors, got {type(p).__name__} at position {position}; "
                    f"write model.parameters()"
                    + (", not named_parameters()" if isinstance(p, tuple) else "")
                )
            if not p.is_leaf:
                raise GraphError(
                    f"{self._name}: the tensor at position {position} was made by "
                    f"{p.row.operation}; only leaves can be trained"
                )
            if p in known:
                raise ArgumentError(
                    f"{self._name}: the parameter at position {position} was given twice and would "
                    f"be updated twice in a step"
                )
            known.add(p)
        self._check(group)
        self.param_groups.append(group)

    def _check_list(self, params: Any) -> None:
        if not isinstance(params, Iterable):
            raise DTypeError(
                f"{self._name} takes a list of parameters, got {type(params).__name__}; write "
                f"model.parameters()"
            )

    def _check(self, group: dict[str, Any]) -> None:
        """Raise ArgumentError for options out of range."""
        raise NotImplementedError

    def _update(self, *arrays: Any, **options: Any) -> None:
        """Of w, g and the state, write the new values into w; g is the caller's, left as it is."""
        raise NotImplementedError

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients; with ``set_to_none=False`` fill those that exist with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad = np.zeros_like(p._array)

    def step(self) -> None:
        """Move every parameter that has a gradient.

        Warns when none has one: no backward was run, or the model's layers are not those that the
        optimizer was given.
        """
        moved = False
        for group in self.param_groups:
            options = {name: value for name, value in group.items() if name != "params"}
            for p in group["params"]:
                gradient = p.grad
                if gradient is not None:
                    moved = True
                    self._update(p.data, gradient._array, self.state.setdefault(p, {}), **options)
        if not moved:
            n = sum(len(group["params"]) for group in self.param_groups)
            warnings.warn(
                f"{self._name}.step: none of its {n} parameters received a gradient. Call "
                f"loss.backward() first; if you did, the optimizer was made before the model's "
                f"layers were replaced",
                stacklevel=2,
            )

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of options and state, with parameters numbered in the order given."""
        numbers = {p: i for i, p in enumerate(self._all())}
        return {
            "state": {numbers[p]: _copied(state) for p, state in self.state.items()},
            "param_groups": [
                {**group, "params": [numbers[p] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over options and state from ``state_dict()`` of an equal optimizer.

        Raises StateError if groups, parameters or shapes differ, ArgumentError for options out of
        range; then nothing has changed.
        """
        if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= set(state_dict):
            raise self._misfit("this is not the state_dict() of an optimizer")
        groups, states = state_dict["param_groups"], state_dict["state"]
        sizes = [len(group["params"]) for group in groups]
        own = [len(group["params"]) for group in self.param_groups]
        if sizes != own:
            raise self._misfit(f"it has groups of {sizes} parameters, this optimizer {own}")
        strangers = {name for group in groups for name in group} ^ {*self.defaults, "params"}
        if strangers:
            raise self._misfit(f"only one of the two has the option {min(strangers)!r}")
        for old, new in zip(self.param_groups, groups, strict=True):
            self._check({**old, **new})
        parameters = dict(enumerate(self._all()))
        for number, state in states.items():
            if number not in parameters:
                raise self._misfit(f"it knows a parameter {number!r}, this optimizer does not")
            for name, value in state.items():
                if isinstance(value, np.ndarray) and value.shape != parameters[number].shape:
                    raise self._misfit(
                        f"{name} of parameter {number} has shape {value.shape} there, the "
                        f"parameter {parameters[number].shape}"
                    )
        self.state = {parameters[number]: _copied(state) for number, state in states.items()}
        for group, new in zip(self.param_groups, groups, strict=True):
            group.update({name: value for name, value in new.items() if name != "params"})

    def _misfit(self, why: str) -> StateError:
        return StateError(f"{self._name}: the state does not fit, and nothing was loaded; {why}")

    def _all(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        groups = []
        for group in self.param_groups:
            options = ", ".join(f"{k}={v}" for k, v in group.items() if k != "params")
            groups.append(f"{len(group['params'])} parameters, {options}")
        return f"{self._name}({'; '.join(groups)})"

    def _require(self, name: str, value: Any, allowed: bool, wanted: str) -> None:
        require(f"{self._name}: {name}", value, allowed, wanted)

    def _check_lr(self, group: dict[str, Any]) -> None:
        lr = group["lr"]
        self._require("lr", lr, is_number(lr) and lr > 0, "a positive finite number")

    def _check_at_least_zero(self, name: str, value: Any) -> None:
        self._require(name, value, is_number(value) and value >= 0, "a finite number, at least 0")

    def _check_decay_rate(self, name: str, value: Any) -> None:
        self._require(name, value, is_number(value) and 0 <= value < 1, "at least 0 and below 1")


def _copied(state: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in state.items()}

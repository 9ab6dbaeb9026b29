"""What all optimizers share: parameter groups, options, state, and the step over parameters.

Each optimizer is its formula in ``_update``, which works on flat arrays and writes into w. How
parameters become flat arrays is told in ``arena.py``.
"""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, GraphError, StateError, UnsupportedError
from autograd_mini.modes import enable_grad
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.nn.optim.arena import Layout
from autograd_mini.ownership import HELD_TWICE, LOCAL, references
from autograd_mini.tensors import Tensor

Params = Iterable[Any]


class Range(NamedTuple):
    """What values an option may have, beside being a finite number."""

    text: str
    holds: Callable[[Any], bool]


AT_LEAST_ZERO = Range("a finite number, at least 0", lambda value: value >= 0)
SHARE = Range("at least 0 and below 1", lambda value: 0 <= value < 1)
RANGES = {
    "lr": Range("a positive finite number", AT_LEAST_ZERO.holds),  # schedules end at 0
    "dampening": Range("a finite number", lambda value: True),
    **dict.fromkeys(("alpha", "momentum", "rho"), SHARE),
    **dict.fromkeys(("eps", "initial_accumulator_value", "lr_decay"), AT_LEAST_ZERO),
    **dict.fromkeys(("momentum_decay", "weight_decay"), AT_LEAST_ZERO),
    **dict.fromkeys(("tolerance_change", "tolerance_grad"), AT_LEAST_ZERO),
}


class Implementation(TypedDict, total=False):
    """PyTorch's choices of how a step is computed.

    There is one way here, over all parameters at once, so that ``foreach`` and ``fused`` change
    nothing; ``capturable=True`` (CUDA graphs) and ``differentiable=True`` are refused.
    """

    foreach: bool | None
    fused: bool | None
    capturable: bool
    differentiable: bool


class Optimizer:
    """Base: parameter groups, their options, and the state kept for each parameter.

    ``params``: parameters, or dictionaries ``{"params": …, "lr": …}`` of groups that differ in
    their options. ``defaults``: the options of groups that do not say otherwise.

    ``param_groups`` is a list of dictionaries; changing ``param_groups[0]["lr"]`` counts from the
    next step. ``state[p]`` is what is remembered of parameter ``p``: numbers such as ``step``, and
    arrays of its shape.

    A subclass defines ``_update``, and ``_memory`` if it remembers arrays; or ``step`` itself.

    Raises ArgumentError for no parameters, the same one twice, or options out of range.

    >>> from autograd_mini import nn
    >>> class SignDescent(Optimizer):
    ...     def __init__(self, params, lr=0.1):
    ...         super().__init__(params, {"lr": lr})
    ...     def _update(self, w, g, spare, state, *, lr):
    ...         np.sign(g, out=g)
    ...         g *= lr
    ...         w -= g
    >>> w = nn.Parameter([1.0, 2.0])
    >>> w.grad = [5.0, -0.01]
    >>> SignDescent([w]).step()
    >>> w.data
    array([0.9, 2.1], dtype=float32)
    """

    _numbers: Mapping[str, float] = MappingProxyType({"step": 0})
    """The numbers in the state of each parameter, with their first values."""

    def __init__(
        self,
        params: Params,
        defaults: Mapping[str, Any],
        **implementation: Unpack[Implementation],
    ) -> None:
        self.defaults = dict(defaults)
        self.param_groups: list[dict[str, Any]] = []
        self.state = defaultdict(dict)
        self._layouts: dict[int, Layout] = {}
        self._check_implementation(**implementation)
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

    @property
    def state(self) -> defaultdict[Tensor, dict[str, Any]]:
        """What is remembered of each parameter."""
        self._state_reached = True
        return self._state

    @state.setter
    def state(self, state: Mapping[Tensor, dict[str, Any]]) -> None:
        self._state_reached = True
        self._state = defaultdict(dict, state)

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
        unknown = group.keys() - self.defaults.keys() - {"params", "initial_lr"}
        if unknown:
            raise self._unknown(min(unknown))
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
        self._layout(len(self.param_groups) - 1)

    def _check_list(self, params: Any) -> None:
        if not isinstance(params, Iterable):
            raise DTypeError(
                f"{self._name} takes a list of parameters, got {type(params).__name__}; write "
                f"model.parameters()"
            )

    def _check_implementation(self, **choices: Any) -> None:
        for name, value in choices.items():
            if name not in Implementation.__annotations__:
                raise self._unknown(name)
            self._require(name, value, value in (None, False, True), "True, False or None")
        if choices.get("differentiable"):
            raise UnsupportedError(
                f"{self._name} writes into the parameters, so that a step has no derivative; "
                f"instead of differentiable=True compute w - lr * g with g from "
                f"ag.grad(loss, w, create_graph=True)"
            )
        if choices.get("capturable"):
            raise UnsupportedError(
                f"{self._name}: capturable=True is for CUDA graphs, and there is only the CPU; "
                f"leave it out"
            )

    def _unknown(self, option: str) -> ArgumentError:
        known = ", ".join(self.defaults)
        return ArgumentError(f"{self._name} has no option {option!r}; it takes {known}")

    def _check(self, group: dict[str, Any]) -> None:
        """Raise ArgumentError for options out of range, which an option's name tells."""
        for name, value in group.items():
            if name == "betas":
                pair = isinstance(value, tuple | list) and len(value) == 2
                self._require(name, value, pair, "two numbers, each at least 0 and below 1")
                for position, beta in enumerate(value):
                    self._require_in(SHARE, f"betas[{position}]", beta)
            elif name in RANGES:
                self._require_in(RANGES[name], name, value)

    def _require_in(self, range_: Range, name: str, value: Any) -> None:
        self._require(name, value, is_number(value) and range_.holds(value), range_.text)

    def _memory(self, options: Mapping[str, Any]) -> dict[str, float]:
        """Return the names of the arrays in the state, and what each is filled with at first."""
        return {}

    def _update(self, *arrays: Any, **options: Any) -> None:
        """Move w: ``_update(w, g, spare, state, *, lr, …)``, all of the options by keyword.

        Of flat arrays ``w`` and the gradient ``g``, and of the arrays and numbers in ``state``,
        write the new values into ``w`` and ``state``. ``g`` and ``spare`` may be overwritten.
        ``state["step"]`` is 1 at the first step.
        """
        raise UnsupportedError(
            f"{self._name} has no update; define def _update(self, w, g, spare, state, *, lr): or "
            f"def step(self, closure=None):"
        )

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients; with ``set_to_none=False`` fill those that exist with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad = np.zeros_like(p._array)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        ``closure``: computes the loss again, with its gradients, before the step, and returns it;
        so does then ``step``.

        Warns when no parameter has a gradient: no backward was run, or the model's layers are not
        those that the optimizer was given. Raises ArgumentError for options that were set out of
        range.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        is_fresh = self._state_reached
        has_moved = False
        for position in range(len(self.param_groups)):
            layout = self._layout(position)
            options = dict(layout.options)
            is_ascent = options.pop("maximize", False)
            for arena in layout.arenas:
                for block in arena.blocks(self._state, is_fresh):
                    if is_ascent:
                        np.negative(block.g, out=block.g)
                    block.state["step"] += 1
                    self._update(block.w, block.g, block.spare, block.state, **options)
                    has_moved = True
        if is_fresh:
            self._state_reached = self._is_state_held()
        if not has_moved:
            n = sum(len(group["params"]) for group in self.param_groups)
            warnings.warn(
                f"{self._name}.step: none of its {n} parameters received a gradient. Call "
                f"loss.backward() first; if you did, the optimizer was made before the model's "
                f"layers were replaced",
                stacklevel=2,
            )
        return loss

    def _layout(self, position: int) -> Layout:
        """Return the arenas and options of a group; laid out anew if its parameters changed."""
        group = self.param_groups[position]
        params, options = group["params"], {name: group[name] for name in self.defaults}
        layout = self._layouts.get(position)
        if layout is not None and layout.options == options and layout.fits(params):
            return layout
        self._check(group)
        memory = self._memory(options)
        if layout is not None and layout.memory == memory and layout.fits(params):
            layout.options = options
        else:
            layout = self._layouts[position] = Layout(params, options, memory, self._numbers)
        return layout

    def _is_state_held(self) -> bool:
        """Tell whether somebody else holds the state, who could change it unseen."""
        of_entry = LOCAL + 2  # by the state and by an arena
        return references(self._state) > HELD_TWICE - 1 or any(
            references(entry) > of_entry for entry in self._state.values()
        )

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of options and state, with parameters numbered in the order given."""
        numbers = {p: i for i, p in enumerate(self._all())}
        return {
            "state": {numbers[p]: _copied(state) for p, state in self._state.items()},
            "param_groups": [
                {**group, "params": [numbers[p] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over options and state from ``state_dict()`` of an equal optimizer.

        Options that switch something on may be missing, as in the state of a version without them,
        and are then off. Raises StateError if groups, parameters, shapes or other names differ,
        ArgumentError for options out of range; then nothing has changed.
        """
        if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= set(state_dict):
            raise self._misfit("this is not the state_dict() of an optimizer")
        groups = state_dict["param_groups"]
        states = {number: _in_arrays(state) for number, state in state_dict["state"].items()}
        sizes = [len(group["params"]) for group in groups]
        own = [len(group["params"]) for group in self.param_groups]
        if sizes != own:
            raise self._misfit(f"it has groups of {sizes} parameters, this optimizer {own}")
        switches = {k: False for k, value in self.defaults.items() if isinstance(value, bool)}
        groups = [{**switches, **group} for group in groups]  # off in versions that lacked them
        strangers = {name for group in groups for name in group} ^ {*self.defaults, "params"}
        strangers.discard("initial_lr")
        if strangers:
            raise self._misfit(f"only one of the two has the option {min(strangers)!r}")
        for old, new in zip(self.param_groups, groups, strict=True):
            self._check({**old, **new})
        parameters = dict(enumerate(self._all()))
        for number, state in states.items():
            if number not in parameters:
                raise self._misfit(f"it knows a parameter {number!r}, this optimizer does not")
            self._check_entry(state, f"of parameter {number}", parameters[number].shape)
        self.state = {parameters[number]: _copied(state) for number, state in states.items()}
        for group, new in zip(self.param_groups, groups, strict=True):
            group.update({name: value for name, value in new.items() if name != "params"})

    def _check_entry(self, state: Mapping[str, Any], of: str, shape: tuple[int, ...]) -> None:
        arrays = self._memory(defaultdict(bool))  # with every option off
        lacking = {*self._numbers, *arrays} - state.keys()
        if state and lacking:
            raise self._misfit(f"it lacks {min(lacking)} {of}")
        for name, value in state.items():
            if name in self._numbers and not is_number(value):
                raise self._misfit(f"{name} {of} is {value!r}, not a number")
            if name in arrays and not isinstance(value, np.ndarray):
                raise self._misfit(f"{name} {of} is {value!r}, not an array")
            if isinstance(value, np.ndarray) and value.shape != shape:
                raise self._misfit(
                    f"{name} {of} has shape {value.shape} there, the parameter {shape}"
                )

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_layouts": {}, "_state_reached": True}  # a copy lays out its own

    def _misfit(self, why: str) -> StateError:
        return StateError(f"{self._name}: the state does not fit, and nothing was loaded; {why}")

    def _all(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        groups = []
        for group in self.param_groups:
            options = ", ".join(f"{k}={v}" for k, v in group.items() if k != "params")
            n = len(group["params"])
            groups.append(f"{n} parameter{'s' * (n != 1)}, {options}")
        return f"{self._name}({'; '.join(groups)})"

    def _require(self, name: str, value: Any, allowed: bool, wanted: str) -> None:
        require(f"{self._name}: {name}", value, allowed, wanted)


def _in_arrays(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter's state with arrays for tensors, as ``torch.load`` gives them."""
    return {k: v.detach().numpy() if isinstance(v, Tensor) else v for k, v in state.items()}


def _copied(state: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in state.items()}

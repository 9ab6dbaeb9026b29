"""Module: a function with parameters, and a tree of such functions.

Parameters, buffers and children register themselves when they are assigned as attributes, and keep
the order of assignment. While a module runs, rows of the tape carry its dotted name as their scope,
and its parameters' leaves are called by theirs ("0.weight"), so that tables and pictures can tell
layers apart without knowing this file.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self, cast

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, StateError, UnsupportedError
from autograd_mini.modes import modes
from autograd_mini.nn.parameter import Parameter
from autograd_mini.rows import Leaf
from autograd_mini.tensors import Tensor


class IncompatibleKeys(NamedTuple):
    """What ``load_state_dict(strict=False)`` left alone: keys of one side only."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """Base of all layers and models: assign parameters and modules, define ``forward``.

    ``training`` is True until ``eval()``; layers such as Dropout look at it.

    Raises StateError when a layer is assigned before ``super().__init__()``.

    >>> from autograd_mini import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = nn.Linear(2, 3)
    ...         self.out = nn.Linear(3, 1)
    ...     def forward(self, x):
    ...         return self.out(self.hidden(x).relu())
    >>> net = Net()
    >>> net([[1.0, 2.0]]).shape
    (1, 1)
    >>> [name for name, _ in net.named_parameters()]
    ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
    """

    _name = ""  # of the attribute that the parent calls us by
    _named_in: str | None = None  # the scope after which our parameters' leaves are named

    def __init__(self) -> None:
        stores = ("_parameters", "_buffers", "_modules")
        vars(self).update({store: {} for store in stores}, _transient=set(), training=True)

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: "dict[str, Module | None]"
    _transient: set[str]
    training: bool

    # ── running ───────────────────────────────────────────────────────────────────────────────

    def _no_forward(self, *_: Any, **__: Any) -> Any:
        raise UnsupportedError(
            f"{type(self).__name__} has no forward; define def forward(self, x): and return the "
            f"output"
        )

    forward: Callable[..., Any] = _no_forward

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run ``forward`` inside this module's scope."""
        outer = modes.scope
        name = self._name
        scope = f"{outer}.{name}" if outer and name else outer or name
        if scope != self._named_in:
            self._name_leaves(scope)
        for name, child in reversed(self._modules.items()):  # of two names, the first one counts
            if child is not None:
                vars(child)["_name"] = name
        modes.scope = scope
        try:
            return self.forward(*args, **kwargs)
        finally:
            modes.scope = outer

    def _name_leaves(self, scope: str) -> None:
        for name, parameter in self._parameters.items():
            if parameter is not None:
                _leaf(parameter).name = _dotted(scope, name)
        vars(self)["_named_in"] = scope

    # ── registering ───────────────────────────────────────────────────────────────────────────

    def __setattr__(self, name: str, value: Any) -> None:
        known = vars(self)
        if "_modules" not in known:
            if isinstance(value, Parameter | Module):
                raise self._not_initialised()
        elif isinstance(value, Parameter):
            self._take(self._parameters, name, value)
        elif isinstance(value, Module):
            self._take(self._modules, name, value)
        elif name in self._parameters:
            self._replace(self._parameters, name, value, Parameter)
        elif name in self._modules:
            self._replace(self._modules, name, value, Module)
        elif name in self._buffers:
            self._replace(self._buffers, name, value, Tensor)
        if isinstance(value, Parameter):
            _leaf(value).name = value.row.name or name
            known["_named_in"] = None
        elif isinstance(value, Module):
            vars(value)["_name"] = name
        object.__setattr__(self, name, value)

    def _take(self, store: dict[str, Any], name: str, value: Any) -> None:
        """Register ``value``, which may replace a part of another kind under the same name."""
        for other in (self._parameters, self._buffers, self._modules):
            if other is not store:
                cast(dict[str, Any], other).pop(name, None)
        self._transient.discard(name)
        store[name] = value

    def _replace(self, store: dict[str, Any], name: str, value: Any, kind: type) -> None:
        if value is not None and not isinstance(value, kind):
            advice = f"; to overwrite its values, write .{name}.data[...] = values"
            if kind is Module:
                advice = ""
            raise DTypeError(
                f"{type(self).__name__}.{name} holds a {kind.__name__} or None, and cannot become "
                f"{type(value).__name__}{advice}"
            )
        store[name] = value

    def __delattr__(self, name: str) -> None:
        stores: tuple[dict[str, Any], ...] = (self._parameters, self._buffers, self._modules)
        for store in stores:
            store.pop(name, None)
        self._transient.discard(name)
        object.__delattr__(self, name)

    def __getattr__(self, name: str) -> Any:
        if name in Module.__annotations__:
            raise self._not_initialised()
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
        )

    def _not_initialised(self) -> StateError:
        kind = type(self).__name__
        return StateError(
            f"{kind}: call super().__init__() first, at the top of {kind}.__init__, before layers "
            f"are assigned or used"
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _named_in=None)  # a copy's leaves are new ones

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under ``name``; None keeps the place for one that may come later."""
        self._check_new(name)
        self._parameters[name] = None
        setattr(self, name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add state that is saved with the module but not trained, such as running statistics.

        ``persistent=False`` leaves it out of ``state_dict``.
        """
        self._check_new(name)
        self._buffers[name] = None
        setattr(self, name, tensor)
        if not persistent:
            self._transient.add(name)

    def add_module(self, name: str, module: "Module | None") -> None:
        """Add a child under ``name``, as ``setattr`` does for names that are not identifiers."""
        self._check_new(name)
        self._modules[name] = None
        setattr(self, name, module)

    def _check_new(self, name: str) -> None:
        if not name or "." in name:
            raise ArgumentError(
                f"{type(self).__name__}: {name!r} cannot name a part of a module; it needs at "
                f"least one letter and no dot, because dots join names"
            )
        if hasattr(self, name):
            raise ArgumentError(
                f"{type(self).__name__} already has an attribute {name!r}; choose another name"
            )

    # ── what it holds ─────────────────────────────────────────────────────────────────────────

    def children(self) -> "Iterator[Module]":
        """Yield the modules assigned to this one, each once."""
        return (child for _, child in self.named_children())

    def named_children(self) -> "Iterator[tuple[str, Module]]":
        """Yield the modules assigned to this one with their attribute names, each once."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def modules(self) -> "Iterator[Module]":
        """Yield this module and all below it, parents first, each once."""
        return (module for _, module in self.named_modules())

    def named_modules(self, prefix: str = "") -> "Iterator[tuple[str, Module]]":
        """Yield this module and all below it with dotted names; this one's own is ``prefix``."""
        return self._walk(prefix, set())

    def _walk(self, prefix: str, seen: "set[Module]") -> "Iterator[tuple[str, Module]]":
        if self not in seen:
            seen.add(self)
            yield prefix, self
            for name, child in self._modules.items():
                if child is not None:
                    yield from child._walk(_dotted(prefix, name), seen)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield the parameters of this module and, with ``recurse``, of all below it, each once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_parameters(
        self, prefix: str = "", recurse: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield the parameters with their dotted names, in the order of assignment, each once."""
        return self._members("_parameters", prefix, recurse)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield the buffers of this module and, with ``recurse``, of all below it, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """Yield the buffers with their dotted names, in the order of assignment, each once."""
        return self._members("_buffers", prefix, recurse)

    def _members(self, store: str, prefix: str, recurse: bool) -> Iterator[tuple[str, Any]]:
        seen = set()
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, member in getattr(module, store).items():
                if member is not None and member not in seen:
                    seen.add(member)
                    yield _dotted(path, name), member

    # ── changing all of it ────────────────────────────────────────────────────────────────────

    def apply(self, fn: "Callable[[Module], object]") -> Self:
        """Call ``fn`` on every module, children first, and return this one.

        >>> from autograd_mini import nn
        >>> def start_at_zero(module):
        ...     if isinstance(module, nn.Linear):
        ...         nn.init.zeros_(module.bias)
        >>> nn.Sequential(nn.Linear(1, 2)).apply(start_at_zero)[0].bias
        Parameter containing:
        tensor([0., 0.], requires_grad=True)
        """
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set ``training`` here and below; layers such as Dropout look at it."""
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        """Leave training mode: ``train(False)``."""
        return self.train(False)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients; with ``set_to_none=False`` fill those that exist with zeros."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = np.zeros_like(parameter._array)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Train all parameters from now on, or with False freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    # ── state ─────────────────────────────────────────────────────────────────────────────────

    def _state(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        """Yield all that is saved: a tensor under two names twice, as PyTorch does."""
        for name, tensor in [*self._parameters.items(), *self._buffers.items()]:
            if tensor is not None and name not in self._transient:
                yield _dotted(prefix, name), tensor
        for name, child in self._modules.items():
            if child is not None:
                yield from child._state(_dotted(prefix, name))

    def state_dict(self) -> dict[str, Tensor]:
        """Return parameters and persistent buffers by dotted name, as a copy.

        Unlike PyTorch's it does not share memory: training on does not change a state kept aside.

        >>> from autograd_mini import nn
        >>> list(nn.Linear(2, 1).state_dict())
        ['weight', 'bias']
        """
        return {name: Tensor(tensor._array) for name, tensor in self._state()}

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True
    ) -> IncompatibleKeys:
        """Write the values of ``state_dict`` into parameters and buffers, all of them or nothing.

        ``strict=False`` accepts missing and unexpected keys, and returns them.

        Raises StateError that lists missing and unexpected keys and differing shapes; then nothing
        has been loaded.
        """
        if not isinstance(state_dict, Mapping):
            raise DTypeError(
                f"load_state_dict takes a dictionary of names to values, got "
                f"{type(state_dict).__name__}; of a file, write load_state_dict(nn.load(path))"
            )
        own = dict(self._state())
        given = {name: np.asarray(_array(value)) for name, value in state_dict.items()}
        missing = [name for name in own if name not in given]
        unexpected = [name for name in given if name not in own]
        common = [name for name in own if name in given]
        problems = []
        if strict and missing:
            problems.append(f"missing keys: {', '.join(missing)}")
        if strict and unexpected:
            problems.append(f"unexpected keys: {', '.join(unexpected)}")
        for name in common:
            if given[name].shape != own[name].shape:
                problems.append(
                    f"{name} has shape {given[name].shape} in the state, {own[name].shape} here"
                )
            elif given[name].dtype.kind not in "biuf":
                problems.append(f"{name} holds {given[name].dtype}, not numbers")
        if problems:
            raise StateError(
                f"load_state_dict: the state does not fit {type(self).__name__}, and nothing was "
                f"loaded; {'; '.join(problems)}"
            )
        for name in common:
            own[name].data[...] = given[name]
        return IncompatibleKeys(missing, unexpected)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of ``repr``, such as sizes."""
        return ""

    def __repr__(self) -> str:
        head = f"{type(self).__name__}("
        extra = self.extra_repr()
        children = [
            f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self._modules.items()
        ]
        if not children:
            return f"{head}{extra})"
        return "\n  ".join([head, *([extra] if extra else []), *children]) + "\n)"


def _leaf(parameter: Parameter) -> Leaf:
    return cast(Leaf, parameter.row)


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _array(value: Any) -> Any:
    return value._array if isinstance(value, Tensor) else value

"""Module: a function with parameters, and a tree of such functions.

Parameters, buffers and children register themselves when they are assigned as attributes, and keep
the order of assignment. While a module runs, rows of the tape carry its dotted name as their scope,
and its parameters' leaves are called by theirs ("0.weight"), so that tables and pictures can tell
layers apart without knowing this file.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Self, cast

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, StateError, UnsupportedError
from autograd_mini.modes import modes
from autograd_mini.nn.arguments import require
from autograd_mini.nn.casting import cast_parameter, destination
from autograd_mini.nn.hidden import is_missed, parts_inside, text_of_hidden
from autograd_mini.nn.hooks import Hooked
from autograd_mini.nn.parameter import Parameter
from autograd_mini.nn.states import IncompatibleKeys, write_state
from autograd_mini.rows import Leaf
from autograd_mini.tensors import Tensor, constant

_STORES = ("_parameters", "_buffers", "_modules")
_PLAIN = frozenset({list, tuple, dict})


class Module(Hooked):
    """Base of all layers and models: assign parameters and modules, define ``forward``.

    ``training`` is True until ``eval()``; layers such as Dropout look at it.

    Raises StateError when a layer is assigned before ``super().__init__()``. Warns at the first
    call, and when parameters or the state are asked for, of layers in a plain list, tuple or
    dictionary, which would not be trained.

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
    _is_called = True  # False: a container whose parts its owner calls

    def __init__(self) -> None:
        vars(self).update({store: {} for store in _STORES}, _transient=set(), training=True)

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: "dict[str, Module | None]"
    _transient: set[str]
    training: bool

    # ── running ───────────────────────────────────────────────────────────────────────────────

    def _no_forward(self, *_: Any, **__: Any) -> Any:
        remedy = "define def forward(self, x): and return the output"
        if not self._is_called:
            remedy = "it holds parts for the forward of the module that it is assigned to"
        raise UnsupportedError(f"{type(self).__name__} has no forward; {remedy}")

    forward: Callable[..., Any] = _no_forward

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run ``forward`` inside this module's scope."""
        outer = modes.now.scope
        name = self._name
        scope = f"{outer}.{name}" if outer and name else outer or name
        if scope != self._named_in:
            if not name:
                self._warn_of_hidden_parts()
            self._name_leaves(scope)
        if self._modules:
            self._name_children("")
        modes.now.scope = scope
        try:
            if self._hooks is None:
                return self.forward(*args, **kwargs)
            return self._hooks.run(self, args, kwargs)
        finally:
            modes.now.scope = outer

    def _name_leaves(self, scope: str) -> None:
        for name, parameter in self._parameters.items():
            if parameter is not None:
                _leaf(parameter).name = _dotted(scope, name)
        for name, child in self._modules.items():
            if child is not None and not child._is_called:
                child._name_leaves(_dotted(scope, name))
        vars(self)["_named_in"] = scope

    def _name_children(self, prefix: str) -> None:
        for name, child in reversed(self._modules.items()):  # of two names, the first one counts
            if child is not None:
                vars(child)["_name"] = prefix + name
                if not child._is_called:
                    child._name_children(f"{prefix}{name}.")

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
        elif isinstance(value, Module) and not value._name:
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

    def named_modules(
        self, prefix: str = "", remove_duplicate: bool = True
    ) -> "Iterator[tuple[str, Module]]":
        """Yield this module and all below it with dotted names; this one's own is ``prefix``.

        ``remove_duplicate=False`` yields a module in two places under both its names.
        """
        return self._walk(prefix, set() if remove_duplicate else None)

    def _walk(self, prefix: str, seen: "set[Module] | None") -> "Iterator[tuple[str, Module]]":
        if seen is None or self not in seen:
            if seen is not None:
                seen.add(self)
            yield prefix, self
            for name, child in self._modules.items():
                if child is not None:
                    yield from child._walk(_dotted(prefix, name), seen)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield the parameters of this module and, with ``recurse``, of all below it, each once."""
        self._warn_of_hidden_parts()
        return self._all_parameters(recurse)

    def _all_parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        return (parameter for _, parameter in self._members("_parameters", "", recurse))

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield the parameters with their dotted names, in the order of assignment, each once.

        ``remove_duplicate=False`` yields a shared parameter under all its names.
        """
        self._warn_of_hidden_parts()
        return self._members("_parameters", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield the buffers of this module and, with ``recurse``, of all below it, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield the buffers with their dotted names, in the order of assignment, each once.

        ``remove_duplicate=False`` yields a shared buffer under all its names.
        """
        return self._members("_buffers", prefix, recurse, remove_duplicate)

    def _members(
        self, store: str, prefix: str, recurse: bool, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        seen = set()
        modules = self.named_modules(prefix, remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, member in getattr(module, store).items():
                if member is not None and member not in seen:
                    if remove_duplicate:
                        seen.add(member)
                    yield _dotted(path, name), member

    def get_submodule(self, target: str) -> "Module":
        """Return the module of this dotted name; "" is this one.

        Raises AttributeError that says where the path ends.

        >>> from autograd_mini import nn
        >>> nn.Sequential(nn.Sequential(nn.Tanh())).get_submodule("0.0")
        Tanh()
        """
        module = self
        for name in target.split(".") if target else ():
            child = module._modules.get(name)
            if child is None:
                raise module._nothing_called(name, "module", module._modules)
            module = child
        return module

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter of this dotted name. Raises AttributeError if there is none."""
        return cast(Parameter, self._member("parameter", target))

    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer of this dotted name. Raises AttributeError if there is none."""
        return self._member("buffer", target)

    def _member(self, kind: str, target: str) -> Tensor:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        store: dict[str, Any] = getattr(module, f"_{kind}s")
        found: Tensor | None = store.get(name)
        if found is None:
            raise module._nothing_called(name, kind, store)
        return found

    def _nothing_called(self, name: str, kind: str, store: dict[str, Any]) -> AttributeError:
        known = ", ".join(key for key, part in store.items() if part is not None) or "none"
        return AttributeError(
            f"{type(self).__name__} has no {kind} {name!r}; its {kind}s are: {known}",
            name=name,
            obj=self,
        )

    def _warn_of_hidden_parts(self) -> None:
        """Warn of layers and parameters in plain containers, which no walk comes to.

        A model is looked at until it has been called.
        """
        if self._named_in is not None:
            return
        containers = [
            (module, name, value)
            for module in self.modules()
            for name, value in vars(module).items()
            if type(value) in _PLAIN and name not in _STORES
        ]
        if not containers:
            return
        known = {part for m in self.modules() for part in (m, *m._parameters.values())}
        for module, name, value in containers:
            found = set(parts_inside(value, (Module, Parameter))) - known
            missed = list(filter(is_missed, found))
            if missed:
                where = f"{type(module).__name__}.{name}"
                n_layers = sum(isinstance(part, Module) for part in missed)
                text = text_of_hidden(where, value, n_layers, len(missed))
                warnings.warn(text, stacklevel=3)

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
        require("apply: fn", fn, callable(fn), "a function of a module")
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set ``training`` here and below; layers such as Dropout look at it.

        Raises ArgumentError unless ``mode`` is True or False.
        """
        require("train: mode", mode, isinstance(mode, bool | np.bool_), "True or False")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        """Leave training mode: ``train(False)``."""
        return self.train(False)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients; with ``set_to_none=False`` fill those that exist with zeros."""
        for parameter in self._all_parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = np.zeros_like(parameter._array)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Train all parameters from now on, or with False freeze them."""
        for parameter in self._all_parameters():
            parameter.requires_grad = requires_grad
        return self

    def freeze(self) -> Self:
        """Stop training all parameters: ``requires_grad_(False)``; ``requires_grad_()`` goes on.

        Running statistics, of BatchNorm for instance, move on in training mode: call ``eval()``
        too if they are to stay.

        >>> from autograd_mini import nn
        >>> layer = nn.Linear(1, 1).freeze()
        >>> layer([[1.0]]).requires_grad
        False
        """
        return self.requires_grad_(False)

    def to(
        self, *args: Any, device: Any = None, dtype: Any = None, non_blocking: bool = False
    ) -> Self:
        """Move to the CPU, where everything is, or to another floating dtype, in place.

        Write ``to("cpu")``, ``to(dtype)``, ``to("cpu", dtype)``, or ``to(tensor)`` for its dtype.
        Parameters, their gradients and floating buffers are converted; other buffers keep their
        dtype. ``non_blocking`` is accepted: nothing has to be waited for.

        Raises UnsupportedError for another device, DTypeError for a dtype that is not floating.

        >>> from autograd_mini import nn
        >>> nn.Linear(2, 1).to("cpu", np.float64).weight.dtype
        dtype('float64')
        """
        wanted = destination(args, device, dtype)
        if wanted is not None:
            for parameter in self._all_parameters():
                cast_parameter(parameter, wanted)
            for module in self.modules():
                for name, buffer in module._buffers.items():
                    if buffer is not None and buffer.dtype.kind == "f" and buffer.dtype != wanted:
                        setattr(module, name, Tensor(buffer._array, dtype=wanted))
        return self

    def cpu(self) -> Self:
        """Move to the CPU, where everything is."""
        return self.to("cpu")

    def cuda(self, device: Any = None) -> Self:
        """Raise UnsupportedError: there is only the CPU."""
        return self.to("cuda")

    def float(self) -> Self:
        """Convert parameters and floating buffers to float32."""
        return self.to(np.float32)

    def double(self) -> Self:
        """Convert parameters and floating buffers to float64."""
        return self.to(np.float64)

    def half(self) -> Self:
        """Convert parameters and floating buffers to float16."""
        return self.to(np.float16)

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

        Unlike PyTorch's it does not share memory: training on does not change a state kept aside,
        and writing into one in place, which would not reach the module, is refused.

        >>> from autograd_mini import nn
        >>> list(nn.Linear(2, 1).state_dict())
        ['weight', 'bias']
        """
        self._warn_of_hidden_parts()
        state = self._state()
        return {name: constant(tensor._array.copy(), "state_dict") for name, tensor in state}

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True
    ) -> IncompatibleKeys:
        """Write the values of ``state_dict`` into parameters and buffers, all of them or nothing.

        ``strict=False`` accepts missing and unexpected keys, and returns them.

        Raises StateError that lists missing and unexpected keys and differing shapes; then nothing
        has been loaded.
        """
        return write_state(type(self).__name__, dict(self._state()), state_dict, strict)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of ``repr``, such as sizes."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        children = [
            f"({name}): {text}".replace("\n", "\n  ") for name, text in self._shown_children()
        ]
        if not children:
            return f"{type(self).__name__}({extra})"
        lines = [f"{type(self).__name__}(", *([extra] if extra else []), *children]
        return "\n  ".join(lines) + f"\n){self._count()}"

    def _shown_children(self) -> Iterable[tuple[str, str]]:
        return [(name, repr(child)) for name, child in self._modules.items()]

    def _count(self) -> str:
        """Return the number of parameters as a comment on the closing line of ``repr``."""
        n = sum(p.size for p in self._all_parameters())
        n_frozen = sum(p.size for p in self._all_parameters() if not p.requires_grad)
        frozen = f", {n_frozen:,} of them frozen" if n_frozen else ""
        return f"  # {n:,} parameter{'s' * (n > 1)}{frozen}" if n else ""


def _leaf(parameter: Parameter) -> Leaf:
    return cast(Leaf, parameter.row)


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name

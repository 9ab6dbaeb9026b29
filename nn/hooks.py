"""Hooks of a module: functions that see, and may replace, its inputs, outputs and their gradients.

Inputs and outputs are seen while the module is called. For gradients the module gets a *gate* on
each side: rows that pass values on unchanged, where the cotangents of all inputs, or of all
outputs, are gathered before they move on. So a hook sees the gradient that came through this
module, also where the same tensor is used elsewhere as well.
"""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from autograd_mini.errors import ArgumentError, DTypeError, UnsupportedError
from autograd_mini.hooks import HookHandle
from autograd_mini.modes import modes
from autograd_mini.tensors import Tensor

Hook = Callable[..., Any]
Values = tuple[Any, ...]

_keys = count()


class ModuleHooks:
    """The hooks of one module, by kind, each kind in the order in which it calls them."""

    def __init__(self) -> None:
        self.before: dict[int, Hook] = {}
        self.after: dict[int, Hook] = {}
        self.gradients_of_outputs: dict[int, Hook] = {}
        self.gradients_of_inputs: dict[int, Hook] = {}

    def run(self, module: Any, args: Values, kwargs: dict[str, Any]) -> Any:
        """Call ``module.forward`` between its hooks."""
        for hook in tuple(self.before.values()):
            args, kwargs = hook(module, args, kwargs)
        watched = self.gradients_of_inputs or self.gradients_of_outputs
        passage = Passage(self, module) if watched and modes.now.tracking else None
        if passage:
            args = passage.enter(args)
        output = module.forward(*args, **kwargs)
        for hook in tuple(self.after.values()):
            output = hook(module, args, kwargs, output)
        return passage.leave(output) if passage else output


class Hooked:
    """What can be given hooks; ``_hooks`` is None until the first one."""

    _hooks: ModuleHooks | None = None

    def _own_hooks(self) -> ModuleHooks:
        if self._hooks is None:
            self._hooks = ModuleHooks()
        return self._hooks

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Call ``hook(module, args)`` before every ``forward``.

        What it returns takes the place of the arguments, a single value that of a single one; None
        leaves them. With ``with_kwargs`` it is called as ``hook(module, args, kwargs)`` and returns
        None or (args, kwargs). ``prepend``: before the hooks that are there already.
        """
        return hang(self._own_hooks().before, before_forward(hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Call ``hook(module, args, output)`` after every ``forward``.

        What it returns takes the place of the output; None leaves it. With ``with_kwargs`` it is
        called as ``hook(module, args, kwargs, output)``.

        >>> from autograd_mini import nn
        >>> model = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
        >>> handle = model[0].register_forward_hook(lambda module, args, out: print(out.shape))
        >>> _ = model([[1.0, 2.0]])
        (1, 3)
        >>> handle.remove()
        """
        return hang(self._own_hooks().after, after_forward(hook, with_kwargs), prepend)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> HookHandle:
        """Call ``hook(module, grad_input, grad_output)`` in every backward through this module.

        Both are tuples: of the gradients for the positional arguments, None for those that need
        none, and for the output or outputs. What the hook returns takes the place of grad_input
        from there on; None leaves it. A module whose arguments need no gradient gets its hook
        called when the gradients of its outputs are known.

        >>> from autograd_mini import nn
        >>> model = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
        >>> def show(module, grad_input, grad_output):
        ...     print(type(module).__name__, grad_input[0].shape, grad_output[0].shape)
        >>> handle = model[1].register_full_backward_hook(show)
        >>> model([[1.0, 2.0]]).sum().backward()
        Tanh (1, 3) (1, 3)
        """
        user = "register_full_backward_hook"
        return hang(self._own_hooks().gradients_of_inputs, checked(user, hook), prepend)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> HookHandle:
        """Call ``hook(module, grad_output)`` before a backward enters this module.

        What it returns takes the place of grad_output; None leaves it.
        """
        user = "register_full_backward_pre_hook"
        return hang(self._own_hooks().gradients_of_outputs, checked(user, hook), prepend)


class Passage:
    """One call of a module whose gradients are watched."""

    def __init__(self, hooks: ModuleHooks, module: Any) -> None:
        self._hooks = hooks
        self._module = module
        self._grad_output: Values = ()

    def enter(self, args: Values) -> Values:
        self._n_inputs = len(args)
        self._is_fed = any(map(_is_tracked, args))
        return gate(args, self._at_inputs)

    def leave(self, output: Any) -> Any:
        if isinstance(output, tuple | list):
            make = getattr(output, "_make", type(output))  # a named tuple's own way
            return make(gate(tuple(output), self._at_outputs))
        if not isinstance(output, Tensor):
            raise UnsupportedError(
                f"{type(self._module).__name__} has a backward hook, which sees the gradients of a "
                f"tensor or of a tuple of tensors, but forward returned {type(output).__name__}"
            )
        return gate((output,), self._at_outputs)[0]

    def _at_outputs(self, grad_output: Values) -> Values:
        for hook in tuple(self._hooks.gradients_of_outputs.values()):
            grad_output = _replaced(hook(self._module, grad_output), grad_output, "grad_output")
        self._grad_output = grad_output
        if not self._is_fed:
            self._at_inputs((None,) * self._n_inputs)
        return grad_output

    def _at_inputs(self, grad_input: Values) -> Values:
        grad_output, self._grad_output = self._grad_output, ()
        for hook in tuple(self._hooks.gradients_of_inputs.values()):
            answer = hook(self._module, grad_input, grad_output)
            grad_input = _replaced(answer, grad_input, "grad_input")
        return grad_input


def gate(values: Values, ask: Callable[[Values], Values]) -> Values:
    """Return ``values`` with the tracked tensors replaced by equal ones.

    In each backward, when the cotangents of all of them are known, ``ask`` is given these (None
    where there is none) and returns those that pass on.
    """
    tracked = [position for position, value in enumerate(values) if _is_tracked(value)]
    outside = {position: +values[position] for position in tracked}
    inside = {position: +tensor for position, tensor in outside.items()}
    arrived: dict[int, Tensor] = {}
    leaving: dict[int, Any] = {}

    def arrival(position: int) -> Callable[[Tensor], None]:
        def arrive(g: Tensor) -> None:
            arrived[position] = g

        return arrive

    def departure(position: int) -> Callable[[Tensor], Any]:
        def depart(g: Tensor) -> Any:
            if arrived:  # a sweep comes to all arrivals before the first departure
                gathered = tuple(map(arrived.get, range(len(values))))
                arrived.clear()
                leaving.update(enumerate(ask(gathered)))
            return leaving.pop(position, None)

        return depart

    for position in tracked:
        inside[position].register_hook(arrival(position))
        outside[position].register_hook(departure(position))
    return tuple(inside.get(position, value) for position, value in enumerate(values))


def _is_tracked(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def _replaced(answer: Any, given: Values, name: str) -> Values:
    """Return the gradients that count after a hook: its answer, or those it was given."""
    if answer is None:
        return given
    new: Values = tuple(answer) if isinstance(answer, tuple | list) else (answer,)
    if len(new) != len(given):
        raise ArgumentError(
            f"backward hook: it returned {len(new)} gradients, expected {len(given)}, one for "
            f"each in {name}; return None to leave them unchanged"
        )
    if any(g is None and h is not None for g, h in zip(given, new, strict=True)):
        raise ArgumentError(
            f"backward hook: it returned a gradient where {name} has None, an input that needs "
            f"none; return None in that place"
        )
    return new


def hang(hooks: dict[int, Hook], hook: Hook, prepend: bool) -> HookHandle:
    """Add ``hook`` at the end or at the beginning, and return what removes it."""
    key = next(_keys)
    others = dict(hooks)
    hooks.clear()
    hooks.update({key: hook, **others} if prepend else {**others, key: hook})
    return HookHandle(hooks, key)


def before_forward(hook: Hook, with_kwargs: bool) -> Hook:
    """Return ``hook`` as a function of module, args, kwargs that returns the args and kwargs."""
    return partial(_ask_before, checked("register_forward_pre_hook", hook), with_kwargs)


def _ask_before(
    hook: Hook, with_kwargs: bool, module: Any, args: Values, kwargs: dict[str, Any]
) -> tuple[Values, dict[str, Any]]:
    answer = hook(module, args, kwargs) if with_kwargs else hook(module, args)
    if answer is None:
        return args, kwargs
    if not with_kwargs:
        return answer if isinstance(answer, tuple) else (answer,), kwargs
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise DTypeError(
            f"forward pre-hook: with with_kwargs=True it must return None or (args, kwargs), got "
            f"{type(answer).__name__}"
        )
    return answer


def after_forward(hook: Hook, with_kwargs: bool) -> Hook:
    """Return ``hook`` as a function of module, args, kwargs, output that returns the output."""
    return partial(_ask_after, checked("register_forward_hook", hook), with_kwargs)


def _ask_after(
    hook: Hook, with_kwargs: bool, module: Any, args: Values, kwargs: dict[str, Any], output: Any
) -> Any:
    answer = hook(module, args, *([kwargs] if with_kwargs else []), output)
    return output if answer is None else answer


def checked(user: str, hook: Hook) -> Hook:
    """Return ``hook``. Raises DTypeError if it cannot be called."""
    if not callable(hook):
        raise DTypeError(f"{user}: a hook is a function, got {type(hook).__name__}")
    return hook

"""Applied: what activations and losses have in common, a function and its options."""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, Self

from autograd_mini.errors import ArgumentError
from autograd_mini.nn.module import Module
from autograd_mini.tensors import Tensor


class Applied(Module):
    """Base of modules that call one function: ``class Tanh(Applied, function=F.tanh)``.

    The options given to ``__init__`` are attributes, passed on by name in every call, so that
    ``act.negative_slope = 0.2`` counts from then on. A Tensor among them becomes a buffer.

    >>> import autograd_mini as ag
    >>> class Power(Applied, function=lambda x, exponent: x**exponent):
    ...     pass
    >>> Power(exponent=2)(ag.tensor([3.0])), Power(exponent=2)
    (tensor([9.]), Power(exponent=2))
    """

    _options: tuple[str, ...]
    _n_tensors = 0  # among the positional arguments

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Refuse the input where options are expected: ``ReLU(x)`` instead of ``ReLU()(x)``."""
        if sum(isinstance(arg, Tensor) for arg in args) > cls._n_tensors:
            raise ArgumentError(
                f"{cls.__name__} takes options, and the module that it makes takes tensors; write "
                f"{cls.__name__}()({', '.join('xyz'[: len(args)])}), or make it once and call it "
                f"often"
            )
        return super().__new__(cls)

    def __init_subclass__(cls, function: Callable[..., Any] | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if function is not None:
            cls.forward = _forward_of(function)

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._options = tuple(options)
        for name, value in options.items():
            if isinstance(value, Tensor):
                self.register_buffer(name, value)
            else:
                setattr(self, name, value)

    def extra_repr(self) -> str:
        """Return the options, but for ``inplace`` where it is False, as PyTorch."""
        options = ((name, getattr(self, name)) for name in self._options)
        return ", ".join(f"{k}={v!r}" for k, v in options if (k, v) != ("inplace", False))


def _forward_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a forward that calls ``function`` with the options, and says what that takes."""

    def forward(self: Applied, *inputs: Any, **named: Any) -> Any:
        options = {name: getattr(self, name) for name in self._options}
        return function(*inputs, **named, **options)

    own = Parameter("self", Parameter.POSITIONAL_ONLY)
    taken = signature(function).parameters.values()
    forward.__signature__ = signature(forward).replace(  # type: ignore[attr-defined]
        parameters=[own, *taken]
    )
    return forward

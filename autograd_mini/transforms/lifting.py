"""Transforms are written for functions of one argument; here they learn to choose it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from autograd_mini.errors import ArgumentError

Argnums = int | tuple[int, ...]
Unary = Callable[[Any], Any]


def one_argument(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    argnums: Argnums | None = None,
) -> tuple[Unary, Any]:
    """Return ``f`` as a function of the chosen arguments alone, and their present value.

    Of several, the one argument is their tuple; None chooses all.
    """
    chosen = range(len(args)) if argnums is None else argnums
    numbers = (chosen,) if isinstance(chosen, int) else tuple(chosen)
    for number in numbers:
        if not isinstance(number, int) or not -len(args) <= number < len(args):
            raise ArgumentError(
                f"argnums: there is no argument {number!r}, the function was called with "
                f"{len(args)} positional ones; count them from 0"
            )

    def unary(x: Any) -> Any:
        new = list(args)
        for number, value in zip(numbers, (x,) if isinstance(chosen, int) else x, strict=True):
            new[number] = value
        return f(*new, **kwargs)

    if isinstance(chosen, int):
        return unary, args[chosen]
    return unary, tuple(args[number] for number in numbers)


def lifted(transform: Callable[[Unary, Any], Any]) -> Callable[..., Callable[..., Any]]:
    """Make of ``transform(f, x)``, for one argument, ``transform(f, argnums=0)(*args, **kwargs)``.

    The idea is ``unary_to_nary`` of HIPS autograd.
    """

    @wraps(transform)
    def transform_of_any(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
        if not callable(f):
            raise ArgumentError(
                f"{transform.__name__}: it takes a function, got {type(f).__name__}; pass f, not "
                f"f(x)"
            )

        @wraps(f, updated=())
        def transformed(*args: Any, **kwargs: Any) -> Any:
            return transform(*one_argument(f, args, kwargs, argnums))

        return transformed

    return transform_of_any

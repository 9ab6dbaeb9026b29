"""Primitives: a NumPy function declared once, with one VJP per argument.

A VJP (vector-Jacobian product) takes the cotangent ``g`` of the output, the primal output ``out``
and the inputs, and returns the cotangent of its argument. It is written in plain NumPy, so the same
rule runs on arrays in a first-order sweep and on Tensors when the sweep itself is to be
differentiated. Read ``ops/arithmetic.py`` next for what declarations look like.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from autograd_mini.errors import (
    DTypeError,
    IndexingError,
    RuleError,
    ShapeError,
    UnsupportedError,
)

VJP = Callable[..., Any]

_registry: dict[Callable[..., Any], "Primitive"] = {}
_compositions: dict[Callable[..., Any], Callable[..., Any]] = {}
_VARIADIC = inspect.CO_VARARGS
_NUMERIC = (np.ndarray, np.generic, int, float, list, tuple)


class Primitive:
    """A differentiable function: its NumPy implementation and the VJP of each argument.

    Calling it on arrays runs the implementation; if an argument is a Tensor, the Tensor takes over
    and records a row, as NumPy's own functions let it do.

    Attributes: ``name``; ``fn``, the implementation; ``doc``, the formula; ``arguments``, the names
    of the array inputs; ``keywords``, the metadata it accepts; ``vjps``, one rule per
    differentiable argument.
    """

    __slots__ = (
        "_signature",
        "_vjps",
        "arguments",
        "branch",
        "broadcasts",
        "complain",
        "doc",
        "fn",
        "keywords",
        "may_return_its_input",
        "name",
        "rules",
        "together",
        "variadic",
    )

    is_fused = False

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str,
        doc: str,
        vjps: dict[str, VJP],
        broadcasts: bool,
        branch: Callable[..., Any] | None,
        complain: Callable[..., str | None] | None,
        together: Callable[..., Sequence[Any]] | None = None,
    ) -> None:
        self.fn = fn
        self.name = name
        self.doc = doc
        self.vjps = vjps
        self.broadcasts = broadcasts
        self.branch = branch
        self.complain = complain
        self.together = together
        self._signature: inspect.Signature | None = None

        self.may_return_its_input = not isinstance(fn, np.ufunc)

        code = next(iter(vjps.values())).__code__
        n_positional, n_keyword = code.co_argcount, code.co_kwonlyargcount
        self.variadic = bool(code.co_flags & _VARIADIC)
        self.arguments = tuple(vjps) if self.variadic else code.co_varnames[2:n_positional]
        self.keywords = code.co_varnames[n_positional : n_positional + n_keyword]
        strangers = [argument for argument in vjps if argument not in self.arguments]
        if strangers:
            raise RuleError(
                f"{name}: a VJP is declared for {strangers[0]!r}, but the rules take the arguments "
                f"{', '.join(self.arguments)}; name each VJP after the argument it belongs to"
            )

    @property
    def sources(self) -> dict[str, Callable[..., Any]]:
        """The functions that tell how it is differentiated, by what to call them."""
        return self.vjps

    @property
    def vjps(self) -> dict[str, VJP]:
        return self._vjps

    @vjps.setter
    def vjps(self, vjps: dict[str, VJP]) -> None:
        self._vjps = vjps
        self.rules: dict[tuple[bool, ...], tuple[VJP | None, ...]] = {}

    def rules_for(self, tracked: Sequence[bool]) -> tuple[VJP | None, ...]:
        """Return the VJP of each tracked input, None for the others; kept in ``rules``.

        Raises UnsupportedError for a tracked input without a rule.
        """
        rules = []
        for position, wanted in enumerate(tracked):
            rule = self.vjp(position) if wanted else None
            if wanted and rule is None:
                raise UnsupportedError(
                    f"{self.name}: it has no derivative with respect to "
                    f"{self.argument(position)}; detach() that tensor first"
                )
            rules.append(rule)
        if not self.variadic:
            self.rules[tuple(tracked)] = tuple(rules)
        return tuple(rules)

    def vjp(self, position: int) -> VJP | None:
        """Return the rule of the argument at ``position``, or None if it has none."""
        if self.variadic:
            rule = self.vjps[self.arguments[0]]
            return lambda *args, **kwargs: rule(position, *args, **kwargs)
        return self.vjps.get(self.arguments[position])

    def argument(self, position: int) -> str:
        """Return the argument's name: ``y``, or ``arrays[2]`` of a sequence."""
        if self.variadic:
            return f"{self.arguments[0]}[{position}]"
        return self.arguments[position]

    def slope(self, argument: str) -> str:
        """Return the local derivative's formula, the text after ``∂z/∂argument =`` in ``doc``."""
        for part in self.doc.split(";"):
            left, _, right = part.partition("=")
            if left.strip() == f"∂z/∂{argument.partition('[')[0]}":
                return right.strip()
        return ""

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Split a call into array inputs and the metadata that was given, by ``fn``'s signature.

        Raises UnsupportedError for a keyword that the rules do not take (``out=``, ``where=``, …).
        """
        if len(args) == (1 if self.variadic else len(self.arguments)) and all(
            keyword in self.keywords for keyword in kwargs
        ):
            metadata = {keyword: _frozen(value) for keyword, value in kwargs.items()}
            return (tuple(args[0]) if self.variadic else args), metadata
        if isinstance(self.fn, np.ufunc):
            if len(args) != len(self.arguments):
                raise UnsupportedError(
                    f"{self.name}: it takes {len(self.arguments)} arrays, got {len(args)}"
                )
            given = kwargs
        else:
            if self._signature is None:
                self._signature = inspect.signature(self.fn)
            parameters = list(self._signature.parameters)
            try:
                given = dict(self._signature.bind(*args, **kwargs).arguments)
            except TypeError as error:
                raise UnsupportedError(f"{self.name}: {error}") from None
            names = parameters[:1] if self.variadic else parameters[: len(self.arguments)]
            args = tuple(given.pop(name, None) for name in names)
        metadata = {}
        for keyword, value in given.items():
            if keyword in self.keywords:
                metadata[keyword] = _frozen(value)
            elif value is not None and value is not np._NoValue:
                known = ", ".join(self.keywords) or "no keywords"
                raise UnsupportedError(
                    f"{self.name}: the keyword {keyword}= has no derivative rule; a Tensor takes "
                    f"{known} here. Leave it out, or detach() the tensor first"
                )
        return (tuple(args[0]) if self.variadic else args), metadata

    def run(self, inputs: Iterable[Any], metadata: dict[str, Any]) -> Any:
        """Call the implementation on arrays."""
        return self.fn(inputs, **metadata) if self.variadic else self.fn(*inputs, **metadata)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for argument in (*self._operands(args), *kwargs.values()):
            if hasattr(argument, "__array_function__") and not isinstance(argument, np.ndarray):
                return argument.__array_function__(self, (type(argument),), args, kwargs)
        try:
            return self.fn(*args, **kwargs)
        except (ValueError, TypeError, IndexError) as error:
            inputs, metadata = self.bind(args, kwargs)
            raise self.refusal(inputs, metadata, error) from None

    def _operands(self, args: tuple[Any, ...]) -> Any:
        if self.variadic and args:
            if not isinstance(args[0], Sequence | np.ndarray) and not hasattr(args[0], "__len__"):
                raise DTypeError(
                    f"{self.name}: it takes a list of arrays, got {type(args[0]).__name__}"
                )
            return args[0]
        return args

    def refusal(self, inputs: Any, metadata: dict[str, Any], error: Exception) -> Exception:
        """Return the error to raise when the implementation has refused its arguments.

        What a user's own primitive raises is its own affair and stays as it is.
        """
        strangers = [type(x).__name__ for x in inputs if not isinstance(x, _NUMERIC)]
        if strangers:
            return DTypeError(
                f"{self.name}: cannot calculate with {', '.join(strangers)}; give numbers, lists "
                f"of numbers, arrays or tensors"
            )
        if isinstance(error, TypeError):
            return DTypeError(f"{self.name}: {error}")
        complaint = self.complain(*inputs, **metadata) if self.complain else None
        if complaint is None and not isinstance(self.fn, np.ufunc):
            return error
        kind = ShapeError if isinstance(error, ValueError) else IndexingError
        return kind(f"{self.name}: {complaint or error}")

    def __repr__(self) -> str:
        return f"<primitive {self.name}: {self.doc}>"


def _frozen(value: Any) -> Any:
    """Return metadata that its owner cannot change any more: rows save it."""
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    if isinstance(value, np.ndarray):
        value = value.copy()
        value.flags.writeable = False
    return value


def primitive(
    fn: Callable[..., Any],
    *,
    name: str = "",
    doc: str = "",
    overrides: Iterable[Callable[..., Any]] = (),
    broadcasts: bool | None = None,
    branch: Callable[..., Any] | None = None,
    complain: Callable[..., str | None] | None = None,
    together: Callable[..., Sequence[Any]] | None = None,
    **vjps: VJP,
) -> Primitive:
    """Declare ``fn`` differentiable and return it as a callable Primitive.

    Each further keyword is named after an argument of the rules and holds its VJP
    ``rule(g, out, *inputs, **metadata)``; an argument without one is not differentiable. Metadata
    (``axis``, ``keepdims``, …) are the rules' keyword-only parameters. A rule with ``*arrays``
    belongs to a function of a sequence and takes the position first.

    ``doc``: the formula, then the slopes: ``"z = x·y; ∂z/∂x = y; ∂z/∂y = x"``.
    ``overrides``: further functions that it answers for, such as NumPy's own.
    ``broadcasts``: the sweep may sum the cotangent over broadcast axes (ufuncs: yes).
    ``branch``: of the inputs, an array that says which smooth piece of a kinked function is taken.
    ``complain``: of the inputs, the sentence to show when NumPy refuses them.
    ``together``: of a function of a sequence, the cotangents of all arrays at once, by what the
    rules are given: one by one, n of them would cost n².

    Raises RuleError when no VJP is given, or one is named after no argument.

    >>> import autograd_mini as ag
    >>> cube = ag.primitive(lambda x: x**3, name="cube", x=lambda g, out, x: 3 * x**2 * g)
    >>> x = ag.tensor(2.0, requires_grad=True)
    >>> cube(x).backward()
    >>> x.grad
    tensor(12.)
    """
    name = name or fn.__name__
    if not vjps:
        raise RuleError(f"{name}: declare at least one VJP, such as x=lambda g, out, x: g * x")
    if broadcasts is None:
        broadcasts = isinstance(fn, np.ufunc)
    declared = Primitive(fn, name, doc, vjps, broadcasts, branch, complain, together)
    return register(declared, (fn, *overrides))


Declared = TypeVar("Declared", bound=Primitive)


def register(declared: Declared, functions: Iterable[Callable[..., Any]]) -> Declared:
    """Let ``declared`` answer for ``functions``, and return it."""
    for function in functions:
        if function in _registry:
            raise RuleError(
                f"{declared.name}: {function.__name__} is declared already, as "
                f"{_registry[function].name}; two rules for one function would contradict "
                f"each other. Declare one of your own, such as lambda x: np.{function.__name__}(x)"
            )
        _registry[function] = declared
    return declared


def composed(
    *overrides: Callable[..., Any],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a function made of primitives answer for NumPy's functions when they meet a Tensor.

    It needs no rule of its own: it calls what it is made of, on arrays and Tensors alike.

    >>> import numpy as np, autograd_mini as ag
    >>> @composed(np.ediff1d)
    ... def differences(x):
    ...     return x[1:] - x[:-1]
    >>> np.ediff1d(ag.tensor([1.0, 4.0, 9.0], requires_grad=True))
    tensor([3., 5.], grad_fn=<subtract>)
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        for override in overrides:
            _compositions[override] = function
        return function

    return register


def composition(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """Return the composed function that answers for ``function``, or None."""
    return _compositions.get(function)


def run_composed(
    function: Callable[..., Any],
    made: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Call ``made``, the composition of ``function``.

    Raises UnsupportedError for arguments, such as ``out=``, that NumPy takes and it does not.
    """
    try:
        return made(*args, **kwargs)
    except TypeError:
        signature = inspect.signature(made)
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise UnsupportedError(
                f"{function.__name__}: {error}; for a Tensor it takes "
                f"{', '.join(signature.parameters)}. Leave it out, or detach() the tensor first"
            ) from None
        raise


def find(function: Callable[..., Any]) -> Primitive | None:
    """Return the primitive that answers for ``function``, or None."""
    return function if isinstance(function, Primitive) else _registry.get(function)


def primitives() -> list[Primitive]:
    """Return all declared primitives by name.

    >>> "multiply" in [p.name for p in primitives()]
    True
    """
    return sorted(set(_registry.values()), key=lambda declared: declared.name)

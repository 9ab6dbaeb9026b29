"""Modules made of other modules, and lists and dictionaries of modules and of parameters."""

import inspect
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Self, overload

import numpy as np

from autograd_mini.errors import DTypeError, IndexingError
from autograd_mini.nn.arguments import require
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter
from autograd_mini.tensors import Tensor


def _as_module(user: str, place: object, part: Any) -> Module:
    if isinstance(part, Module):
        return part
    got, hint = type(part).__name__, ""
    if isinstance(part, list | tuple):
        hint = f"; write {user}({'*' if user == 'Sequential' else ''}layers)"
    elif isinstance(part, type) and issubclass(part, Module):
        got = f"the class {part.__name__}"
        inside = "…" if _needs_arguments(part) else ""
        hint = f"; write {part.__name__}({inside}) to make a layer of it"
    elif callable(part):
        hint = "; wrap it in a Module of yours whose forward calls it"
    raise DTypeError(f"{user} takes modules, got {got} at position {place}{hint}")


def _needs_arguments(kind: type[Module]) -> bool:
    parameters = inspect.signature(kind).parameters.values()
    return any(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)


def _as_parameter(user: str, place: object, part: Any) -> Parameter:
    if isinstance(part, Parameter):
        return part
    if isinstance(part, Tensor | np.ndarray):
        return Parameter(part)
    raise DTypeError(
        f"{user} takes parameters, tensors and arrays, got {type(part).__name__} at position "
        f"{place}"
    )


def _sizes(parameters: Mapping[str, Any]) -> str:
    """Return the lines of ``repr``, one for each parameter."""
    lines = [
        f"  ({name}): Parameter of size {'x'.join(map(str, p.shape)) or '1'}, {p.dtype}"
        for name, p in parameters.items()
    ]
    return "\n".join(["", *lines, ""]) if lines else ""


class _Container(Module):
    """What all containers share: where the parts are kept, and which parts they take."""

    _store = "_modules"

    @staticmethod
    def _accept(user: str, place: object, part: Any) -> Any:
        return _as_module(user, place, part)

    @property
    def _held(self) -> dict[str, Any]:
        return getattr(self, self._store)  # type: ignore[no-any-return]

    def _accepted(self, place: object, part: Any) -> Any:
        return self._accept(type(self).__name__, place, part)

    def _put(self, name: str, part: Any) -> None:
        part = self._accepted(name, part)
        if name not in self._held:
            self._check_new(name)
        setattr(self, name, part)

    def __len__(self) -> int:
        return len(self._held)


class _Numbered(_Container):
    """A container like a list: its parts are named "0", "1", … in their order."""

    def __init__(self, parts: Iterable[Any] = ()) -> None:
        super().__init__()
        self.extend(parts)

    def append(self, module: Any) -> Self:
        """Add a part at the end and return this container."""
        number = len(self)
        while str(number) in self._held:  # a slice of a Sequential may begin at a later number
            number += 1
        self._put(str(number), module)
        return self

    def extend(self, modules: Iterable[Any]) -> Self:
        """Add parts at the end, all or none, and return this container."""
        own = type(self).__name__
        require(f"{own}.extend", modules, isinstance(modules, Iterable), "a list of parts")
        for part in [self._accepted(place, part) for place, part in enumerate(modules)]:
            self.append(part)
        return self

    def insert(self, index: int, module: Any) -> Self:
        """Add a part before position ``index``; all are numbered anew."""
        parts = list(self)
        parts.insert(index, self._accepted(index, module))
        self._renumber(parts)
        return self

    def pop(self, key: int = -1) -> Any:
        """Take out the part at ``key`` and return it; the others are numbered anew."""
        part = self[key]
        del self[key]
        return part

    def _renumber(self, parts: list[Any]) -> None:
        for name in list(self._held):
            delattr(self, name)
        for place, part in enumerate(parts):
            self._put(str(place), part)

    def _key(self, index: int) -> str:
        own = type(self).__name__
        if not isinstance(index, int | np.integer):
            raise IndexingError(f"{own}: an index must be an integer or a slice, got {index!r}")
        if not -len(self) <= index < len(self):
            what = self._store.removeprefix("_")
            raise IndexingError(f"{own}: index {index} is out of range for {len(self)} {what}")
        return list(self._held)[index]

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self._like(dict(list(self._held.items())[index]))
        return self._held[self._key(index)]

    def _like(self, parts: dict[str, Any]) -> Self:
        """Return a container of this kind that holds ``parts``."""
        return type(self)(parts.values())

    def __setitem__(self, index: int, module: Any) -> None:
        self._put(self._key(index), module)

    def __delitem__(self, index: int | slice) -> None:
        gone = list(self._held)[index] if isinstance(index, slice) else [self._key(index)]
        self._renumber([part for name, part in self._held.items() if name not in gone])

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._held.values()))

    def __add__(self, other: Iterable[Any]) -> Self:
        return self[:].extend(other)

    def __iadd__(self, other: Iterable[Any]) -> Self:
        return self.extend(other)


class Sequential(_Numbered):
    """Modules one after the other, each fed the output of the one before.

    ``modules``: the modules, named "0", "1", …; or one mapping (OrderedDict) of names to modules.
    It behaves as a list: length, index, slice, ``append``, ``extend``, ``insert``, ``pop``,
    ``del``, ``+``. A slice is a Sequential of the same modules under the same names; inserting and
    deleting numbers all anew.

    Raises DTypeError for what is not a module, such as a list of them.

    >>> from autograd_mini import nn
    >>> model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    >>> model([[0.0, 0.0], [1.0, 1.0]]).shape
    (2, 1)
    >>> model[1:]
    Sequential(
      (1): Tanh()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )  # 4 parameters
    """

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            for name, module in modules[0].items():
                self._put(name, module)
        else:
            self.extend(modules)

    def forward(self, x: Any) -> Any:
        for name, module in self._modules.items():
            assert module is not None
            vars(module)["_name"] = name  # one module may stand in several places
            x = module(x)
        return x

    def _like(self, parts: dict[str, Any]) -> Self:
        return type(self)(parts)

    def __mul__(self, other: int) -> "Sequential":
        require("Sequential * n: n", other, isinstance(other, int) and other > 0, "at least 1")
        return Sequential(*list(self) * other)

    __rmul__ = __mul__


class ModuleList(_Numbered):
    """A list of modules that are trained and saved with the module it is assigned to.

    It takes an iterable of modules, behaves as a list, and is used in the forward of its owner; it
    has none itself.

    Raises DTypeError for what is not a module.

    >>> from autograd_mini import nn
    >>> class Deep(nn.Module):
    ...     def __init__(self, depth):
    ...         super().__init__()
    ...         self.layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(depth))
    ...     def forward(self, x):
    ...         for layer in self.layers:
    ...             x = layer(x).tanh()
    ...         return x
    >>> Deep(3)
    Deep(
      (layers): ModuleList(
        (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)
      )  # 18 parameters
    )  # 18 parameters
    """

    _is_called = False

    def _shown_children(self) -> Iterable[tuple[str, str]]:
        """Join neighbours that look the same."""
        for text, run in groupby(super()._shown_children(), key=itemgetter(1)):
            names = [name for name, _ in run]
            if len(names) == 1:
                yield names[0], text
            else:
                yield f"{names[0]}-{names[-1]}", f"{len(names)} x {text}"


class ParameterList(_Numbered):
    """A list of parameters that are trained and saved with the module it is assigned to.

    It takes an iterable of parameters, tensors and arrays, of which the latter are copied and
    become parameters, and behaves as a list.

    Raises DTypeError for other values, and for integers, which cannot have a gradient.

    >>> import autograd_mini as ag
    >>> weights = ParameterList([ag.zeros(2, 3), ag.zeros(3)])
    >>> weights.append(ag.ones(1))
    ParameterList(
      (0): Parameter of size 2x3, float32
      (1): Parameter of size 3, float32
      (2): Parameter of size 1, float32
    )
    """

    _is_called = False
    _store = "_parameters"
    _accept = staticmethod(_as_parameter)

    def extra_repr(self) -> str:
        return _sizes(self._held)


class _Keyed(_Container, MutableMapping[str, Any]):
    """A container like a dictionary, in the order of insertion."""

    _is_called = False

    def __init__(self, parts: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__()
        self.update(parts)

    def update(self, parts: Any = (), /, **named: Any) -> None:
        """Add the parts of a dictionary, or of pairs of a name and a part."""
        if not isinstance(parts, Mapping):
            parts = list(parts)
            for position, pair in enumerate(parts):
                if not isinstance(pair, tuple | list) or len(pair) != 2:
                    raise DTypeError(
                        f"{type(self).__name__} takes a dictionary, or pairs of a name and a part, "
                        f"got {type(pair).__name__} at position {position}"
                    )
        super().update(parts, **named)

    def __getitem__(self, key: str) -> Any:
        return self._held[key]

    def __setitem__(self, key: str, part: Any) -> None:
        own = type(self).__name__
        require(f"{own}: a key", key, isinstance(key, str), "text")
        self._put(key, part)

    def __delitem__(self, key: str) -> None:
        if key not in self._held:
            raise KeyError(key)
        delattr(self, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = Module.__hash__


class ModuleDict(_Keyed):
    """A dictionary of modules that are trained and saved with the module it is assigned to.

    It behaves as a dictionary in the order of insertion; keys are text without dots, and no names
    of methods. Its modules are used in the forward of its owner; it has none itself.

    Raises DTypeError for what is not a module, ArgumentError for other keys.

    >>> from autograd_mini import nn
    >>> heads = nn.ModuleDict({"speed": nn.Linear(4, 1)})
    >>> heads["kind"] = nn.Linear(4, 3)
    >>> list(heads), "kind" in heads
    (['speed', 'kind'], True)
    """


class ParameterDict(_Keyed):
    """A dictionary of parameters that are trained and saved with the module it is assigned to.

    Tensors and arrays are copied and become parameters.

    Raises DTypeError for other values, ArgumentError for keys that are not text or have dots.

    >>> import autograd_mini as ag
    >>> ParameterDict({"scale": ag.ones(3), "shift": ag.zeros(3)})
    ParameterDict(
      (scale): Parameter of size 3, float32
      (shift): Parameter of size 3, float32
    )
    """

    _store = "_parameters"
    _accept = staticmethod(_as_parameter)

    def extra_repr(self) -> str:
        return _sizes(self._held)

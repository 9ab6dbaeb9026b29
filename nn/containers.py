"""Modules made of other modules."""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, overload

from autograd_mini.errors import DTypeError, IndexingError
from autograd_mini.nn.module import Module


class Sequential(Module):
    """Modules one after the other, each fed the output of the one before.

    ``modules``: the modules, named "0", "1", …; or one mapping (OrderedDict) of names to modules.
    It has a length, can be iterated and indexed; a slice is a Sequential of the same modules under
    the same names.

    Raises DTypeError for what is not a module, such as a list of them.

    >>> from autograd_mini import nn
    >>> model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    >>> model([[0.0, 0.0], [1.0, 1.0]]).shape
    (2, 1)
    >>> model[1:]
    Sequential(
      (1): Tanh()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        named: Iterable[tuple[str, Any]]
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            named = modules[0].items()
        else:
            named = ((str(position), module) for position, module in enumerate(modules))
        for name, module in named:
            self._add(name, module)

    def _add(self, name: str, module: Any) -> None:
        if not isinstance(module, Module):
            got, hint = type(module).__name__, ""
            if isinstance(module, list | tuple):
                hint = "; write Sequential(*layers)"
            elif isinstance(module, type) and issubclass(module, Module):
                got = f"the class {module.__name__}"
                inside = "…" if _needs_arguments(module) else ""
                hint = f"; write {module.__name__}({inside}) to make a layer of it"
            elif callable(module):
                hint = "; wrap it in a Module of yours whose forward calls it"
            raise DTypeError(f"Sequential takes modules, got {got} at position {name}{hint}")
        self.add_module(name, module)

    def forward(self, x: Any) -> Any:
        for name, module in self._modules.items():
            assert module is not None
            vars(module)["_name"] = name  # one module may stand in several places
            x = module(x)
        return x

    def append(self, module: Module) -> Self:
        """Add a module at the end and return this container."""
        self._add(str(len(self)), module)
        return self

    def _key(self, index: int) -> str:
        if not -len(self) <= index < len(self):
            raise IndexingError(
                f"Sequential: index {index} is out of range for {len(self)} modules"
            )
        return list(self._modules)[index]

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(dict(list(self._modules.items())[index]))
        return self._modules[self._key(index)]

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._key(index), module)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())


def _needs_arguments(kind: type[Module]) -> bool:
    parameters = inspect.signature(kind).parameters.values()
    return any(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)

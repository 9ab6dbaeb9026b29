"""Whether a state, a dictionary of names to values, fits the tensors it is to be written into."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd_mini.errors import DTypeError, StateError
from autograd_mini.tensors import Tensor


class IncompatibleKeys(NamedTuple):
    """What ``load_state_dict(strict=False)`` left alone: keys of one side only."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


def write_state(
    owner: str, own: Mapping[str, Tensor], state_dict: Any, strict: bool
) -> IncompatibleKeys:
    """Write the values of ``state_dict`` into the tensors ``own`` of a module, all or nothing.

    Raises StateError that lists missing and unexpected keys and differing shapes.
    """
    if not isinstance(state_dict, Mapping):
        raise DTypeError(
            f"load_state_dict takes a dictionary of names to values, got "
            f"{type(state_dict).__name__}; of a file, write load_state_dict(nn.load(path))"
        )
    given = {name: np.asarray(_array(value)) for name, value in state_dict.items()}
    missing = [name for name in own if name not in given]
    unexpected = [name for name in given if name not in own]
    common = [name for name in own if name in given]
    problems = []
    if strict and missing:
        problems.append(f"missing keys: {', '.join(missing)}")
    if strict and unexpected:
        problems.append(f"unexpected keys: {', '.join(map(str, unexpected))}")
    for name in common:
        if given[name].shape != own[name].shape:
            problems.append(
                f"{name} has shape {given[name].shape} in the state, {own[name].shape} here"
            )
        elif given[name].dtype.kind not in "biuf":
            problems.append(f"{name} holds {given[name].dtype}, not numbers")
    if problems:
        raise StateError(
            f"load_state_dict: the state does not fit {owner}, and nothing was loaded; "
            f"{'; '.join(problems)}"
        )
    for name in common:
        own[name].data[...] = given[name]
    return IncompatibleKeys(missing, unexpected)


def _array(value: Any) -> Any:
    return value._array if isinstance(value, Tensor) else value

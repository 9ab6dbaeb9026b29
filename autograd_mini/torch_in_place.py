"""PyTorch's methods of Tensor that write in place, whose names end in ``_``.

They write where ``t[i] = v`` may: into plain tensors, into gradients, and under ``no_grad()`` into
parameters. Elsewhere the tape has saved the values, or a view would be written instead of the
tensor that was meant, and they raise GraphError.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from autograd_mini.errors import GraphError, ShapeError
from autograd_mini.modes import modes, no_grad
from autograd_mini.randomness import default_generator
from autograd_mini.torch_placement import TorchPlacement

if TYPE_CHECKING:
    from autograd_mini.tensors import Tensor


_OWN = ("the engine", "the user", "detach")  # makers of constants that are not views of others


def _in_place(name: str) -> Callable[..., "Tensor"]:
    """Return the method that writes the result of the method ``name`` into the tensor."""

    def method(self: "TorchInPlace", *args: Any, **kwargs: Any) -> "Tensor":
        self._check_writable(f"{name}_", *args, *kwargs.values())
        with no_grad():
            result = getattr(self, name)(*args, **kwargs)._array
        if result.shape != self._array.shape:
            raise ShapeError(
                f"{name}_: the result has shape {result.shape} and cannot be written into a "
                f"tensor of shape {self._array.shape}"
            )
        self._write(f"{name}_", ..., result)
        return cast("Tensor", self)

    method.__doc__ = f"Write the result of ``{name}`` into the tensor and return it."
    return method


class TorchInPlace(TorchPlacement):
    """In-place methods; ``_write`` is Tensor's."""

    __slots__ = ()

    _write: Callable[[str, Any, Any], None]

    add_, sub_, mul_, div_ = _in_place("add"), _in_place("sub"), _in_place("mul"), _in_place("div")
    pow_, neg_, abs_ = _in_place("pow"), _in_place("neg"), _in_place("abs")
    exp_, log_, sqrt_ = _in_place("exp"), _in_place("log"), _in_place("sqrt")
    relu_, sigmoid_, tanh_ = _in_place("relu"), _in_place("sigmoid"), _in_place("tanh")
    clamp_, clip_, round_ = _in_place("clamp"), _in_place("clip"), _in_place("round")
    lerp_, addcmul_, addcdiv_ = _in_place("lerp"), _in_place("addcmul"), _in_place("addcdiv")
    masked_fill_, scatter_ = _in_place("masked_fill"), _in_place("scatter")
    scatter_add_ = _in_place("scatter_add")
    index_add_, index_fill_ = _in_place("index_add"), _in_place("index_fill")

    def _check_writable(self, name: str, *operands: Any) -> None:
        tensor = cast("Tensor", self)
        if not tensor.is_leaf or (tensor.requires_grad and modes.now.tracking):
            raise GraphError(
                f"{name}: writing into a tracked tensor would change values that the tape has "
                f"saved. Write t = t.{name.rstrip('_')}(...), or another expression that makes a "
                f"new tensor; to overwrite a leaf's values, do it under no_grad()"
            )
        made_by = tensor._made_by if tensor._row is None else ""
        if made_by == "state_dict":
            raise GraphError(
                f"{name}: state_dict() returns copies, and writing into one would not reach the "
                f"module. Write into its parameter or buffer under no_grad(), or clone() the copy "
                f"first"
            )
        if made_by and tensor._array.base is not None and made_by not in _OWN:
            raise GraphError(
                f"{name}: this tensor is a view, made by {made_by}, and writing into it would not "
                f"reach the tensor it was made of; write t[i] = v there, or clone() first"
            )
        if modes.now.tracking and any(getattr(v, "requires_grad", False) for v in operands):
            raise GraphError(
                f"{name}: a tracked tensor written into a plain one would lose its graph. Make a "
                f"new tensor instead, or detach() what is written"
            )

    def _written(self, name: str, values: Any, index: Any = ...) -> "Tensor":
        self._check_writable(name, values)
        self._write(name, index, values)
        return cast("Tensor", self)

    def zero_(self) -> "Tensor":
        """Write 0 everywhere."""
        return self._written("zero_", 0)

    def fill_(self, value: Any) -> "Tensor":
        """Write ``value`` everywhere."""
        return self._written("fill_", value)

    def copy_(self, src: Any) -> "Tensor":
        """Write the values of ``src``, which may broadcast."""
        return self._written("copy_", src)

    def fill_diagonal_(self, value: Any) -> "Tensor":
        """Write ``value`` on the diagonal of a matrix."""
        n = np.arange(min(self._array.shape))
        return self._written("fill_diagonal_", value, (n,) * self._array.ndim)

    def normal_(self, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> "Tensor":
        """Write random numbers from the normal distribution."""
        draws = (generator or default_generator()).normal(mean, std, self._array.shape)
        return self._written("normal_", draws)

    def uniform_(self, from_: float = 0.0, to: float = 1.0, *, generator: Any = None) -> "Tensor":
        """Write random numbers, uniform from ``from_`` to ``to``."""
        draws = (generator or default_generator()).uniform(from_, to, self._array.shape)
        return self._written("uniform_", draws)

    def requires_grad_(self, requires_grad: bool = True) -> "Tensor":
        """Track what is done to the tensor from now on, or no longer, and return it."""
        cast("Tensor", self).requires_grad = requires_grad
        return cast("Tensor", self)

    def detach_(self) -> "Tensor":
        """Forget how the tensor was made, and return it."""
        tensor = cast("Tensor", self)
        if tensor.is_leaf:
            tensor.requires_grad = False
        else:
            tensor._array = tensor.detach()._array  # read-only: the graph has saved it
            tensor._row = None
            tensor._made_by = "detach"
        return tensor

    def clone(self) -> "Tensor":
        """Return a copy, through which gradients flow."""
        return self.astype(self._array.dtype)

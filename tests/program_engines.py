"""What a random program can do, said to three engines in the same words."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import reference_engine as naive

import autograd_mini as ag

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}


class Ours:
    """What a program can do, said to the engine."""

    def leaf(self, array: np.ndarray, tracked: bool) -> ag.Tensor:
        return ag.tensor(array, requires_grad=tracked)

    def pair(self, name: str, a: Any, b: Any) -> Any:
        return OPERATORS.get(name, getattr(np, name))(a, b)

    def single(self, name: str, a: Any) -> Any:
        return ag.relu(a) if name == "relu" else getattr(np, name)(a)

    def where(self, mask: np.ndarray, a: Any, b: Any) -> Any:
        return np.where(mask, a, b)

    def reduced(self, name: str, a: Any, axis: int | None, keepdims: bool) -> Any:
        return getattr(a, name)(axis=axis, keepdims=keepdims)

    def reshape(self, a: Any, shape: tuple[int, ...]) -> Any:
        return a.reshape(shape)

    def transpose(self, a: Any, axes: tuple[int, ...]) -> Any:
        return a.transpose(axes)

    def index(self, a: Any, index: Any) -> Any:
        return a[index]

    def stretch(self, a: Any, shape: tuple[int, ...]) -> Any:
        return np.broadcast_to(a, shape)

    def matmul(self, a: Any, b: Any) -> Any:
        return a @ b

    def detach(self, a: Any) -> Any:
        return a.detach()


class Naive:
    """The same, said to the reference."""

    exact = True
    tracking = True

    def leaf(self, array: np.ndarray, tracked: bool) -> naive.Value:
        return naive.Value(array, leaf=tracked)

    def _done(self, value: naive.Value) -> naive.Value:
        return value if self.tracking else naive.Value(value.array)

    def _value(self, a: Any) -> naive.Value:
        return a if isinstance(a, naive.Value) else naive.Value(a)

    def pair(self, name: str, a: Any, b: Any) -> Any:
        return self._done(naive.PAIRS[name](self._value(a), self._value(b)))

    def single(self, name: str, a: Any) -> Any:
        return self._done(naive.SINGLES[name](a))

    def where(self, mask: np.ndarray, a: Any, b: Any) -> Any:
        choose = naive.pairwise(
            lambda x, y: np.where(mask, x, y), lambda x, y: (1.0 * mask, 1.0 * ~mask)
        )
        return self._done(choose(a, b))

    def reduced(self, name: str, a: Any, axis: int | None, keepdims: bool) -> Any:
        return self._done(naive.reduced(name, a, axis, keepdims))

    def reshape(self, a: Any, shape: tuple[int, ...]) -> Any:
        return self._done(naive.moved(lambda x: x.reshape(shape), a))

    def transpose(self, a: Any, axes: tuple[int, ...]) -> Any:
        return self._done(naive.moved(lambda x: x.transpose(axes), a))

    def index(self, a: Any, index: Any) -> Any:
        return self._done(naive.moved(lambda x: x[index], a))

    def stretch(self, a: Any, shape: tuple[int, ...]) -> Any:
        return self._done(naive.moved(lambda x: np.broadcast_to(x, shape), a))

    def matmul(self, a: Any, b: Any) -> Any:
        return self._done(naive.matmul(a, b))

    def detach(self, a: Any) -> Any:
        return naive.Value(a.array)

    def track(self, wanted: bool) -> None:
        self.tracking = wanted

    def tracked(self, a: Any) -> bool:
        return bool(a.tracked)

    def array(self, a: Any) -> np.ndarray:
        return np.asarray(a.array)

    def grad(self, a: Any) -> np.ndarray | None:
        return None if a.grad is None else np.asarray(a.grad)

    def forget(self, a: Any) -> None:
        a.grad = None

    def shares(self, a: Any, b: Any) -> bool:
        return a is b

    def write(self, a: Any, array: np.ndarray) -> None:
        a.array = array.copy()

    def backward(self, a: Any, seed: np.ndarray, retain: bool) -> None:
        naive.backward(a, seed)


class Torch:
    """The same, said to PyTorch."""

    exact = False
    tracking = True

    def __init__(self) -> None:
        self.torch = pytest.importorskip("torch")

    def leaf(self, array: np.ndarray, tracked: bool) -> Any:
        return self.torch.tensor(array, requires_grad=tracked)

    def pair(self, name: str, a: Any, b: Any) -> Any:
        a, b = (self.torch.tensor(x) if isinstance(x, np.ndarray) else x for x in (a, b))
        return getattr(self.torch, name)(a, b)

    def single(self, name: str, a: Any) -> Any:
        return getattr(self.torch, name)(a)

    def where(self, mask: np.ndarray, a: Any, b: Any) -> Any:
        return self.torch.where(self.torch.tensor(mask), a, b)

    def reduced(self, name: str, a: Any, axis: int | None, keepdims: bool) -> Any:
        axes = tuple(range(a.ndim)) if axis is None else (axis,)
        function = getattr(self.torch, "amax" if name == "max" else name)
        return function(a, dim=axes, keepdim=keepdims) if axes else function(a)

    def reshape(self, a: Any, shape: tuple[int, ...]) -> Any:
        return self._done(a.reshape(shape))

    def transpose(self, a: Any, axes: tuple[int, ...]) -> Any:
        return self._done(a.permute(axes))

    def index(self, a: Any, index: Any) -> Any:
        for axis, part in enumerate(index if isinstance(index, tuple) else ()):
            if isinstance(part, slice) and part.step == -1:  # PyTorch has no negative steps
                a = a.flip(axis)
                index = (*index[:axis], slice(None), *index[axis + 1 :])
        return self._done(a[index])

    def stretch(self, a: Any, shape: tuple[int, ...]) -> Any:
        return self._done(self.torch.broadcast_to(a, shape))

    def matmul(self, a: Any, b: Any) -> Any:
        return a @ b

    def detach(self, a: Any) -> Any:
        return a.detach()

    def track(self, wanted: bool) -> None:
        self.tracking = wanted
        self.torch.set_grad_enabled(wanted)

    def _done(self, result: Any) -> Any:
        """Return a view made under no_grad as what it is: PyTorch lets it require a gradient."""
        return result if self.tracking else result.detach()

    def tracked(self, a: Any) -> bool:
        return bool(a.requires_grad)

    def array(self, a: Any) -> np.ndarray:
        return np.asarray(a.detach().numpy())

    def grad(self, a: Any) -> np.ndarray | None:
        return None if a.grad is None else np.asarray(a.grad.numpy())

    def forget(self, a: Any) -> None:
        a.grad = None

    def shares(self, a: Any, b: Any) -> bool:
        return bool(a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr())

    def write(self, a: Any, array: np.ndarray) -> None:
        with self.torch.no_grad():
            a.copy_(self.torch.tensor(array))

    def backward(self, a: Any, seed: np.ndarray, retain: bool) -> None:
        a.backward(self.torch.tensor(seed), retain_graph=retain)

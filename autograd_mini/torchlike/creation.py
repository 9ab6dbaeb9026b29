"""PyTorch's functions that make tensors; ``device=`` may only be the CPU."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_mini.devices import check_device
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ArgumentError
from autograd_mini.methods import plain, unpacked
from autograd_mini.randomness import default_generator
from autograd_mini.tensors import Tensor

Random = np.random.Generator | None
DType = DTypeLike | None


def _made(array: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    check_device(device)
    return Tensor(array, requires_grad, dtype)


def _shape(size: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(int(n) for n in unpacked(size))


def tensor(
    data: Any, *, dtype: DType = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor with a copy of ``data``: numbers, nested lists, an array.

    >>> tensor([1, 2]).dtype, tensor([1.0]).dtype
    (dtype('int64'), dtype('float32'))
    """
    return _made(data, dtype, device, requires_grad)


def as_tensor(data: Any, dtype: DType = None, device: Any = None) -> Tensor:
    """Return ``data`` itself if it is a tensor of that dtype, else a tensor made of it."""
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return Tensor(data, dtype=dtype)


def from_numpy(ndarray: Any) -> Tensor:
    """Return a tensor with a copy of an array; PyTorch's shares its memory."""
    if not isinstance(ndarray, np.ndarray):
        raise ArgumentError(
            f"from_numpy: it takes a NumPy array, got {type(ndarray).__name__}; use tensor()"
        )
    return Tensor(ndarray)


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: DType = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return one value everywhere; integers and truth values keep their dtype.

    >>> full((2,), 7), full((2,), 7.0)
    (tensor([7, 7]), tensor([7., 7.]))
    """
    value = plain(fill_value)
    if dtype is None and np.asarray(value).dtype.kind == "f":
        dtype = get_default_dtype()
    return _made(np.full(_shape((size,)), value, dtype), None, device, requires_grad)


def _filled(value: float, name: str) -> Any:
    def function(
        *size: Any, dtype: DType = None, device: Any = None, requires_grad: bool = False
    ) -> Tensor:
        array = np.full(_shape(size), value, dtype or get_default_dtype())
        return _made(array, None, device, requires_grad)

    def like(
        input: Any,  # noqa: A002 (PyTorch's name)
        *,
        dtype: DType = None,
        device: Any = None,
        requires_grad: bool = False,
    ) -> Tensor:
        array = np.full(input.shape, value, dtype or input.dtype)
        return _made(array, None, device, requires_grad)

    function.__name__, like.__name__ = name, f"{name}_like"
    function.__doc__ = f"Return a tensor of the shape ``size``, {value} everywhere."
    like.__doc__ = f"Return a tensor of the shape and dtype of ``input``, {value} everywhere."
    return function, like


zeros, zeros_like = _filled(0.0, "zeros")
ones, ones_like = _filled(1.0, "ones")
empty, empty_like = _filled(0.0, "empty")


def full_like(input: Any, fill_value: Any, *, dtype: DType = None) -> Tensor:  # noqa: A002
    """Return one value everywhere, in the shape and dtype of ``input``."""
    return Tensor(np.full(input.shape, plain(fill_value), dtype or input.dtype))


def arange(
    *bounds: Any, dtype: DType = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return ``arange(end)``, ``arange(start, end)`` or ``arange(start, end, step)``.

    >>> arange(3), arange(0.0, 1.0, 0.5)
    (tensor([0, 1, 2]), tensor([0. , 0.5]))
    """
    numbers = np.arange(*map(plain, bounds))
    if dtype is None and numbers.dtype.kind == "f":
        dtype = get_default_dtype()
    return _made(numbers, dtype, device, requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: DType = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return ``steps`` numbers from ``start`` to ``end``, both included."""
    numbers = np.linspace(start, end, steps)
    return _made(numbers, dtype or get_default_dtype(), device, requires_grad)


def logspace(
    start: float, end: float, steps: int, base: float = 10.0, *, dtype: DType = None
) -> Tensor:
    """Return ``steps`` powers of ``base``, with exponents from ``start`` to ``end``."""
    return Tensor(np.logspace(start, end, steps, base=base), dtype=dtype or get_default_dtype())


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: DType = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a matrix with ones on its diagonal, n × n or n × m."""
    return _made(np.eye(n, m), dtype or get_default_dtype(), device, requires_grad)


def rand(
    *shape: Any,
    size: Any = None,
    generator: Random = None,
    dtype: DType = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random numbers, uniform in [0, 1)."""
    draws = (generator or default_generator()).random(_shape(shape or (size,)))
    return _made(draws, dtype or get_default_dtype(), device, requires_grad)


def randn(
    *shape: Any,
    size: Any = None,
    generator: Random = None,
    dtype: DType = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random numbers of the standard normal distribution."""
    draws = (generator or default_generator()).standard_normal(_shape(shape or (size,)))
    return _made(draws, dtype or get_default_dtype(), device, requires_grad)


def rand_like(input: Any, *, dtype: DType = None) -> Tensor:  # noqa: A002 (PyTorch's name)
    """Return random numbers in [0, 1), in the shape and dtype of ``input``."""
    return rand(*input.shape, dtype=dtype or input.dtype)


def randn_like(input: Any, *, dtype: DType = None) -> Tensor:  # noqa: A002 (PyTorch's name)
    """Return standard normal numbers, in the shape and dtype of ``input``."""
    return randn(*input.shape, dtype=dtype or input.dtype)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Random = None,
    dtype: DType = np.int64,
    device: Any = None,
) -> Tensor:
    """Return random integers from ``low`` (0 if left out) up to ``high`` − 1.

    Write ``randint(high, size)`` or ``randint(low, high, size)``.
    """
    if size is None:
        low, high, size = 0, low, high
    if size is None or isinstance(size, int) or low >= high:
        raise ArgumentError(
            f"randint: it takes randint(low, high, (rows, ...)) with low < high, got low {low}, "
            f"high {high}, size {size}"
        )
    draws = (generator or default_generator()).integers(low, high, _shape((size,)))
    return _made(draws, dtype, device, requires_grad=False)


def randperm(n: int, *, generator: Random = None, device: Any = None) -> Tensor:
    """Return the integers 0..n−1 in random order."""
    draws = (generator or default_generator()).permutation(n)
    return _made(draws, None, device, requires_grad=False)


def normal(mean: Any, std: Any = 1.0, size: Any = None, *, generator: Random = None) -> Tensor:
    """Return normal random numbers with these means and standard deviations."""
    shape = None if size is None else _shape((size,))
    draws = (generator or default_generator()).normal(plain(mean), plain(std), shape)
    return Tensor(draws, dtype=getattr(mean, "dtype", None) or get_default_dtype())


def bernoulli(input: Any, *, generator: Random = None) -> Tensor:  # noqa: A002 (PyTorch's name)
    """Return 1 with the probability that ``input`` gives, else 0."""
    draws = (generator or default_generator()).random(input.shape)
    return Tensor(draws < plain(input), dtype=input.dtype)


def multinomial(
    input: Any,  # noqa: A002 (PyTorch's name)
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Random = None,
) -> Tensor:
    """Return numbers of classes, drawn with the weights in each row of ``input``.

    Shapes: ``input`` (C,) or (N, C), weights of at least 0; result (num_samples,) or
    (N, num_samples).

    Raises ArgumentError for weights that are negative, not finite or all 0, and for more samples
    without replacement than there are weights above 0.

    >>> multinomial(tensor([[0.0, 1.0], [3.0, 0.0]]), 2, replacement=True)
    tensor([[1, 1],
            [0, 0]])
    """
    weights = np.atleast_2d(np.asarray(plain(input), np.float64))
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any(axis=1).all():
        raise ArgumentError(
            "multinomial: the weights must be finite, at least 0, and not all 0 in a row; logits "
            "become weights by softmax(dim=-1)"
        )
    most = int(np.count_nonzero(weights, axis=1).min())
    if num_samples < 1 or (num_samples > most and not replacement):
        raise ArgumentError(
            f"multinomial: cannot draw {num_samples} different classes where {most} have a weight "
            f"above 0; write replacement=True to draw one more than once"
        )
    random = generator or default_generator()
    if replacement:
        shares = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
        draws = random.random((len(weights), num_samples))
        chosen = np.array([np.searchsorted(*pair, "right") for pair in zip(shares, draws)])  # noqa: B905
    else:  # the smallest of exponential waiting times: weights as rates
        with np.errstate(divide="ignore"):
            waiting = random.standard_exponential(weights.shape) / weights
        chosen = np.argsort(waiting, axis=1)[:, :num_samples]
    return Tensor(chosen if plain(input).ndim == 2 else chosen[0], dtype=np.int64)

"""Values, shapes and dtypes are NumPy's: all axes, keepdims, ddof, dtypes, empty and 0-d arrays."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sample_arrays import spread

import autograd_mini as ag
from autograd_mini.errors import AutogradError

SHAPES = [(), (1,), (4,), (2, 3), (3, 1, 2), (0,), (0, 3), (2, 0)]
DTYPES = [np.float16, np.float32, np.float64, np.int32, np.uint8, np.bool_]
AXES = [None, 0, 1, -1, -2, 2, (0, 1), (-1, 0), ()]
KEEPDIMS: list[dict[str, Any]] = [{}, {"keepdims": True}, {"keepdims": False}]


def made(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    x = spread(*shape, low=-3.0 if np.dtype(dtype).kind == "f" else 0.0, high=6.0)
    return x.astype(dtype)


def agree(function: Callable[..., Any], x: np.ndarray, **options: Any) -> None:
    """Require what NumPy answers for the array, of the function on Tensors and of our own."""
    with np.errstate(all="ignore"):
        try:
            expected = function(x, **options)
        except (ValueError, IndexError, TypeError, ZeroDivisionError):
            with pytest.raises(AutogradError):
                function(ag.tensor(x), **options)
            return
        for tracked in (False, x.dtype.kind == "f"):
            found = function(ag.tensor(x, requires_grad=tracked), **options)
            assert isinstance(found, ag.Tensor)
            assert found.shape == np.shape(expected)
            assert found.dtype == np.asarray(expected).dtype
            np.testing.assert_array_equal(found.detach().numpy(), expected)
            if tracked and found.size:
                found.backward(np.ones(found.shape))


REDUCTIONS = [np.sum, np.mean, np.prod, np.max, np.min, np.amax, np.amin, np.median]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", REDUCTIONS, ids=lambda f: f.__name__)
def test_reductions(function: Callable[..., Any], dtype: Any) -> None:
    for shape, axis, keepdims in product(SHAPES, AXES, KEEPDIMS):
        if function is np.median and axis == ():
            continue  # NumPy gives a median of no axes its own meaning
        agree(function, made(shape, dtype), axis=axis, **keepdims)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
@pytest.mark.parametrize("ddof", [0, 1, 2])
@pytest.mark.parametrize("function", [np.var, np.std], ids=lambda f: f.__name__)
def test_variances(function: Callable[..., Any], ddof: int, dtype: Any) -> None:
    for shape, axis, keepdims in product(SHAPES, AXES, KEEPDIMS):
        agree(function, made(shape, dtype), axis=axis, ddof=ddof, **keepdims)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
@pytest.mark.parametrize("function", [np.cumsum, np.cumprod], ids=lambda f: f.__name__)
def test_scans(function: Callable[..., Any], dtype: Any) -> None:
    for shape, axis in product(SHAPES, [None, 0, 1, -1, 5]):
        agree(function, made(shape, dtype), axis=axis)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ptp_and_trace(dtype: Any) -> None:
    for shape, axis, keepdims in product(SHAPES, AXES, KEEPDIMS):
        agree(np.ptp, made(shape, dtype), axis=axis, **keepdims)
    for shape, offset in product([(3, 3), (2, 4), (4, 2), (0, 3), (3,)], [-2, 0, 1, 7]):
        agree(np.trace, made(shape, dtype), offset=offset)
    agree(np.trace, made((2, 3, 4), dtype), offset=1, axis1=-1, axis2=0)
    agree(np.trace, made((2, 3, 4), dtype), axis1=1, axis2=1)


ORDERS = [None, 1, 2, 3, 0.5, np.inf, -np.inf]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_norms(dtype: Any, keepdims: bool) -> None:
    for shape, order in product([(4,), (1,), (2, 3), (2, 3, 4)], ORDERS):
        for axis in [0, -1] if len(shape) > 1 else [None, 0]:
            agree(np.linalg.norm, made(shape, dtype), ord=order, axis=axis, keepdims=keepdims)
    for axes, order in product([(0, 1), (2, 0), (-1, 1)], [None, "fro", 1, -1, np.inf, -np.inf]):
        x = made((2, 3, 4), dtype)
        agree(np.linalg.norm, x, ord=order, axis=axes, keepdims=keepdims)
        agree(np.linalg.norm, x[0], ord=order, keepdims=keepdims)
    for shape in [(), (0,), (2, 3, 4)]:
        agree(np.linalg.norm, made(shape, dtype), keepdims=keepdims)
    for order in ["fro", "nonsense", 1]:
        agree(np.linalg.norm, made((2, 3, 4), dtype), ord=order)
    agree(np.linalg.norm, made((4,), dtype), ord="fro")


@pytest.mark.parametrize("keepdims", [False, True])
def test_norms_by_singular_values(keepdims: bool) -> None:
    x = made((2, 3, 4), np.float64)
    for order, axes in product([2, -2, "nuc"], [(0, 1), (2, 0), (-1, -2)]):
        options = {"ord": order, "axis": axes, "keepdims": keepdims}
        found = np.linalg.norm(ag.tensor(x, requires_grad=True), **options)
        np.testing.assert_allclose(found.detach().numpy(), np.linalg.norm(x, **options), rtol=1e-12)
        assert ag.gradcheck(lambda x, options=options: ag.norm(x, **options), [ag.tensor(x)])


@pytest.mark.parametrize("keepdims", [False, True])
def test_averages(keepdims: bool) -> None:
    x = made((2, 3, 4), np.float64)
    cases: list[tuple[Any, Any]] = [
        (None, None),
        (0, None),
        (None, made((2, 3, 4), np.float64)),
        (1, made((2, 3, 4), np.float64)),
        (1, np.array([0.5, 1.0, 2.5])),
        (-1, np.array([1, 2, 3, 4])),
        ((0, 2), spread(2, 4, low=0.5, high=2.0)),
        ((2, 0), spread(4, 2, low=0.5, high=2.0)),
        (0, np.ones(5)),
        (None, np.ones(3)),
    ]
    for axis, weights in cases:
        options = {"axis": axis, "weights": weights, "keepdims": keepdims}
        try:
            expected = np.average(x, **options)
        except (ValueError, TypeError):
            with pytest.raises(AutogradError, match="average: weights of shape"):
                np.average(ag.tensor(x), **options)
            continue
        found = np.average(ag.tensor(x, requires_grad=True), **options)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-14)


def test_float_power() -> None:
    x, y = ag.tensor([1, 2, 3]), ag.tensor([0.5, -1.0, 2.0], requires_grad=True)
    out = np.float_power(x, y)
    assert out.dtype == np.float64
    np.testing.assert_array_equal(out.detach().numpy(), np.float_power(x.numpy(), y.data))
    out.sum().backward()
    assert y.grad is not None
    assert y.grad.dtype == np.float32


def test_methods_answer_as_functions() -> None:
    data = made((2, 3), np.float64)
    t = ag.tensor(data)
    for name in ("std", "var", "prod", "median", "norm", "logsumexp"):
        for options in [{}, {"axis": 1}, {"axis": 0, "keepdims": True}]:
            expected = getattr(ag, name)(data, **options)
            np.testing.assert_array_equal(getattr(t, name)(**options).numpy(), expected)
    for name in ("cumsum", "cumprod", "trace", "softmax", "log_softmax", "exp2", "erf", "sinc"):
        np.testing.assert_array_equal(getattr(t, name)().numpy(), getattr(ag, name)(data))
    for name in ("round", "argsort", "all", "any", "argmax", "argmin"):
        found = getattr(t, name)()
        assert isinstance(found, ag.Tensor)
        np.testing.assert_array_equal(found, getattr(data, name)())


def test_average_has_gradients_of_both() -> None:
    x, w = ag.tensor(spread(2, 3)), ag.tensor(spread(3, low=0.5, high=2.0))
    assert ag.gradcheck(lambda x, w: ag.average(x, axis=1, weights=w), [x, w])


@pytest.mark.parametrize("weights", [[1.0, 3.0], np.array([1.0, 3.0], np.float32)])
def test_average_of_float32_stays_float32(weights: Any) -> None:
    assert ag.average(ag.tensor([1.0, 2.0]), weights=weights).dtype == np.float32


UNARY = [
    *(np.negative, np.positive, np.absolute, np.fabs, np.square, np.exp, np.exp2, np.expm1),
    *(np.sin, np.cos, np.tan, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.cbrt, np.sinc),
    *(np.sqrt, np.log, np.log2, np.log10, np.log1p, np.reciprocal, np.nan_to_num),
    *(np.arcsin, np.arccos, np.arccosh, np.arctanh),
]
BINARY = [
    *(np.add, np.subtract, np.multiply, np.divide, np.power, np.remainder, np.fmod, np.maximum),
    *(np.minimum, np.fmax, np.fmin, np.hypot, np.arctan2, np.logaddexp, np.logaddexp2),
]
SPECIAL = np.array([0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan, 1e-300, 3e200])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("function", UNARY, ids=lambda f: f.__name__)
def test_functions_of_one_array(function: Callable[..., Any]) -> None:
    for shape, dtype in product(SHAPES, DTYPES):
        if (function, dtype) not in [(np.negative, np.bool_), (np.positive, np.bool_)]:
            agree(function, made(shape, dtype))
    agree(function, SPECIAL)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_functions_of_two_arrays(function: Callable[..., Any]) -> None:
    with np.errstate(all="ignore"):
        for a, b in product(DTYPES[:5], DTYPES[:5]):
            x, y = made((2, 3), a) + np.ones((), a), made((3,), b) + np.ones((), b)
            found, expected = function(ag.tensor(x), y), function(x, y)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found.numpy(), expected)
        pairs = SPECIAL[:, None], SPECIAL
        x, y = (ag.tensor(part, requires_grad=True) for part in pairs)
        out = function(x, y)
        np.testing.assert_array_equal(out.detach().numpy(), function(*pairs))
        out.sum().backward()


@given(
    arrays.arrays(
        np.float64,
        arrays.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4),
        elements=st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0, 3.0]),
    ),
    st.data(),
)
def test_products_with_any_zeros(x: np.ndarray, data: st.DataObject) -> None:
    """The slope of a product is the product of the others, whatever is zero."""
    axes = st.integers(0, x.ndim - 1)
    axis = data.draw(st.none() | axes | st.sets(axes, min_size=1).map(lambda s: tuple(sorted(s))))
    t = ag.tensor(x, requires_grad=True)
    t.prod(axis=axis).sum().backward()
    assert t.grad is not None
    for index in np.ndindex(x.shape):
        other = x.copy()
        other[index] = 1
        reduced = range(x.ndim) if axis is None else (axis if isinstance(axis, tuple) else (axis,))
        place = tuple(i for d, i in enumerate(index) if d not in reduced)
        expected = np.asarray(np.prod(other, axis=axis))[place]
        np.testing.assert_allclose(t.grad.numpy()[index], expected, rtol=1e-12)

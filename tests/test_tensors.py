"""What a Tensor is: values, dtypes, operators, NumPy's protocols, copies, ways out of the graph."""

import copy
import operator
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd_mini as ag

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.mod, operator.pow]


@pytest.mark.parametrize("operate", BINARY, ids=lambda f: f.__name__)
@pytest.mark.parametrize("other", [2, 2.5, np.float32(2), np.array([1.0, 2.0, 3.0])], ids=repr)
def test_operators_and_reflected_forms(operate: Any, other: Any) -> None:
    a = np.array([1.5, 2.5, 3.5])
    t = ag.tensor(a, requires_grad=True)
    for result, expected in [
        (operate(t, other), operate(a, other)),
        (operate(other, t), operate(other, a)),
    ]:
        assert isinstance(result, ag.Tensor)
        assert result.requires_grad
        np.testing.assert_array_equal(result.detach().numpy(), expected)


def test_matmul_and_its_reflected_form() -> None:
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    t, u = ag.tensor(a, requires_grad=True), ag.tensor(b, requires_grad=True)
    for product in (t @ u, a @ u, t @ b):
        assert product.requires_grad
        np.testing.assert_array_equal(product.detach().numpy(), a @ b)


@pytest.mark.parametrize(
    "compare", [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
)
def test_comparisons_give_tensors_without_a_gradient(compare: Any) -> None:
    a = np.array([1.0, 2.0, 3.0])
    t = ag.tensor(a, requires_grad=True)
    for other in (2.0, np.array([3.0, 2.0, 1.0]), ag.tensor([3.0, 2.0, 1.0])):
        plain = np.asarray(other)
        for result, expected in [
            (compare(t, other), compare(a, plain)),
            (compare(other, t), compare(plain, a)),
        ]:
            assert result.dtype == bool
            assert not getattr(result, "requires_grad", False)
            np.testing.assert_array_equal(result, expected)
        assert isinstance(compare(t, other), ag.Tensor)


def test_truth_values_combine_and_index() -> None:
    t = ag.tensor([1.0, 2.0, 3.0])
    middle = (t > 1) & ~(t >= 3)
    assert middle.tolist() == [False, True, False]
    assert ((t < 2) | middle).tolist() == [True, True, False]
    assert ((t < 2) ^ (t < 3)).tolist() == [False, True, False]
    np.testing.assert_array_equal(np.array([7, 8, 9])[middle], [8])
    assert (t[middle] == 2).all()


def test_an_array_takes_an_untracked_tensor_in_place() -> None:
    p = ag.tensor([1.0, 2.0], requires_grad=True)
    (p * p).sum().backward()
    p.data -= 0.5 * p.grad
    p.data += 0.25 * p.grad
    np.testing.assert_array_equal(p.data, [0.5, 1.0])
    with pytest.raises(ag.errors.UnsupportedError, match="array \\+= tensor"):
        p.data += p


def test_floor_division_carries_no_gradient() -> None:
    t = ag.tensor([5.0, -5.0], requires_grad=True)
    np.testing.assert_array_equal(t // 2, [2.0, -3.0])
    np.testing.assert_array_equal(7 // t, [1.0, -2.0])
    quotient, rest = divmod(t, 2)
    np.testing.assert_array_equal(quotient, [2.0, -3.0])
    np.testing.assert_array_equal(rest.detach().numpy(), [1.0, 1.0])


def test_hash_is_by_identity() -> None:
    a, b = ag.tensor([1.0]), ag.tensor([1.0])
    assert len({a, b, a}) == 2


def test_dtypes() -> None:
    assert ag.tensor(1.0).dtype == np.float32
    assert ag.tensor([1.0, 2]).dtype == np.float32
    assert ag.tensor([1, 2]).dtype == np.int64
    assert ag.tensor(True).dtype == np.bool_
    assert ag.tensor(np.array([1.0])).dtype == np.float64
    assert ag.tensor(np.float64(1)).dtype == np.float64
    assert ag.tensor([1, 2], dtype=float).dtype == np.float64
    t = ag.tensor([1.0])
    for result in (t * 2, 2.5 * t, [1, 2] * t, t**2, 1 / t, t - [0.5]):
        assert result.dtype == np.float32
    assert (t * np.array([1.0])).dtype == np.float64


def test_default_dtype_can_be_changed() -> None:
    ag.set_default_dtype("float64")
    try:
        assert ag.tensor(1.0).dtype == np.float64
        assert ag.zeros(2).dtype == np.float64
    finally:
        ag.set_default_dtype("float32")
    with pytest.raises(TypeError, match="'int32' is not a floating dtype"):
        ag.set_default_dtype("int32")


def test_mixed_precision_gives_each_input_its_own_dtype() -> None:
    a = ag.tensor(np.ones(3, np.float32), requires_grad=True)
    b = ag.tensor(np.ones(3), requires_grad=True)
    (a * b).sum().backward()
    assert a.grad is not None
    assert b.grad is not None
    assert (a.grad.dtype, b.grad.dtype) == (np.float32, np.float64)


@given(
    hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3),
    st.sampled_from([np.add, np.multiply, np.subtract, np.maximum]),
)
def test_broadcasting_of_any_shapes(shapes: hnp.BroadcastableShapes, ufunc: np.ufunc) -> None:
    """The adjoint identity ⟨v, J u⟩ = ⟨Jᵀ v, u⟩ for the product with broadcast constants."""
    rng = np.random.default_rng(0)
    a, b, c = (rng.normal(size=shape) for shape in shapes.input_shapes)
    x = ag.tensor(a, requires_grad=True)
    y = np.multiply(x, b)
    z = ufunc(y, c + 10)
    v = rng.normal(size=z.shape)
    z.backward(v)
    u = rng.normal(size=a.shape)
    slope = {np.add: 1, np.subtract: 1, np.maximum: 0}.get(ufunc, c + 10)
    assert x.grad is not None
    assert x.grad.shape == a.shape
    pushed = np.broadcast_to(u * b * slope, z.shape)
    np.testing.assert_allclose(np.sum(v * pushed), np.sum(x.grad.numpy() * u), atol=1e-9)


@given(st.data())
def test_any_basic_or_advanced_index(data: Any) -> None:
    """Reading with any index: values as NumPy's, gradients counting how often each was read."""
    shape = data.draw(hnp.array_shapes(max_dims=3, max_side=4))
    a = np.arange(float(np.prod(shape))).reshape(shape)
    index = data.draw(
        hnp.basic_indices(shape, allow_ellipsis=True, allow_newaxis=True)
        | hnp.integer_array_indices(shape)
        | hnp.arrays(bool, shape)
    )
    t = ag.tensor(a, requires_grad=True)
    read = t[index]
    np.testing.assert_array_equal(read.detach().numpy(), a[index])
    read.sum().backward()
    positions = np.arange(a.size).reshape(shape)[index]
    expected = np.bincount(np.ravel(positions), minlength=a.size).reshape(shape)
    assert t.grad is not None
    np.testing.assert_array_equal(t.grad.numpy(), expected)


def test_numpy_functions_take_tensors() -> None:
    a = np.array([[0.5, 1.5], [2.5, 3.5]])
    t = ag.tensor(a, requires_grad=True)
    cases = [
        (np.exp(t), np.exp(a)),
        (np.sum(t, 0), a.sum(0)),
        (np.sum(t, axis=1, keepdims=True), a.sum(1, keepdims=True)),
        (np.max(t), a.max()),
        (np.amax(t, 1), a.max(1)),
        (np.var(t, axis=0, ddof=1), a.var(0, ddof=1)),
        (np.clip(t, a_min=1, a_max=None), a.clip(1)),
        (np.where(a > 1, t, -t), np.where(a > 1, a, -a)),
        (np.concatenate([t, a]), np.concatenate([a, a])),
        (np.stack((t, a), 1), np.stack((a, a), 1)),
        (np.reshape(t, (4,)), a.reshape(4)),
        (np.transpose(t), a.T),
        (np.expand_dims(t, 0), a[None]),
        (np.float32(2) * t, 2 * a),
        (a + t, a + a),
        (np.float64(2) ** t, 2**a),
    ]
    for result, expected in cases:
        assert isinstance(result, ag.Tensor)
        assert result.requires_grad
        np.testing.assert_array_equal(result.detach().numpy(), expected)
    for plain in (np.argmax(t), np.sign(t), np.isnan(t), np.zeros_like(t), np.floor(t)):
        assert not isinstance(plain, ag.Tensor)
    assert np.shape(t) == (2, 2)


def test_functions_of_the_package_take_arrays_too() -> None:
    a = np.array([-1.0, 2.0])
    for function in (ag.relu, ag.sigmoid, ag.exp, ag.logsumexp):
        assert not isinstance(function(a), ag.Tensor)
        assert isinstance(function(ag.tensor(a)), ag.Tensor)


def test_sigmoid_and_logsumexp_are_stable() -> None:
    x = ag.tensor(np.array([-1000.0, -40.0, 0.0, 40.0, 1000.0]))
    expected = [0.0, 4.248354255291589e-18, 0.5, 1.0, 1.0]  # 1/(1 + e⁴⁰) in extended precision
    np.testing.assert_allclose(ag.sigmoid(x).numpy(), expected, rtol=1e-15)
    assert ag.logsumexp(ag.tensor(np.array([1000.0, 1000.0]))).item() == 1000 + np.log(2)
    assert ag.logsumexp(ag.tensor(np.array([-np.inf, 0.0]))).item() == 0
    assert ag.logsumexp(ag.tensor(np.array([-np.inf, -np.inf]))).item() == -np.inf


@pytest.mark.parametrize(
    ("f", "at", "slope"),
    [
        (ag.relu, 0.0, 0.0),
        (abs, 0.0, 0.0),
        (lambda x: np.maximum(x, 1.0), 1.0, 0.5),
        (lambda x: np.minimum(x, 1.0), 1.0, 0.5),
        (lambda x: x**0, 0.0, 0.0),
        (lambda x: x**2, 0.0, 0.0),
        (lambda x: np.clip(x, -1, 1), 1.0, 1.0),
    ],
)
def test_conventions_at_kinks(f: Any, at: float, slope: float) -> None:
    x = ag.tensor(at, requires_grad=True)
    f(x).backward()
    assert x.grad is not None
    assert x.grad.item() == slope


def test_ties_of_max_share_the_gradient() -> None:
    x = ag.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]], requires_grad=True)
    x.max(axis=1).sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), [[0, 0.5, 0.5], [1 / 3] * 3], rtol=1e-6)


def test_tensor_copies_its_source() -> None:
    source = np.ones(3)
    t = ag.tensor(source)
    source[0] = 9
    assert t.tolist() == [1, 1, 1]


def test_augmented_assignment_rebinds() -> None:
    x = ag.tensor(2.0, requires_grad=True)
    y = x
    y += 1
    assert y is not x
    y *= x
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 5


def test_augmented_assignment_under_no_grad_keeps_the_leaf() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    same = w
    (w * w).sum().backward()
    assert w.grad is not None
    with ag.no_grad():
        w -= 0.5 * w.grad
    assert w is same
    assert w.is_leaf
    assert w.requires_grad
    assert w.tolist() == [0.0, 0.0]


def test_data_is_what_every_course_writes() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    for _ in range(3):
        w.grad = None
        (w * w).sum().backward()
        assert w.grad is not None
        w.data -= 0.25 * w.grad.data
    np.testing.assert_allclose(w.data, [0.125, 0.25])
    w.data = np.array([5.0, 6.0])
    assert w.dtype == np.float32
    with pytest.raises(ValueError, match=r"new values have shape \(3,\), this tensor has \(2,\)"):
        w.data = np.zeros(3)


def test_results_are_read_only() -> None:
    y = ag.tensor([1.0], requires_grad=True) * 2
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 5


def test_assigning_into_a_tracked_tensor_is_refused() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match=r"ag\.index_update\(t, i, v\)"):
        w[0] = 5.0
    with ag.no_grad():
        w[0] = 5.0
    assert w.tolist() == [5.0, 2.0]


def test_python_conversions() -> None:
    t = ag.tensor(2.5)
    assert (float(t), int(t), t.item(), f"{t:.2f}", bool(t)) == (2.5, 2, 2.5, "2.50", True)
    assert [10, 20, 30][ag.tensor(1)] == 20
    assert len(ag.zeros(3, 2)) == 3
    assert [row.tolist() for row in ag.tensor([[1, 2], [3, 4]])] == [[1, 2], [3, 4]]
    with pytest.raises(TypeError, match="float32 tensor cannot be an index"):
        [1, 2][ag.tensor(1.0)]
    with pytest.raises(TypeError, match=r"shape \(\) has no length"):
        len(t)


def test_repr() -> None:
    assert repr(ag.tensor([1.0, 2.0])) == "tensor([1., 2.])"
    assert repr(ag.tensor([1.0], requires_grad=True)) == "tensor([1.], requires_grad=True)"
    assert repr(ag.tensor(1.0, requires_grad=True) * 2) == "tensor(2., grad_fn=<multiply>)"
    assert repr(ag.tensor(np.ones(1))) == "tensor([1.], dtype=float64)"
    assert repr(ag.tensor([1, 2])) == "tensor([1, 2])"


def test_leaves_can_be_copied_and_pickled() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    w.sum().backward()
    for twin in (copy.deepcopy(w), pickle.loads(pickle.dumps(w))):
        assert twin is not w
        assert twin.tolist() == w.tolist()
        assert twin.requires_grad
        assert twin.grad.tolist() == [1.0, 1.0]
        twin.data[0] = 9
        assert w.tolist() == [1.0, 2.0]
    with pytest.raises(RuntimeError, match="made by multiply"):
        copy.deepcopy(w * 2)


def test_nested_tensors_make_a_tensor() -> None:
    rows = [ag.tensor([1.0, 2.0]), ag.tensor([3.0, 4.0])]
    assert ag.tensor(rows).tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_tensor_of_a_tracked_tensor_is_a_constant_copy() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    copied = ag.tensor(w)
    assert not copied.requires_grad
    copied.data[0] = 9.0
    assert w.tolist() == [1.0, 2.0]
    for join in (lambda: ag.tensor([w[0], 2.0]), lambda: w * [w[0], 2.0]):
        with pytest.raises(TypeError, match=r"would lose; join tensors with ag\.stack"):
            join()


def test_creation() -> None:
    assert ag.zeros(2, 3).shape == ag.zeros((2, 3)).shape == (2, 3)
    assert ag.full((2,), 7.0).tolist() == [7.0, 7.0]
    assert ag.eye(2).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert ag.arange(1, 4).tolist() == [1, 2, 3]
    assert ag.ones_like(ag.zeros(2)).tolist() == [1.0, 1.0]
    ag.manual_seed(3)
    first = ag.randn(4)
    ag.manual_seed(3)
    np.testing.assert_array_equal(first.numpy(), ag.randn(4).numpy())
    assert ag.rand(2, generator=np.random.default_rng(0), requires_grad=True).requires_grad


SHARING = [
    ag.primitive(lambda x: x, name="tests.same", x=lambda g, out, x: g),
    lambda t: t.astype(t.dtype),
    lambda t: t[...],
    lambda t: t.reshape(1, 2),
    lambda t: t.detach(),
]


@pytest.mark.parametrize("share", SHARING)
def test_a_result_that_shares_memory_leaves_its_input_writable(share: Any) -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    share(w)
    w.data[0] = 9.0
    assert w.tolist() == [9.0, 2.0]


@pytest.mark.parametrize("share", SHARING[:-1])
def test_a_constant_view_stops_sharing_when_it_is_saved(share: Any) -> None:
    w, x = ag.tensor([1.0, 2.0], requires_grad=True), ag.ones(2, requires_grad=True)
    with ag.no_grad():
        constant = share(w)
    y = (x * constant).sum()
    w.data[0] = 9.0
    y.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1.0, 2.0]


def test_a_detached_leaf_shares_memory_and_is_watched() -> None:
    w, x = ag.tensor([1.0, 2.0], requires_grad=True), ag.ones(2, requires_grad=True)
    y = (x * w.detach()).sum()
    w.data[0] = 9.0
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()


def test_writing_into_a_view_made_under_no_grad_leaves_its_source_alone() -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    with ag.no_grad():
        view = w.reshape(2, 1)
        view[0] = 9.0
    constant = (w * 2).detach()
    constant[0] = 9.0
    assert w.tolist() == [1.0, 2.0]
    assert view.tolist() == [[9.0], [2.0]]
    assert constant.tolist() == [9.0, 4.0]


def test_values_that_a_leaf_cannot_hold() -> None:
    w, n = ag.tensor([1.0, 2.0]), ag.tensor([1, 2])
    with pytest.raises(IndexError, match=r"t\[i\] = v: .*out of bounds"):
        w[5] = 1.0
    with pytest.raises(ValueError, match=r"t\[i\] = v: could not broadcast"):
        w[0:1] = [1.0, 2.0, 3.0]
    with ag.no_grad(), pytest.raises(TypeError, match="int64 values cannot take fractions"):
        n += 0.5
    assert n.tolist() == [1, 2]
    with pytest.raises(TypeError, match="cannot make numbers of str 'a'"):
        w.data = ["a", "b"]


def test_numpys_float64_scalars_count_as_python_numbers() -> None:
    t = ag.tensor([1.0, 4.0])
    assert (t / np.sqrt(2)).dtype == np.float32
    assert (np.sqrt(2) * t).dtype == np.float32
    assert (t * np.array(2.0)).dtype == np.float64


def test_metadata_is_saved_by_value() -> None:
    x = ag.tensor(np.arange(8.0).reshape(2, 2, 2), requires_grad=True)
    axes, start, stop = [2, 0, 1], np.array(0), np.array(1)
    y = np.transpose(x, axes) * np.arange(8.0).reshape(2, 2, 2)
    axes[:] = [0, 1, 2]
    z = y[start:stop]
    start += 1
    stop += 1
    z.sum().backward()
    weights = np.arange(8.0).reshape(2, 2, 2) * np.array([1, 0]).reshape(2, 1, 1)
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), weights.transpose(1, 2, 0))


def test_a_cast_to_integers_carries_no_gradient() -> None:
    x = ag.tensor([1.5], requires_grad=True)
    assert not x.astype(int).requires_grad
    with pytest.raises(TypeError, match="no dtype of"):
        ag.tensor([1.0], dtype=complex)
    with pytest.raises(TypeError, match="cannot calculate with a tensor and complex128 values"):
        x * np.array([1j])


def test_accumulated_gradients_of_numbers_are_arrays() -> None:
    x = ag.tensor(2.0, requires_grad=True)
    for _ in range(2):
        (x * x).backward()
    assert x.grad is not None
    assert isinstance(x.grad.data, np.ndarray)
    x.grad.data *= 0.5
    assert x.grad.item() == 4.0

"""Transforms: grad, value_and_grad, jacobian, hessian, vjp, jvp, hvp, elementwise_grad."""

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from op_samples import differentiable, samples

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, GraphError, ShapeError
from autograd_mini.registry import Primitive
from autograd_mini.transforms.structures import leaves


def array(*values: float) -> Any:
    return np.array(values)


def curved(x: Any) -> Any:
    return (np.sin(x) * np.exp(0.3 * x)).sum() + (x[0] * x[1] * x[2]) ** 2


X = array(0.3, -0.7, 1.1)


def difference(f: Callable[[Any], Any], x: Any, v: Any, h: float = 6e-6) -> Any:
    """Return the central difference of a function of arrays along v."""
    return (np.asarray(f(x + h * v)) - np.asarray(f(x - h * v))) / (2 * h)


# ── values ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_nested_grad_of_the_sine(order: int) -> None:
    f: Any = np.sin
    for _ in range(order):
        f = ag.grad(f)
    expected = [np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin, np.cos][order - 1](0.4)
    assert f(np.float64(0.4)).item() == pytest.approx(expected, rel=1e-14)


def test_argnums() -> None:
    def f(x: Any, y: Any, *, power: int) -> Any:
        return (x**power * y).sum()

    x, y = array(1.0, 2.0), array(3.0, 4.0)
    np.testing.assert_allclose(ag.grad(f)(x, y, power=3).numpy(), 3 * x**2 * y)
    np.testing.assert_allclose(ag.grad(f, 1)(x, y, power=3).numpy(), x**3)
    np.testing.assert_allclose(ag.grad(f, argnums=-1)(x, y, power=3).numpy(), x**3)
    both = ag.grad(f, argnums=(1, 0))(x, y, power=3)
    assert isinstance(both, tuple)
    np.testing.assert_allclose(both[0].numpy(), x**3)
    np.testing.assert_allclose(both[1].numpy(), 3 * x**2 * y)


def test_argnums_that_are_not_there() -> None:
    with pytest.raises(ArgumentError, match=r"no argument 2, the function was called with 2"):
        ag.grad(lambda x, y: x * y, 2)(1.0, 2.0)


Point = namedtuple("Point", "a b")


@pytest.mark.parametrize(
    "x",
    [
        {"w": [array(1.0, 2.0), 3.0], "b": (array(4.0), [])},
        [array(1.0, 2.0), (3.0, {"deep": array(5.0)})],
        Point(array(1.0, 2.0), 3.0),
        (),
    ],
)
def test_the_gradient_has_the_structure_of_the_argument(x: Any) -> None:
    def f(x: Any) -> Any:
        return sum((np.sum(leaf * leaf) for leaf in leaves(x)), ag.tensor(0.0))

    gradient = ag.grad(f)(x)
    assert type(gradient) is type(x)
    for g, leaf in zip(leaves(gradient), leaves(x), strict=True):
        np.testing.assert_allclose(g.numpy(), 2 * np.asarray(leaf))


def test_value_and_grad() -> None:
    value, gradient = ag.value_and_grad(curved)(X)
    assert value.item() == pytest.approx(float(np.asarray(curved(X))))
    for i, e in enumerate(np.eye(3)):
        assert gradient[i].item() == pytest.approx(float(difference(curved, X, e)), rel=1e-8)
    assert not value.requires_grad
    assert not gradient.requires_grad


def test_an_unused_argument_has_gradient_zero() -> None:
    zero = ag.grad(lambda x, y: x.sum(), argnums=1)(ag.tensor(X), array(1.0, 2.0))
    assert zero.tolist() == [0.0, 0.0]
    assert ag.grad(lambda x: ag.tensor(3.0))(2.0).item() == 0.0
    assert ag.grad(ag.grad(lambda x: 3 * x))(2.0).item() == 0.0


def test_elementwise_grad() -> None:
    np.testing.assert_allclose(ag.elementwise_grad(np.tanh)(X).numpy(), 1 - np.tanh(X) ** 2)
    twice = ag.elementwise_grad(ag.elementwise_grad(np.tanh))
    np.testing.assert_allclose(
        twice(X).numpy(), -2 * np.tanh(X) * (1 - np.tanh(X) ** 2), rtol=1e-12
    )
    with pytest.raises(ShapeError, match=r"made \(\) of \(3,\)"):
        ag.elementwise_grad(np.sum)(X)


def test_jacobian_shapes_and_values() -> None:
    m = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(ag.jacobian(lambda x: m @ x)(X).numpy(), m)
    j = ag.jacobian(lambda x: np.outer(m[:, 0], m[0]) * np.sum(x * x))(X)
    assert j.shape == (2, 3, 3)
    assert ag.jacobian(lambda x: x[:0] * 2)(X).shape == (0, 3)
    assert ag.jacobian(lambda x: np.sum(x) ** 2)(X).shape == (3,)
    assert ag.jacobian(np.sin)(np.float64(0.0)).item() == 1.0


def test_jacobian_of_structures() -> None:
    def f(p: Any) -> Any:
        return {"sum": p["a"] + p["b"], "both": [p["a"] * p["b"], np.sum(p["b"])]}

    a, b = array(1.0, 2.0), array(3.0, 4.0)
    j = ag.jacobian(f)({"a": a, "b": b})
    np.testing.assert_allclose(j["sum"]["a"].numpy(), np.eye(2))
    np.testing.assert_allclose(j["both"][0]["b"].numpy(), np.diag(a))
    np.testing.assert_allclose(j["both"][1]["b"].numpy(), np.ones(2))
    np.testing.assert_allclose(j["both"][1]["a"].numpy(), np.zeros(2))


def test_hessian_against_differences_and_jacobian_of_grad() -> None:
    h = ag.hessian(curved)(X)
    for row, e in zip(h.numpy(), np.eye(3), strict=True):
        slope = difference(lambda x: ag.grad(curved)(x).numpy(), X, e)
        np.testing.assert_allclose(row, slope, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(h.numpy(), ag.jacobian(ag.grad(curved))(X).numpy())
    np.testing.assert_allclose(h.numpy(), ag.jacobian(ag.jacobian(curved))(X).numpy())


def test_hessian_in_two_arguments() -> None:
    (xx, xy), (yx, yy) = ag.hessian(lambda x, y: x**2 * y**3, argnums=(0, 1))(2.0, 3.0)
    assert [xx.item(), xy.item(), yx.item(), yy.item()] == [54.0, 108.0, 108.0, 72.0]


def test_products_with_the_derivative() -> None:
    m = np.arange(6.0).reshape(2, 3)

    def f(x: Any) -> Any:
        return np.sin(m @ x)

    j = ag.jacobian(f)(X).numpy()
    v, u = array(0.2, -1.0, 0.5), array(3.0, -2.0)
    value, tangent = ag.jvp(f, X, v)
    np.testing.assert_allclose(value.numpy(), np.sin(m @ X))
    np.testing.assert_allclose(tangent.numpy(), j @ v, rtol=1e-12)
    _, pull = ag.vjp(f, X)
    np.testing.assert_allclose(pull(u)[0].numpy(), u @ j, rtol=1e-12)
    np.testing.assert_allclose(pull(2 * u)[0].numpy(), 2 * u @ j, rtol=1e-12)
    value, product = ag.hvp(curved, X, v)
    np.testing.assert_allclose(product.numpy(), ag.hessian(curved)(X).numpy() @ v, rtol=1e-12)
    assert value.item() == pytest.approx(float(np.asarray(curved(X))))


def test_products_in_several_arguments_and_structures() -> None:
    def f(p: Any, y: Any) -> Any:
        return [p["x"] * y, p["x"] + 1]

    value, tangent = ag.jvp(f, ({"x": 2.0}, 3.0), ({"x": 1.0}, 10.0))
    assert [v.item() for v in value] == [6.0, 3.0]
    assert [t.item() for t in tangent] == [23.0, 1.0]
    _, tangent = ag.jvp(f, ({"x": ag.tensor(2.0)}, 3.0), 10.0, argnums=1)
    assert [t.item() for t in tangent] == [20.0, 0.0]
    _, pull = ag.vjp(f, {"x": 2.0}, 3.0)
    p, y = pull([1.0, 5.0])
    assert (p["x"].item(), y.item()) == (8.0, 2.0)
    _, pull = ag.vjp(f, {"x": ag.tensor(2.0)}, 3.0, argnums=1)
    assert pull([1.0, 5.0]).item() == 2.0
    _, (hx, hy) = ag.hvp(lambda x, y: x**2 * y, (2.0, 3.0), (1.0, 0.0))
    assert (hx.item(), hy.item()) == (6.0, 4.0)


def test_jvp_and_hvp_of_what_does_not_bend() -> None:
    _, tangent = ag.jvp(lambda x: ag.tensor([1.0, 2.0]), X, X)
    assert tangent.tolist() == [0.0, 0.0]
    _, product = ag.hvp(lambda x: x.sum() * 2, X, X)
    assert product.tolist() == [0.0, 0.0, 0.0]


# ── nesting ──────────────────────────────────────────────────────────────────────────────────


def test_an_inner_derivative_does_not_confuse_its_variable_with_an_outer_one() -> None:
    """Siskind and Pearlmutter 2005, "Perturbation confusion": d/dx (x · d/dy (x + y)) = 1."""

    def f(x: Any) -> Any:
        return x * ag.grad(lambda y: x + y)(1.0)

    assert ag.grad(f)(1.0).item() == 1.0
    g = ag.grad(lambda x: x * ag.grad(lambda y: x * y * y)(2.0))
    assert g(3.0).item() == 24.0  # d/dx 4x²


def test_every_pair_of_transforms_nests() -> None:
    x, v = np.float64(0.7), np.float64(1.0)
    slopes: dict[str, Callable[[Any], Any]] = {
        "grad": ag.grad(np.sin),
        "value_and_grad": lambda x: ag.value_and_grad(np.sin)(x)[1],
        "elementwise_grad": ag.elementwise_grad(np.sin),
        "jacobian": ag.jacobian(np.sin),
        "vjp": lambda x: ag.vjp(np.sin, x)[1](v)[0],
        "jvp": lambda x: ag.jvp(np.sin, x, v)[1],
    }
    for name, slope in slopes.items():
        for outer in (ag.grad, ag.jacobian, ag.elementwise_grad):
            assert outer(slope)(x).item() == pytest.approx(-np.sin(0.7), rel=1e-13), name
        assert ag.jvp(slope, x, v)[1].item() == pytest.approx(-np.sin(0.7), rel=1e-13), name
        assert ag.hvp(slope, x, v)[1].item() == pytest.approx(-np.cos(0.7), rel=1e-13), name
        assert ag.hessian(slope)(x).item() == pytest.approx(-np.cos(0.7), rel=1e-13), name


def test_derivatives_in_the_direction_and_the_cotangent() -> None:
    by_v = ag.grad(lambda v: ag.jvp(np.sin, np.float64(0.7), v)[1])(np.float64(2.0))
    assert by_v.item() == pytest.approx(np.cos(0.7))
    by_u = ag.grad(lambda u: ag.vjp(np.sin, np.float64(0.7))[1](u)[0])(np.float64(2.0))
    assert by_u.item() == pytest.approx(np.cos(0.7))
    by_v = ag.grad(lambda v: ag.hvp(np.sin, np.float64(0.7), v)[1])(np.float64(2.0))
    assert by_v.item() == pytest.approx(-np.sin(0.7))


def test_a_penalty_on_the_gradient_trains_what_the_function_closed_over() -> None:
    w = ag.tensor(np.float64(3.0), requires_grad=True)
    slope = ag.grad(lambda x: w * x**2)(np.float64(2.0))
    assert slope.requires_grad
    (slope**2).backward()
    assert w.grad is not None
    assert w.grad.item() == 2 * (2 * 3 * 2) * (2 * 2)


def test_a_tracked_argument_stays_tracked() -> None:
    x = ag.tensor(np.float64(2.0), requires_grad=True)
    slope = ag.grad(lambda x: x**3)(x * 1.0)
    slope.backward()
    assert x.grad is not None
    assert x.grad.item() == 12.0
    with ag.no_grad():
        assert not ag.grad(lambda x: x**3)(x).requires_grad


# ── what they leave alone ────────────────────────────────────────────────────────────────────


def test_the_callers_tensors_are_as_before() -> None:
    w = ag.tensor(X, requires_grad=True)
    h = w * 2
    loss = (h * h).sum()
    before = loss.row.adjoint, h.row.adjoint, w.data.copy()
    for transform in (ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian):
        for x in (w, h):
            transform(lambda x: (x * w).sum())(x)
            with ag.no_grad():
                transform(lambda x: (x * w).sum())(x)
    ag.jvp(lambda x: x * w, h, X)
    ag.hvp(curved, h, X)
    assert w.grad is None
    assert (loss.row.adjoint, h.row.adjoint) == before[:2]
    assert not loss.row.spent
    np.testing.assert_array_equal(w.data, before[2])
    loss.backward()
    assert w.grad is not None
    np.testing.assert_allclose(w.grad.numpy(), 8 * X)


def test_a_spent_graph_behind_the_argument_does_not_matter() -> None:
    w = ag.ones(100, requires_grad=True)
    h = w * 2
    h.sum().backward()
    with ag.no_grad():
        assert ag.grad(lambda x: (x * x).sum())(h).tolist() == [4.0] * 100


def test_the_tensors_given_are_not_the_ones_the_function_gets() -> None:
    w = ag.tensor(X, requires_grad=True)
    seen: list[Any] = []
    ag.grad(lambda x: (seen.append(x), (x * x).sum())[1])(w)
    assert seen[0] is not w
    assert type(seen[0]) is ag.Tensor
    assert ag.grad(lambda p: (p**2).sum())(nn.Parameter([1.0, 2.0])).tolist() == [2.0, 4.0]


@pytest.mark.parametrize("transform", [ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian])
@pytest.mark.parametrize("tracking", [True, False])
def test_an_exception_leaves_the_modes_as_found(transform: Any, tracking: bool) -> None:
    def explode(x: Any) -> Any:
        assert ag.is_grad_enabled()
        raise ZeroDivisionError

    with ag.enable_grad() if tracking else ag.no_grad():
        with pytest.raises(ZeroDivisionError):
            transform(explode)(X)
        assert ag.is_grad_enabled() is tracking


def test_under_no_grad_the_gradient_is_there_and_untracked() -> None:
    with ag.no_grad():
        assert ag.grad(lambda x: x**2)(3.0).item() == 6.0
        assert ag.hessian(lambda x: x**3)(2.0).item() == 12.0
        assert ag.jvp(lambda x: x**3, 2.0, 1.0)[1].item() == 12.0
        assert ag.hvp(lambda x: x**3, 2.0, 1.0)[1].item() == 12.0


def test_dtypes_follow_the_argument() -> None:
    assert ag.grad(lambda x: x**2)(3.0).dtype == np.float32
    assert ag.grad(lambda x: x**2)(np.float64(3.0)).dtype == np.float64
    assert ag.hessian(lambda x: (x**3).sum())(np.ones(2, "float32")).dtype == np.float32


# ── what is refused ──────────────────────────────────────────────────────────────────────────


REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "more than a number": (
        lambda: ag.grad(lambda x: x * 2)(X),
        ShapeError,
        r"grad: f returned shape \(3,\), expected one number; take \.sum\(\) or \.mean\(\)",
    ),
    "hvp of a vector": (lambda: ag.hvp(np.sin, X, X), ShapeError, r"hvp: f returned shape \(3,\)"),
    "a number that left the graph": (
        lambda: ag.grad(lambda x: (x * x).item())(2.0),
        GraphError,
        r"grad: f returned float, expected a Tensor .* Did \.item\(\)",
    ),
    "nothing returned": (
        lambda: ag.grad(lambda x: None)(2.0),
        GraphError,
        "f returned NoneType, expected a Tensor",
    ),
    "an integer": (lambda: ag.grad(lambda x: x * x)(2), DTypeError, "only float tensors"),
    "no function": (lambda: ag.jacobian(3.0), ArgumentError, "jacobian: it takes a function"),
    "neither": (lambda: ag.grad(3.0, 2), ArgumentError, "grad: it takes a Tensor and .* float"),
    "create_graph of a function": (
        lambda: ag.grad(np.sin, 0, create_graph=True),
        ArgumentError,
        r"go with a Tensor; .* nest ag\.grad\(ag\.grad\(f\)\)",
    ),
    "a tensor without xs": (
        lambda: ag.grad(ag.tensor(1.0, requires_grad=True) * 2, 0),
        ArgumentError,
        r"xs must be a Tensor or a list of them, got int; write ag\.grad\(y, \[x\]\)",
    ),
    "a tangent that does not fit": (
        lambda: ag.jvp(np.sin, X, array(1.0)),
        ShapeError,
        r"jvp: tangents of shapes \(1,\) were given, expected \(3,\)",
    ),
    "a cotangent that does not fit": (
        lambda: ag.vjp(np.sin, X)[1](1.0),
        ShapeError,
        r"vjp: cotangents of shapes \(\) were given, expected \(3,\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    mistake, kind, sentence = REFUSED[name]
    with pytest.raises(kind, match=sentence):
        mistake()


# ── every primitive ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("primitive", "inputs", "metadata"), samples())
def test_jvp_and_vjp_are_adjoint_and_the_hessian_is_symmetric(
    primitive: Primitive, inputs: Any, metadata: Any
) -> None:
    """⟨u, J·v⟩ = ⟨uᵀJ, v⟩ and ⟨v, H·w⟩ = ⟨H·v, w⟩ for random u, v, w, to rounding."""
    positions = differentiable(primitive, inputs)
    rng = np.random.default_rng(5)

    def f(*chosen: Any) -> Any:
        arguments = list(inputs)
        for position, value in zip(positions, chosen, strict=True):
            arguments[position] = value
        if primitive.variadic:
            return primitive(arguments, **metadata)
        return primitive(*arguments, **metadata)

    def loss(*chosen: Any) -> Any:
        return (f(*chosen) * u).sum()

    def dot(a: Any, b: Any) -> float:
        return sum(float(np.sum(np.asarray(x) * np.asarray(y))) for x, y in zip(a, b, strict=True))

    x = tuple(inputs[position] for position in positions)
    v, w = (tuple(rng.normal(size=np.shape(a)) for a in x) for _ in range(2))
    value, tangent = ag.jvp(f, x, v)
    u = rng.normal(size=value.shape)
    product = ag.vjp(f, *x)[1](u)
    assert dot([u], [tangent]) == pytest.approx(dot(product, v), rel=1e-9, abs=1e-9)
    hv, hw = ag.hvp(loss, x, v)[1], ag.hvp(loss, x, w)[1]
    assert dot(hv, w) == pytest.approx(dot(hw, v), rel=1e-8, abs=1e-8)


# ── against PyTorch ──────────────────────────────────────────────────────────────────────────


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch's own, at its import
def test_the_same_as_torch_func() -> None:
    torch = pytest.importorskip("torch")

    def ours(x: Any, w: Any) -> Any:
        return (np.tanh(x @ w) ** 2).sum()

    def theirs(x: Any, w: Any) -> Any:
        return (torch.tanh(x @ w) ** 2).sum()

    rng = np.random.default_rng(3)
    x, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
    v = rng.normal(size=w.shape)
    tx, tw, tv = map(torch.tensor, (x, w, v))

    def same(a: Any, b: Any) -> None:
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-10, atol=1e-12)

    for a, b in zip(
        ag.grad(ours, (0, 1))(x, w), torch.func.grad(theirs, (0, 1))(tx, tw), strict=True
    ):
        same(a, b)
    same(ag.hessian(ours, 1)(x, w), torch.func.hessian(theirs, 1)(tx, tw))
    same(
        ag.jacobian(lambda w: np.tanh(x @ w))(w),
        torch.func.jacrev(lambda w: torch.tanh(tx @ w))(tw),
    )
    same(
        ag.jvp(lambda w: np.tanh(x @ w), (w,), (v,))[1],
        torch.func.jvp(lambda w: torch.tanh(tx @ w), (tw,), (tv,))[1],
    )
    same(
        ag.vjp(lambda w: np.tanh(x @ w), w)[1](np.ones((4, 2)))[0],
        torch.func.vjp(lambda w: torch.tanh(tx @ w), tw)[1](torch.ones(4, 2).double())[0],
    )
    product = torch.autograd.functional.hvp(lambda w: theirs(tx, w), tw, tv)
    ours_product = ag.hvp(lambda w: ours(x, w), w, v)
    same(ours_product[0], product[0])
    same(ours_product[1], product[1])


# ── primitives of users ──────────────────────────────────────────────────────────────────────


def test_a_primitive_of_two_lines_has_derivatives_of_every_order() -> None:
    cube = ag.primitive(
        lambda x: x**3,
        name="tests.cube",
        doc="z = x³; ∂z/∂x = 3x²",
        x=lambda g, out, x: 3 * x**2 * g,
    )
    x = ag.tensor(array(0.5, -2.0), requires_grad=True)
    assert ag.gradcheck(lambda x: cube(x).sum(), x)
    np.testing.assert_allclose(ag.grad(lambda x: cube(x).sum())(x.detach()).numpy(), 3 * x.data**2)
    np.testing.assert_allclose(
        ag.hessian(lambda x: cube(x).sum())(x.detach()).numpy(), np.diag(6 * x.data)
    )
    assert ag.jvp(cube, np.float64(2.0), np.float64(1.0))[1].item() == 12.0
    assert cube.slope("x") == "3x²"
    assert "z = x³" in str(ag.explain(cube))
    assert isinstance(cube(array(1.0)), np.ndarray)

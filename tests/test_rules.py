"""Every rule of the registry, against central differences, to order 2, in all its samples."""

from typing import Any

import numpy as np
import pytest
from op_samples import SAMPLES, declared, differentiable, samples

import autograd_mini as ag
from autograd_mini.fusion import Fused
from autograd_mini.registry import Primitive

CASES = pytest.mark.parametrize(("primitive", "inputs", "metadata"), samples())


def call(primitive: Primitive, arguments: Any, metadata: dict[str, Any]) -> Any:
    return (
        primitive(arguments, **metadata)
        if primitive.variadic
        else primitive(*arguments, **metadata)
    )


def tracked(primitive: Primitive, inputs: Any, dtype: Any = np.float64) -> list[Any]:
    """Return the inputs with every differentiable one as a leaf."""
    positions = differentiable(primitive, inputs)
    return [
        ag.tensor(x.astype(dtype), requires_grad=True)
        if i in positions
        else x.astype(dtype)
        if isinstance(x, np.ndarray) and x.dtype.kind == "f"
        else x
        for i, x in enumerate(inputs)
    ]


def leaves(arguments: list[Any]) -> list[ag.Tensor]:
    return [a for a in arguments if isinstance(a, ag.Tensor)]


def cotangent_of(out: ag.Tensor, seed: int = 3) -> np.ndarray:
    """Return a random cotangent: ones would hide wrong rules."""
    return np.random.default_rng(seed).uniform(-1.5, 1.5, out.shape).astype(out.dtype)


def difference(f: Any, x: np.ndarray, h: float = 6e-6) -> np.ndarray:
    """Return the central difference of the scalar function f in every entry of x."""
    slope = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        slope[index] = (f(above) - f(below)) / (2 * h)
    return slope


def test_every_primitive_has_samples() -> None:
    missing = [p.name for p in declared() if p.name not in SAMPLES]
    assert not missing, f"add samples for {missing} to a tests/samples_*.py"


def test_every_sample_belongs_to_a_primitive() -> None:
    assert set(SAMPLES) <= {p.name for p in declared()}


@pytest.mark.parametrize("primitive", declared(), ids=lambda p: p.name)
def test_every_primitive_says_its_formula(primitive: Primitive) -> None:
    assert primitive.doc.startswith("z = ")
    for argument in primitive.vjps:
        assert primitive.slope(argument), f"∂z/∂{argument} is missing in {primitive.doc!r}"


@CASES
def test_value_is_numpys(primitive: Primitive, inputs: Any, metadata: Any) -> None:
    arguments = tracked(primitive, inputs)
    out = call(primitive, arguments, metadata)
    expected = np.asarray(primitive.run(inputs, metadata))
    assert out.shape == expected.shape
    assert out.dtype == expected.dtype
    np.testing.assert_array_equal(out.detach().numpy(), expected)


@pytest.mark.parametrize(
    ("primitive", "inputs", "metadata"), samples(lambda p: isinstance(p, Fused))
)
def test_fused_is_its_definition(primitive: Fused, inputs: Any, metadata: Any) -> None:
    results, gradients = [], []
    for function in (primitive, primitive.definition):
        arguments = tracked(primitive, inputs)
        out = function(*arguments, **metadata)
        results.append(out.detach().numpy())
        gradients.append(ag.grad(out, leaves(arguments), cotangent_of(out)))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-12, atol=1e-13)
    for fast, exact in zip(*gradients, strict=True):
        np.testing.assert_allclose(fast.numpy(), exact.numpy(), rtol=1e-10, atol=1e-11)


@CASES
def test_first_order(primitive: Primitive, inputs: Any, metadata: Any) -> None:
    arguments = tracked(primitive, inputs)
    out = call(primitive, arguments, metadata)
    seed = cotangent_of(out)
    out.backward(seed)
    for position in differentiable(primitive, inputs):

        def loss(x: np.ndarray, position: int = position) -> float:
            changed = [x if i == position else a for i, a in enumerate(inputs)]
            return float(np.sum(seed * primitive.run(changed, metadata)))

        expected = difference(loss, inputs[position])
        gradient = arguments[position].grad
        assert gradient.shape == inputs[position].shape
        np.testing.assert_allclose(gradient.numpy(), expected, rtol=2e-7, atol=2e-8)


@CASES
def test_second_order(primitive: Primitive, inputs: Any, metadata: Any) -> None:
    """Differentiate ⟨v, gradient⟩ for random v, against differences of the first order."""
    positions = differentiable(primitive, inputs)

    def gradients(arrays: list[np.ndarray], create_graph: bool) -> tuple[Any, Any, Any]:
        replaced = list(inputs)
        for position, array in zip(positions, arrays, strict=True):
            replaced[position] = array
        arguments = tracked(primitive, replaced)
        xs = leaves(arguments)
        out = call(primitive, arguments, metadata)
        seed = ag.tensor(cotangent_of(out), requires_grad=create_graph)
        return xs, seed, ag.grad(out, xs, seed, create_graph=create_graph)

    arrays = [inputs[position] for position in positions]
    rng = np.random.default_rng(5)
    directions = [rng.uniform(-1, 1, a.shape) for a in arrays]

    def along(changed: list[np.ndarray]) -> float:
        _, _, found = gradients(changed, create_graph=False)
        return float(sum(np.sum(v * g.numpy()) for v, g in zip(directions, found, strict=True)))

    xs, _, firsts = gradients(arrays, create_graph=True)
    total = sum((v * g).sum() for v, g in zip(directions, firsts, strict=True))
    if isinstance(total, ag.Tensor) and total.requires_grad:
        total.backward()
    for i, x in enumerate(xs):

        def loss(array: np.ndarray, i: int = i) -> float:
            return along([array if j == i else a for j, a in enumerate(arrays)])

        expected = difference(loss, arrays[i])
        found = np.zeros(x.shape) if x.grad is None else x.grad.numpy()
        np.testing.assert_allclose(found, expected, rtol=5e-7, atol=5e-8)


@CASES
def test_float32_stays_float32(primitive: Primitive, inputs: Any, metadata: Any) -> None:
    metadata = {**metadata, "dtype": np.float32} if "dtype" in metadata else metadata
    arguments = tracked(primitive, inputs, np.float32)
    wide = tracked(primitive, inputs)
    out, reference = call(primitive, arguments, metadata), call(primitive, wide, metadata)
    assert out.dtype == np.float32
    seed = cotangent_of(out)
    out.backward(seed)
    reference.backward(seed.astype(np.float64))
    for x, exact in zip(leaves(arguments), leaves(wide), strict=True):
        assert x.grad is not None
        assert exact.grad is not None
        assert x.grad.dtype == np.float32
        np.testing.assert_allclose(x.grad.numpy(), exact.grad.numpy(), rtol=1e-3, atol=1e-4)


@CASES
def test_nothing_is_mutated(primitive: Primitive, inputs: Any, metadata: Any) -> None:
    arguments = tracked(primitive, inputs)
    out = call(primitive, arguments, metadata)
    seed = cotangent_of(out)
    before = (
        [np.array(x) for x in inputs if x is not None],
        seed.copy(),
        out.detach().numpy().copy(),
    )
    out.backward(seed)
    for old, now in zip(before[0], [x for x in inputs if x is not None], strict=True):
        np.testing.assert_array_equal(old, now)
    for leaf, position in zip(leaves(arguments), differentiable(primitive, inputs), strict=True):
        np.testing.assert_array_equal(leaf.data, inputs[position])
    np.testing.assert_array_equal(before[1], seed)
    np.testing.assert_array_equal(before[2], out.detach().numpy())


@CASES
def test_rules_return_arrays_in_first_order(
    primitive: Primitive, inputs: Any, metadata: Any
) -> None:
    """No Tensor may leak into a first-order backward, and every cotangent has its input's shape."""
    out = np.asarray(primitive.run(inputs, metadata))
    g = cotangent_of(ag.tensor(out))
    for position in differentiable(primitive, inputs):
        rule = primitive.vjp(position)
        assert rule is not None
        cotangent = rule(g, out, *inputs, **metadata)
        assert isinstance(cotangent, np.ndarray | np.generic | float | int)
        if not primitive.broadcasts:
            assert np.shape(cotangent) == inputs[position].shape


@CASES
def test_gradients_are_the_callers_own(primitive: Primitive, inputs: Any, metadata: Any) -> None:
    """No gradient shares memory with the seed, an input, the output or another gradient."""
    arguments = tracked(primitive, inputs)
    out = call(primitive, arguments, metadata)
    seed = cotangent_of(out)
    out.backward(seed)
    arrays = [leaf.grad.data for leaf in leaves(arguments) if leaf.grad is not None]
    others = [seed, out.detach().numpy(), *(leaf.data for leaf in leaves(arguments))]
    for i, gradient in enumerate(arrays):
        for other in [*others, *arrays[:i]]:
            assert not np.shares_memory(gradient, other)


@CASES
def test_sweep_is_linear_and_repeatable(primitive: Primitive, inputs: Any, metadata: Any) -> None:
    arguments = tracked(primitive, inputs)
    xs = leaves(arguments)
    out = call(primitive, arguments, metadata)
    seed = cotangent_of(out)
    zero = ag.grad(out, xs, np.zeros_like(seed), retain_graph=True)
    once = ag.grad(out, xs, seed, retain_graph=True)
    again = ag.grad(out, xs, seed)
    for x, z, a, b in zip(xs, zero, once, again, strict=True):
        assert z.shape == x.shape
        assert not np.any(z.numpy())
        np.testing.assert_array_equal(a.numpy(), b.numpy())

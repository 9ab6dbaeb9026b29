"""Every way of changing an array between forward and backward: an error, or no effect at all."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from op_samples import samples
from test_rules import call, cotangent_of, tracked

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import GraphError

Change = Callable[[], Any]


class Scene:
    """A loss of a leaf ``x``, a constant ``c``, raw arrays, lists and a small model."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.source = rng.normal(size=(3, 2))
        self.x = ag.tensor(self.source, requires_grad=True)
        self.c = ag.tensor(rng.normal(size=(3, 2)))
        self.raw = rng.normal(size=(3, 2))
        self.scalar = np.array(3.0)
        self.index = np.array([0, 2, 2])
        self.list_index = [0, 1]
        self.axes = [1, 0]
        self.mask = rng.normal(size=(3, 2)) > 0
        self.counts = np.array([1, 2])
        self.targets = np.array([0, 1, 1])
        self.model = nn.Linear(2, 2)
        self.frozen = nn.Linear(2, 2)
        self.alias = self.x.data
        self.view = self.x.data[1:]
        self.alias_of_c = self.c.numpy()
        self.optimizer = nn.optim.SGD([self.x], lr=0.1, momentum=0.5)
        self.adam = nn.optim.Adam(self.model.parameters(), lr=0.1)

        x = self.x
        self.y = np.tanh(x * x) * self.c + self.raw * x**2 * self.scalar
        self.flipped = np.transpose(self.y, self.axes)
        self.picked = x[self.index] * x[:, self.list_index]
        self.chosen = np.where(self.mask, self.picked, np.exp(x))
        repeated = np.repeat(x, self.counts, axis=1)
        scores = self.model(self.chosen + self.flipped.T)
        self.loss = (
            nn.functional.cross_entropy(scores, self.targets)
            + (repeated * repeated).sum()
            + (x.reshape(2, 3) ** 2).sum()
        )

    def leaves(self) -> list[ag.Tensor]:
        return [self.x, *self.model.parameters()]


def subtract_under_no_grad(s: Scene) -> None:
    with ag.no_grad():
        s.x -= 0.5


def multiply_under_no_grad(s: Scene) -> None:
    with ag.no_grad():
        s.x *= 2


def assign_under_no_grad(s: Scene) -> None:
    with ag.no_grad():
        s.x[1] = 7.0


def assign_into_a_constant(s: Scene) -> None:
    s.c[0, 0] = 7.0


def write_into_data(s: Scene) -> None:
    s.x.data[...] = 7.0


def subtract_from_data(s: Scene) -> None:
    s.x.data -= 0.5


def replace_data(s: Scene) -> None:
    s.x.data = np.full((3, 2), 7.0)


def write_into_the_smallest_place(s: Scene) -> None:
    s.x.data[2, 1] = np.nextafter(s.x.data[2, 1], 9)


def write_by_an_alias_taken_before(s: Scene) -> None:
    s.alias[0, 0] = 7.0


def write_by_a_view_taken_before(s: Scene) -> None:
    s.view[0, 0] = 7.0


def write_by_the_alias_of_a_constant(s: Scene) -> None:
    s.alias_of_c[0, 0] = 7.0


def write_into_a_detached_tensor(s: Scene) -> None:
    s.x.detach().data[0] = 7.0


def write_into_a_detached_array(s: Scene) -> None:
    s.x.detach().numpy()[0] = 7.0


def write_into_the_numpy_of_a_constant(s: Scene) -> None:
    s.c.numpy()[0] = 7.0


def subtract_by_out(s: Scene) -> None:
    np.subtract(s.x.data, 0.5, out=s.x.data)


def sort_in_place(s: Scene) -> None:
    s.x.data.sort(axis=0)


def step_of_sgd(s: Scene) -> None:
    s.x.grad = np.ones((3, 2))
    s.optimizer.step()
    s.x.grad = None


def step_of_adam(s: Scene) -> None:
    for p in s.model.parameters():
        p.grad = np.ones(p.shape)
    s.adam.step()
    s.model.zero_grad()


def load_another_state(s: Scene) -> None:
    s.model.load_state_dict(nn.Linear(2, 2).state_dict())


def initialise_again(s: Scene) -> None:
    nn.init.normal_(s.model.weight)


NOTICED = [
    subtract_under_no_grad,
    multiply_under_no_grad,
    assign_under_no_grad,
    assign_into_a_constant,
    write_into_data,
    subtract_from_data,
    replace_data,
    write_into_the_smallest_place,
    write_by_an_alias_taken_before,
    write_by_a_view_taken_before,
    write_by_the_alias_of_a_constant,
    write_into_a_detached_tensor,
    write_into_a_detached_array,
    write_into_the_numpy_of_a_constant,
    subtract_by_out,
    sort_in_place,
    step_of_sgd,
    step_of_adam,
    load_another_state,
    initialise_again,
]


def write_into_the_source(s: Scene) -> None:
    s.source[...] = 7.0


def write_into_a_raw_operand(s: Scene) -> None:
    s.raw[...] = 7.0


def write_into_a_raw_number(s: Scene) -> None:
    s.scalar[...] = 7.0


def write_into_an_index_array(s: Scene) -> None:
    s.index[...] = 1


def write_into_an_index_list(s: Scene) -> None:
    s.list_index[:] = [1, 1]


def write_into_a_list_of_axes(s: Scene) -> None:
    s.axes[:] = [0, 1]


def write_into_a_mask(s: Scene) -> None:
    s.mask[...] = ~s.mask


def write_into_counts(s: Scene) -> None:
    s.counts[...] = [2, 1]


def write_into_targets(s: Scene) -> None:
    s.targets[...] = 0


def write_into_a_detached_result(s: Scene) -> None:
    s.y.detach().numpy()[...] = 7.0


def write_into_the_array_of_a_copy(s: Scene) -> None:
    np.array(s.c)[...] = 7.0
    np.asarray(s.c)[...] = 7.0


def write_into_a_view_made_under_no_grad(s: Scene) -> None:
    with ag.no_grad():
        view = s.x.reshape(6)
        view[0] = 7.0


def write_into_a_copied_state(s: Scene) -> None:
    s.model.state_dict()["weight"].data[...] = 7.0


def rebind(s: Scene) -> None:
    s.x = s.x - 7.0
    s.y += 1
    s.model.weight = nn.Parameter(np.ones((2, 2)))


def write_the_same_values(s: Scene) -> None:
    s.x.data[...] = s.x.data.copy()


def write_and_restore(s: Scene) -> None:
    before = s.x.data.copy()
    s.x.data[...] = 7.0
    s.x.data[...] = before


def write_what_no_row_saved(s: Scene) -> None:
    nn.init.zeros_(s.frozen.weight)


HARMLESS = [
    write_into_the_source,
    write_into_a_raw_operand,
    write_into_a_raw_number,
    write_into_an_index_array,
    write_into_an_index_list,
    write_into_a_list_of_axes,
    write_into_a_mask,
    write_into_counts,
    write_into_targets,
    write_into_a_detached_result,
    write_into_the_array_of_a_copy,
    write_into_a_view_made_under_no_grad,
    write_into_a_copied_state,
    rebind,
    write_the_same_values,
    write_and_restore,
    write_what_no_row_saved,
]


def first_order(scene: Scene, xs: list[ag.Tensor]) -> list[ag.Tensor]:
    scene.loss.backward()
    return [x.grad for x in xs if x.grad is not None]


def as_values(scene: Scene, xs: list[ag.Tensor]) -> list[ag.Tensor]:
    return ag.grad(scene.loss, xs)


def second_order(scene: Scene, xs: list[ag.Tensor]) -> list[ag.Tensor]:
    slopes = ag.grad(scene.loss, xs, create_graph=True)
    return ag.grad(sum((s * s).sum() for s in slopes), xs)


SWEEPS = pytest.mark.parametrize("sweep", [first_order, as_values, second_order])


@SWEEPS
@pytest.mark.parametrize("change", NOTICED)
def test_a_change_that_matters_is_refused_by_name(change: Any, sweep: Any) -> None:
    ag.manual_seed(0)
    scene = Scene()
    xs = scene.leaves()
    change(scene)
    with pytest.raises(GraphError, match=r"backward: \w+ saved the tensor .* changed in place"):
        sweep(scene, xs)
    assert all(x.grad is None for x in xs)


@SWEEPS
@pytest.mark.parametrize("change", HARMLESS)
def test_any_other_change_has_no_effect(change: Any, sweep: Any) -> None:
    ag.manual_seed(0)
    untouched = Scene()
    expected = sweep(untouched, untouched.leaves())
    ag.manual_seed(0)
    scene = Scene()
    xs = scene.leaves()
    change(scene)
    found = sweep(scene, xs)
    assert len(found) == len(expected) == 3
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_results_cannot_be_written() -> None:
    y = ag.tensor([1.0], requires_grad=True) * 2
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 7.0
    with pytest.raises(ValueError, match="read-only"):
        y.data.fill(7.0)
    with pytest.raises(GraphError, match="made by multiply"):
        y.data = [7.0]


WAYS_TO_A_RESULT: list[Callable[[ag.Tensor, ag.Tensor], Any]] = [
    lambda y, z: y.data,
    lambda y, z: y[1:].data,
    lambda y, z: y[1:].data.base.base,
    lambda y, z: y.detach().numpy(),
    lambda y, z: y.row.output,
    lambda y, z: z.row.parents[0].output,
    lambda y, z: z.row.inputs[0],
    lambda y, z: ag.tape(z)[-2].output,
    lambda y, z: ag.tape(z)[-1].inputs[1],
    lambda y, z: y.detach_().data,
    lambda y, z: y.detach_().zero_().data,
]


@pytest.mark.parametrize("size", [3, 100])
@pytest.mark.parametrize("way", WAYS_TO_A_RESULT)
def test_no_array_that_is_given_out_leads_into_the_graph(way: Any, size: int) -> None:
    x = ag.tensor(np.linspace(-1, 1, size), requires_grad=True)
    y = np.exp(x)
    z = y * y
    values = way(y, z)
    if values.flags.writeable:  # a copy
        values[...] = 7.0
    z.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * np.exp(2 * x.data), rtol=1e-14)


WAYS_TO_A_LEAF: list[Callable[[ag.Tensor, ag.Tensor], Any]] = [
    lambda x, z: x.row.output,
    lambda x, z: x[1:].data.base.base,
    lambda x, z: z.row.inputs[0],
    lambda x, z: z.row.inputs[0][1:],
    lambda x, z: ag.tape(z)[0].output,
]


@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize("way", WAYS_TO_A_LEAF)
def test_a_leaf_written_by_way_of_its_tape_is_noticed(way: Any, is_before: bool) -> None:
    x = ag.tensor([1.0, 2.0, 3.0], requires_grad=True)
    z = x * x
    values = way(x, z)
    z = x * x if is_before else z
    values[...] = 7.0
    with pytest.raises(GraphError, match="changed in place afterwards"):
        z.sum().backward()


def test_what_a_row_knows_of_indices_cannot_be_written() -> None:
    x = ag.tensor(np.arange(4.0), requires_grad=True)
    for y in (x[[0, 2]], x[np.array([0, 2])], np.take(x, np.array([0, 2]))):
        for row in ag.tape(y):
            for array in row.kwargs.values():
                assert not isinstance(array, np.ndarray) or not array.flags.writeable


@pytest.mark.parametrize("create_graph", [True, False])
def test_gradients_share_no_memory(create_graph: bool) -> None:
    x, y, seed = (ag.tensor(np.ones(3), requires_grad=i < 2) for i in range(3))
    found = [
        g.data for g in ag.grad(x + y, [x, y, x], grad_outputs=seed, create_graph=create_graph)
    ]
    for i, a in enumerate(found):
        a[...] = i
    assert [a[0] for a in found] == [0, 1, 2]
    assert seed.tolist() == [1.0] * 3


def test_a_parameter_as_seed_of_a_graph_of_gradients() -> None:
    x, seed = ag.tensor([1.0, 2.0], requires_grad=True), nn.Parameter([3.0, 5.0])
    [g] = ag.grad(x * x, [x], grad_outputs=seed, create_graph=True)
    assert g.tolist() == [6.0, 20.0]
    g.sum().backward()
    assert x.grad.tolist() == [6.0, 10.0]
    assert seed.grad.tolist() == [2.0, 4.0]


def scribble(value: Any) -> None:
    """Write other values into every array and list in ``value``."""
    if isinstance(value, np.ndarray) and value.flags.writeable and value.size:
        value[...] = ~value if value.dtype == bool else value - 1
    elif isinstance(value, list | tuple):
        for item in value:
            scribble(item)
        if isinstance(value, list):
            value.clear()


def own(value: Any) -> Any:
    """Return a copy of ``value`` that can be written to."""
    if isinstance(value, np.ndarray):
        return value.copy()
    return type(value)(map(own, value)) if isinstance(value, list | tuple) else value


@pytest.mark.parametrize(("primitive", "inputs", "metadata"), samples())
def test_what_a_primitive_was_called_with_may_change(
    primitive: Any, inputs: Any, metadata: Any
) -> None:
    """Raw operands and metadata of every primitive are saved by value."""
    chosen = [i for i, x in enumerate(tracked(primitive, inputs)) if isinstance(x, ag.Tensor)]
    for position in chosen:

        def gradient(change: bool, position: int = position) -> np.ndarray:
            arguments = [own(x) for x in inputs]
            x = ag.tensor(inputs[position], requires_grad=True)
            arguments[position] = x
            given = {name: own(value) for name, value in metadata.items()}
            out = call(primitive, arguments, given)
            if change:
                scribble([a for a in arguments if a is not x])
                scribble(list(given.values()))
            out.backward(cotangent_of(out))
            assert x.grad is not None
            return x.grad.numpy()

        np.testing.assert_array_equal(gradient(change=True), gradient(change=False))


@pytest.mark.parametrize("by_alias", [False, True])
def test_a_change_seen_by_a_view_and_taken_back_is_noticed(by_alias: bool) -> None:
    w = ag.tensor([1.0, 2.0], requires_grad=True)
    alias = w.data if by_alias else None
    view = w.reshape(2, 1).T
    (w.data if alias is None else alias)[...] = [5.0, 6.0]
    loss = (view * view).sum()
    (w.data if alias is None else alias)[...] = [1.0, 2.0]
    assert loss.item() == 61.0
    with pytest.raises(GraphError, match="changed in place"):
        loss.backward()


@pytest.mark.parametrize("view", [lambda w: w, lambda w: w.reshape(3, 1).T[0]])
@pytest.mark.parametrize("transform", [ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian])
def test_a_change_inside_a_differentiated_function_is_refused(transform: Any, view: Any) -> None:
    """The caller's tensors are older than the trace of the function, and are looked at too."""
    w = ag.tensor([1.0, 2.0, 3.0], requires_grad=True)
    seen = view(w)

    def f(x: ag.Tensor) -> ag.Tensor:
        y = (seen * x).sum()
        w.data[...] = 7.0
        return y

    with pytest.raises(GraphError, match="multiply saved the tensor"):
        transform(f)(np.ones(3, "float32"))


def test_a_tracked_value_is_not_written_into_a_plain_tensor() -> None:
    w, plain = ag.tensor([1.0, 2.0], requires_grad=True), ag.zeros(2)
    with pytest.raises(GraphError, match=r"v is tracked.*ag\.index_update"):
        plain[0] = w[0] * 2
    with pytest.raises(TypeError, match=r"ag\.stack, or detach"):
        plain[:] = [w[1], w[0]]
    with pytest.raises(GraphError, match=r"v is tracked"):
        plain[0] += w[0]
    plain[0] = w[0].detach()
    with ag.no_grad():
        plain[1] = w[1] * 3
    assert plain.tolist() == [1.0, 6.0]


def test_adjoints_of_a_graph_of_gradients_may_be_written() -> None:
    x = ag.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (x * x * x).sum()
    [g] = ag.grad(y, [x], create_graph=True)
    for row in ag.tape(y):
        assert row.adjoint is not None
        row.adjoint[...] = 50.0
    g.sum().backward()
    assert x.grad.tolist() == [6.0, 12.0, 18.0]

"""summary: shapes, parameters, multiply-adds against figures from elsewhere; it leaves no trace."""

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, ShapeError
from autograd_mini.nn.multiply_adds import multiply_adds


def mlp() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )


def test_the_mlp_of_every_course() -> None:
    table = nn.summary(mlp(), ag.zeros(1, 784))
    assert table.multiply_adds == 784 * 256 + 256 * 128 + 128 * 10 == 234_752
    assert table.parameters == table.trained == 234_752 + 256 + 128 + 10
    assert [row.output_shape for row in table] == [
        *[(1, 10), (1, 256), (1, 256), (1, 128), (1, 128), (1, 10)]
    ]
    assert [row.multiply_adds for row in table] == [0, 200_704, 0, 32_768, 0, 1_280]
    assert nn.summary(mlp(), np.zeros((5, 784), np.float32)).multiply_adds == 5 * 234_752


def test_the_table() -> None:
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 30), nn.Tanh()), nn.Linear(30, 1))
    model[0].freeze()
    table = nn.summary(model, [[0.0, 1.0]])
    assert str(table) == repr(table)
    assert str(table) == (
        "layer            output shape  parameters  multiply-adds\n"
        "Sequential       (1, 1)\n"
        "  0: Sequential  (1, 30)\n"
        "    0: Linear    (1, 30)               90             60\n"
        "    1: Tanh      (1, 30)\n"
        "  1: Linear      (1, 1)                31             30\n"
        "total                                 121             90\n"
        "of them trained                        31"
    )
    assert len(table) == 5
    assert not any(p.requires_grad for p in model[0].parameters())


class Own(nn.Module):
    """Counts although the library does not know it."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(np.ones((3, 4)))
        self.unused = nn.Linear(7, 7)
        self.scales = nn.ParameterList([np.ones(4)])

    def forward(self, x: Any, y: Any) -> Any:
        with ag.scope("inside"):
            z = ag.einsum("...i,ij->...j", x, self.w)
        return {"z": z * self.scales[0], "both": (z @ y, None)}


def test_modules_of_the_users_own_count_too() -> None:
    table = nn.summary(Own(), (np.ones((2, 5, 3)), np.ones((4, 6))))
    assert [(r.name, r.parameters, r.multiply_adds, r.calls) for r in table] == [
        ("", 12, 2 * 5 * 3 * 4 + 2 * 5 * 4 * 6, 1),
        ("unused", 56, 0, 0),
        ("scales", 4, 0, 0),
    ]
    assert table.rows[0].output_shape == {"z": (2, 5, 4), "both": ((2, 5, 6), None)}
    assert table.rows[1].output_shape is None


def test_shared_layers_are_counted_once_and_costed_twice() -> None:
    layer = nn.Linear(3, 3)
    table = nn.summary(nn.Sequential(layer, nn.Tanh(), layer), ag.zeros(2, 3))
    assert table.parameters == 12
    assert table.multiply_adds == 2 * 2 * 9
    assert [(r.name, r.parameters, r.shared_with) for r in table] == [
        *[("", 0, None), ("0", 12, None), ("1", 0, None), ("2", 0, "0")]
    ]
    assert "2: Linear (= 0)" in str(table)


def test_tied_weights_are_counted_once() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    assert nn.summary(model, ag.zeros(1, 3)).parameters == 9 + 3 + 3


def test_several_calls_of_a_layer_add_up() -> None:
    class Again(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)
            self.alias = self.layer

        def forward(self, x: Any) -> Any:
            for _ in range(3):
                x = self.layer(x)
            return x

    table = nn.summary(Again(), ag.zeros(1, 2))
    assert [(r.name, r.calls, r.multiply_adds) for r in table] == [("", 1, 0), ("layer", 3, 12)]
    assert "layer: Linear, 3 calls" in str(table)


class Stateful(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("running", ag.zeros(2))
        self.register_buffer("count", ag.tensor(0))
        self.noise = np.random.default_rng(1)
        self.n_calls = 0

    def forward(self, x: Any) -> Any:
        self.n_calls += 1
        self.seen = x
        self.running.data[...] += 1
        self.count = ag.tensor(int(self.count.item()) + 1)
        return x + ag.default_generator().random() + self.noise.random()


def test_the_model_is_left_as_it_was() -> None:
    inner = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5), Stateful())
    model = nn.Sequential(inner, nn.Linear(2, 1))
    inner[1].eval()
    model(ag.ones(1, 2)).sum().backward()
    gradient = model[1].weight.grad
    calls = inner[2].n_calls
    before = model.state_dict()
    random = ag.default_generator().bit_generator.state
    own = inner[2].noise.bit_generator.state
    nn.summary(model, ag.ones(1, 2))
    nn.summary(inner, ag.ones(1, 2))
    for name, value in model.state_dict().items():
        assert np.array_equal(value, before[name])
    assert ag.default_generator().bit_generator.state == random
    assert inner[2].noise.bit_generator.state == own
    assert inner[2].n_calls == calls
    assert (model.training, inner[0].training, inner[1].training) == (True, True, False)
    assert model[1].weight.grad is gradient
    assert not any(module._hooks for module in model.modules())
    y = model(ag.ones(1, 2))
    assert {r.name for r in ag.tape(y) if r.is_leaf and r.name} == {
        *("0.0.weight", "0.0.bias", "1.weight", "1.bias")
    }


def test_also_after_an_error_and_inside_other_blocks() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(3, 1)).freeze()
    with pytest.raises(ShapeError, match="Linear expects 3 features"):
        nn.summary(model, ag.ones(1, 2))
    assert all(module.training for module in model.modules())
    assert not any(p.requires_grad for p in model.parameters())
    assert not any(module._hooks for module in model.modules())
    with ag.no_grad(), ag.scope("outer"), ag.record() as tape:
        [row] = nn.summary(model[1], ag.ones(1, 3))
        assert (row.name, row.output_shape, row.calls, row.multiply_adds) == ("", (1, 1), 1, 3)
        assert not ag.is_grad_enabled()
    assert len(tape) == 0


def test_it_runs_in_evaluation_mode_and_tracks_what_is_frozen() -> None:
    modes = []

    class Look(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Parameter(np.ones((5, 3)))
            self.w = nn.Parameter(np.ones((3, 2)))

        def forward(self, index: Any) -> Any:
            modes.append(self.training)
            return self.table[index] @ self.w

    assert nn.summary(Look().freeze(), [1, 4, 4, 0]).multiply_adds == 4 * 3 * 2
    assert modes == [False]


def test_what_is_no_model_and_no_input() -> None:
    with pytest.raises(DTypeError, match=r"^summary takes a module and its input, got Tensor$"):
        nn.summary(ag.ones(1), ag.ones(1))
    with pytest.raises(
        ArgumentError, match=r"takes an input and not the shape \(1, 784\); write summary"
    ):
        nn.summary(mlp(), (1, 784))


PRODUCTS = [
    (lambda x, y: x @ y, (5, 3), (3, 2), 30),
    (lambda x, y: x @ y, (3,), (3,), 3),
    (lambda x, y: x @ y, (4, 5, 3), (3,), 60),
    (lambda x, y: x @ y, (7, 1, 5, 3), (4, 3, 2), 7 * 4 * 30),
    (np.dot, (5, 3), (3, 2), 30),
    (np.inner, (5, 3), (2, 3), 30),
    (lambda x, y: np.tensordot(x, y, 2), (5, 3, 4), (3, 4, 2), 5 * 12 * 2),
    (lambda x, y: ag.einsum("ij,jk", x, y), (5, 3), (3, 2), 30),
    (lambda x, y: ag.einsum("ij,jk->", x, y), (5, 3), (3, 2), 30),
    (lambda x, y: ag.einsum("bij,bkj->bik", x, y), (2, 5, 3), (2, 4, 3), 2 * 5 * 3 * 4),
    (lambda x, y: ag.einsum("i...,...i->...", x, y), (3, 7), (7, 3), 21),
    (lambda x, y: x * y + x.sum(), (5, 3), (5, 3), 0),
]


@pytest.mark.parametrize(("product", "x", "y", "expected"), PRODUCTS)
def test_multiply_adds_of_products(product: Any, x: Any, y: Any, expected: int) -> None:
    with ag.record() as tape:
        product(ag.ones(*x, requires_grad=True), ag.ones(*y, requires_grad=True))
    assert sum(map(multiply_adds, tape)) == expected


def test_a_recurrent_layer_costs_its_steps() -> None:
    n, steps, n_in, n_hidden = 2, 5, 3, 4
    table = nn.summary(nn.LSTM(n_in, n_hidden, batch_first=True), ag.zeros(n, steps, n_in))
    assert table.multiply_adds == n * steps * 4 * n_hidden * (n_in + n_hidden)
    assert table.rows[0].output_shape == ((2, 5, 4), ((1, 2, 4), (1, 2, 4)))


def test_attention_costs_two_products_of_all_pairs() -> None:
    n, heads, length, width = 2, 3, 5, 4

    class Attend(nn.Module):
        def forward(self, q: Any, k: Any, v: Any) -> Any:
            return F.scaled_dot_product_attention(q, k, v)

    q = ag.zeros(n, heads, length, width)
    assert nn.summary(Attend(), (q, q, q)).multiply_adds == 2 * n * heads * length**2 * width


def test_lenet_5_as_published() -> None:
    """Y. LeCun et al. 1998, "Gradient-based learning applied to document recognition", II.B.

    The paper gives parameters and connections, which are multiply-adds and one bias for each
    output, of the layers C1, C5 and F6; its C3 is connected in part only.
    """
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84)),
    )
    rows = {row.name: row for row in nn.summary(model, ag.zeros(1, 1, 32, 32))}
    for name, parameters, connections in (("0", 156, 122_304), ("6", 48_120, 48_120)):
        assert rows[name].parameters == parameters
        assert rows[name].multiply_adds + np.prod(rows[name].output_shape) == connections
    assert rows["9"].parameters == rows["9"].multiply_adds + 84 == 10_164
    assert rows["0"].output_shape == (1, 6, 28, 28)
    assert rows["3"].output_shape == (1, 16, 10, 10)
    assert rows["3"].multiply_adds == 16 * 10 * 10 * 6 * 25


def test_convolutions_in_groups_and_transposed() -> None:
    depthwise = nn.summary(nn.Conv2d(8, 8, 3, padding=1, groups=8), ag.zeros(2, 8, 5, 5))
    assert depthwise.multiply_adds == 2 * 8 * 25 * 9
    up = nn.summary(nn.ConvTranspose2d(3, 4, 2, stride=2), ag.zeros(1, 3, 5, 5))
    assert up.multiply_adds == 3 * 25 * 4 * 4
    assert up.rows[0].output_shape == (1, 4, 10, 10)

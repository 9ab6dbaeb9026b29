"""Module: registration, walking the tree, modes, scopes and names on the tape, state, repr."""

import copy
import pickle
from collections import OrderedDict

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, IndexingError, UnsupportedError


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter([2.0])
        self.inner = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        self.register_buffer("count", ag.tensor(0))
        self.register_buffer("scratch", ag.tensor(0.0), persistent=False)

    def forward(self, x):
        return self.inner(x) * self.scale


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = Block()
        self.head = nn.Linear(2, 1, bias=False)

    def forward(self, x):
        return self.head(self.encoder(x))


NAMES = ["encoder.scale", "encoder.inner.0.weight", "encoder.inner.0.bias", "head.weight"]


def test_walks_keep_the_order_of_assignment() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [name for name, _ in net.named_modules()] == [
        "",
        "encoder",
        "encoder.inner",
        "encoder.inner.0",
        "encoder.inner.1",
        "head",
    ]
    assert [name for name, _ in net.named_children()] == ["encoder", "head"]
    assert [name for name, _ in net.named_buffers()] == ["encoder.count", "encoder.scratch"]
    assert len(list(net.parameters())) == 4
    assert len(list(net.parameters(recurse=False))) == 0
    assert len(list(net.modules())) == 6
    assert next(net.named_parameters("net"))[0] == "net.encoder.scale"


def test_a_shared_part_is_walked_once() -> None:
    layer = nn.Linear(2, 2)
    model = nn.Sequential(layer, nn.ReLU(), layer)
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias"]
    assert len(list(model.children())) == 2
    assert list(model.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_rows_carry_scopes_and_leaves_dotted_names() -> None:
    net = Net()
    tape = ag.tape(net(ag.ones(1, 2)))
    assert {row.name for row in tape if row.is_leaf and row.requires_grad} == set(NAMES)
    assert [row.scope for row in tape if not row.is_leaf] == [
        *["encoder.inner.0"] * 3,
        "encoder.inner.1",
        "encoder",
        *["head"] * 2,
    ]


def test_a_module_in_two_places_is_named_after_the_one_that_runs() -> None:
    act = nn.Tanh()
    model = nn.Sequential(nn.Linear(1, 1), act, nn.Linear(1, 1), act)
    scopes = [row.scope for row in ag.tape(model([[1.0]])) if row.operation == "tanh"]
    assert scopes == ["1", "3"]


def test_scopes_nest_in_the_callers_and_survive_errors() -> None:
    class Broken(nn.Module):
        def forward(self, x):
            raise KeyError(x)

    model = nn.Sequential(Broken())
    with ag.scope("outer"):
        with pytest.raises(KeyError):
            model(1)
        y = ag.ones(1, requires_grad=True) * 2
        z = nn.Sequential(nn.Linear(1, 1))([[1.0]])
    assert y.row.scope == "outer"
    assert z.row.scope == "outer.0"


def test_a_slice_keeps_names() -> None:
    model = nn.Sequential(nn.Linear(1, 1), nn.Tanh(), nn.Linear(1, 1))
    assert model[1:]([[1.0]]).row.scope == "2"
    assert model([[1.0]]).row.scope == "2"


def test_train_and_eval_reach_every_module() -> None:
    net = Net()
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net.train()
    assert all(module.training for module in net.modules())


def test_apply_visits_children_first() -> None:
    visited = []
    Net().apply(lambda module: visited.append(type(module).__name__))
    assert visited == ["Linear", "ReLU", "Sequential", "Block", "Linear", "Net"]


def test_zero_grad_and_freezing() -> None:
    net = Net()
    net(ag.ones(1, 2)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert all((p.grad == 0).all() for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    net.requires_grad_(False)
    assert not net(ag.ones(1, 2)).requires_grad


def test_a_parameter_replaces_a_parameter_in_its_place() -> None:
    net = Net()
    net.encoder.scale = nn.Parameter([3.0])
    assert [name for name, _ in net.named_parameters()] == NAMES
    net.encoder.scale = None
    assert [name for name, _ in net.named_parameters()] == NAMES[1:]
    del net.head
    assert not hasattr(net, "head")
    assert [name for name, _ in net.named_children()] == ["encoder"]


def test_a_plain_array_does_not_replace_a_parameter() -> None:
    layer = nn.Linear(1, 1)
    with pytest.raises(
        DTypeError,
        match=r"^Linear\.weight holds a Parameter or None, and cannot become ndarray; to overwrite "
        r"its values, write \.weight\.data\[\.\.\.\] = values$",
    ):
        layer.weight = np.zeros((1, 1))
    with pytest.raises(
        DTypeError, match=r"^Net.head holds a Module or None, and cannot become int$"
    ):
        Net().head = 3


def test_forgotten_super_init_is_named() -> None:  # row 35
    class Forgetful(nn.Module):
        def __init__(self) -> None:
            self.layer = nn.Linear(1, 1)

    class Empty(nn.Module):
        def __init__(self) -> None:
            self.size = 3

        def forward(self, x):
            return x

    with pytest.raises(nn.StateError, match=r"^Forgetful: call super\(\).__init__\(\) first"):
        Forgetful()
    with pytest.raises(nn.StateError, match=r"^Empty: call super\(\).__init__\(\) first"):
        Empty()(1)


def test_attributes_that_do_not_exist() -> None:
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'haed'"):
        Net().haed  # noqa: B018


def test_a_module_without_forward() -> None:
    with pytest.raises(UnsupportedError, match="Module has no forward; define def forward"):
        nn.Module()(1)


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.b", "no dot"), ("", "at least one letter"), ("forward", "already has an attribute")],
)
def test_names_that_cannot_be_registered(name: str, text: str) -> None:
    with pytest.raises(ArgumentError, match=text):
        nn.Module().register_buffer(name, None)


def test_copies_are_independent_and_named() -> None:
    net = Net()
    net(ag.ones(1, 2))
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        twin.head.weight.data[...] = 7
        assert (net.head.weight.data != 7).all()
        assert twin.head.weight is next(p for n, p in twin.named_parameters() if n == NAMES[-1])
        twin(ag.ones(1, 2))
        assert twin.head.weight.row.name == "head.weight"


def test_state_round_trip_is_a_copy() -> None:
    net, other = Net(), Net()
    state = net.state_dict()
    assert list(state) == [*NAMES[:1], "encoder.count", *NAMES[1:]]
    other.load_state_dict(state)
    x = ag.ones(3, 2)
    assert np.array_equal(net(x), other(x))
    net.head.weight.data[...] = 0
    assert (state["head.weight"] != 0).all()


def test_state_of_another_model_is_refused_whole() -> None:  # row 36
    net = Net()
    before = net.state_dict()
    state = {name: value.numpy() + 1 for name, value in before.items()}
    state["tail.weight"] = state.pop("head.weight")
    state["encoder.inner.0.weight"] = np.zeros((2, 3))
    with pytest.raises(nn.StateError) as error:
        net.load_state_dict(state)
    assert str(error.value) == (
        "load_state_dict: the state does not fit Net, and nothing was loaded; missing keys: "
        "head.weight; unexpected keys: tail.weight; encoder.inner.0.weight has shape (2, 3) in the "
        "state, (2, 2) here"
    )
    for name, value in net.state_dict().items():
        assert np.array_equal(value, before[name])


def test_a_state_that_is_not_strict() -> None:
    layer = nn.Linear(1, 1)
    left = layer.load_state_dict({"weight": [[5.0]], "stranger": 1}, strict=False)
    assert (left.missing_keys, left.unexpected_keys) == (["bias"], ["stranger"])
    assert layer.weight.item() == 5
    with pytest.raises(nn.StateError, match="weight has shape"):
        layer.load_state_dict({"weight": [5.0]}, strict=False)
    with pytest.raises(nn.StateError, match="weight holds <U1, not numbers"):
        layer.load_state_dict({"weight": [["5"]], "bias": [1.0]})
    with pytest.raises(DTypeError, match=r"got str; of a file, write load_state_dict\(nn.load"):
        layer.load_state_dict("model.npz")


def test_repr_nests_as_pytorchs() -> None:
    assert repr(Net()) == (
        "Net(\n"
        "  (encoder): Block(\n"
        "    (inner): Sequential(\n"
        "      (0): Linear(in_features=2, out_features=2, bias=True)\n"
        "      (1): ReLU()\n"
        "    )\n"
        "  )\n"
        "  (head): Linear(in_features=2, out_features=1, bias=False)\n"
        ")"
    )


def test_parameter_keeps_the_dtype_of_arrays() -> None:
    assert nn.Parameter([1.0]).dtype == np.float32
    assert nn.Parameter(np.ones(1)).dtype == np.float64
    assert nn.Parameter(np.ones(1)).requires_grad
    with pytest.raises(DTypeError, match="only float tensors have gradients"):
        nn.Parameter([1, 2])


def test_sequential_is_a_sequence() -> None:
    first, second, third = nn.Linear(1, 2), nn.Tanh(), nn.Linear(2, 1)
    model = nn.Sequential(first, second).append(third)
    assert len(model) == 3
    assert list(model) == [first, second, third]
    assert model[-1] is third
    assert list(model[1:]) == [second, third]
    model[1] = replacement = nn.ReLU()
    assert list(model) == [first, replacement, third]
    named = nn.Sequential(OrderedDict(front=first, back=third))
    assert [name for name, _ in named.named_children()] == ["front", "back"]
    assert named.front is first
    with pytest.raises(IndexingError, match="index 3 is out of range for 3 modules"):
        model[3]
    with pytest.raises(DTypeError, match=r"got list at position 0; write Sequential\(\*layers\)"):
        nn.Sequential([first, third])

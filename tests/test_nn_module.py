"""Module: registration, walking the tree, modes, scopes and names on the tape, state, repr."""

import copy
import pickle

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, UnsupportedError


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
        "encoder.inner.0",
        "encoder.inner.1",
        "encoder",
        "head",
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
    assert repr(left) == "IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['stranger'])"
    assert repr(layer.load_state_dict(layer.state_dict())) == "<All keys matched successfully>"
    assert layer.weight.item() == 5
    with pytest.raises(nn.StateError, match="weight has shape"):
        layer.load_state_dict({"weight": [5.0]}, strict=False)
    with pytest.raises(nn.StateError, match="weight holds <U1, not numbers"):
        layer.load_state_dict({"weight": [["5"]], "bias": [1.0]})
    with pytest.raises(DTypeError, match=r"got str; of a file, write load_state_dict\(nn.load"):
        layer.load_state_dict("model.npz")


def test_repr_nests_as_pytorchs_and_counts_parameters() -> None:
    net = Net()
    text = (
        "Net(\n"
        "  (encoder): Block(\n"
        "    (inner): Sequential(\n"
        "      (0): Linear(in_features=2, out_features=2, bias=True)\n"
        "      (1): ReLU()\n"
        "    )  # 6 parameters\n"
        "  )  # 7 parameters\n"
        "  (head): Linear(in_features=2, out_features=1, bias=False)\n"
        ")  # 9 parameters"
    )
    assert repr(net) == text
    net.encoder.inner.freeze()
    assert repr(net).endswith(")  # 9 parameters, 6 of them frozen")
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Sequential(torch.nn.ReLU()))
    ours = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU()))
    assert repr(ours) == repr(theirs) + "  # 9 parameters"


def test_parameter_keeps_the_dtype_of_arrays() -> None:
    assert nn.Parameter([1.0]).dtype == np.float32
    assert nn.Parameter(np.ones(1)).dtype == np.float64
    assert nn.Parameter(np.ones(1)).requires_grad
    with pytest.raises(DTypeError, match="only float tensors have gradients"):
        nn.Parameter([1, 2])


def test_parts_are_found_by_their_dotted_names() -> None:
    net = Net()
    assert net.get_submodule("encoder.inner.0") is net.encoder.inner[0]
    assert net.get_submodule("") is net
    assert net.get_parameter("encoder.inner.0.bias") is net.encoder.inner[0].bias
    assert net.get_buffer("encoder.count") is net.encoder.count
    for get, target, text in (
        (net.get_submodule, "encoder.outer", "Block has no module 'outer'; its modules are: inner"),
        (net.get_parameter, "head.bias", "Linear has no parameter 'bias'; its parameters are: wei"),
        (net.get_buffer, "head.mean", "Linear has no buffer 'mean'; its buffers are: none"),
    ):
        with pytest.raises(AttributeError, match=text):
            get(target)


def test_shared_parts_can_be_named_twice() -> None:
    layer = nn.Linear(2, 2)
    model = nn.Sequential(layer, layer)
    twice = [name for name, _ in model.named_parameters(remove_duplicate=False)]
    assert twice == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert [name for name, _ in model.named_modules(remove_duplicate=False)] == ["", "0", "1"]
    norm = Block()
    names = [n for n, _ in nn.Sequential(norm, norm).named_buffers(remove_duplicate=False)]
    assert names == ["0.count", "0.scratch", "1.count", "1.scratch"]


def test_modes_and_apply_take_only_what_they_understand() -> None:
    with pytest.raises(ArgumentError, match=r"^train: mode must be True or False, got 'test'$"):
        Net().train("test")
    with pytest.raises(ArgumentError, match="apply: fn must be a function of a module, got None"):
        Net().apply(None)


def test_freezing_keeps_values_through_training() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    assert model[0].freeze() is model[0]
    before = model.state_dict()
    optimizer = nn.optim.SGD(model.parameters(), lr=0.1)
    model(ag.ones(4, 2)).sum().backward()
    optimizer.step()
    changed = [n for n, v in model.state_dict().items() if not np.array_equal(v, before[n])]
    assert changed == ["2.weight", "2.bias"]
    assert all(p.requires_grad for p in model.requires_grad_().parameters())


# ── dtypes and devices ────────────────────────────────────────────────────────────────────────


def test_casting_converts_values_gradients_and_floating_buffers() -> None:
    net = Net()
    net.encoder.scratch = ag.tensor([0.5])
    leaf = net.head.weight
    net(ag.ones(1, 2)).sum().backward()
    gradient, values = leaf.grad.numpy(), leaf.data.copy()
    assert net.double() is net
    assert net.head.weight is leaf
    assert {p.dtype for p in net.parameters()} == {np.dtype(np.float64)}
    assert leaf.grad.dtype == np.float64
    assert np.array_equal(leaf.grad.numpy(), gradient)
    assert np.array_equal(leaf.data, values)
    assert net.encoder.scratch.dtype == np.float64
    assert net.encoder.count.dtype == np.int64
    net.zero_grad()
    net(ag.tensor([[1.0, 1.0]], dtype=float)).sum().backward()
    assert leaf.grad.dtype == np.float64
    assert np.allclose(leaf.grad.numpy(), gradient)
    assert net.float()(ag.ones(1, 2)).dtype == np.float32
    assert net.half().head.weight.dtype == np.float16
    assert net.to("float64").head.weight.dtype == np.float64
    assert net.to(ag.zeros(1)).head.weight.dtype == np.float32


def test_training_goes_on_in_another_dtype() -> None:
    layer = nn.Linear(1, 1, bias=False).double()
    layer.weight.data[...] = 1
    optimizer = nn.optim.SGD(layer.parameters(), lr=0.125)
    (layer(np.ones((1, 1))) ** 2).sum().backward()
    optimizer.step()
    assert layer.weight.item() == 0.75
    assert layer.weight.dtype == np.float64


def test_an_old_graph_keeps_the_values_it_saw() -> None:
    layer = nn.Linear(1, 1, bias=False)
    layer.weight.data[...] = 3
    y = (layer([[1.0]]) ** 2).sum()
    layer.double()
    layer.weight.data[...] = 7
    y.backward()
    assert layer.weight.grad.item() == 6


class Device:
    def __init__(self, kind: str) -> None:
        self.type = kind


@pytest.mark.parametrize("args", [("cpu",), ("cpu:0",), (Device("cpu"),), ("cpu", np.float32)])
def test_the_cpu_is_where_everything_is(args: tuple[object, ...]) -> None:
    layer = nn.Linear(1, 1)
    assert layer.to(*args) is layer
    assert layer.to(device=args[0], non_blocking=True) is layer
    assert layer.cpu() is layer


def test_other_devices_and_dtypes_are_refused() -> None:
    net = Net()
    for device in ("cuda", "cuda:1", "mps", Device("cuda")):
        with pytest.raises(UnsupportedError, match=r"^device '.*': all tensors are NumPy"):
            net.to(device)
    with pytest.raises(UnsupportedError, match=r"^device 'cuda': .* on the CPU; write 'cpu'"):
        net.cuda()
    with pytest.raises(DTypeError, match=r"must have a floating dtype, .* gradients; got int64"):
        net.to(np.int64)
    with pytest.raises(DTypeError, match=r"^to: it takes a floating dtype, the device 'cpu' or"):
        net.to(dtype="banana")
    assert {p.dtype for p in net.parameters()} == {np.dtype(np.float32)}


# ── layers in plain containers (row 35) ───────────────────────────────────────────────────────


class Hiding(nn.Module):
    def __init__(self, layers: object) -> None:
        super().__init__()
        self.blocks = layers

    def forward(self, x):
        return x


TWO = (
    "Hiding.blocks is a plain list, so these 2 layers would not be trained, saved or reached by "
    "eval(); write nn.ModuleList(...) instead"
)


@pytest.mark.parametrize(
    ("hidden", "text"),
    [
        ([nn.Linear(1, 1), nn.Tanh(), nn.Sequential(nn.Linear(1, 1))], TWO),
        ([("a", nn.Linear(1, 1)), [{"b": nn.Dropout(0.5)}]], TWO),
        (
            {"a": Block()},
            "Hiding.blocks is a plain dict, so the layer in it would not be trained, saved or "
            "reached by eval(); write nn.ModuleDict(...) instead",
        ),
        (
            (nn.Parameter([1.0]), nn.Parameter([2.0]), 7),
            "Hiding.blocks is a plain tuple, so these 2 parameters would not be trained or saved; "
            "write nn.ParameterList(...) instead",
        ),
    ],
)
def test_layers_in_plain_containers_are_noticed(hidden: object, text: str) -> None:
    for notice in (
        lambda: nn.Sequential(Hiding(hidden))(1),
        lambda: Hiding(hidden)(1),
        lambda: nn.Sequential(Hiding(hidden)).parameters(),
        lambda: Hiding(hidden).named_parameters(),
        lambda: Hiding(hidden).state_dict(),
    ):
        with pytest.warns(UserWarning, match="would not be trained") as caught:
            notice()
        assert [str(warning.message) for warning in caught] == [text]
        assert caught[0].filename == __file__


def test_registered_layers_and_other_things_may_stand_in_lists() -> None:
    net = Hiding([1, "a", nn.Tanh(), nn.MSELoss(), None, ag.ones(2), {"b": (2.0,)}, [], range(3)])
    net.layer = nn.Linear(1, 1)
    net.again = [net.layer, net.layer.weight, net]
    nn.Sequential(net, Hiding([net]))(1)
    assert len(list(net.parameters())) == 2
    net.blocks = list(range(10**6))  # a history is not read to its end
    net.zero_grad()
    net.state_dict()


def test_a_state_is_a_copy_that_may_be_cloned_and_changed() -> None:
    layer = nn.Linear(2, 1)
    kept = {name: value.clone() for name, value in layer.state_dict().items()}
    kept["weight"].mul_(0.0)
    copied = copy.deepcopy(layer.state_dict())
    copied["weight"].zero_()
    assert copied["weight"].tolist() == kept["weight"].tolist() == [[0.0, 0.0]]
    assert layer.weight.tolist() != [[0.0, 0.0]]

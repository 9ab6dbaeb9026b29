"""Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict: as Python's, with names."""

import copy
import pickle
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, IndexingError, UnsupportedError


def layers(n: int) -> list[nn.Module]:
    return [nn.Linear(1, i + 1) for i in range(n)]


def names(module: nn.Module) -> list[str]:
    return [name for name, _ in module.named_children()]


def test_sequential_is_a_sequence() -> None:
    first, second, third = nn.Linear(1, 2), nn.Tanh(), nn.Linear(2, 1)
    model = nn.Sequential(first, second).append(third)
    assert len(model) == 3
    assert list(model) == [first, second, third]
    assert model[-1] is third
    assert list(model[1:]) == [second, third]
    model[1] = replacement = nn.ReLU()
    assert list(model) == [first, replacement, third]
    with pytest.raises(IndexingError, match="index 3 is out of range for 3 modules"):
        model[3]
    with pytest.raises(DTypeError, match=r"got list at position 0; write Sequential\(\*layers\)"):
        nn.Sequential([first, third])


def test_sequential_takes_names() -> None:
    first, third = layers(2)
    named = nn.Sequential(OrderedDict(front=first, back=third))
    assert names(named) == ["front", "back"]
    assert named.front is named[0] is first
    assert names(named[1:]) == ["back"]
    del named[0]  # numbers all anew, as in PyTorch
    assert names(named) == ["0"]
    assert not hasattr(named, "front")


def test_a_slice_of_a_sequential_can_grow() -> None:
    a, b, c, d = layers(4)
    tail = nn.Sequential(a, b, c)[1:]
    tail.append(d)
    assert list(tail) == [b, c, d]  # PyTorch's would overwrite c
    assert names(tail) == ["1", "2", "3"]


@pytest.mark.parametrize("kind", [nn.ModuleList, nn.ParameterList, nn.Sequential])
def test_lists_do_what_pythons_do(kind: Any) -> None:
    parts: list[Any] = layers(6)
    if kind is nn.ParameterList:
        parts = [nn.Parameter([float(i)]) for i in range(6)]
    ours = kind(*parts[:3]) if kind is nn.Sequential else kind(parts[:3])
    plain = list(parts[:3])

    def same() -> None:
        assert list(ours) == plain
        assert len(ours) == len(plain)
        keys = list(ours._held)
        assert keys == [str(i) for i in range(len(plain))]
        assert all(getattr(ours, key) is part for key, part in zip(keys, plain, strict=True))
        assert not hasattr(ours, str(len(plain)))

    same()
    assert ours.append(parts[3]) is ours
    plain.append(parts[3])
    same()
    assert ours.insert(1, parts[4]) is ours
    plain.insert(1, parts[4])
    same()
    ours.insert(-1, parts[5])
    plain.insert(-1, parts[5])
    same()
    assert ours.pop(2) is plain.pop(2)
    same()
    assert ours.pop() is plain.pop()
    same()
    del ours[1:3], plain[1:3]
    same()
    ours += parts[3:5]
    plain += parts[3:5]
    same()
    del ours[-2], plain[-2]
    same()
    ours[-1] = plain[-1] = parts[0]
    same()
    extra = (parts[5],)
    more = ours + extra
    assert list(more) == [*plain, parts[5]]
    same()
    assert parts[0] in ours
    assert parts[1] not in ours


def test_what_cannot_be_extended_with_stays_as_it_was() -> None:
    model = nn.ModuleList(layers(2))
    with pytest.raises(DTypeError, match=r"^ModuleList takes modules, got int at position 1$"):
        model.extend([nn.Tanh(), 3])
    with pytest.raises(DTypeError, match="got the class Tanh at position 0; write Tanh"):
        model.insert(0, nn.Tanh)
    with pytest.raises(ArgumentError, match=r"^ModuleList\.extend must be a list of parts, got Ta"):
        model.extend(nn.Tanh())
    with pytest.raises(IndexingError, match="an index must be an integer or a slice, got 'a'"):
        model["a"]
    with pytest.raises(IndexingError, match="index 2 is out of range for 2 modules"):
        model.pop(2)
    assert len(model) == 2


def test_sequential_repeats() -> None:
    a = nn.Tanh()
    assert list(nn.Sequential(a) * 3) == list(3 * nn.Sequential(a)) == [a, a, a]
    with pytest.raises(ArgumentError, match=r"Sequential \* n: n must be at least 1, got 0"):
        nn.Sequential(a) * 0


class Deep(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.ModuleList([nn.Tanh()])])
        self.heads = nn.ModuleDict({"a": nn.Linear(2, 1), "b": nn.Linear(2, 3)})
        self.scales = nn.ParameterList([ag.ones(1), np.full(1, 2.0, np.float32)])
        self.named = nn.ParameterDict({"shift": ag.zeros(1)})

    def forward(self, x: Any, head: str) -> Any:
        for layer in self.layers[:1]:
            x = layer(x)
        x = self.layers[1][0](x)
        return self.heads[head](x) * self.scales[1] + self.named["shift"]


STATE = [
    *("layers.0.weight", "layers.0.bias", "heads.a.weight", "heads.a.bias"),
    *("heads.b.weight", "heads.b.bias", "scales.0", "scales.1", "named.shift"),
]


def test_what_containers_hold_is_trained_saved_and_named_on_the_tape() -> None:
    net = Deep()
    assert [name for name, _ in net.named_parameters()] == STATE
    assert list(net.state_dict()) == STATE
    tape = ag.tape(net([[1.0, 2.0]], "b"))
    leaves = {row.name for row in tape if row.is_leaf and row.requires_grad}
    assert leaves == {*STATE[:2], *STATE[4:6], *STATE[7:]}
    scopes = [row.scope for row in tape if not row.is_leaf]
    assert {"layers.0", "layers.1.0", "heads.b", ""} == set(scopes)
    assert not any(module.training for module in net.eval().modules())


def test_containers_have_no_forward_of_their_own() -> None:
    for container in (nn.ModuleList(), nn.ModuleDict(), nn.ParameterList(), nn.ParameterDict()):
        with pytest.raises(UnsupportedError, match="has no forward; it holds parts for the"):
            container(1)


@pytest.mark.parametrize("kind", [nn.ModuleDict, nn.ParameterDict])
def test_dictionaries_do_what_pythons_do(kind: Any) -> None:
    if kind is nn.ModuleDict:
        a, b, c = layers(3)
    else:
        a, b, c = (nn.Parameter([float(i)]) for i in range(3))
    ours = kind({"one": a})
    ours["two"] = b
    ours.update({"one": c, "three": a})
    assert list(ours) == list(ours.keys()) == ["one", "two", "three"]
    assert list(ours.values()) == [c, b, a]
    assert list(ours.items())[1] == ("two", b)
    assert ours.two is ours["two"]
    assert "two" in ours
    assert ours.pop("two") is b
    assert ours.get("two") is None
    assert ours.setdefault("one", b) is c
    assert not hasattr(ours, "two")
    assert ours == ours
    assert ours != kind(dict(ours))
    assert len(kind([("x", a), ("y", b)])) == 2
    del ours["one"]
    assert list(ours) == ["three"]
    for missing in (lambda: ours["one"], lambda: ours.pop("one"), lambda: ours.__delitem__("one")):
        with pytest.raises(KeyError, match="one"):
            missing()
    ours.clear()
    assert len(ours) == 0
    with pytest.raises(ArgumentError, match="a key must be text, got 3"):
        ours[3] = a
    with pytest.raises(ArgumentError, match="no dot, because dots join names"):
        ours["a.b"] = a
    with pytest.raises(ArgumentError, match="already has an attribute 'keys'; choose another name"):
        ours["keys"] = a


def test_dictionaries_take_only_their_kind() -> None:
    with pytest.raises(DTypeError, match=r"^ModuleDict takes modules, got Parameter at position"):
        nn.ModuleDict({"a": nn.Parameter([1.0])})
    with pytest.raises(DTypeError, match=r"^ParameterDict takes parameters, tensors and arrays,"):
        nn.ParameterDict({"a": nn.Tanh()})
    with pytest.raises(DTypeError, match="only float tensors have gradients"):
        nn.ParameterList([np.arange(3)])


def test_tensors_become_parameters_of_their_own() -> None:
    values = ag.ones(2)
    weights = nn.ParameterList([values, given := nn.Parameter([1.0])])
    assert isinstance(weights[0], nn.Parameter)
    assert weights[1] is given
    weights[0].data[...] = 5
    assert values.tolist() == [1, 1]


def test_repr_of_a_list_joins_what_looks_the_same() -> None:
    model = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)] + [nn.Tanh()])
    assert repr(model) == (
        "ModuleList(\n"
        "  (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)\n"
        "  (3): Tanh()\n"
        ")  # 18 parameters"
    )
    assert repr(nn.ModuleList()) == "ModuleList()"
    assert repr(nn.ParameterDict()) == "ParameterDict()"
    assert repr(nn.ParameterList([ag.ones(2, 3), ag.ones(())])) == (
        "ParameterList(\n"
        "  (0): Parameter of size 2x3, float32\n"
        "  (1): Parameter of size 1, float32\n"
        ")"
    )
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    theirs = torch.nn.ModuleList([torch.nn.Linear(2, 2) for _ in range(3)] + [torch.nn.Tanh()])
    assert repr(model) == f"{theirs!r}  # 18 parameters"


def test_states_of_containers_are_pytorchs() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")

    class Theirs(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.ModuleList(
                [torch.nn.Linear(2, 2), torch.nn.ModuleList([torch.nn.Tanh()])]
            )
            self.heads = torch.nn.ModuleDict(
                {"a": torch.nn.Linear(2, 1), "b": torch.nn.Linear(2, 3)}
            )
            self.scales = torch.nn.ParameterList([torch.ones(1), torch.full((1,), 2.0)])
            self.named = torch.nn.ParameterDict({"shift": torch.zeros(1)})

    assert list(Theirs().state_dict()) == STATE


def test_containers_are_copied_and_pickled_with_their_names() -> None:
    net = Deep()
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert list(twin.state_dict()) == STATE
        assert twin.heads["a"] is twin.heads.a
        assert twin.heads["a"] is not net.heads["a"]
        twin.layers.append(nn.Tanh())
        assert (len(twin.layers), len(net.layers)) == (3, 2)
        x = [[1.0, 2.0]]
        assert twin(x, "a").tolist() == net(x, "a").tolist()


def test_pairs_make_a_dictionary_of_modules() -> None:
    heads = nn.ModuleDict([("speed", nn.Linear(4, 1)), ["kind", nn.Linear(4, 3)]])
    heads.update(other=nn.ReLU())
    assert list(heads) == ["speed", "kind", "other"]


def test_identity_stands_for_any_layer() -> None:
    x = ag.ones(2, 3)
    assert nn.Identity(54, unused=0.1)(x) is x
    assert repr(nn.Identity(54)) == "Identity()"

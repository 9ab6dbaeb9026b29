"""Hooks of modules: what they see, what they may replace, and that PyTorch's see the same."""

import copy
import gc
import pickle
import weakref
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, DTypeError, UnsupportedError

X = np.array([[1.0, -2.0], [0.5, 3.0]])


class Product(nn.Module):
    def forward(self, x: Any, y: Any, *, scale: float = 1.0) -> Any:
        return x * y * scale


def tensors(*values: Any) -> list[ag.Tensor]:
    return [ag.tensor(np.asarray(v, dtype=float), requires_grad=True) for v in values]


def test_forward_hooks_see_and_replace() -> None:
    model, seen = Product(), []
    handles = [
        model.register_forward_pre_hook(lambda m, args: seen.append(("before", m, args))),
        model.register_forward_pre_hook(lambda m, args: (args[0], args[1] + 1)),
        model.register_forward_hook(lambda m, args, out: seen.append(("after", m, args, out))),
        model.register_forward_hook(lambda m, args, out: -out),
    ]
    assert model(2.0, 3.0) == -8.0
    assert seen == [("before", model, (2.0, 3.0)), ("after", model, (2.0, 4.0), 8.0)]
    for handle in handles:
        handle.remove()
        handle.remove()
    assert model(2.0, 3.0) == 6.0
    assert len(seen) == 2


def test_a_hook_may_last_for_a_block() -> None:
    model = nn.Identity()
    with model.register_forward_hook(lambda m, args, out: out + 1) as handle:
        assert model(1) == 2
    assert model(1) == 1
    handle.remove()


def test_a_single_value_replaces_a_single_argument() -> None:
    model = nn.Identity()
    model.register_forward_pre_hook(lambda m, args: args[0] + 1)
    assert model(1) == 2


def test_hooks_with_keywords() -> None:
    model = Product()
    model.register_forward_pre_hook(
        lambda m, args, kwargs: (args, {"scale": kwargs["scale"] * 10}), with_kwargs=True
    )
    model.register_forward_hook(
        lambda m, args, kwargs, out: (out, kwargs["scale"]), with_kwargs=True
    )
    assert model(2.0, 3.0, scale=2.0) == (120.0, 20.0)
    model.register_forward_pre_hook(lambda m, args, kwargs: 5, with_kwargs=True)
    with pytest.raises(DTypeError, match=r"must return None or \(args, kwargs\), got int"):
        model(2.0, 3.0, scale=1.0)


def test_prepended_hooks_come_first_and_one_may_remove_itself() -> None:
    model, order = nn.Identity(), []
    for name, prepend in (("a", False), ("b", False), ("c", True)):
        model.register_forward_hook(
            lambda m, args, out, name=name: order.append(name), prepend=prepend
        )
    once = model.register_forward_hook(lambda m, args, out: once.remove())
    model(1)
    model(1)
    assert order == ["c", "a", "b"] * 2


def test_backward_hooks_see_only_what_went_through_the_module() -> None:
    model, seen = Product(), []
    model.register_full_backward_hook(lambda m, into, out: seen.append((m, into, out)))
    x, y = tensors([2.0, 3.0], [5.0, 7.0])
    (model(x, y, scale=2.0) + x * 100).sum().backward()
    [(module, grad_input, grad_output)] = seen
    assert module is model
    assert [g.tolist() for g in grad_input] == [[10, 14], [4, 6]]
    assert [g.tolist() for g in grad_output] == [[1, 1]]
    assert x.grad.tolist() == [110, 114]  # the other way of x was not seen, and counts


def test_backward_hooks_replace_and_chain() -> None:
    model = Product()
    model.register_full_backward_hook(lambda m, into, out: (into[0] * 10, into[1]))
    model.register_full_backward_hook(lambda m, into, out: tuple(g + 1 for g in into))
    model.register_full_backward_pre_hook(lambda m, out: out[0] * 2)
    x, y = tensors(3.0, 4.0)
    model(x, y).backward()
    assert (x.grad.item(), y.grad.item()) == (81, 7)


def test_a_part_that_needs_no_gradient_is_none() -> None:
    seen = []
    model = Product()
    handle = model.register_full_backward_hook(lambda m, into, out: seen.append(into))
    (x,) = tensors(3.0)
    model(x, 4.0).backward()
    assert seen[0][0].item() == 4
    assert seen[0][1] is None
    with ag.no_grad():
        model(x, 4.0)
    handle.remove()
    model.register_full_backward_hook(lambda m, into, out: (into[0], 1.0))
    with pytest.raises(ArgumentError, match="a gradient where grad_input has None"):
        model(x, 4.0).backward()


def test_a_first_layer_has_only_outputs_to_show() -> None:
    seen = []
    layer = nn.Linear(2, 1)
    layer.register_full_backward_hook(lambda m, into, out: seen.append((into, out[0].tolist())))
    layer(X).sum().backward()
    assert seen == [((None,), [[1.0], [1.0]])]
    assert layer.weight.grad is not None


def test_each_backward_calls_once_also_over_a_retained_graph() -> None:
    seen = []
    model = Product()
    model.register_full_backward_hook(lambda m, into, out: seen.append([g.item() for g in into]))
    x, y = tensors(3.0, 4.0)
    z = model(x, y)
    z.backward(retain_graph=True)
    ag.grad(2 * z, [x, y], retain_graph=True)
    z.backward()
    assert seen == [[4, 3], [8, 6], [4, 3]]


def test_several_outputs_come_together() -> None:
    class Split(nn.Module):
        def forward(self, x: Any) -> Any:
            return x * 2, "text", x * 3, x.detach()

    seen = []
    model = Split()
    model.register_full_backward_hook(lambda m, into, out: seen.append((into, out)))
    (x,) = tensors(1.0)
    doubled, text, tripled, _ = model(x)
    assert text == "text"
    (doubled * 5 + tripled * 7).backward()
    [(into, out)] = seen
    assert into[0].item() == 31
    assert [None if g is None else g.item() for g in out] == [5, None, 7, None]


def test_higher_orders_go_through_hooks_without_leaks() -> None:
    model = nn.Sequential(nn.Linear(1, 1), nn.Tanh()).double()
    calls = []
    for layer in model:
        layer.register_full_backward_hook(lambda m, into, out: calls.append(type(m).__name__))
    (x,) = tensors([[0.3]])

    def second(model: nn.Module) -> float:
        (dx,) = ag.grad(model(x).sum(), [x], create_graph=True)
        return ag.grad(dx.sum(), [x])[0].item()

    plain = nn.Sequential(nn.Linear(1, 1), nn.Tanh()).double()
    plain.load_state_dict(model.state_dict())
    assert second(model) == pytest.approx(second(plain), rel=1e-12)
    assert calls[:2] == ["Tanh", "Linear"]
    gc.disable()
    try:
        for create_graph in (False, True):
            y = model(x)
            rows = [weakref.ref(row) for row in ag.tape(y) if not row.is_leaf]
            grads = ag.grad(y.sum(), [x, *model.parameters()], create_graph=create_graph)
            del y, grads
            assert all(row() is None for row in rows)
    finally:
        gc.enable()


def see(module: nn.Module, args: Any, output: Any) -> Any:
    return output * 2


def test_hooks_are_copied_with_their_module() -> None:
    model = nn.Identity()
    handle = model.register_forward_hook(see)
    twins = copy.deepcopy(model), pickle.loads(pickle.dumps(model))
    handle.remove()
    assert model(1) == 1
    assert [twin(1) for twin in twins] == [2, 2]


def test_hooks_that_are_none_of_the_kind() -> None:
    model = nn.Identity()
    for register in (
        model.register_forward_hook,
        model.register_forward_pre_hook,
        model.register_full_backward_hook,
        model.register_full_backward_pre_hook,
    ):
        with pytest.raises(DTypeError, match=f"^{register.__name__}: a hook is a func"):
            register(3)
    model.register_full_backward_hook(lambda m, into, out: (1.0, 2.0))
    (x,) = tensors(1.0)
    with pytest.raises(ArgumentError, match="it returned 2 gradients, expected 1, one for each in"):
        model(x).backward()
    with pytest.raises(UnsupportedError, match=r"Identity has a backward hook, .* returned dict"):
        model({"a": x})


def test_what_pytorchs_hooks_see_ours_see() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    theirs = torch.nn.Sequential(
        torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)
    ).double()
    ours = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    logs: list[list[Any]] = []
    grads = []
    for model, x in (
        (theirs, torch.tensor(X, requires_grad=True)),
        (ours, ag.tensor(X, requires_grad=True)),
    ):
        log: list[Any] = []

        def note(kind: str, values: Any, log: list[Any] = log) -> None:
            log.append((kind, [None if v is None else v.tolist() for v in values]))

        for layer in model:
            layer.register_forward_pre_hook(lambda m, args, note=note: note("before", args))
            layer.register_forward_hook(lambda m, args, out, note=note: note("after", [out]))
            layer.register_full_backward_pre_hook(lambda m, out, note=note: note("pre", out))
            layer.register_full_backward_hook(
                lambda m, into, out, note=note: note("back", [*into, *out])
            )
            layer.register_full_backward_hook(lambda m, into, out: (into[0] * 2,))
        (model(x) ** 2).sum().backward()
        logs.append(log)
        grads.append([x.grad.tolist(), *(p.grad.tolist() for p in model.parameters())])
    assert [kind for kind, _ in logs[0]] == [kind for kind, _ in logs[1]]
    for (_, expected), (_, seen) in zip(*logs, strict=True):
        for e, s in zip(expected, seen, strict=True):
            np.testing.assert_allclose(s, e, rtol=1e-12)
    for e, s in zip(*grads, strict=True):
        np.testing.assert_allclose(s, e, rtol=1e-12)

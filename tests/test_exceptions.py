"""An exception anywhere leaves modes, values and graphs usable; so does a refused backward."""

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import GraphError


def leaf(*values: float) -> ag.Tensor:
    return ag.tensor(np.array(values), requires_grad=True)


def gradient(x: ag.Tensor) -> list[float]:
    assert x.grad is not None
    return list(x.grad.tolist())


class BoomError(Exception):
    pass


def boom(*_: Any, **__: Any) -> Any:
    raise BoomError


FAULTY = ag.primitive(lambda x: boom(), name="tests.faulty_forward", x=lambda g, out, x: g)
FAULTY_RULE = ag.primitive(lambda x: x * 2.0, name="tests.faulty_rule", x=lambda g, out, x: boom())


class Faulty(nn.Module):
    def forward(self, x: Any) -> Any:
        return boom()


def in_a_rule(x: ag.Tensor) -> None:
    FAULTY_RULE(x).sum().backward()


def in_a_rule_of_second_order(x: ag.Tensor) -> None:
    ag.grad(FAULTY_RULE(x * x).sum(), [x], create_graph=True)


def in_a_hook(x: ag.Tensor) -> None:
    y = x * 2
    y.register_hook(boom)
    y.sum().backward()


def in_a_hook_of_a_leaf(x: ag.Tensor) -> None:
    handle = x.register_hook(boom)
    try:
        (x * x).sum().backward()
    finally:
        handle.remove()


def in_a_module(x: ag.Tensor) -> None:
    nn.Sequential(nn.ReLU(), nn.Sequential(Faulty()))(x)


def in_modes(x: ag.Tensor) -> None:
    with ag.no_grad(), ag.enable_grad(), ag.scope("a"), ag.record(), ag.detect_anomaly():
        boom()


def in_a_rule_under_modes(x: ag.Tensor) -> None:
    with ag.scope("a"), ag.record(), ag.detect_anomaly():
        in_a_rule(x)


def in_a_decorated_function(x: ag.Tensor) -> None:
    ag.no_grad()(boom)()


def in_gradcheck(x: ag.Tensor) -> None:
    ag.gradcheck(boom, [x])


def in_a_rule_in_gradcheck(x: ag.Tensor) -> None:
    report = ag.gradcheck(lambda x: FAULTY_RULE(x).sum(), [x])
    assert "it raised BoomError" in str(report)
    raise BoomError


def in_a_transform(x: ag.Tensor) -> None:
    with ag.no_grad():
        ag.grad(boom)(x)


def in_a_checkpoint(x: ag.Tensor) -> None:
    ag.checkpoint(lambda a: FAULTY_RULE(a) * 1.0, x).sum().backward()


PLACES = [
    lambda x: FAULTY(x),
    in_a_rule,
    in_a_rule_of_second_order,
    in_a_hook,
    in_a_hook_of_a_leaf,
    in_a_module,
    in_modes,
    in_a_rule_under_modes,
    in_a_decorated_function,
    in_gradcheck,
    in_a_rule_in_gradcheck,
    in_a_transform,
    in_a_checkpoint,
]


@pytest.mark.parametrize("fail", PLACES)
def test_an_exception_anywhere_leaves_modes_and_graph_usable(fail: Any) -> None:
    x = leaf(1.0, 2.0)
    before = (x * x).sum()
    with pytest.raises(BoomError):
        fail(x)
    assert x.grad is None
    assert x.tolist() == [1.0, 2.0]
    assert ag.is_grad_enabled()
    after = (x * x * 3).sum()
    assert (after.row.scope, after.row.line, after.row.keeps) == ("", None, False)
    with np.errstate(divide="ignore"):
        assert np.log(ag.tensor([0.0])).tolist() == [-np.inf]  # no anomaly is looked for
    before.backward()
    after.backward()
    assert gradient(x) == [8.0, 16.0]


@pytest.mark.parametrize("at_leaf", [False, True])
@pytest.mark.parametrize("retain_graph", [False, True])
def test_a_backward_that_failed_can_be_run_again(retain_graph: bool, at_leaf: bool) -> None:
    x = leaf(1.0, 2.0)
    y = x * x
    handle = (x if at_leaf else y).register_hook(boom)
    loss = (y * 3).sum()
    with pytest.raises(BoomError):
        loss.backward(retain_graph=retain_graph)
    handle.remove()
    loss.backward()
    assert gradient(x) == [6.0, 12.0]
    with pytest.raises(GraphError, match=r"already used.*retain_graph=True"):
        loss.backward()
    assert gradient(x) == [6.0, 12.0]


def test_a_failed_backward_of_large_arrays_says_that_they_are_released() -> None:
    x = ag.tensor(np.ones(1000), requires_grad=True)
    y = x * x
    handle = y.register_hook(boom)
    loss = (y * 3).sum()
    with pytest.raises(BoomError):
        loss.backward()
    handle.remove()
    with pytest.raises(GraphError, match=r"already used.*retain_graph=True"):
        loss.backward()
    assert x.grad is None


def test_backward_twice() -> None:
    x = leaf(1.0, 2.0)
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    assert gradient(x) == [4.0, 8.0]
    for again in (loss.backward, lambda: ag.grad(loss, [x]), (loss * 2).backward):
        with pytest.raises(
            GraphError, match=r"already used.*multiply had saved.*retain_graph=True"
        ):
            again()
    assert gradient(x) == [4.0, 8.0]
    x.backward(np.ones(2))
    x.backward(np.ones(2))
    assert gradient(x) == [6.0, 10.0]

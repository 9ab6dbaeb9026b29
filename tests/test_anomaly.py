"""detect_anomaly: the first operation or derivative that makes a NaN or an inf is named."""

import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import anomaly, nn
from autograd_mini.errors import AnomalyError, GraphError


def leaf(*values: float) -> ag.Tensor:
    return ag.tensor(np.array(values), requires_grad=True)


def test_a_forward_inf_is_named_with_line_and_ranges() -> None:
    x = leaf(0.0, 1.0, 3.0)
    with pytest.raises(AnomalyError) as caught, ag.detect_anomaly():
        (np.log(x * 1.0) * 2).sum()
    text = str(caught.value)
    assert text.startswith("detect_anomaly: log at test_anomaly.py:")
    assert text.endswith(" made 1 inf of 3 elements; x in 0..3")
    assert isinstance(caught.value, GraphError)
    assert isinstance(caught.value, RuntimeError)


def test_a_forward_nan_with_two_inputs() -> None:
    with (
        pytest.raises(
            AnomalyError,
            match=r"divide at .* made 1 NaN of 2 elements; x in 0\.\.1, y in 0\.\.2$",
        ),
        ag.detect_anomaly(),
    ):
        leaf(0.0, 1.0) / leaf(0.0, 2.0)


def test_the_first_of_several_is_named() -> None:
    with pytest.raises(AnomalyError, match=r"sqrt at .* x in -4\.\.4"), ag.detect_anomaly():
        np.log(np.sqrt(leaf(-4.0, 4.0))).sum().backward()


def test_a_backward_inf_names_the_vjp_and_the_forward_line() -> None:
    x = leaf(0.0, 4.0)
    with pytest.raises(AnomalyError) as caught, ag.detect_anomaly():
        np.sqrt(x).sum().backward()
    text = str(caught.value)
    assert text.startswith("detect_anomaly: the VJP of sqrt for x, called at test_anomaly.py:")
    assert text.endswith(" made 1 inf of 2 elements; x in 0..4, out in 0..2, g in 1..1")


def test_a_backward_nan_through_where() -> None:
    """The trap of np.where: the branch that is not taken sends 0·∞ = NaN."""
    x = leaf(0.0, 4.0)
    with pytest.raises(AnomalyError, match=r"VJP of sqrt for x.* made 1 NaN"), ag.detect_anomaly():
        np.where(x.detach() > 0, np.sqrt(x), 0.0).sum().backward()


def test_a_graph_made_before_the_block_is_inspected_too() -> None:
    y = np.sqrt(leaf(0.0, 4.0)).sum()
    with (
        pytest.raises(AnomalyError, match=r"sqrt for x, called outside detect_anomaly\(\), made"),
        ag.detect_anomaly(),
    ):
        y.backward()


def test_tracked_sweeps_name_the_rule_and_not_what_it_is_made_of() -> None:
    x = leaf(0.0)
    with pytest.raises(AnomalyError, match=r"the VJP of sqrt for x"), ag.detect_anomaly():
        ag.grad(np.sqrt(x).sum(), [x], create_graph=True)
    with pytest.raises(AnomalyError, match=r"the VJP of sqrt for x"), ag.detect_anomaly():
        ag.grad(lambda x: np.sqrt(x).sum())(x)


def test_operations_outside_the_graph_are_inspected() -> None:
    data = ag.tensor(np.array([1.0, 1.0]))
    with pytest.raises(AnomalyError, match=r"divide at .* made 2 NaN"), ag.detect_anomaly():
        (data - data.mean()) / data.var()
    with pytest.raises(AnomalyError, match="log"), ag.detect_anomaly(), ag.no_grad():
        np.log(leaf(0.0))


def test_a_nan_that_was_given_is_said_to_be() -> None:
    with (
        pytest.raises(
            AnomalyError, match=r"multiply at .* was given NaN and returned 1 NaN .* x has NaN"
        ),
        ag.detect_anomaly(),
    ):
        leaf(np.nan, 1.0) * 2


def test_an_inf_of_a_mask_passes() -> None:
    scores = leaf(1.0, 2.0, 3.0)
    with ag.detect_anomaly():
        masked = np.where([True, True, False], scores, -np.inf)
        weights = np.exp(masked - masked.max())
        (weights / weights.sum()).sum().backward()
    assert scores.grad is not None
    assert np.isfinite(scores.grad.numpy()).all()


def test_an_inf_that_becomes_nan_is_named() -> None:
    with (
        pytest.raises(AnomalyError, match=r"subtract .* x in -inf\.\.-inf, y in -inf"),
        ag.detect_anomaly(),
    ):
        np.where([False, False], leaf(1.0, 2.0), -np.inf) - np.full(2, -np.inf)


def test_a_training_step_without_anomaly_goes_through() -> None:
    model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
    with ag.detect_anomaly():
        (model(ag.randn(5, 3)) ** 2).mean().backward()
    assert all(p.grad is not None for p in model.parameters())


def test_numpys_warnings_are_silenced_inside_only() -> None:
    with np.errstate(all="warn"), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(AnomalyError), ag.detect_anomaly():
            np.log(leaf(0.0))
        assert not seen
        np.log(leaf(0.0))
        assert len(seen) == 1


def test_the_mode_ends_with_the_block_and_nests() -> None:
    x = leaf(0.0)
    with pytest.raises(AnomalyError), ag.detect_anomaly():
        np.log(x)
    with np.errstate(divide="ignore"):
        assert np.log(x).tolist() == [-np.inf]
        with ag.detect_anomaly():
            with ag.detect_anomaly():
                pass
            with pytest.raises(AnomalyError):
                np.log(x)
        np.log(x)


def test_another_thread_is_not_inspected() -> None:
    seen: list[Any] = []

    def work() -> None:
        with np.errstate(divide="ignore"):
            seen.append(np.log(leaf(0.0)).tolist())

    with ag.detect_anomaly():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert seen == [[-np.inf]]


def test_nothing_is_inspected_when_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*args: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(anomaly, "_complaint", explode)
    x = leaf(1.0, 2.0)
    np.log(x).sum().backward()
    assert x.grad is not None


def test_under_record_the_lines_are_known_as_well() -> None:
    with ag.record() as tape, ag.detect_anomaly():
        np.exp(leaf(1.0)).sum().backward()
    assert all(row.line is not None for row in tape)


def last_line_of(function: Callable[..., Any]) -> str:
    numbers = [number for _, _, number in function.__code__.co_lines() if number]
    return f"test_anomaly.py:{max(numbers)}"


def changed_by_data(x: ag.Tensor) -> None:
    x.data[0] = 9.0


def changed_under_no_grad(x: ag.Tensor) -> None:
    with ag.no_grad():
        x *= 3.0


def changed_by_an_index(x: ag.Tensor) -> None:
    with ag.no_grad():
        x[0] = 9.0


@pytest.mark.parametrize("block", [ag.record, ag.detect_anomaly])
@pytest.mark.parametrize("change", [changed_by_data, changed_under_no_grad, changed_by_an_index])
def test_a_change_in_place_names_both_lines(
    block: Callable[[], Any], change: Callable[[ag.Tensor], None]
) -> None:
    x = leaf(1.0, 2.0)
    with block():
        y = (x * x).sum()
        change(x)
    saved, changed = ag.tape(y)[1].line, last_line_of(change)
    with pytest.raises(
        GraphError,
        match=rf"multiply at {saved} saved the tensor of shape \(2,\), whose "
        rf"values were changed in place afterwards \(its array was last reached at "
        rf"{changed}\), so",
    ):
        y.backward()

"""The tape as a thing to hold, and the textbook table."""

import threading

import numpy as np
import pytest

import autograd_mini as ag


def baydin() -> tuple[ag.Tensor, ag.Tensor, ag.Tensor]:
    x1 = ag.tensor(np.float64(2), requires_grad=True)
    x2 = ag.tensor(np.float64(5), requires_grad=True)
    return x1, x2, np.log(x1) + x1 * x2 - np.sin(x2)


def test_baydins_trace_comes_out_to_the_digit() -> None:
    """Baydin et al. 2018, tables 2 and 3: y = ln x₁ + x₁x₂ − sin x₂ at (2, 5)."""
    x1, x2, y = baydin()
    y.backward()
    rows = {row.operation: row for row in ag.tape(y)}
    primals = {name: round(float(row.output), 3) for name, row in rows.items() if name != "leaf"}
    assert primals == {
        "log": 0.693,
        "multiply": 10.0,
        "add": 10.693,
        "sin": -0.959,
        "subtract": 11.652,
    }
    adjoints = {name: float(row.adjoint) for name, row in rows.items() if row.adjoint is not None}
    assert adjoints["subtract"] == adjoints["add"] == adjoints["log"] == adjoints["multiply"] == 1
    assert adjoints["sin"] == -1
    assert x1.grad is not None
    assert x2.grad is not None
    assert x1.grad.item() == 5.5
    assert x2.grad.item() == pytest.approx(2 - np.cos(5), abs=1e-15)


def test_the_table_as_printed() -> None:
    _, _, y = baydin()
    y.backward()
    assert str(ag.tape(y)) == (
        "row  operation           shape  primal   adjoint\n"
        "v0   leaf                ()     2        5.5\n"
        "v1   leaf                ()     5        1.716\n"
        "v2   = log(v0)           ()     0.6931   1\n"
        "v3   = multiply(v0, v1)  ()     10       1\n"
        "v4   = add(v2, v3)       ()     10.69    1\n"
        "v5   = sin(v1)           ()     -0.9589  -1\n"
        "v6   = subtract(v4, v5)  ()     11.65    1"
    )


def test_head_and_tail_of_a_long_tape() -> None:
    x = ag.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(20):
        y = y + 1
    lines = ag.tape(y).table(head=2, tail=3).splitlines()
    assert len(lines) == 1 + 2 + 1 + 3
    assert lines[3].split(maxsplit=1) == ["⋮", "16 more rows"]
    assert lines[-1].startswith("v20")
    for _ in range(60):
        y = y + 1
    assert len(str(ag.tape(y)).splitlines()) == 1 + 20 + 1 + 20
    assert len(ag.tape(y).table().splitlines()) == 1 + 81


def test_large_values_are_summarised_and_released_ones_say_so() -> None:
    x = ag.tensor(np.ones((10, 10)), requires_grad=True)
    y = (x * 2).sum()
    assert "1 ± 0" in str(ag.tape(y))
    y.backward()
    table = str(ag.tape(y)).splitlines()
    assert table[2].split()[-2:] == ["released", "released"]
    assert table[-1].startswith("released: ")
    assert "ag.record() or retain_graph=True" in table[-1]


def test_a_tape_is_a_sequence() -> None:
    _, _, y = baydin()
    tape = ag.tape(y)
    assert [row.serial for row in tape] == sorted(row.serial for row in tape)
    assert tape[-1] is y.row
    assert len(tape[2:]) == len(tape) - 2
    assert isinstance(tape[2:], ag.Tape)


def test_scopes_nest_and_are_left_on_errors() -> None:
    x = ag.tensor(1.0, requires_grad=True)
    with ag.scope("a"), ag.scope("b"):
        assert (x * 2).row.scope == "a.b"
    with pytest.raises(ZeroDivisionError), ag.scope("a"):
        raise ZeroDivisionError
    assert (x * 2).row.scope == ""


def test_recording_blocks_are_per_thread_and_end_on_errors() -> None:
    x = ag.tensor(1.0, requires_grad=True)
    with pytest.raises(ZeroDivisionError), ag.record():
        raise ZeroDivisionError
    with ag.record() as tape:
        thread = threading.Thread(target=lambda: x * 2)
        thread.start()
        thread.join()
        once = x * 3
    twice = once * 3
    assert list(tape) == [once.row]
    assert twice.row not in tape

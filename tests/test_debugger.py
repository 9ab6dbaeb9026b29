"""The tape debugger: its replay against the sweep, its moves, its dialogue, its command."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.cli import main
from autograd_mini.debugging.debugger import is_larger_than, is_not_finite, is_zero
from autograd_mini.debugging.dialogue import Dialogue


def baydin() -> ag.Tensor:
    x1 = ag.tensor(np.float64(2), requires_grad=True)
    x2 = ag.tensor(np.float64(5), requires_grad=True)
    return np.log(x1) + x1 * x2 - np.sin(x2)


def network() -> ag.Tensor:
    model = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3))
    x, labels = ag.randn(11, 5), np.arange(11) % 3
    return nn.functional.cross_entropy(model(x), labels)


# ── the replay ──────────────────────────────────────────────────────────────────────────────────


def test_baydins_forward_and_reverse_trace_to_the_digit() -> None:
    """Baydin et al. 2018, table 3: y = ln x₁ + x₁x₂ − sin x₂ at (2, 5)."""
    steps = list(ag.Debugger(baydin()))
    forward = [(s.row.operation, round(float(s.primal), 3)) for s in steps if s.is_forward]
    assert forward == [
        ("leaf", 2.0),
        ("leaf", 5.0),
        ("log", 0.693),
        ("multiply", 10.0),
        ("add", 10.693),
        ("sin", -0.959),
        ("subtract", 11.652),
    ]
    changes = [
        (
            s.row.operation,
            c.target,
            c.before and round(float(c.before), 3),
            round(float(c.after), 3),
        )
        for s in steps
        for c in s.sent
    ]
    assert changes == [
        ("subtract", "v4", None, 1.0),
        ("subtract", "v5", None, -1.0),
        ("sin", "v1", None, -0.284),  # x̄₂ = v̄₅ ∂v₅/∂x₂
        ("add", "v2", None, 1.0),
        ("add", "v3", None, 1.0),
        ("multiply", "v0", None, 5.0),
        ("multiply", "v1", -0.284, 1.716),  # x̄₂ = x̄₂ + v̄₃ ∂v₃/∂x₂
        ("log", "v0", 5.0, 5.5),
    ]
    adjoints = {s.name: float(s.adjoint) for s in steps if s.adjoint is not None}
    assert adjoints["v0"] == 5.5
    assert adjoints["v1"] == pytest.approx(2 - np.cos(5), abs=1e-15)


def test_adjoints_are_those_of_the_sweep() -> None:
    with ag.record():
        loss = network()
    debugger = ag.Debugger(loss)
    loss.backward()
    reverse = [step for step in debugger if not step.is_forward]
    assert len(reverse) == sum(row.requires_grad for row in ag.tape(loss))
    for step in reverse:
        assert step.adjoint is not None
        np.testing.assert_array_equal(step.adjoint, step.row.adjoint)
        assert step.adjoint.dtype == step.primal.dtype


def test_contributions_add_up() -> None:
    for step in ag.Debugger(network()):
        if step.received:
            np.testing.assert_allclose(step.adjoint, sum(c.value for c in step.received), rtol=1e-6)
            assert [c.target for c in step.received] == [step.name] * len(step.received)
        for c in step.sent:
            assert c.source == step.name


def test_who_added_what() -> None:
    x = ag.tensor(3.0, requires_grad=True)
    debugger = ag.Debugger(x * x * x)
    assert [(c.source, float(c.value)) for c in debugger.who("v0")] == [
        ("v2", 9.0),
        ("v1", 9.0),
        ("v1", 9.0),
    ]
    with pytest.raises(ag.errors.ArgumentError, match="the rows are v0 to v2"):
        debugger.who("v7")


def test_local_derivatives_have_a_value_where_there_is_one() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    w = ag.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    found = {c.source: c for step in ag.Debugger((np.sin(x) @ w).sum()) for c in step.sent}
    np.testing.assert_allclose(found["v2"].local, np.cos([1, 2]), rtol=1e-6)  # element by element
    assert found["v3"].local is None  # of a product of matrices, no single number each
    np.testing.assert_array_equal(found["v4"].local, [1, 1])  # of one number, the whole gradient


def test_a_seed() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ag.errors.GraphError, match="without a seed"):
        ag.Debugger(x * x)
    last = list(ag.Debugger(x * x, gradient=[1.0, 10.0]))[-1]
    np.testing.assert_array_equal(last.adjoint, [2, 40])


def test_it_changes_nothing() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    ag.Debugger(y)
    assert x.grad is None
    assert all(row.adjoint is None and not row.spent for row in ag.tape(y))


def test_hooks_are_seen() -> None:
    x = ag.tensor(3.0, requires_grad=True)
    y = x * 2
    y.register_hook(lambda g: g * 10)
    z = y * y
    debugger = ag.Debugger(z)
    z.backward()
    assert x.grad is not None
    assert float(list(debugger)[-1].adjoint or 0) == x.grad.item() == 240
    assert "adjoint of v1 = 120   = 6 (from v2) + 6 (from v2); then its hooks ran" in str(
        debugger.jump("v1")
    )


def test_a_spent_graph() -> None:
    small = baydin()
    small.backward()
    assert len(ag.Debugger(small)) == 14  # small values have stayed
    x = ag.tensor(np.ones(100), requires_grad=True)
    large = (x * x).sum()
    large.backward()
    with pytest.raises(ag.errors.GraphError, match=r"released.*multiply.*ag\.record\(\)"):
        ag.Debugger(large)
    with ag.record():
        large = (x * x).sum()
        large.backward()
    assert ag.Debugger(large).steps[0].row.line is None  # a leaf has none
    assert "test_debugger.py:" in str(ag.Debugger(large).step)


@pytest.mark.parametrize(
    ("y", "error", "expected"),
    [
        (3.0, ag.errors.DTypeError, "takes a Tensor, got float"),
        (ag.tensor(3.0), ag.errors.GraphError, "nothing that led to it requires a gradient"),
    ],
)
def test_without_a_tape(y: Any, error: type[Exception], expected: str) -> None:
    with pytest.raises(error, match=expected):
        ag.debug(y)


# ── moves ───────────────────────────────────────────────────────────────────────────────────────


def test_moves() -> None:
    debugger = ag.debug(baydin())  # no terminal here, so no dialogue
    assert (debugger.step.place, debugger.step.name) == ("reverse 1 of 7", "v6")
    assert debugger.previous().place == "forward 7 of 7"
    assert debugger.next().place == "reverse 1 of 7"
    assert debugger.jump("v3").place == "reverse 4 of 7"
    assert debugger.go(0).place == "forward 1 of 7"
    assert debugger.previous().place == "forward 1 of 7"
    assert debugger.jump("v3").place == "forward 4 of 7"
    assert debugger.go(-1).place == debugger.next().place == "reverse 7 of 7"
    with pytest.raises(ag.errors.ArgumentError, match="no row 'v9'"):
        debugger.jump("v9")


def test_constants_are_seen_in_the_forward_pass_only() -> None:
    x = ag.tensor(3.0, requires_grad=True)
    debugger = ag.Debugger(x * ag.tensor(2.0))
    with pytest.raises(ag.errors.ArgumentError, match="v1 is a constant"):
        debugger.jump("v1")
    debugger.go(0)
    assert debugger.jump("v1").row.operation == "constant"


def test_run_to_the_row_where_it_goes_wrong() -> None:
    x = ag.tensor([-1.0, -2.0], requires_grad=True)
    dead = ag.Debugger(ag.relu(x * 3).sum())
    step = dead.run_to(is_zero)
    assert step is not None
    assert step.row.operation == "multiply"
    assert [c.source for c in step.received] == ["v2"]  # the relu
    assert dead.run_to(is_not_finite) is None
    assert dead.step is step

    with np.errstate(all="ignore"):
        zero = ag.tensor(0.0, requires_grad=True)
        root = ag.Debugger(np.sqrt(zero * zero))
    step = root.run_to(is_not_finite)
    assert step is not None
    assert step.row.operation == "multiply"

    steep = ag.Debugger(np.exp(ag.tensor(4.0, requires_grad=True) * 2))
    step = steep.run_to(is_larger_than(1000))
    assert step is not None
    assert (step.name, float(step.adjoint or 0)) == ("v1", pytest.approx(np.exp(8), rel=1e-5))


# ── the text ────────────────────────────────────────────────────────────────────────────────────


def test_a_step_as_printed() -> None:
    assert str(ag.Debugger(baydin()).jump("v3")) == (
        "── reverse 4 of 7 ──\n"
        "v3 = multiply(v0, v1)                z = x·y\n"
        "   x = v0       2\n"
        "   y = v1       5\n"
        "   z = v3       10\n"
        "   adjoint of v3 = 1   (from v4)\n"
        "   it adds\n"
        "      to v0  by ∂z/∂x = y = 5  adds 5  adjoint of v0: 0 → 5\n"
        "      to v1  by ∂z/∂y = x = 2  adds 2  adjoint of v1: -0.283662 → 1.71634"
    )


def test_the_table_follows_the_pointer() -> None:
    debugger = ag.Debugger(baydin())
    debugger.jump("v5")
    assert debugger.table() == (
        "   row  operation           primal     adjoint so far\n"
        "   v0   leaf                2          ·\n"
        "   v1   leaf                5          -0.283662\n"
        "   v2   = log(v0)           0.693147   ·\n"
        "   v3   = multiply(v0, v1)  10         ·\n"
        "   v4   = add(v2, v3)       10.6931    1\n"
        "→  v5   = sin(v1)           -0.958924  -1\n"
        "   v6   = subtract(v4, v5)  11.6521    1"
    )
    debugger.go(2)
    assert (
        "→  v2   = log(v0)           0.693147  ·\n   v3   = multiply(v0, v1)  ·" in debugger.table()
    )


def test_the_table_of_a_long_tape_is_cut_around_the_pointer() -> None:
    y = ag.tensor(1.0, requires_grad=True)
    for _ in range(100):
        y = y + 1
    debugger = ag.Debugger(y)
    debugger.jump("v50")
    lines = debugger.table().splitlines()
    assert len(lines) == 28
    assert "38 rows above" in lines[1]
    assert "38 rows below" in lines[-1]


def test_large_values_are_told_in_a_few_characters() -> None:
    with ag.record(), np.errstate(all="ignore"):
        x = ag.tensor(np.arange(-50.0, 50.0), requires_grad=True)
        y = ag.relu(x).sum()
    text = str(ag.Debugger(y).next())
    assert "(100,) 0 … 49, 51% zeros" in text
    assert max(map(len, text.splitlines())) <= 80


def test_rows_show_the_variables_that_hold_them() -> None:
    side = ag.tensor(3.0, requires_grad=True)
    area = side * side
    table = ag.debug(area + 1).table()
    assert "v0 side  leaf" in table
    assert "v1 area  = multiply(v0, v0)" in table
    assert "v2       = add(v1, 1)" in table


# ── the dialogue ────────────────────────────────────────────────────────────────────────────────


def talk(y: ag.Tensor, *lines: str) -> str:
    """Return what the dialogue shows when these lines are typed."""
    shown: list[str] = []
    typed: Iterator[str] = iter(lines)

    def ask(prompt: str) -> str:
        line = next(typed, None)
        if line is None:
            raise EOFError
        shown.append(prompt + line)
        return line

    Dialogue(ag.Debugger(y), ask, shown.append).run()
    return "\n".join(shown)


def test_stepping_by_keys() -> None:
    text = talk(baydin(), "", "n", "p", "f", "j 3", "r", "j v0", "n", "q")
    places = [line.strip("─ ") for line in text.splitlines() if line.startswith("──")]
    assert places == [
        *("reverse 1 of 7", "reverse 2 of 7", "reverse 3 of 7", "reverse 2 of 7"),
        *("forward 1 of 7", "forward 4 of 7", "reverse 1 of 7", "reverse 7 of 7"),
    ]
    assert text.count("This is the last step") == 1


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("h", "run to the next row whose adjoint is all zeros"),
        ("jupm v3", "no command 'jupm'; did you mean jump? h lists them"),
        ("j", "jump where?"),
        ("j v99", "no row 'v99'; the rows are v0 to v6"),
        ("zero", "no adjoint is all zeros"),
        ("nan", "no adjoint is NaN or infinite"),
        ("big", "larger than what?"),
        ("big 5", "── reverse 7 of 7 ──"),
        ("who 1", "v3 adds 2: ∂z/∂y = x = 2; adjoint -0.283662 → 1.71634"),
        ("who v6", "No row adds to the adjoint of v6"),
        ("v3", "── reverse 4 of 7 ──"),
        ("table", "→  v6"),
        ("T", "→  v6"),
    ],
)
def test_commands(typed: str, expected: str) -> None:
    assert expected in talk(baydin(), typed)


def test_what_is_shown_fits_a_terminal() -> None:
    with ag.record():
        loss = network()
    text = talk(loss, "h", "predict", "predict", "t", *["n"] * 20)
    assert max(map(len, text.splitlines())) <= 80


def test_predict_then_reveal() -> None:
    text = talk(
        baydin(), "predict", "n", "-0.28", "n", "1", "one", "2*1 / 4", "n", "", "", "n", "1/2", "q"
    )
    assert "what does v5 add to the adjoint of v1, its x? -0.28\n   right: -0.283662" in text
    assert "A number, please" in text
    assert "its y? 2*1 / 4\n   not quite: 1   (2 of 3)" in text
    assert text.endswith("You predicted 3 of 4 right.")
    question, _, answer = text.partition("its x? -0.28\n")
    assert "0.283662" not in question  # nothing is revealed before
    assert "-0.283662" in answer


def test_prediction_of_values_in_the_forward_pass() -> None:
    text = talk(baydin(), "predict", "f", "n", "n", "0.69", "n", "11", "p", "n", "predict")
    assert "value of v2? 0.69\n   right: 0.693147" in text
    assert "value of v3? 11\n   not quite: 10" in text
    assert text.count("value of v3?") == 1  # what was shown is not asked again
    assert "No more questions. You predicted 1 of 2 right." in text


def test_prediction_of_arrays() -> None:
    x = ag.tensor([1.0, 2.0], requires_grad=True)
    w = ag.tensor(np.ones((2, 3)), requires_grad=True)
    text = talk((x @ w).sum(), "predict", "n", "[3, 3]", "(2, 3)", "q")
    assert "right: [3 3]" in text
    assert "(its shape)? (2, 3)\n   right: (2, 3) 1 … 2" in text


def test_quitting_a_question_and_interrupting() -> None:
    assert talk(baydin(), "predict", "n", "q").endswith("its x? q\n")

    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    Dialogue(ag.Debugger(baydin()), interrupted, lambda text: None).run()


def test_a_terminal_starts_the_dialogue(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["n", "q"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    assert ag.debug(baydin()).step.place == "reverse 2 of 7"


# ── the command ─────────────────────────────────────────────────────────────────────────────────


def debug(folder: Path, script: str, typed: str = "", *arguments: str) -> Any:
    file = folder / "script.py"
    file.write_text(script, encoding="utf-8")
    return CliRunner().invoke(main, ["debug", str(file), *arguments], input=typed)


HEAD = "import autograd_mini as ag\nx = ag.tensor(3.0, requires_grad=True)\n"


def test_a_script_with_backward(tmp_path: Path) -> None:
    result = debug(tmp_path, f"{HEAD}z = x * x\nprint('hello')\nz.backward()\n", "n\nq\n")
    assert result.exit_code == 0
    assert result.output.startswith("hello\n2 rows.")
    assert "── reverse 1 of 2 ──   script.py:3   z = x * x\n" in result.output
    assert "adjoint of v0 = 6" in result.output


def test_the_last_backward_is_debugged_as_it_was(tmp_path: Path) -> None:
    train = (
        "for _ in range(3):\n    x.grad = None\n    (x * x).backward()\n    x.data -= x.grad.data"
    )
    result = debug(tmp_path, f"{HEAD}{train}\n", "n\n")
    assert result.exit_code == 0
    assert "value = v0       3\n   adjoint of v0 = 6" in result.output  # x went 3, −3, 3, −3


@pytest.mark.parametrize("name", ["loss", "y"])
def test_a_script_without_backward(tmp_path: Path, name: str) -> None:
    result = debug(tmp_path, f"{HEAD}{name} = x * x\nother = x + 1\n", "")
    assert result.exit_code == 0
    assert f"script.py:3   {name} = x * x\nv1 {name} = multiply(v0, v0)" in result.output


def test_the_script_finds_its_arguments_and_neighbours(tmp_path: Path) -> None:
    (tmp_path / "beside_the_script.py").write_text("two = 2.0\n", encoding="utf-8")
    script = f"{HEAD}import sys, beside_the_script\ny = x * float(sys.argv[1])\n"
    script += "if __name__ == '__main__': sys.exit()\n"
    result = debug(
        tmp_path, script.replace("sys.exit()", "y.backward(); sys.exit()"), "", "7", "-v"
    )
    assert "multiply(v0, 7)" in result.output


def test_no_tape(tmp_path: Path) -> None:
    result = debug(tmp_path, "print(1)\n")
    assert result.exit_code == 1
    assert "no backward()" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_script_that_fails_shows_its_own_lines(tmp_path: Path) -> None:
    script = (
        f"{HEAD}def f(t):\n    return t @ ag.zeros(2, 3)\nf(ag.zeros(4, 5, requires_grad=True))\n"
    )
    result = debug(tmp_path, script)
    assert result.exit_code == 1
    assert 'script.py", line 5, in <module>' in result.stderr
    assert 'script.py", line 4, in f' in result.stderr
    assert "autograd_mini/" not in result.stderr
    assert "ShapeError: matmul" in result.stderr


def test_a_script_with_a_mistake_in_writing(tmp_path: Path) -> None:
    result = debug(tmp_path, "x = = 1\n")
    assert result.exit_code == 1
    assert "SyntaxError" in result.stderr
    assert "debug_cli" not in result.stderr


def test_a_missing_script(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["debug", str(tmp_path / "none.py")])
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1

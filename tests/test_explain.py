"""Explaining a derivative: from the declaration, with its source and place."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import autograd_mini as ag
from autograd_mini.cli import main
from autograd_mini.explaining.anatomy import parts
from autograd_mini.explaining.explanation import families, family, markdown
from autograd_mini.explaining.sources import source_of
from autograd_mini.ops import arithmetic
from autograd_mini.ops.constant import CONSTANT
from autograd_mini.registry import find, primitives

OUR_FAMILIES = {file.stem for file in Path(str(arithmetic.__file__)).parent.glob("*.py")}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["explain", *arguments])


def test_a_primitive_with_formula_slopes_rule_and_place() -> None:
    text = str(ag.explain(np.multiply))
    assert text.startswith("multiply   z = x·y\n  ∂z/∂x = y\n  ∂z/∂y = x\n")
    assert "  x=lambda g, out, x, y: g * y\n  y=lambda g, out, x, y: g * x\n" in text
    assert "arithmetic.py, line " in text
    file = Path(str(arithmetic.__file__))
    line = int(text.partition("line ")[2].split()[0])
    assert "x=lambda g, out, x, y: g * y" in file.read_text(encoding="utf-8").splitlines()[line - 1]


@pytest.mark.parametrize("same", [ag.multiply, "multiply", "np.multiply", "ag.multiply"])
def test_a_function_by_any_name(same: Any) -> None:
    assert str(ag.explain(same)) == str(ag.explain(np.multiply))


def test_a_method_is_its_primitive() -> None:
    assert str(ag.explain(ag.Tensor.sum)) == str(ag.explain(np.sum))
    assert str(ag.explain("abs")) == str(ag.explain(np.absolute))


def test_a_rule_that_is_a_named_function_is_shown_whole_and_once() -> None:
    def cubed(g: Any, out: Any, x: Any, y: Any) -> Any:
        square = x * x
        return 3 * g * square

    product = ag.primitive(lambda x, y: x**3 + y**3, name="cubes", x=cubed, y=cubed)
    text = str(ag.explain(product))
    assert text.count("square = x * x") == 1
    assert text.count("def cubed(") == 1


def test_rules_on_one_line_are_told_apart() -> None:
    both = ag.primitive(lambda x, y: x - y, x=lambda g, out, x, y: g, y=lambda g, out, x, y: -g)
    text = str(ag.explain(both))
    assert "x=lambda g, out, x, y: g\n" in text
    assert "y=lambda g, out, x, y: -g\n" in text
    assert "declared without a formula" in text


def test_a_primitive_from_the_repl_says_that_there_is_no_file() -> None:
    code = "cube = ag.primitive(lambda x: x**3, name='cube', x=lambda g, out, x: 3*x**2*g)"
    here: dict[str, Any] = {"ag": ag, "__name__": "__main__"}
    exec(compile(code, "<stdin>", "exec"), here)
    text = str(ag.explain(here["cube"]))
    assert "rule   of x: no source file" in text
    assert "<stdin>" in text


def test_an_argument_without_rule() -> None:
    assert "condition: not differentiable" in str(ag.explain(np.where))


@pytest.mark.parametrize("function", [np.sign, np.argmax, "floor", "np.shape"])
def test_constant_functions(function: Any) -> None:
    assert "piecewise constant, no gradient" in str(ag.explain(function))


def silu(x: Any, axis: int = 0) -> Any:
    """x·σ(x), summed."""
    gated = x * ag.sigmoid(x)
    n = x.ndim + axis
    return np.sum(gated, axis=n - 1)


def test_a_composed_function_is_taken_apart() -> None:
    assert parts(silu) == ["sigmoid", "multiply", "sum"]  # not the sums of axes
    text = str(ag.explain(silu))
    assert text.startswith("silu   made of sigmoid, multiply, sum:")
    assert "x·σ(x), summed." in text
    assert "return np.sum(gated, axis=n - 1)" in text


def test_what_numpys_composed_functions_are_made_of() -> None:
    assert str(ag.explain(np.ptp)).startswith("ptp   made of max, min, subtract:")
    assert str(ag.explain(np.vstack)).startswith("vstack   made of atleast_2d, concatenate:")
    text = str(ag.explain(np.diff))
    assert text.startswith("diff   made of ")
    assert "subtract" in text.partition(":")[0]
    assert "normal_axis" not in text.partition(":")[0]  # plumbing
    assert '"""' not in text


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("multply", "did you mean multiply"),
        ("np.tanhh", "did you mean tanh"),
        ("zzz", "explain() lists all"),
        (len, "no derivative is known for len"),
        (3, "no derivative is known for 3"),
    ],
)
def test_unknown_functions(wrong: Any, expected: str) -> None:
    with pytest.raises(ag.errors.ArgumentError, match=expected.replace("(", r"\(").split(")")[0]):
        ag.explain(wrong)


def test_every_primitive_explains_itself_with_its_source() -> None:
    for primitive in primitives():
        if family(primitive) not in OUR_FAMILIES:
            continue
        text = str(ag.explain(primitive))
        assert "rule   " in text
        assert "no source file" not in text, primitive.name
        for argument, rule in primitive.vjps.items():
            source = source_of(rule, argument)
            assert source is not None
            assert source.text.strip().startswith((f"{argument}=lambda", "def ", "lambda"))


def test_every_answered_numpy_function_explains_itself() -> None:
    for name in np.__all__:
        function = getattr(np, name)
        if callable(function) and not isinstance(function, type):
            if find(function) is not None:
                assert "∂z/∂" in str(ag.explain(function))
            elif function in CONSTANT:
                assert "no gradient" in str(ag.explain(function))


def test_the_list_of_all() -> None:
    text = str(ag.explain())
    for name, members in families().items():
        assert f"\n{name}\n" in f"\n{text}"
        assert all(f"\n  {p.name}" in text for p in members)
    assert "argmax" in text.partition("\nno gradient\n")[2]


def test_the_page_of_the_docs_is_the_registry() -> None:
    page = Path(str(arithmetic.__file__)).with_name("README.md")
    assert page.read_text(encoding="utf-8") == markdown(), (
        "autograd-mini explain --markdown > autograd_mini/ops/README.md"
    )


def test_the_command() -> None:
    assert run("multiply").output == f"{ag.explain('multiply')}\n"
    assert run().output == run("--all").output == f"{ag.explain()}\n"
    assert run("--markdown").output == markdown()


def test_wrong_use_of_the_command() -> None:
    for arguments, expected in (
        (("multply",), "did you mean multiply"),
        (("multiply", "--all"), "not both"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert expected in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert not result.stdout


def test_it_answers_in_a_process() -> None:
    root = str(Path(ag.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {root!r}); import autograd_mini as ag; ag.primitive("
    code += "lambda x: x, name='same', x=lambda g, out, x: g); print(ag.explain('same'))"
    result = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True
    )
    assert "no source file" in result.stdout

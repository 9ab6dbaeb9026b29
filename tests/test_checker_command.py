"""``autograd-mini check FILE.py:function``: the answers, and one line for every mistake."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autograd_mini.cli import main

FILE = '''\
import numpy as np
import autograd_mini as ag
from autograd_mini import nn
from neighbour import TWO

cube = ag.primitive(
    lambda x: x**3, name="file.cube", doc="z = x³; ∂z/∂x = 3x²", x=lambda g, out, x: g * x**2
)


def loss(w=[0.5, -1.2], b=0.3, n=2, how="sum"):
    """Float defaults are tensors; n and how are not."""
    assert how == "sum" and n == TWO
    return (np.tanh(w * 2.0 + b) ** n).sum()


def wrong(w=[0.5, -1.2]):
    return cube(w)


def cut(w=[0.5, -1.2]):
    return w * w.data


def model():
    network, x = nn.Sequential(nn.Linear(3, 2), nn.Tanh()), np.ones((4, 3))
    return lambda network: network(x).sum(), network


def bare(x, y=1.0):
    return x


def integers(x=1):
    return x


def alone():
    return 3


def raises(x=1.0):
    return x / {}["a"]


def misfit(x=[1.0, 2.0]):
    return x @ np.ones((3, 3))


def number(x=1.0):
    return 3.0


LIMIT = 4
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "losses.py").write_text(FILE, encoding="utf-8")
    (tmp_path / "neighbour.py").write_text("TWO = 2\n", encoding="utf-8")
    (tmp_path / "syntax.py").write_text("x = 1\ndef loss(x=1.0)\n    return x\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("import numpy\nnumpy.nothing\n", encoding="utf-8")
    return tmp_path


def check(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["check", *arguments])


@pytest.mark.parametrize("options", [[], ["--order", "2"], ["--fast"]])
def test_a_good_gradient_ends_with_0(folder: Path, options: list[str]) -> None:
    result = check(f"{folder}/losses.py:loss", *options)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["parameter", "shape", "relative", "difference", "verdict"]
    assert [line.split()[0] for line in lines[1:3]] == ["w", "b"]
    assert lines[-1] == "the gradient is good"
    assert result.stderr == ""


def test_a_model(folder: Path) -> None:
    result = check(f"{folder}/losses.py:model")
    assert result.exit_code == 0, result.stderr
    assert "0.weight   (2, 3)" in result.stdout
    assert "float32 values were copied to float64 for the check" in result.stdout


def test_a_wrong_rule_is_named_and_ends_with_1(folder: Path) -> None:
    result = check(f"{folder}/losses.py:wrong")
    assert result.exit_code == 1
    assert "the rule of file.cube for x is wrong at losses.py:18" in result.stdout
    assert "is 0.333333 everywhere; a factor 3 is missing" in result.stdout
    assert "its formula: ∂z/∂x = 3x²" in result.stdout
    assert result.stderr == ""


def test_a_cut_path_is_named(folder: Path) -> None:
    result = check(f"{folder}/losses.py:cut")
    assert result.exit_code == 1
    assert "the path from w to the result is cut: multiply at losses.py:22" in result.stdout


def test_the_curve(folder: Path) -> None:
    result = check(f"{folder}/losses.py:loss", "--curve")
    assert result.exit_code == 0
    assert "● central, best" in result.stdout


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("losses.py", "does not name a function; write FILE.py:FUNCTION, as in losses.py:loss"),
        ("nothing_like_it.py:loss", "there is no file"),
        ("loses.py:loss", "losses.py?"),
        ("losses.py:lose", "has no function lose; did you mean loss?"),
        ("losses.py:LIMIT", "LIMIT in"),
        ("losses.py:bare", "bare has no default value for x; the values to check it at are the"),
        ("losses.py:integers", "no float among its default arguments"),
        ("losses.py:alone", "it should return a function and its inputs"),
        ("syntax.py:loss", "syntax.py, line 2: expected ':'"),
        ("broken.py:loss", "broken.py, line 2: AttributeError"),
    ],
)
def test_misuse_is_one_line_and_ends_with_2(folder: Path, target: str, said: str) -> None:
    result = check(f"{folder}/{target}")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("autograd-mini: ")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("losses.py:raises", "losses.py, line 43: KeyError: 'a'"),
        ("losses.py:misfit", "losses.py, line 47: matmul: (2,) @ (3, 3)"),
        ("losses.py:number", "f returned float, expected a Tensor"),
    ],
)
def test_a_function_that_fails_is_one_line_and_ends_with_1(
    folder: Path, target: str, said: str
) -> None:
    result = check(f"{folder}/{target}")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1

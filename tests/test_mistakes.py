"""What learners get wrong, and the sentence that each mistake must get."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag


def leaf(*shape: int) -> ag.Tensor:
    return ag.ones(*shape, requires_grad=True)


def spent() -> Any:
    y = (leaf(2) * 2).sum()
    y.backward()
    return y.backward()


MISTAKES: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "shapes that do not broadcast": (
        lambda: leaf(2, 3) + leaf(4),
        ValueError,
        "add: shapes (2, 3) and (4,) do not broadcast; the last axes 3 and 4 differ. Reshape one "
        "of them so that the axes, counted from the right, are equal or 1",
    ),
    "an inner axis that does not broadcast": (
        lambda: np.ones((2, 3)) * leaf(4, 3),
        ValueError,
        "multiply: shapes (2, 3) and (4, 3) do not broadcast; axes -2 2 and 4 differ. Reshape one "
        "of them so that the axes, counted from the right, are equal or 1",
    ),
    "matmul": (
        lambda: leaf(2, 3) @ leaf(4, 5),
        ValueError,
        "matmul: (2, 3) @ (4, 5): 3 columns against 4 rows",
    ),
    "matmul, transposed on the right": (
        lambda: leaf(2, 3) @ leaf(5, 3),
        ValueError,
        "matmul: (2, 3) @ (5, 3): 3 columns against 5 rows; did you mean w.T?",
    ),
    "matmul with a number": (
        lambda: leaf(2, 3) @ 2.0,
        ValueError,
        "matmul: (2, 3) @ (): a number has no rows or columns; multiply with *",
    ),
    "reshape": (
        lambda: leaf(2, 3).reshape(4, 2),
        ValueError,
        "reshape: 6 elements of (2, 3) do not fit into (4, 2) = 8",
    ),
    "reshape with -1": (
        lambda: leaf(2, 3).reshape(4, -1),
        ValueError,
        "reshape: 6 elements of (2, 3) do not fit into (4, -1): 6 is not a multiple of 4",
    ),
    "axis": (
        lambda: leaf(2, 3).sum(axis=5),
        ValueError,
        "sum: axis 5 is out of range for shape (2, 3); use -2..1",
    ),
    "concatenate": (
        lambda: np.concatenate([leaf(2, 3), leaf(2, 4)]),
        ValueError,
        "concatenate: shapes differ outside axis 0: (2, 3), (2, 4) at position 1",
    ),
    "stack": (
        lambda: ag.stack([leaf(3), leaf(3), leaf(2)]),
        ValueError,
        "stack: all shapes must be equal: (3,), (2,) at position 2",
    ),
    "integers with a gradient": (
        lambda: ag.Tensor([1, 2, 3], requires_grad=True),
        TypeError,
        "requires_grad: only float tensors have gradients, this is int64; write 1.0 instead of 1, "
        "or pass dtype=float",
    ),
    "text": (
        lambda: ag.Tensor(["a"]),
        TypeError,
        "tensor: cannot make numbers of str 'a'; give numbers, nested lists of numbers or arrays",
    ),
    "ragged lists": (
        lambda: ag.Tensor([[1.0, 2.0], [3.0]]),
        TypeError,
        "tensor: rows have lengths 2 and 1 (rows 0 and 1); all rows need the same length",
    ),
    "backward twice": (
        spent,
        RuntimeError,
        "backward: this graph was already used by an earlier backward(), which released the values "
        "that multiply had saved. Compute the result again, or call backward(retain_graph=True) "
        "the first time",
    ),
    "backward on a vector": (
        lambda: (leaf(2, 3) * 2).backward(),
        RuntimeError,
        "backward: without a seed it needs one element, this tensor has shape (2, 3); take .sum() "
        "or .mean() first, or pass gradient=",
    ),
    "truth of many elements": (
        lambda: bool(leaf(3)),
        ValueError,
        "bool: the truth value of 3 elements is ambiguous; use (a == b).all() or .any()",
    ),
    "floor division": (
        lambda: leaf(2, 3) // leaf(4),
        ValueError,
        "floor_divide: shapes (2, 3) and (4,) do not broadcast; the last axes 3 and 4 differ. "
        "Reshape one of them so that the axes, counted from the right, are equal or 1",
    ),
    "concatenate without an axis": (
        lambda: np.concatenate([leaf(2), leaf(2)], axis=None),
        TypeError,
        "concatenate: axis=None would flatten the arrays; ravel() them first",
    ),
    "math of many elements": (
        lambda: math.sin(leaf(2, 3)),  # type: ignore[arg-type]
        ValueError,
        "float: it needs one element, this tensor has shape (2, 3); functions of math take one "
        "number, so write ag.sin or np.sin for every element",
    ),
    "item of many elements": (
        lambda: leaf(2, 3).item(),
        ValueError,
        "item: a tensor of shape (2, 3) has 6 elements, and item() needs exactly one; use "
        "tolist(), or reduce it with .sum() or .mean()",
    ),
    "np.asarray": (
        lambda: np.asarray(leaf(3)),
        RuntimeError,
        "np.asarray: this tensor requires a gradient, and an array would lose the graph; write "
        "t.detach().numpy()",
    ),
    "numpy()": (
        lambda: leaf(3).numpy(),
        RuntimeError,
        "numpy: this tensor requires a gradient, and an array would lose the graph; write "
        "t.detach().numpy()",
    ),
    "seed of another shape": (
        lambda: (leaf(2) * 2).backward([1.0, 2.0, 3.0]),
        ValueError,
        "backward: the seed has shape (3,), the tensor (2,); they must be equal",
    ),
    "index outside": (
        lambda: leaf(2, 3)[5],
        IndexError,
        "getitem: index [5] does not fit shape (2, 3)",
    ),
    "out=": (
        lambda: np.add(leaf(2), 1, out=np.zeros(2)),
        TypeError,
        "np.add: out= (also array += tensor) would write into a plain array and lose the graph; "
        "write z = np.add(x, y)",
    ),
    "a keyword without a rule": (
        lambda: np.sum(leaf(2), where=np.array([True, False])),
        TypeError,
        "sum: the keyword where= has no derivative rule; a Tensor takes axis, keepdims here. Leave "
        "it out, or detach() the tensor first",
    ),
    "adding text": (
        lambda: leaf(2) + "1",
        TypeError,
        "cannot calculate with a tensor and str '1'; give a number, a list, an array or a tensor",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_sentence(name: str) -> None:
    mistake, kind, sentence = MISTAKES[name]
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value) == sentence
    assert isinstance(caught.value, ag.errors.AutogradError)


@pytest.mark.parametrize(
    ("make", "maker"),
    [
        (lambda: ag.no_grad()(lambda: leaf(2).sum())(), "sum"),
        (lambda: leaf(1).detach(), "detach"),
        (lambda: ag.ones(2).sum(), "sum"),
    ],
)
def test_backward_on_a_constant_names_what_made_it(make: Any, maker: str) -> None:
    with pytest.raises(RuntimeError, match=rf"made by {maker}, and nothing that led to it"):
        make().backward()


def test_an_array_function_without_a_rule_names_near_ones() -> None:
    with pytest.raises(TypeError, match=r"np\.convolve is not .*names: solve, cholesky\. Declare"):
        np.convolve(leaf(3), leaf(3))
    with pytest.raises(TypeError, match=r"np\.nanmean is not .*; supported near names: mean"):
        np.nanmean(leaf(3))
    with pytest.raises(TypeError, match=r"np\.add\.reduce: ufunc methods have no derivative rule"):
        np.add.reduce(leaf(3))


def test_the_truth_of_a_comparison_is_as_ambiguous() -> None:
    with pytest.raises(ValueError, match=r"ambiguous.*all\(\)"):
        bool(leaf(3) == leaf(3))


SCRIPT = """
import numpy as np
import autograd_mini as ag

def learner():
    a, b = ag.ones(2, 3), ag.ones(4)
    return {expression}

learner()
"""


@pytest.mark.parametrize("expression", ["a + b", "np.add(a, b)", "a.reshape(9)", "ag.tensor('x')"])
def test_the_learners_line_is_the_last_frame(expression: str, tmp_path: Any) -> None:
    script = tmp_path / "learner.py"
    script.write_text(SCRIPT.format(expression=expression), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(Path(ag.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    frames = [line for line in done.stderr.splitlines() if line.lstrip().startswith("File ")]
    assert "learner.py" in frames[-1]
    assert "in learner" in frames[-1]
    assert f"return {expression}" in done.stderr

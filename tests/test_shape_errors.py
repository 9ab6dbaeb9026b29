"""The sentence for each common mistake with shapes, indices and matrices."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag

X, SQUARE = ag.ones(2, 3, requires_grad=True), ag.ones(2, 2, requires_grad=True)

MISTAKES: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "dot": (
        lambda: np.dot(X, X),
        ValueError,
        "dot: (2, 3) @ (2, 3): 3 columns against 2 rows; did you mean w.T?",
    ),
    "inner": (
        lambda: np.inner(X, SQUARE),
        ValueError,
        "inner: the last axes of (2, 3) and (2, 2) have 3 and 2 elements",
    ),
    "tensordot": (
        lambda: np.tensordot(X, X, 1),
        ValueError,
        "tensordot: axes [1] of (2, 3) and [0] of (2, 3) do not pair; they must be equal in number "
        "and in length",
    ),
    "cross": (
        lambda: np.cross(SQUARE, SQUARE),
        ValueError,
        "cross: vectors must have 3 components, got 2 and 2",
    ),
    "einsum, lengths": (
        lambda: np.einsum("ij,jk->ik", X, X),
        ValueError,
        "einsum: label 'j' of 'ij,jk->ik' has lengths 3 and 2",
    ),
    "einsum, axes": (
        lambda: np.einsum("ijk->i", X),
        ValueError,
        "einsum: 'ijk' names 3 axes, but operand 0 of 'ijk->i' has shape (2, 3)",
    ),
    "einsum, operands": (
        lambda: np.einsum("ij,jk", X),
        ValueError,
        "einsum: 'ij,jk' names 2 operands, got 1 arrays",
    ),
    "einsum, result": (
        lambda: np.einsum("ij->ik", X),
        ValueError,
        "einsum: label 'k' of the result of 'ij->ik' is on no operand",
    ),
    "einsum, interleaved": (
        lambda: np.einsum(X, [0, 1]),
        TypeError,
        "einsum: give the subscripts first, as a string such as 'ij,jk->ik'; the form with lists "
        "of axis numbers is not implemented",
    ),
    "inv of a rectangle": (
        lambda: np.linalg.inv(X),
        ValueError,
        "inv: it needs a square matrix, got shape (2, 3)",
    ),
    "inv of a singular matrix": (
        lambda: ag.linalg.inv(np.ones((2, 2))),
        np.linalg.LinAlgError,
        "inv: the matrix of shape (2, 2) is singular, so it has no inverse; use pinv, or add a "
        "multiple of the identity",
    ),
    "solve with a singular matrix": (
        lambda: np.linalg.solve(SQUARE, X),
        np.linalg.LinAlgError,
        "solve: the matrix of shape (2, 2) is singular, so a z = b has no single solution; use "
        "pinv(a) @ b",
    ),
    "solve, rows": (
        lambda: np.linalg.solve(SQUARE, np.ones(3)),
        ValueError,
        "solve: a (2, 2) has 2 columns, but b (3,) has 3 rows; they must be equal",
    ),
    "cholesky": (
        lambda: np.linalg.cholesky(-SQUARE),
        np.linalg.LinAlgError,
        "cholesky: the matrix of shape (2, 2) is not positive definite; is it symmetric? Adding a "
        "small multiple of the identity often helps",
    ),
    "det of a vector": (
        lambda: np.linalg.det(X[0]),
        ValueError,
        "det: it needs a matrix, got shape (3,)",
    ),
    "svd with all columns": (
        lambda: np.linalg.svd(X),
        TypeError,
        "svd: of shape (2, 3), full_matrices=True adds arbitrary columns that have no derivative; "
        "pass full_matrices=False",
    ),
    "qr, mode": (
        lambda: np.linalg.qr(X, mode="complete"),
        TypeError,
        "qr: mode 'complete' has no derivative rule; use 'reduced' or 'r'",
    ),
    "matrix_power": (
        lambda: np.linalg.matrix_power(SQUARE, 0.5),
        TypeError,
        "matrix_power: the power must be an integer, got 0.5",
    ),
    "split": (
        lambda: np.split(X, 2, axis=1),
        ValueError,
        "split: 3 elements on axis 1 of shape (2, 3) do not divide into 2 equal sections; use "
        "array_split for unequal ones",
    ),
    "vstack": (
        lambda: np.vstack([X, SQUARE]),
        ValueError,
        "concatenate: shapes differ outside axis 0: (2, 3), (2, 2) at position 1",
    ),
    "moveaxis": (
        lambda: np.moveaxis(X, 2, 0),
        ValueError,
        "moveaxis: axis 2 is out of range for shape (2, 3); use -2..1",
    ),
    "moveaxis, axes": (
        lambda: np.moveaxis(X, (0, 1), 0),
        ValueError,
        "moveaxis: source (0, 1) and destination 0 must name equally many axes, each once",
    ),
    "repeat": (
        lambda: np.repeat(X, [1, 2], axis=1),
        ValueError,
        "repeat: repeats [1, 2] must be one count, or one for each of the 3 elements, none "
        "negative",
    ),
    "tile": (
        lambda: np.tile(X, -1),
        ValueError,
        "tile: reps must not be negative, got -1",
    ),
    "pad, widths": (
        lambda: np.pad(X, (1, 2, 3)),
        ValueError,
        "pad: pad_width (1, 2, 3) does not fit shape (2, 3); give n, (before, after), or a pair "
        "for each of the 2 axes, none negative",
    ),
    "pad, mode": (
        lambda: np.pad(X, 1, mode="mean"),
        TypeError,
        "pad: mode 'mean' has no derivative rule; use 'constant', 'edge', 'reflect', 'symmetric' "
        "or 'wrap'",
    ),
    "tril of a number": (
        lambda: np.tril(ag.tensor(1.0)),
        ValueError,
        "tril: it needs at least 1 axis, got shape ()",
    ),
    "take, outside": (
        lambda: np.take(X, 6),
        IndexError,
        "getitem: index [6] does not fit shape (6,)",
    ),
    "take, out": (
        lambda: np.take(X, 0, out=np.zeros(1)),
        TypeError,
        "take: got an unexpected keyword argument 'out'; for a Tensor it takes x, indices, axis, "
        "mode. Leave it out, or detach() the tensor first",
    ),
    "take, fractions": (
        lambda: np.take(X, [0.5]),
        TypeError,
        "take: indices must be integers, got float64",
    ),
    "take_along_axis": (
        lambda: np.take_along_axis(X, np.array([0]), 1),
        ValueError,
        "take_along_axis: indices of shape (1,) must have 2 axes, as many as shape (2, 3)",
    ),
    "broadcast_arrays": (
        lambda: np.broadcast_arrays(X, SQUARE),
        ValueError,
        "broadcast_arrays: shapes (2, 3), (2, 2) do not broadcast; counted from the right, their "
        "axes must be equal or 1",
    ),
    "index_update, value": (
        lambda: ag.index_update(X, 0, [1.0, 2.0]),
        ValueError,
        "index_update: a value of shape (2,) does not fit into [0], of shape (3,)",
    ),
    "index_update, index": (
        lambda: ag.index_update(X, (0, 5), 1.0),
        IndexError,
        "index_update: index [0, 5] does not fit shape (2, 3)",
    ),
    "assignment": (
        lambda: X.__setitem__(0, 1.0),
        RuntimeError,
        "t[i] = v: assigning into a tracked tensor would change values that the tape has saved. "
        "Write t = ag.index_update(t, i, v), which makes a new tensor; to overwrite a leaf's "
        "values, do it under no_grad()",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_sentence(name: str) -> None:
    mistake, kind, sentence = MISTAKES[name]
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value) == sentence
    assert isinstance(caught.value, ag.errors.AutogradError)


@pytest.mark.parametrize("index", [1.5, "a", (0, "a"), np.array([0.5])])
def test_an_index_of_another_kind_is_named(index: object) -> None:
    with pytest.raises(ag.errors.IndexingError, match=r"getitem: an index is a whole number.*got "):
        ag.ones(2, 2)[index]


@pytest.mark.parametrize("bounds", [(), ("a",), (0, 1, 0), (0, float("inf"))])
def test_arange_says_what_it_takes(bounds: tuple[Any, ...]) -> None:
    with pytest.raises(ag.errors.ArgumentError, match="arange: it takes a stop"):
        ag.arange(*bounds)

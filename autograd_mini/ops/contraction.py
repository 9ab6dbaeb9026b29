"""einsum: the rule of a sum of products is a sum of products."""

from collections.abc import Iterable
from string import ascii_letters
from typing import Any

import numpy as np

from autograd_mini.errors import ShapeError, UnsupportedError
from autograd_mini.registry import composed, primitive


def _spelled_out(subscripts: str, shapes: Iterable[tuple[int, ...]]) -> tuple[list[str], str]:
    """Return the labels of each operand and of the result, with letters in place of ``...``."""
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    operands = left.split(",")
    unused = [letter for letter in ascii_letters if letter not in subscripts]
    extra = [
        len(shape) - len(labels.replace("...", "")) if "..." in labels else 0
        for labels, shape in zip(operands, shapes, strict=True)
    ]
    dots = "".join(unused[: max(extra)])
    operands = [
        labels.replace("...", dots[len(dots) - n :])
        for labels, n in zip(operands, extra, strict=True)
    ]
    if not arrow:
        once = [c for c in sorted(set(left) - set(",.")) if left.count(c) == 1]
        result = "..." + "".join(once)
    return operands, result.replace("...", dots)


def _einsum_vjp(
    position: int, g: Any, out: Any, *operands: Any, subscripts: str, optimize: Any = False
) -> Any:
    """Contract ḡ with the other operands.

    A label that only this operand has is summed away in z: a vector of ones spreads ḡ along it.
    A label that it has twice reads a diagonal: an identity matrix puts ḡ on it.
    """
    labels, result = _spelled_out(subscripts, map(np.shape, operands))
    arrays = [g, *operands[:position], *operands[position + 1 :]]
    own = labels.pop(position)
    labels.insert(0, result)
    longest: dict[str, int] = {}
    for names, array in zip(labels, arrays, strict=True):
        for label, n in zip(names, np.shape(array), strict=True):
            longest[label] = max(n, longest.get(label, 0))
    unused = [letter for letter in ascii_letters if letter not in own and letter not in longest]
    target = ""
    for label, n in zip(own, operands[position].shape, strict=True):
        place = unused.pop() if label in target else label
        if place != label:
            arrays.append(np.eye(n, dtype=g.dtype))
            labels.append(label + place)
        elif label not in longest or longest[label] < n:
            arrays.append(np.ones(n, dtype=g.dtype))
            labels.append(label)
        target += place
    return np.einsum(f"{','.join(labels)}->{target}", *arrays, optimize=len(arrays) > 2)


_einsum = primitive(
    lambda operands, subscripts, optimize=False: np.einsum(
        subscripts, *operands, optimize=optimize
    ),
    name="einsum",
    doc="z = Σ Π operands over the labels not in z; ∂z/∂operands = Σ ḡ · Π of the other operands",
    broadcasts=True,
    operands=_einsum_vjp,
)


@composed(np.einsum)
def einsum(subscripts: str, *operands: Any, optimize: Any = False) -> Any:
    """Return a sum of products by Einstein's convention: labels name axes, ``->`` the result's.

    Labels that the result lacks are summed over; a label twice in one operand reads its diagonal;
    ``...`` stands for all other axes, which broadcast. Without ``->`` the result has the labels
    that occur once, in alphabetical order. ``optimize``: True, "greedy", "optimal" or a path of
    ``np.einsum_path``, for three and more operands.

    Raises ShapeError for subscripts that do not fit the shapes, UnsupportedError for NumPy's form
    with lists of axis numbers.

    >>> import autograd_mini as ag
    >>> w, x = ag.ones(4, 3), ag.tensor([1.0, 2.0, 3.0])
    >>> ag.einsum("ij,j->i", w, x)
    tensor([6., 6., 6., 6.])
    """
    if not isinstance(subscripts, str):
        raise UnsupportedError(
            "einsum: give the subscripts first, as a string such as 'ij,jk->ik'; the form with "
            "lists of axis numbers is not implemented"
        )
    complaint = _misfit(subscripts, [np.shape(x) for x in operands])
    if complaint:
        raise ShapeError(f"einsum: {complaint}")
    try:
        return _einsum(operands, subscripts=subscripts, optimize=optimize)
    except ValueError as error:
        raise ShapeError(f"einsum: {subscripts!r}: {error}") from None


def _misfit(subscripts: str, shapes: list[tuple[int, ...]]) -> str | None:
    """Return what is wrong with the subscripts for these shapes, None if nothing is."""
    left, _, result = subscripts.replace(" ", "").partition("->")
    operands = left.split(",")
    if len(operands) != len(shapes):
        return f"{subscripts!r} names {len(operands)} operands, got {len(shapes)} arrays"
    for position, (labels, shape) in enumerate(zip(operands, shapes, strict=True)):
        n = len(labels.replace("...", ""))
        if n > len(shape) or (n < len(shape) and "..." not in labels):
            return (
                f"{labels!r} names {n} axes, but operand {position} of {subscripts!r} has shape "
                f"{shape}"
            )
    lengths: dict[str, int] = {}
    for labels, shape in zip(operands, shapes, strict=True):
        front, _, back = labels.partition("...")
        named = [*zip(front, shape, strict=False)]
        named += zip(reversed(back), reversed(shape), strict=False)
        for label, n in named:
            if n != lengths.setdefault(label, n) and 1 not in (n, lengths[label]):
                return f"label {label!r} of {subscripts!r} has lengths {lengths[label]} and {n}"
            lengths[label] = max(n, lengths[label]) if n else n
    unknown = [c for c in result.replace("...", "") if c not in lengths]
    if unknown:
        return f"label {unknown[0]!r} of the result of {subscripts!r} is on no operand"
    return None

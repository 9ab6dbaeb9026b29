"""Checks of lesson 1. The right answers come from closed forms, never from the engine."""

from math import cos, log, log10, radians, sin

import autograd_mini as ag
from autograd_mini.tutorials.feedback import answer, as_number, as_numbers, expect, is_close, show

POINTS = [(2.0, 5.0), (0.7, -1.3), (3.5, 0.4)]
ROW_NAMES = ["v1", "v2", "v3", "v4", "v5"]


def test_primals(exercise):
    """the values of the five rows of y = ln(x1) + x1·x2 − sin(x2)"""
    for x1, x2 in POINTS:
        v1, v2, v3 = log(x1), x1 * x2, sin(x2)
        right = [v1, v2, v3, v1 + v2, v1 + v2 - v3]
        what = f"primals({x1}, {x2})"
        got = as_numbers(answer(exercise.primals, x1, x2), ROW_NAMES, what)
        mistakes = {
            "v1": [(log10(x1), "that is log10; ln is math.log")],
            "v3": [
                (sin(radians(x2)), "that is the sine of x2 degrees; math.sin takes radians as is"),
                (cos(x2), "that is the cosine"),
            ],
            "v5": [
                (v1 + v2 + v3, "that is v4 + v3; the sine is taken away"),
                (v3 - v1 - v2, "that is v3 - v4; it is the other way round"),
            ],
        }
        compare_rows(got, right, what, mistakes)


def test_tangents(exercise):
    """how fast each row moves when the inputs move (forward mode)"""
    for (x1, x2), (dx1, dx2) in zip(
        [POINTS[0], *POINTS], [(0.6, -2.0), (1.0, 0.0), (0.0, 1.0), (1.0, 0.0)], strict=True
    ):
        dv1, dv2, dv3 = dx1 / x1, dx1 * x2 + x1 * dx2, cos(x2) * dx2
        right = [dv1, dv2, dv3, dv1 + dv2, dv1 + dv2 - dv3]
        what = f"tangents({x1}, {x2}, {dx1}, {dx2})"
        got = as_numbers(answer(exercise.tangents, x1, x2, dx1, dx2), ROW_NAMES, what)
        mistakes = {
            "v1": [
                (1 / x1, "that is the slope 1/x1 alone; x1 moves at speed dx1, so multiply"),
                (log(x1) * dx1, "that is ln(x1)·dx1; the slope of ln is 1/x1"),
                (dx1, "that is dx1 itself; the slope of ln is 1/x1"),
            ],
            "v2": [
                (dx1 * dx2, "that is dx1·dx2; the product rule is dx1·x2 + x1·dx2"),
                (dx1 * x2, "that is what x1 adds; x1·dx2 from the other factor is missing"),
                (x1 * dx2, "that is what x2 adds; dx1·x2 from the other factor is missing"),
            ],
            "v3": [
                (-cos(x2) * dx2, "the sign is wrong: the slope of sin is +cos"),
                (cos(x2), "that is the slope cos(x2) alone; x2 moves at speed dx2, so multiply"),
                (sin(x2) * dx2, "that is sin(x2)·dx2; the slope of sin is cos"),
            ],
            "v5": [(dv1 + dv2 + dv3, "v3 is subtracted in v5, so its speed is subtracted too")],
        }
        compare_rows(got, right, what, mistakes)


def test_adjoints(exercise):
    """dy/dx1 and dy/dx2 by hand, from the last row up (reverse mode)"""
    for x1, x2 in POINTS:
        what = f"adjoints({x1}, {x2})"
        got = as_numbers(answer(exercise.adjoints, x1, x2), ["dy/dx1", "dy/dx2"], what)
        twice = "{} is used twice; begin with 0 and use +="
        expect(
            got[0],
            x2 + 1 / x1,
            f"{what}: dy/dx1",
            [
                (x2, f"that came by v2 = x1·x2 alone: {twice.format('x1')}"),
                (1 / x1, f"that came by v1 = ln(x1) alone: {twice.format('x1')}"),
                (x1 - cos(x2), "that is dy/dx2: give dy/dx1 first"),
            ],
        )
        expect(
            got[1],
            x1 - cos(x2),
            f"{what}: dy/dx2",
            [
                (x1, f"that came by v2 = x1·x2 alone: {twice.format('x2')}"),
                (-cos(x2), f"that came by v3 = sin(x2) alone: {twice.format('x2')}"),
                (x1 + cos(x2), "v5 = v4 - v3 hands minus its adjoint to v3"),
            ],
        )


def test_backward(exercise):
    """the backward pass of any tape, from its last row to its first"""
    tapes = {
        "a chain, y = 4·(3·x)": [((), ()), ((0,), (3.0,)), ((1,), (4.0,))],
        "the diamond, 2a + 5a with a = 3x": [
            *[((), ()), ((0,), (3.0,)), ((1,), (2.0,)), ((1,), (5.0,)), ((2, 3), (1.0, 1.0))]
        ],
        "one parent twice in a row, y = x·x at x = 3": [((), ()), ((0, 0), (3.0, 3.0))],
        "a row that y does not use": [((), ()), ((0,), (7.0,)), ((0,), (2.0,))],
        "two inputs, and x used by early and late rows": [
            *[
                ((), ()),
                ((), ()),
                ((0, 1), (5.0, 2.0)),
                ((0,), (0.5,)),
                ((2, 3, 0), (1.0, 4.0, -3.0)),
            ]
        ],
    }
    for name, rows in tapes.items():
        names = [f"row {i}" for i in range(len(rows))]
        got = as_numbers(answer(exercise.backward, list(rows)), names, f"backward of {name}")
        right = path_sums(rows)
        if is_close(got, last_wins(rows)):
            reason = "a row used twice must add up what it is handed: += and not ="
        elif is_close(got, first_to_last(rows)):
            reason = "go from the last row to the first, so that each hands on its whole adjoint"
        elif got[-1] != 1:
            reason = "the last row starts with adjoint 1"
        elif any(g and not r for g, r in zip(got, right, strict=True)):
            reason = "a row that y does not use has adjoint 0"
        else:
            reason = "each row hands its adjoint times its slope to its parent"
        expect(got, right, f"backward of {name}", [(got, f"expected {show(right)}: {reason}")])
    doubled = [((), ())] + [((i, i), (1.0, 1.0)) for i in range(30)]
    got = as_number(
        answer(exercise.backward, doubled)[0], "30 diamonds in a row: the first adjoint"
    )
    expect(got, 2.0**30, "30 diamonds in a row: the first adjoint")


def test_gradients(exercise):
    """the same two slopes with the engine: tensors, backward(), .grad"""
    for x1, x2 in [*POINTS, POINTS[0]]:
        what = f"gradients({x1}, {x2})"
        with ag.record() as tape:
            value = answer(exercise.gradients, x1, x2)
        if isinstance(value, tuple | list):
            assert not any(each is None for each in value), (
                f"{what}: a .grad is None: did y.backward() run, was the tensor made with "
                "requires_grad=True, and is it the one that y was computed from?"
            )
            assert not any(isinstance(each, ag.Tensor) for each in value), (
                f"{what} returned tensors; .item() makes a float of a tensor with one element"
            )
        got = as_numbers(value, ["dy/dx1", "dy/dx2"], what)
        assert len(tape), (
            f"{what} wrote no row on the tape, so the engine was not used: make two tensors with "
            "requires_grad=True and compute y from them with ag.log, * and ag.sin"
        )
        assert any(row.adjoint is not None for row in tape), (
            f"{what} never went back up its tape: call backward() on y, then read .grad of the "
            "two inputs"
        )
        for name, number, right, untaped, function in [
            ("dy/dx1", got[0], x2 + 1 / x1, x2, "log"),
            ("dy/dx2", got[1], x1 - cos(x2), x1, "sin"),
        ]:
            left = f"math.{function} leaves the tape, as any plain number does: write ag.{function}"
            twice = "that is twice the gradient: backward() ran two times"
            mistakes = [(2 * right, twice), (untaped, left)]
            expect(number, right, f"{what}: {name}", mistakes, rtol=1e-5)


def compare_rows(got, right, what, mistakes):
    for name, number, correct in zip(ROW_NAMES, got, right, strict=True):
        expect(number, correct, f"{what}: {name}", mistakes.get(name, []))


def path_sums(rows):
    """The adjoints by definition: over every path to the last row, the product of its slopes."""

    def to_last(i):
        if i == len(rows) - 1:
            return 1.0
        return sum(
            slope * to_last(child)
            for child, (parents, slopes) in enumerate(rows)
            for parent, slope in zip(parents, slopes, strict=True)
            if parent == i
        )

    return [float(to_last(i)) for i in range(len(rows))]


def last_wins(rows):
    """What = in place of += gives."""
    adjoint = [0.0] * (len(rows) - 1) + [1.0]
    for i in reversed(range(len(rows))):
        for parent, slope in zip(*rows[i], strict=True):
            adjoint[parent] = adjoint[i] * slope
    return adjoint


def first_to_last(rows):
    """What going down the tape in place of up gives."""
    adjoint = [0.0] * (len(rows) - 1) + [1.0]
    for i in range(len(rows)):
        for parent, slope in zip(*rows[i], strict=True):
            adjoint[parent] += adjoint[i] * slope
    return adjoint

"""Lesson 1, the diamond: values, the tape, and the chain rule by hand.

Replace each `raise NotImplementedError` by your own code, save, and type

    autograd-mini tutorial check 1

The first three exercises are about one function,

    y = ln(x1) + x1*x2 - sin(x2)

and its five rows:  v1 = ln(x1)   v2 = x1*x2   v3 = sin(x2)   v4 = v1 + v2   v5 = v4 - v3
"""

import math

import autograd_mini as ag


def primals(x1, x2):
    """Return the values of the five rows as a tuple (v1, v2, v3, v4, v5).

    primals(2.0, 5.0) -> (0.693, 10.0, -0.959, 10.693, 11.652), to three decimals
    """
    raise NotImplementedError


def tangents(x1, x2, dx1, dx2):
    """Return how fast each row moves, (dv1, dv2, dv3, dv4, dv5), when x1 moves at speed dx1
    and x2 at speed dx2. This is forward mode.

    tangents(2.0, 5.0, 1.0, 0.0) -> (0.5, 5.0, 0.0, 5.5, 5.5)
    """
    raise NotImplementedError


def adjoints(x1, x2):
    """Return (dy/dx1, dy/dx2), found by going up the five rows from y. This is reverse mode.

    Both inputs are used twice: begin with zeros and add what each row hands over.

    adjoints(2.0, 5.0) -> (5.5, 1.716), to three decimals
    """
    raise NotImplementedError


def backward(rows):
    """Return the adjoint of every row of a tape, as a list: how fast the last row moves with it.

    rows[i] is (parents, slopes): the indices of the rows that row i used, and its slope with
    respect to each of them. Inputs of the tape have no parents. Parents stand before their
    children, and one parent can stand in `parents` twice.

    The diamond of the lesson (x = row 0, a = 3x, b = 2a, c = 5a, y = b + c):

        backward([((), ()), ((0,), (3.0,)), ((1,), (2.0,)), ((1,), (5.0,)), ((2, 3), (1.0, 1.0))])
        -> [21.0, 7.0, 1.0, 1.0, 1.0]
    """
    raise NotImplementedError


def gradients(x1, x2):
    """Return (dy/dx1, dy/dx2) as two floats, with the engine this time.

    Make tensors of the two numbers with requires_grad=True, write the function with ag.log and
    ag.sin, call backward() on y, and read .grad of the inputs.
    """
    raise NotImplementedError

"""Lesson 1, the diamond: one way to write it."""

import math

import autograd_mini as ag


def primals(x1, x2):
    v1 = math.log(x1)
    v2 = x1 * x2
    v3 = math.sin(x2)
    v4 = v1 + v2
    v5 = v4 - v3
    return v1, v2, v3, v4, v5


def tangents(x1, x2, dx1, dx2):
    dv1 = dx1 / x1
    dv2 = dx1 * x2 + x1 * dx2
    dv3 = math.cos(x2) * dx2
    dv4 = dv1 + dv2
    dv5 = dv4 - dv3
    return dv1, dv2, dv3, dv4, dv5


def adjoints(x1, x2):
    dx1 = dx2 = 0.0
    dv5 = 1.0
    dv4, dv3 = dv5, -dv5  # v5 = v4 - v3
    dv1, dv2 = dv4, dv4  # v4 = v1 + v2
    dx2 += dv3 * math.cos(x2)  # v3 = sin(x2)
    dx1 += dv2 * x2  # v2 = x1*x2
    dx2 += dv2 * x1
    dx1 += dv1 / x1  # v1 = ln(x1)
    return dx1, dx2


def backward(rows):
    adjoint = [0.0] * len(rows)
    adjoint[-1] = 1.0
    for i in reversed(range(len(rows))):
        parents, slopes = rows[i]
        for parent, slope in zip(parents, slopes):
            adjoint[parent] += adjoint[i] * slope
    return adjoint


def gradients(x1, x2):
    x1 = ag.tensor(x1, requires_grad=True)
    x2 = ag.tensor(x2, requires_grad=True)
    y = ag.log(x1) + x1 * x2 - ag.sin(x2)
    y.backward()
    return x1.grad.item(), x2.grad.item()

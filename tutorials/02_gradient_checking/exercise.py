"""Lesson 2, gradient checking: measure a slope, compare, and find the bug.

Replace each `raise NotImplementedError` by your own code, save, and type

    autograd-mini tutorial check 2

Only the last exercise is different: there the code is written already, and some of it is wrong.
"""

import numpy as np


def two_sided(f, theta, eps):
    """Return the slope of f at theta, measured from one step of eps to either side.

    f takes one number and returns one.

    two_sided(lambda t: t**3, 1.0, 0.01) -> 3.0001
    """
    raise NotImplementedError


def numeric_gradient(f, theta, eps=6e-6):
    """Return the gradient of f at the array theta, measured entry by entry, in the shape of theta.

    f takes an array of theta's shape (one, two or more axes) and returns one number. Move one entry
    at a time and leave theta as it was. Work in float64, whatever the dtype of theta is.

    numeric_gradient(lambda t: (t**2).sum(), np.array([1.0, -3.0])) -> [2., -6.]
    """
    raise NotImplementedError


def relative_difference(gradient, measured):
    """Return ||gradient - measured|| / (||gradient|| + ||measured||) for two arrays of one shape.

    ||v|| is the square root of the sum of all squared entries. Two gradients of zeros agree: 0.0.

    relative_difference(np.array([3.0, 4.0]), np.array([3.0, 4.1])) -> 0.00992
    """
    raise NotImplementedError


def suspects(loss, parameters, gradients):
    """Return the names of the parameters whose gradient is wrong, in the order of `parameters`.

    parameters and gradients are dictionaries of arrays under the same names, and loss takes such a
    dictionary of parameters and returns one number. Wrong means: the relative difference from
    what you measure is above 1e-3. Leave `parameters` as it was.

    suspects(loss, {"W": ..., "b": ...}, {"W": ..., "b": ...}) -> ["b"]
    """
    raise NotImplementedError


def network_loss(x, y, parameters):
    """The loss of a network with one hidden layer. This is right; leave it as it is.

    Shapes: x (m, n_in), y (m, n_out), W1 (n_hidden, n_in), b1 (n_hidden,), W2 (n_out, n_hidden),
    b2 (n_out,).
    """
    z1 = x @ parameters["W1"].T + parameters["b1"]
    a1 = np.tanh(z1)
    out = a1 @ parameters["W2"].T + parameters["b2"]
    return 0.5 * np.sum((out - y) ** 2) / len(x)


def network_gradients(x, y, parameters):
    """Return the gradients of network_loss, a dictionary with W1, b1, W2 and b2.

    Two of the lines below are wrong. Run this file (python exercise.py) to see what your `suspects`
    finds, think, and mend them.
    """
    z1 = x @ parameters["W1"].T + parameters["b1"]
    a1 = np.tanh(z1)
    out = a1 @ parameters["W2"].T + parameters["b2"]

    dout = (out - y) / len(x)
    dW2 = dout.T @ a1
    db2 = dout.mean(axis=0)
    da1 = dout @ parameters["W2"]
    dz1 = da1 * (1 - z1**2)
    dW1 = dz1.T @ x
    db1 = dz1.sum(axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    parameters = {
        "W1": rng.standard_normal((4, 3)),
        "b1": rng.standard_normal(4),
        "W2": rng.standard_normal((2, 4)),
        "b2": rng.standard_normal(2),
    }
    gradients = network_gradients(x, y, parameters)
    print("wrong:", suspects(lambda p: network_loss(x, y, p), parameters, gradients))

"""Lesson 2, gradient checking: one way to write it."""

import numpy as np


def two_sided(f, theta, eps):
    return (f(theta + eps) - f(theta - eps)) / (2 * eps)


def numeric_gradient(f, theta, eps=6e-6):
    theta = np.array(theta, dtype=np.float64)  # a copy, so that the caller's array stays
    gradient = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        before = theta[index]
        theta[index] = before + eps
        above = f(theta)
        theta[index] = before - eps
        below = f(theta)
        theta[index] = before
        gradient[index] = (above - below) / (2 * eps)
    return gradient


def relative_difference(gradient, measured):
    def length(v):
        return np.sqrt(np.sum(v**2))

    total = length(gradient) + length(measured)
    return length(gradient - measured) / total if total > 0 else 0.0


def suspects(loss, parameters, gradients):
    wrong = []
    for name, value in parameters.items():
        measured = numeric_gradient(lambda v, name=name: loss(parameters | {name: v}), value)
        if relative_difference(gradients[name], measured) > 1e-3:
            wrong.append(name)
    return wrong


def network_loss(x, y, parameters):
    z1 = x @ parameters["W1"].T + parameters["b1"]
    a1 = np.tanh(z1)
    out = a1 @ parameters["W2"].T + parameters["b2"]
    return 0.5 * np.sum((out - y) ** 2) / len(x)


def network_gradients(x, y, parameters):
    z1 = x @ parameters["W1"].T + parameters["b1"]
    a1 = np.tanh(z1)
    out = a1 @ parameters["W2"].T + parameters["b2"]

    dout = (out - y) / len(x)
    dW2 = dout.T @ a1
    db2 = dout.sum(axis=0)  # dout holds the 1/m already: mean would divide a second time
    da1 = dout @ parameters["W2"]
    dz1 = da1 * (1 - a1**2)  # the slope of tanh at z is 1 - tanh(z)**2
    dW1 = dz1.T @ x
    db1 = dz1.sum(axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}

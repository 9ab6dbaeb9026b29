"""Checks of lesson 2. Slopes are known in closed form; the network is measured by our own steps."""

import numpy as np

from autograd_mini.tutorials.feedback import answer, as_array, as_number, expect, is_close, show


def test_two_sided(exercise):
    """the slope of f at theta, measured from both sides"""
    for text, f, theta, eps in [
        ("t³", lambda t: t**3, 1.0, 0.01),
        ("t³", lambda t: t**3, -2.0, 0.1),
        ("exp(t)", np.exp, 0.5, 1e-3),
        ("1/t", lambda t: 1 / t, 0.4, 0.02),
    ]:
        what = f"the slope of {text} at {theta} with eps {eps}"
        got = as_number(answer(exercise.two_sided, f, theta, eps), what)
        above, here, below = f(theta + eps), f(theta), f(theta - eps)
        right = (above - below) / (2 * eps)
        one = "that is the one-sided difference, {}; the two-sided one is {:.5g}"
        mistakes = [
            ((above - here) / eps, one.format("from theta to theta + eps", right)),
            ((here - below) / eps, one.format("from theta - eps to theta", right)),
            (2 * right, "the two points are 2·eps apart: divide by (2 * eps)"),
            (right * eps**2, "/ 2 * eps multiplies by eps: put 2 * eps in brackets"),
            (-right, "the sign is wrong: f(theta + eps) comes first"),
            (2 * right * eps, "that is the difference of the two values; divide it by 2·eps"),
        ]
        expect(got, right, what, mistakes, rtol=1e-9)


def test_numeric_gradient(exercise):
    """the gradient of f at an array, measured entry by entry"""
    rng = np.random.default_rng(2)
    weights = rng.uniform(0.5, 2.0, size=(2, 3))
    cases = [
        ("a vector", np.array([1.0, -3.0, 0.5]), lambda t: np.sum(t**2), lambda t: 2 * t),
        (
            "a (2, 3) matrix",
            rng.standard_normal((2, 3)),
            lambda t: np.sum(weights * np.sin(t)),
            lambda t: weights * np.cos(t),
        ),
        (
            "an array with 3 axes",
            rng.uniform(1, 2, (2, 2, 2)),
            lambda t: np.prod(t),
            lambda t: np.prod(t) / t,
        ),
        ("whole numbers", np.array([1, 2, 3]), lambda t: np.sum(t**3), lambda t: 3 * t**2),
        (
            "float32 numbers",
            np.array([0.7, -1.2], dtype=np.float32),
            lambda t: np.sum(np.tanh(t)),
            lambda t: 1 - np.tanh(t.astype(np.float64)) ** 2,
        ),
    ]
    for kind, theta, f, gradient in cases:
        what = f"the gradient at {kind}"
        before = theta.copy()
        value = answer(exercise.numeric_gradient, f, theta)
        right = np.asarray(gradient(before), dtype=np.float64)
        assert np.array_equal(theta, before), (
            f"{what} is measured, but theta is not as it was: it held {show(before)} and now holds "
            f"{show(theta)}; put each entry back, or work on a copy"
        )
        if np.ndim(value) == 0:
            raise AssertionError(
                f"{what} has {right.size} entries; you returned one number, {show(value)}. Move "
                "one entry at a time (all at once gives the sum of them)"
            )
        got = as_array(value, right.shape, what)
        if theta.dtype.kind == "i" and not is_close(got, right, 1e-4):
            raise AssertionError(
                f"{what}: you returned {show(got)}: an integer array cannot hold 1 + eps; "
                "make a float64 copy first, np.array(theta, dtype=np.float64)"
            )
        if theta.dtype == np.float32 and not is_close(got, right, 1e-6):
            gap = np.max(np.abs(got / right - 1))
            raise AssertionError(
                f"{what} is off by {gap:.1%}: float32 has 7 digits, and the step is lost in their "
                "rounding; make a float64 copy first, np.array(theta, dtype=np.float64)"
            )
        mistakes = [
            (2 * right, "the two points are 2·eps apart"),
            (np.full_like(right, right.sum()), "every entry is the sum: move one at a time"),
            (-right, "the sign is wrong: f(theta + eps) comes first"),
        ]
        # A one-sided difference at the default eps errs by about 6e-6 here, two-sided by 1e-9.
        if not is_close(got, right, 1e-7) and is_close(got, right, 1e-4):
            raise AssertionError(
                f"{what} is right to {np.max(np.abs(got / right - 1)):.0e} only: that is a "
                "one-sided difference; the two-sided one is right to 1e-8"
            )
        expect(got, right, what, mistakes, rtol=1e-7)


def test_relative_difference(exercise):
    """the relative difference of two gradients"""
    rng = np.random.default_rng(3)
    matrix = rng.standard_normal((3, 4))
    for gradient, measured in [
        (np.array([3.0, 4.0]), np.array([3.0, 4.1])),
        (np.array([1.0, 0.0]), np.array([-1.0, 0.0])),
        (matrix, matrix + 1e-6 * rng.standard_normal((3, 4))),
        (1e-9 * matrix, 1.2e-9 * matrix),
        (rng.standard_normal((2, 3, 2)), rng.standard_normal((2, 3, 2))),
    ]:
        what = f"relative_difference({show(gradient)}, {show(measured)})"
        got = as_number(
            answer(exercise.relative_difference, gradient.copy(), measured.copy()), what
        )
        gap, lengths = length(gradient - measured), (length(gradient), length(measured))
        mistakes = [
            (gap**2 / (lengths[0] ** 2 + lengths[1] ** 2), "take the square root of each norm"),
            (gap**2 / sum(lengths), "the norm above lacks its square root"),
            (gap, "that is the difference alone; divide it by the sum of both norms"),
            (gap / lengths[0], "divide by the sum of both norms, not by the first alone"),
            (gap / lengths[1], "divide by the sum of both norms, not by the second alone"),
            (
                gap / (length(gradient + measured) or 1e-300),
                "add the two norms, not the two gradients",
            ),
            (
                np.max(np.abs(gradient - measured)) / sum(lengths),
                "that takes the largest entry; the norm uses all of them",
            ),
        ]
        expect(got, gap / sum(lengths), what, mistakes)
    zeros = np.zeros(3)
    got = as_number(answer(exercise.relative_difference, zeros, zeros), "two gradients of zeros")
    assert got == 0.0, (
        f"two gradients of zeros agree, so the answer is 0.0; you returned {show(got)}: look at "
        "0 / 0 before you divide"
    )


def test_suspects(exercise):
    """the names of the parameters whose gradient is wrong"""
    rng = np.random.default_rng(4)
    parameters = {"scale": rng.uniform(1, 2, (2, 3)), "shift": rng.standard_normal(3)}
    parameters["power"] = rng.uniform(1, 2, 2)

    def loss(p):
        return np.sum(np.sin(p["scale"] + p["shift"])) + np.sum(p["power"] ** 3)

    slopes = np.cos(parameters["scale"] + parameters["shift"])
    right = {"scale": slopes, "shift": slopes.sum(axis=0), "power": 3 * parameters["power"] ** 2}
    before = {name: value.copy() for name, value in parameters.items()}
    for story, change, wrong in [
        ("every gradient is right", {}, []),
        ("the gradient of shift has the wrong sign", {"shift": -right["shift"]}, ["shift"]),
        ("one entry of power is doubled", {"power": right["power"] * [1, 2]}, ["power"]),
        ("scale is 1 % too large", {"scale": 1.01 * right["scale"]}, ["scale"]),
        ("scale is off by a millionth", {"scale": right["scale"] * (1 + 1e-6)}, []),
        ("all but shift are zero", {"scale": 0 * slopes, "power": np.zeros(2)}, ["scale", "power"]),
    ]:
        gradients = {name: np.array(value) for name, value in (right | change).items()}
        got = answer(exercise.suspects, loss, parameters, gradients)
        assert isinstance(got, list | tuple), (
            f"suspects should return a list of names; you returned {show(got)}"
        )
        assert all(np.array_equal(parameters[name], value) for name, value in before.items()), (
            "suspects has changed the parameters; put each entry back, or work on copies"
        )
        expected_others = [name for name in parameters if name not in wrong]
        hint = ""
        if list(got) == expected_others:
            hint = "; these are the right ones"
        elif sorted(got) == sorted(wrong):
            hint = ", in the order of `parameters`"
        elif set(wrong) < set(got) and "millionth" not in story:
            hint = "; compare each parameter by itself"
        elif "millionth" in story:
            hint = "; wrong means a relative difference above 1e-3"
        assert list(got) == wrong, f"{story}: you returned {got}, expected {wrong}{hint}"


def test_network_gradients(exercise):
    """the hand-written backward pass of a network, without its two bugs"""
    for seed, (m, n_in, n_hidden, n_out) in [(5, (6, 3, 4, 2)), (6, (3, 2, 5, 1))]:
        rng = np.random.default_rng(seed)
        parameters = {
            "W1": rng.standard_normal((n_hidden, n_in)),
            "b1": rng.standard_normal(n_hidden),
            "W2": rng.standard_normal((n_out, n_hidden)),
            "b2": rng.standard_normal(n_out),
        }
        x, y = rng.standard_normal((m, n_in)), rng.standard_normal((m, n_out))
        copies = {name: value.copy() for name, value in parameters.items()}
        got = answer(exercise.network_gradients, x.copy(), y.copy(), copies)
        names = set(got) if isinstance(got, dict) else set()
        assert names >= set(parameters), (
            "network_gradients should return a dictionary with W1, b1, W2 and b2; you returned "
            + (f"one with {sorted(names)}" if names else show(got))
        )
        words = []
        for name, value in parameters.items():
            measured = measure(x, y, parameters, name)
            gradient = as_array(got[name], value.shape, f"the gradient of {name}")
            gap = length(gradient - measured) / (length(gradient) + length(measured))
            if gap > 1e-7:
                worst = np.unravel_index(np.argmax(np.abs(gradient - measured)), value.shape)
                place = ", ".join(map(str, worst))
                words.append(
                    f"{name}: relative difference {gap:.2g}; at [{place}] yours is "
                    f"{gradient[worst]:.4g}, measured {measured[worst]:.4g}"
                )
        right = len(parameters) - len(words)
        assert not words, "\n".join(
            [*words, f"{right} of the 4 parameters {'is' if right == 1 else 'are'} right"]
        )


def measure(x, y, parameters, name, eps=6e-6):
    """Central differences of the network's loss, written here independently of the exercise."""
    moved = {key: value.copy() for key, value in parameters.items()}

    def loss():
        hidden = np.tanh(x @ moved["W1"].T + moved["b1"])
        return np.sum((hidden @ moved["W2"].T + moved["b2"] - y) ** 2) / (2 * len(x))

    slopes = np.empty_like(parameters[name])
    for index in np.ndindex(slopes.shape):
        losses = []
        for step in (eps, -eps):
            moved[name][index] = parameters[name][index] + step
            losses.append(loss())
        moved[name][index] = parameters[name][index]
        slopes[index] = (losses[0] - losses[1]) / (2 * eps)
    return slopes


def length(array):
    return float(np.sqrt(np.sum(array**2)))

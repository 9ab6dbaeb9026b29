"""Checks of lesson 3: closed forms for the sizes and factors, measured slopes for the gradients."""

import numpy as np

from autograd_mini.tutorials.feedback import answer, as_number, expect, is_close, show


def test_signal_sizes(exercise):
    """the size of the signal behind each layer"""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 4))
    for gain, last in [(1.5, "2.6e26"), (0.5, "7.0e-46")]:
        what = f"150 layers of {gain}·I (the last should be about {last} × the size of x)"
        weights = [gain * np.eye(4)] * 150
        got = sizes_of(answer(exercise.signal_sizes, weights, x.copy(), same), 150, what)
        right = rms(x) * gain ** np.arange(1.0, 151.0)
        compare_sizes(got, right, what, known_mistakes(weights, x, same))
    shapes = [(6, 4), (3, 6), (5, 3)]
    weights = [rng.standard_normal(shape) for shape in shapes]
    for name, activation in [("relu", relu), ("tanh", np.tanh)]:
        what = f"{name} layers with weights of shapes {shapes}"
        got = sizes_of(answer(exercise.signal_sizes, weights, x.copy(), activation), 3, what)
        right = [rms(signal) for signal in signals_of(weights, x, activation)]
        compare_sizes(got, right, what, known_mistakes(weights, x, activation))


def test_layer_factor(exercise):
    """the factor per layer that theory predicts, for linear and for ReLU layers"""
    for n_in, variance, activation in [
        (100, 0.03, "linear"),
        (256, 3 / 256, "relu"),
        (256, 2 / 256, "relu"),
        (256, 1 / 256, "relu"),
        (50, 1 / 150, "linear"),
        (400, 0.04, "relu"),
    ]:
        what = f"layer_factor({n_in}, {variance:.4g}, {activation!r})"
        got = as_number(answer(exercise.layer_factor, n_in, variance, activation), what)
        power = n_in * variance * (0.5 if activation == "relu" else 1.0)
        mistakes = [
            (power, "that is the factor of the mean square; the size is its square root"),
            (n_in * variance, "take the square root, and think of what ReLU throws away"),
            (np.sqrt(n_in * variance), "that is for a linear layer; ReLU keeps half the square"),
            (
                np.sqrt(n_in * variance) / 2,
                "ReLU halves the mean **square**, so the half belongs under the root",
            ),
            (np.sqrt(n_in * variance / 2), "that is for ReLU; a linear layer keeps everything"),
            (np.sqrt(n_in) * variance, "the variance belongs under the root as well"),
        ]
        expect(got, np.sqrt(power), what, mistakes)


def test_xavier_bound(exercise):
    """Xavier's bound for weights drawn evenly"""
    for n_in, n_out in [(300, 300), (64, 10), (784, 128)]:
        what = f"xavier_bound({n_in}, {n_out})"
        got = as_number(answer(exercise.xavier_bound, n_in, n_out), what)
        total = n_in + n_out
        mistakes = [
            (np.sqrt(2 / total), "that is the standard deviation; an even draw needs b = √3 × it"),
            (2 / total, "that is the variance; solve b**2 / 3 = variance for b"),
            (6 / total, "take the square root"),
            (np.sqrt(6 / n_in), "that looks at n_in alone; Xavier averages n_in and n_out"),
            (np.sqrt(3 / n_in), "that looks at n_in alone; Xavier averages n_in and n_out"),
            (1 / np.sqrt(n_in), "that is the old rule, with a third of the variance it needs"),
            (np.sqrt(6) / total, "the sum n_in + n_out belongs under the root"),
            (np.sqrt(2 / total) / np.sqrt(3), "multiply by √3, do not divide"),
        ]
        expect(got, np.sqrt(6 / total), what, mistakes)


def test_he_std(exercise):
    """He's standard deviation for ReLU layers"""
    for n_in in (200, 64, 784):
        what = f"he_std({n_in})"
        got = as_number(answer(exercise.he_std, n_in), what)
        mistakes = [
            (2 / n_in, "that is the variance; the standard deviation is its square root"),
            (np.sqrt(1 / n_in), "that keeps a linear layer's size; ReLU throws half away"),
            (
                np.sqrt(6 / n_in),
                "that is the bound of an even draw; the standard deviation is less",
            ),
            (np.sqrt(2) / n_in, "n_in belongs under the root"),
            (np.sqrt(1 / (2 * n_in)), "ReLU halves the square, so the variance must be doubled"),
        ]
        expect(got, np.sqrt(2 / n_in), what, mistakes)


def test_backward_sizes(exercise):
    """the sizes of dL/ds and dL/dW, from the last layer back to the first"""
    rng = np.random.default_rng(1)
    for shapes in ([(4, 3)], [(5, 3), (4, 5), (2, 4)]):
        weights = [rng.standard_normal(shape) for shape in shapes]
        x = rng.standard_normal((6, shapes[0][1]))
        upstream = rng.standard_normal((6, shapes[-1][0]))
        layers = len(shapes)
        value = answer(exercise.backward_sizes, weights, x.copy(), upstream.copy())
        is_pair = isinstance(value, tuple | list) and len(value) == 2
        assert is_pair, (
            "backward_sizes should return two lists, the sizes of dL/ds and of dL/dW; you returned "
            f"{show(value)}"
        )
        signals, gradients = measure_sizes(weights, x, upstream)
        bare, _ = measure_sizes(weights, x, upstream, masked=False)
        for name, got, right in [("dL/ds", value[0], signals), ("dL/dW", value[1], gradients)]:
            what = f"the sizes of {name} in {layers} layer{'s' if layers > 1 else ''}"
            mistakes = [
                (right[::-1], "these are the right ones, but the last layer comes first"),
                (bare, "a unit with s <= 0 passes nothing back: multiply by (s > 0)"),
                (gradients, "these are the sizes of dL/dW; dL/ds comes first"),
            ]
            numbers = sizes_of(got, layers, what)
            if not is_close(numbers, right, 1e-5):
                expect(numbers, right, what, mistakes, rtol=1e-5)


def test_mean_factor(exercise):
    """the mean factor per layer of a row of sizes"""
    for sizes in ([8.0, 2.0, 2.0], [1.0, 10.0], [3.0, 1.0, 5.0, 0.2, 0.1], [1e-9, 1e-6, 1e-3, 1.0]):
        what = f"mean_factor({sizes})"
        got = as_number(answer(exercise.mean_factor, list(sizes)), what)
        total, steps = sizes[-1] / sizes[0], len(sizes) - 1
        ratios = np.array(sizes[1:]) / np.array(sizes[:-1])
        mistakes = [
            (total ** (1 / len(sizes)), f"{len(sizes)} sizes are only {steps} steps apart"),
            (ratios.mean(), "that is the average of the factors; factors multiply, so take a root"),
            (total, f"that is the whole way; take the root of order {steps}"),
            (total / steps, f"take the root of order {steps}; do not divide by it"),
            (1 / total ** (1 / steps), "that leads from the last to the first; turn it over"),
        ]
        expect(got, total ** (1 / steps), what, mistakes)


def same(s):
    return s


def relu(s):
    return np.maximum(s, 0)


def rms(a):
    return float(np.sqrt(np.mean(np.square(a))))


def signals_of(weights, x, activation):
    signals = []
    for weight in weights:
        x = activation(np.einsum("mi,oi->mo", x, weight))
        signals.append(x)
    return signals


def sizes_of(value, count, what):
    assert isinstance(value, list | tuple | np.ndarray), (
        f"{what}: return a list of sizes; you returned {show(value)}"
    )
    assert len(value) == count, (
        f"{what}: {count} layers have {count} sizes; you returned {len(value)} of them"
        + (", is x itself among them?" if len(value) == count + 1 else "")
    )
    return [
        as_number(each, f"{what}: the size behind layer {i}") for i, each in enumerate(value, 1)
    ]


def compare_sizes(got, right, what, mistakes):
    """Compare layer by layer, so that the first wrong layer is named."""
    for layer, (number, correct) in enumerate(zip(got, right, strict=True), start=1):
        known = [(wrong[layer - 1], why) for wrong, why in mistakes]
        expect(number, correct, f"{what}: behind layer {layer}", known)


def known_mistakes(weights, x, activation):
    signals = signals_of(weights, x, activation)
    bare = [rms(signal) for signal in signals_of(weights, x, same)]
    return [
        ([np.std(a) for a in signals], "that is the standard deviation; the size is the rms"),
        ([np.mean(a**2) for a in signals], "take the square root of the mean square"),
        ([np.linalg.norm(a) for a in signals], "that is the norm; take the mean, not the sum"),
        ([np.mean(np.abs(a)) for a in signals], "that is the mean of |a|; the size is the rms"),
        (bare, "the activation was not applied"),
    ]


def measure_sizes(weights, x, upstream, masked=True, eps=1e-6):
    """The sizes of dL/ds and dL/dW, L = sum(upstream · a_last), by central differences.

    Unmasked: what comes out if the backward pass forgets the relu (by formula, for its feedback).
    """
    if not masked:
        signals = []
        for weight in reversed(weights):
            signals.insert(0, rms(upstream))
            upstream = upstream @ weight
        return signals, []

    def loss(layer, step_in_s, step_in_w):
        a = x
        for i, weight in enumerate(weights):
            s = a @ (weight + (step_in_w if i == layer else 0)).T
            a = relu(s + (step_in_s if i == layer else 0))
        return np.sum(upstream * a)

    def slopes(layer, shape, place):
        found = np.empty(shape)
        for index in np.ndindex(shape):
            step = np.zeros(shape)
            step[index] = eps
            ways = [(step, 0), (-step, 0)] if place == "s" else [(0, step), (0, -step)]
            above, below = (loss(layer, *way) for way in ways)
            found[index] = (above - below) / (2 * eps)
        return rms(found)

    numbered = list(enumerate(weights))
    return (
        [slopes(i, (len(x), len(weight)), "s") for i, weight in numbered],
        [slopes(i, weight.shape, "W") for i, weight in numbered],
    )

"""Two inputs and a class: data that a picture shows whole.

Every set is made, not measured: drawn from ``generator`` (by default ``ag.default_generator()``),
free of rights, in random order, with class sizes that differ by one example at most. ``noise`` is
the standard deviation of normal noise, in the units of x.
"""

from typing import Any

import numpy as np

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ArgumentError
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.nn.data import TensorDataset
from autograd_mini.nn.datasets.draws import generator_for, is_count
from autograd_mini.rows import Array


def moons(
    n_samples: int = 100, *, noise: float = 0.0, generator: np.random.Generator | None = None
) -> TensorDataset:
    """Return two half circles of radius 1 that hold each other, as a dataset of (x, y).

    With angles a evenly from 0 to π, class 0 is (cos a, sin a), class 1 (1 − cos a, ½ − sin a).

    x: (n_samples, 2) floats, default dtype; without noise from (−1, −½) to (2, 1).
    y: (n_samples,) int64, 0 or 1.

    Source: the construction of scikit-learn's ``make_moons`` (BSD licence), written anew.

    Raises ArgumentError unless ``n_samples`` is an integer of at least 2 and ``noise`` a number of
    at least 0.

    >>> moons(200, noise=0.1)
    TensorDataset(200 examples: (2,) float32, () int64)
    """
    draw = generator_for("moons", generator, n_samples, 2, noise)

    def half_circle(k: int, n: int) -> Array:
        angle = np.linspace(0, np.pi, n)
        return _columns((-1) ** k * np.cos(angle) + k, (-1) ** k * np.sin(angle) + k / 2)

    return _labelled([half_circle(k, n) for k, n in enumerate(_sizes(n_samples, 2))], noise, draw)


def circles(
    n_samples: int = 100,
    *,
    noise: float = 0.0,
    factor: float = 0.8,
    generator: np.random.Generator | None = None,
) -> TensorDataset:
    """Return a circle of radius 1 (class 0) around one of radius ``factor`` (class 1).

    The points stand at even angles. No line separates the classes; x₁² + x₂² does.

    x: (n_samples, 2) floats, default dtype; without noise within −1..1.
    y: (n_samples,) int64, 0 or 1.

    Source: the construction of scikit-learn's ``make_circles`` (BSD licence), written anew.

    Raises ArgumentError as ``moons`` does, and unless ``factor`` is from 0 to less than 1.

    >>> circles(200, noise=0.05, factor=0.5)
    TensorDataset(200 examples: (2,) float32, () int64)
    """
    draw = generator_for("circles", generator, n_samples, 2, noise)
    fits = is_number(factor) and 0 <= factor < 1
    require("circles: factor", factor, fits, "a number from 0 to less than 1")

    def circle(radius: float, n: int) -> Array:
        angle = 2 * np.pi * np.arange(n) / n
        return _columns(radius * np.cos(angle), radius * np.sin(angle))

    sizes = _sizes(n_samples, 2)
    return _labelled([circle(1.0, sizes[0]), circle(factor, sizes[1])], noise, draw)


def spirals(
    n_samples: int = 200,
    *,
    n_classes: int = 2,
    turns: float = 1.0,
    noise: float = 0.0,
    generator: np.random.Generator | None = None,
) -> TensorDataset:
    """Return spirals from near the origin to radius 1, one for each class.

    Point i = 1..n of class k has radius r = i/n and angle 2π·(turns·r + k/n_classes).

    x: (n_samples, 2) floats, default dtype; without noise within −1..1.
    y: (n_samples,) int64, 0..n_classes − 1.

    Source: after K. J. Lang, M. J. Witbrock 1988, "Learning to tell two spirals apart", which has
    two classes, 3 turns and 97 points each, from radius ½ to 6½.

    Raises ArgumentError unless ``n_classes`` is an integer of at least 2, ``n_samples`` one of at
    least ``n_classes``, ``turns`` a number and ``noise`` a number of at least 0.

    >>> spirals(300, n_classes=3, noise=0.02)
    TensorDataset(300 examples: (2,) float32, () int64)
    """
    require("spirals: n_classes", n_classes, is_count(n_classes, 2), "an integer, at least 2")
    draw = generator_for("spirals", generator, n_samples, n_classes, noise)
    require("spirals: turns", turns, is_number(turns), "a number")

    def spiral(k: int, n: int) -> Array:
        radius = np.arange(1, n + 1) / n
        angle = 2 * np.pi * (turns * radius + k / n_classes)
        return _columns(radius * np.cos(angle), radius * np.sin(angle))

    sizes = _sizes(n_samples, n_classes)
    return _labelled([spiral(k, n) for k, n in enumerate(sizes)], noise, draw)


def blobs(
    n_samples: int = 100,
    n_features: int = 2,
    *,
    centers: Any = 3,
    cluster_std: Any = 1.0,
    center_box: tuple[float, float] = (-10.0, 10.0),
    generator: np.random.Generator | None = None,
) -> TensorDataset:
    """Return clouds of normally distributed points, one around the centre of each class.

    ``centers``: how many, drawn evenly from ``center_box`` (lowest, highest coordinate), or an
    array of them, (k, n_features), which says the number of features too. ``cluster_std``: the
    standard deviation along every axis, one for all classes or one for each.

    x: (n_samples, n_features) floats, default dtype.
    y: (n_samples,) int64, 0..k − 1.

    Source: the construction of scikit-learn's ``make_blobs`` (BSD licence), written anew.

    Raises ArgumentError for counts below 1, fewer samples than centres, a standard deviation below
    0 or not one for each centre, and centres that are no table of numbers.

    >>> blobs(150, centers=[[0.0, 0.0], [4.0, 4.0]], cluster_std=[0.5, 1.0])
    TensorDataset(150 examples: (2,) float32, () int64)
    """
    if isinstance(centers, int | np.integer):
        wanted = "an integer, at least 1, or the centres' coordinates"
        require("blobs: centers", centers, is_count(centers, 1), wanted)
        require("blobs: n_features", n_features, is_count(n_features, 1), "an integer, at least 1")
        draw = generator_for("blobs", generator, n_samples, int(centers))
        middles = draw.uniform(*_ordered(center_box), (centers, n_features))
    else:
        middles = _table("blobs: centers", centers, 2)
        draw = generator_for("blobs", generator, n_samples, len(middles))
    k, n_features = middles.shape
    spread = _table("blobs: cluster_std", cluster_std, 0, 1)
    require(
        "blobs: cluster_std",
        cluster_std,
        spread.shape in ((), (k,)) and bool((spread >= 0).all()),
        f"a number, at least 0, or {k} of them, one for each centre",
    )
    y = np.repeat(np.arange(k), _sizes(n_samples, k))
    spread_of = np.broadcast_to(spread, k)[y, None]
    x = middles[y] + spread_of * draw.normal(size=(n_samples, n_features))
    return _shuffled(x, y, draw)


def planar_flower(
    n_samples: int = 400, *, noise: float = 0.2, generator: np.random.Generator | None = None
) -> TensorDataset:
    """Return a flower of eight petals, four of each colour, 0 and 1.

    Radius r = 4·sin(4a) at angle a from the second axis, x = (r·sin a, r·cos a); a runs evenly
    over 0..π for class 0 and over π..2π for class 1. Where r < 0 the petal lies opposite, so that
    the colours around the flower are 0 1 0 1 1 0 1 0. ``noise`` is added to a (radians) and to r.
    No line does better than about half; a layer of few hidden units finds the petals.

    x: (n_samples, 2) floats, default dtype; without noise within −4..4.
    y: (n_samples,) int64, 0 or 1.

    Source: the flower of A. Ng 2017, "Neural Networks and Deep Learning" (deeplearning.ai), week 3,
    with π for its 3.12; the points are drawn here.

    Raises ArgumentError as ``moons`` does.

    >>> planar_flower()
    TensorDataset(400 examples: (2,) float32, () int64)
    """
    draw = generator_for("planar_flower", generator, n_samples, 2, noise)

    def petals(k: int, n: int) -> Array:
        angle = np.linspace(k * np.pi, (k + 1) * np.pi, n) + noise * draw.normal(size=n)
        radius = 4 * np.sin(4 * angle) + noise * draw.normal(size=n)
        return _columns(radius * np.sin(angle), radius * np.cos(angle))

    return _labelled([petals(k, n) for k, n in enumerate(_sizes(n_samples, 2))], 0.0, draw)


def xor(
    n_samples: int = 200, *, noise: float = 0.0, generator: np.random.Generator | None = None
) -> TensorDataset:
    """Return points of a square, class 1 where exactly one coordinate is positive.

    Drawn evenly from 0 < |x| ≤ 1, the same number in every quadrant, to one. Labels are given
    before noise is added. The smallest problem that no single layer solves.

    x: (n_samples, 2) floats, default dtype; without noise within −1..1, never 0.
    y: (n_samples,) int64, 0 or 1.

    Source: M. Minsky, S. Papert 1969, "Perceptrons", on exclusive or.

    Raises ArgumentError as ``moons`` does.

    >>> x, y = xor(8).tensors
    >>> bool(((x[:, 0] > 0) ^ (x[:, 1] > 0) == y.numpy()).all())
    True
    """
    draw = generator_for("xor", generator, n_samples, 2, noise)
    quadrant = np.arange(n_samples) % 4
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])[quadrant]
    x = signs * (1 - draw.random((n_samples, 2)))
    return _shuffled(x + noise * draw.normal(size=x.shape), quadrant % 2, draw)


def _table(what: str, values: Any, *n_axes: int) -> Array:
    """Return finite numbers, at least one, in an array, a Tensor or lists of so many axes."""
    try:
        array = np.asarray(getattr(values, "_array", values), dtype=float)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if array.ndim not in n_axes or not array.size or not np.isfinite(array).all():
        axes = " or ".join(map(str, n_axes))
        raise ArgumentError(f"{what} must be finite numbers with {axes} axes, got {values!r}")
    return array


def _ordered(box: Any) -> tuple[float, float]:
    pair = isinstance(box, tuple | list) and len(box) == 2 and all(map(is_number, box))
    wanted = "two numbers, the lowest and the highest coordinate"
    require("blobs: center_box", box, pair and box[0] <= box[1], wanted)
    return float(box[0]), float(box[1])


def _sizes(n_samples: int, n_classes: int) -> list[int]:
    """Return sizes that differ by one at most; what is left over goes to the first classes."""
    return [(n_samples + n_classes - 1 - k) // n_classes for k in range(n_classes)]


def _columns(first: Array, second: Array) -> Array:
    return np.stack([first, second], axis=1)


def _labelled(parts: list[Array], noise: float, draw: np.random.Generator) -> TensorDataset:
    x = np.concatenate(parts)
    y = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return _shuffled(x + noise * draw.normal(size=x.shape), y, draw)


def _shuffled(x: Array, y: Array, draw: np.random.Generator) -> TensorDataset:
    order = draw.permutation(len(y))
    return TensorDataset(x[order].astype(get_default_dtype()), y[order].astype(np.int64))

"""Signals of one dimension: a sine to fit, and digits drawn as curves."""

import numpy as np

from autograd_mini.dtypes import get_default_dtype
from autograd_mini.nn.arguments import require
from autograd_mini.nn.data import TensorDataset
from autograd_mini.nn.datasets.draws import generator_for
from autograd_mini.rows import Array


def sine(
    n_samples: int = 100, *, noise: float = 0.0, generator: np.random.Generator | None = None
) -> TensorDataset:
    """Return points of one period of the sine, y = sin x + noise, for regression.

    x: (n_samples, 1) floats in radians, drawn evenly from −π..π; default dtype.
    y: (n_samples, 1) floats, of the same dtype. ``noise``: standard deviation of normal noise.

    Source: drawn from ``generator``, by default ``ag.default_generator()``; free of rights.

    Raises ArgumentError unless ``n_samples`` is an integer of at least 1 and ``noise`` a number of
    at least 0.

    >>> x, y = sine(50).tensors
    >>> bool(np.allclose(y, np.sin(x), atol=1e-6))
    True
    """
    draw = generator_for("sine", generator, n_samples, 1, noise)
    x = draw.uniform(-np.pi, np.pi, (n_samples, 1))
    y = np.sin(x) + noise * draw.normal(size=x.shape)
    return TensorDataset(x.astype(get_default_dtype()), y.astype(get_default_dtype()))


_STROKES = np.array(  # the horizontal place of a pen that writes each digit from top to bottom
    [
        [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
        [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
        [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
        [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
        [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
        [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
        [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
        [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
    ]
)
_LONGEST = 72  # 12 points of a stroke and 60 of padding
_LENGTH = 40


def mnist1d(
    n_samples: int = 5000, *, generator: np.random.Generator | None = None
) -> tuple[TensorDataset, TensorDataset]:
    """Return MNIST-1D, digits as curves of 40 points: (train, test), four fifths and one fifth.

    The curve of a digit, 12 points, is padded at its end by 36..60 points, stretched to 72, scaled
    by 0.8..1.2, rotated along the line by 0..47, laid on smooth noise where it is blank, covered by
    white noise, sheared, sampled at 40 points, and all are standardized together. Small as it is,
    it tells models apart; the source gives, in percent of the test part: logistic regression 32,
    multilayer perceptron 68, convolutional network 94, the same on shuffled positions 56.

    x: (4000, 40) and (1000, 40) floats of mean 0 and standard deviation 1, default dtype.
    y: (4000,) and (1000,) int64, 0..9; over both parts, every digit 500 times.

    ``n_samples``: of both parts together, a multiple of 10. ``generator``: by default
    ``ag.default_generator()``; the same seed gives the same set.

    Source: S. Greydanus 2020, "Scaling down deep learning", arXiv 2011.14439, whose strokes and
    constants these are (Apache licence 2.0, https://github.com/greydanus/mnist1d). What differs:
    the random numbers, so that no curve equals one of the published file.

    Raises ArgumentError unless ``n_samples`` is a positive multiple of 10.

    >>> train, test = mnist1d()
    >>> train, test
    (TensorDataset(4000 examples: (40,) float32, () int64), \
TensorDataset(1000 examples: (40,) float32, () int64))
    """
    draw = generator_for("mnist1d", generator, n_samples, 10)
    require("mnist1d: n_samples", n_samples, n_samples % 10 == 0, "a multiple of 10")
    y = draw.permutation(np.repeat(np.arange(10), n_samples // 10))
    x = _written(y, draw)
    x = ((x - x.mean()) / x.std()).astype(get_default_dtype())
    n_train = n_samples * 4 // 5
    return TensorDataset(x[:n_train], y[:n_train]), TensorDataset(x[n_train:], y[n_train:])


def _written(y: Array, draw: np.random.Generator) -> Array:
    """Return one curve for each digit of ``y``, before they are standardized."""
    n = len(y)
    strokes = (_STROKES - _STROKES.mean(axis=1, keepdims=True)) / _STROKES.std(
        axis=1, keepdims=True
    )
    strokes = (strokes - strokes[:, :1]) / 6
    n_points = strokes.shape[1]
    padded = np.pad(strokes, ((0, 0), (0, _LONGEST - n_points)))[y]
    ends = n_points + draw.integers(36, 61, (n, 1)) - 1
    places = np.linspace(0, 1, _LONGEST) * ends
    x = _between(padded, places) * draw.uniform(0.8, 1.2, (n, 1))
    rotated = (np.arange(_LONGEST) - draw.integers(0, 48, (n, 1))) % _LONGEST
    x = np.take_along_axis(x, rotated, axis=1)
    blank = np.take_along_axis(places, rotated, axis=1) >= n_points
    x = np.where(blank, _smoothed(draw.normal(0, 0.25, x.shape)), x)
    x += draw.normal(0, 0.02, x.shape)
    x -= draw.uniform(-0.375, 0.375, (n, 1)) * np.linspace(-0.5, 0.5, _LONGEST)
    return _between(x, np.tile(np.linspace(0, _LONGEST - 1, _LENGTH), (n, 1)))


def _between(x: Array, places: Array) -> Array:
    """Return each row of ``x`` at its ``places``, by straight lines between its points."""
    left = np.minimum(places.astype(int), x.shape[1] - 2)
    share = places - left
    before, after = (np.take_along_axis(x, left + step, axis=1) for step in (0, 1))
    return np.asarray(before + share * (after - before))


def _smoothed(noise: Array) -> Array:
    """Return each row under a Gaussian of standard deviation 2, reflected at both ends."""
    reach = np.arange(-8, 9)
    weights = np.exp(-(reach**2) / 8)
    reflected = np.pad(noise, ((0, 0), (8, 8)), mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(reflected, len(reach), axis=1)
    return np.asarray(windows @ (weights / weights.sum()))

"""The colour scale: monotone, legible, and distinct for colour-blind eyes."""

from itertools import pairwise

import numpy as np
import pytest

from autograd_mini.viz.graphs.palette import INK, STOPS, Scale, scale_of, shade

# Colour blindness as a linear map of linear RGB: G. M. Machado, M. M. Oliveira and
# L. A. F. Fernandes 2009, "A physiologically-based model for simulation of color vision
# deficiency", severity 1.0.
MACHADO = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(TO_XYZ[1] @ linear(colour))


def lab(colour: str, vision: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(vision @ linear(colour), 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", MACHADO)
def test_steps_of_the_scale_are_told_apart_by_every_eye(vision: str) -> None:
    seen = [lab(colour, MACHADO[vision]) for colour in STOPS]
    lightness = [point[0] for point in seen]
    assert lightness == sorted(lightness, reverse=True)
    for i, one in enumerate(seen):
        for other in seen[i + 1 :]:
            assert np.linalg.norm(one - other) > 5  # 2.3 is just noticeable


def test_black_text_is_legible_on_all_of_the_scale() -> None:
    for i in range(101):
        contrast = (luminance(shade(i / 100)) + 0.05) / (luminance(INK) + 0.05)
        assert contrast > 4.5  # WCAG 2.1, level AA


def test_a_larger_gradient_is_darker() -> None:
    scale = Scale(-8, 2)
    shades = [luminance(scale.colour(10.0**e)) for e in np.arange(-9, 3, 0.25)]
    assert all(b <= a for a, b in pairwise(shades))
    assert scale.colour(1e-9) == scale.colour(1e-8)


def test_zero_unknown_and_nan_have_colours_of_their_own() -> None:
    scale = Scale(-3, 0)
    special = {scale.colour(0.0), scale.colour(None), scale.colour(float("nan"))}
    assert len(special) == 3
    assert not special & {shade(i / 100) for i in range(101)}


def test_the_scale_covers_whole_decades_and_ignores_what_is_not_on_it() -> None:
    assert scale_of([0.03, 5.0, None, 0.0, float("inf")]) == Scale(-2, 1)
    assert scale_of([1.0]) == Scale(0, 1)
    assert scale_of([None, 0.0]) is None

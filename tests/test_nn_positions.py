"""Positional encodings: their closed forms and what those are good for."""

import re
from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import ArgumentError, ShapeError


def test_sinusoids_are_the_papers_formula() -> None:
    layer = nn.SinusoidalPositionalEncoding(6, max_len=50, dtype=np.float64)
    x = np.full((2, 50, 6), 0.5)
    out = layer(x).numpy() - 0.5
    for pos in (0, 1, 7, 49):
        for i in range(3):
            angle = pos / 10000 ** (2 * i / 6)
            np.testing.assert_allclose(out[1, pos, 2 * i], np.sin(angle), atol=1e-15)
            np.testing.assert_allclose(out[1, pos, 2 * i + 1], np.cos(angle), atol=1e-15)


def test_a_shift_of_sinusoids_is_a_rotation() -> None:
    """p[pos + k] = R_k·p[pos] for every pos: so distances can be read off linearly."""
    p = nn.SinusoidalPositionalEncoding(8, dtype=np.float64)(np.zeros((100, 8))).numpy()
    turn = np.linalg.lstsq(p[:-5], p[5:], rcond=None)[0]
    np.testing.assert_allclose(p[:-5] @ turn, p[5:], atol=1e-12)
    np.testing.assert_allclose(turn @ turn.T, np.eye(8), atol=1e-10)


def test_sinusoids_of_an_odd_width_and_in_far_places() -> None:
    p = nn.SinusoidalPositionalEncoding(5)(ag.zeros(5000, 5)).numpy()
    assert p.dtype == np.float32
    np.testing.assert_allclose(p[4999, 0], np.sin(4999.0), atol=1e-6)
    np.testing.assert_allclose(p[4999, 4], np.sin(4999 / 10000**0.8), atol=1e-6)


def test_sinusoids_are_not_trained_nor_saved() -> None:
    layer = nn.SinusoidalPositionalEncoding(4)
    assert not list(layer.parameters())
    assert layer.state_dict() == {}
    assert repr(layer).startswith("SinusoidalPositionalEncoding(4, max_len=5000)")


def test_learned_positions(rng: np.random.Generator) -> None:
    layer = nn.LearnedPositionalEncoding(3, max_len=300, dtype=np.float64)
    assert layer.weight.data.std() == pytest.approx(0.02, rel=0.1)
    x = rng.normal(size=(2, 4, 3))
    out = layer(x)
    np.testing.assert_array_equal(out.detach().numpy(), x + layer.weight.data[:4])
    out.sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.numpy()[:4], np.full((4, 3), 2.0))
    assert not layer.weight.grad.numpy()[4:].any()
    assert list(layer.state_dict()) == ["weight"]


def test_rotary_products_depend_on_the_distance_only(rng: np.random.Generator) -> None:
    layer = nn.RotaryPositionalEncoding(6, dtype=np.float64)
    q, k = (np.broadcast_to(rng.normal(size=6), (40, 6)) for _ in range(2))
    scores = layer(q).numpy() @ layer(k).numpy().T
    for distance in (-7, 0, 3):
        along = np.diagonal(scores, distance)
        np.testing.assert_allclose(along, along[0], rtol=1e-12)
    assert scores[0, 0] == pytest.approx(q[0] @ k[0])
    np.testing.assert_allclose((layer(q).numpy() ** 2).sum(axis=-1), (q[0] ** 2).sum())


def test_rotary_is_multiplication_of_complex_numbers(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 5, 8))
    out = nn.RotaryPositionalEncoding(8, base=100.0, dtype=np.float64)(x).numpy()
    angles = np.arange(5)[:, None] / 100.0 ** (np.arange(4) / 4)
    expected = (x[..., ::2] + 1j * x[..., 1::2]) * np.exp(1j * angles)
    np.testing.assert_allclose(out[..., ::2], expected.real, atol=1e-14)
    np.testing.assert_allclose(out[..., 1::2], expected.imag, atol=1e-14)


LAYERS = [
    nn.SinusoidalPositionalEncoding,
    nn.LearnedPositionalEncoding,
    nn.RotaryPositionalEncoding,
]


@pytest.mark.parametrize("kind", LAYERS)
def test_gradients(kind: Any, rng: np.random.Generator) -> None:
    layer = kind(4, 8, dtype=np.float64)
    assert ag.gradcheck(lambda x: layer(x).sin(), ag.tensor(rng.normal(size=(2, 3, 4))), order=2)


@pytest.mark.parametrize("kind", LAYERS)
def test_float32_stays_float32_and_lists_are_taken(kind: Any) -> None:
    x = ag.ones(3, 4)
    x.requires_grad = True
    out = kind(4, 8)(x)
    out.sum().backward()
    assert {out.dtype, x.grad.dtype} == {np.dtype(np.float32)}
    assert kind(2, 8)([[1.0, 2.0]]).shape == (1, 2)


@pytest.mark.parametrize("kind", LAYERS)
def test_shapes_that_do_not_fit(kind: Any) -> None:
    text = f"{kind.__name__} expects shape (…, positions, 4), got (3, 5)"
    with pytest.raises(ShapeError, match=re.escape(text)):
        kind(4)(ag.zeros(3, 5))
    with pytest.raises(ShapeError, match="the input has 9 positions, more than max_len=8; make"):
        kind(4, max_len=8)(ag.zeros(9, 4))


def test_sizes_out_of_range() -> None:
    with pytest.raises(ArgumentError, match="d_model must be a positive integer, got 0"):
        nn.LearnedPositionalEncoding(0)
    with pytest.raises(ArgumentError, match=r"max_len must be a positive integer, got 2\.5"):
        nn.SinusoidalPositionalEncoding(4, max_len=2.5)
    with pytest.raises(ArgumentError, match="dim must be even, as pairs are turned, got 3"):
        nn.RotaryPositionalEncoding(3)
    with pytest.raises(ArgumentError, match="base must be a positive number, got -1"):
        nn.RotaryPositionalEncoding(4, base=-1)

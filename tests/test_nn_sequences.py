"""Sequences of different lengths in one batch."""

from typing import Any

import numpy as np
import pytest

import autograd_mini as ag
from autograd_mini import nn
from autograd_mini.errors import UnsupportedError
from autograd_mini.nn.sequences import pack_padded_sequence, pad_sequence

RNG = np.random.default_rng(0)
RAGGED = [RNG.normal(size=(n, 2)) for n in (3, 1, 4)]


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("side", ["right", "left"])
def test_padding_is_torchs(batch_first: bool, side: str) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    from torch.nn.utils.rnn import pad_sequence as theirs

    expected = theirs([torch.tensor(a) for a in RAGGED], batch_first, -1.5, side)
    ours = pad_sequence([ag.tensor(a) for a in RAGGED], batch_first, -1.5, side)
    np.testing.assert_array_equal(ours.numpy(), expected.numpy())
    assert ours.dtype == np.float64


def test_gradients_come_from_the_places_of_the_sequence() -> None:
    sequences = [ag.tensor(a, requires_grad=True) for a in RAGGED]
    weights = RNG.normal(size=(4, 3, 2))
    (pad_sequence(sequences) * weights).sum().backward()
    for n, sequence in enumerate(sequences):
        assert sequence.grad is not None
        np.testing.assert_array_equal(sequence.grad.numpy(), weights[: len(sequence), n])


def test_the_last_output_of_each_sequence_is_as_alone() -> None:
    """Pick it by the lengths, as the refusal of packing says."""
    layer = nn.GRU(2, 3, batch_first=True).double()
    out, _ = layer(pad_sequence(RAGGED, batch_first=True))
    last = out[ag.arange(3), np.array([3, 1, 4]) - 1]
    alone = [layer(a[None])[1][0, 0].detach().numpy() for a in RAGGED]
    np.testing.assert_allclose(last.detach().numpy(), alone, rtol=1e-12)
    with pytest.raises(UnsupportedError, match=r"there are no packed .* out\[torch.arange\(N\)"):
        pack_padded_sequence(out, [3, 1, 4])


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: pad_sequence([]), "there is no sequence"),
        (lambda: pad_sequence([ag.ones(2, 3), ag.ones(4)]), r"sequence 1 has shape \(4,\)"),
        (lambda: pad_sequence([ag.tensor(1.0)]), r"sequence 0 has shape \(\)"),
        (lambda: pad_sequence(["abc"]), "a list of numbers, got 'abc'"),
        (lambda: pad_sequence(RAGGED, padding_side="top"), "'right' or 'left', got 'top'"),
    ],
)
def test_refusals(call: Any, text: str) -> None:
    with pytest.raises((ValueError, TypeError), match=text):
        call()

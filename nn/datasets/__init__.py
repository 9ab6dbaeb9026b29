"""Data to learn from, real or drawn. Each dataset says where it is from and under which licence.

All are ``TensorDataset``s of (x, y), floats of the default dtype and int64 labels; those with a
test part of their own are a pair, (train, test); ``characters()`` makes one of its ``windows``.
"""

from autograd_mini.nn.datasets.handwriting import digits
from autograd_mini.nn.datasets.planar import blobs, circles, moons, planar_flower, spirals, xor
from autograd_mini.nn.datasets.signals import mnist1d, sine
from autograd_mini.nn.datasets.stored import from_npz, idx, mnist
from autograd_mini.nn.datasets.text import CharacterText, characters

__all__ = [
    "CharacterText",
    "blobs",
    "characters",
    "circles",
    "digits",
    "from_npz",
    "idx",
    "mnist",
    "mnist1d",
    "moons",
    "planar_flower",
    "sine",
    "spirals",
    "xor",
]

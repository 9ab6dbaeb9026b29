"""Text as the integers that a character model reads."""

from importlib.resources import files
from typing import Any

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError, IndexingError
from autograd_mini.nn.arguments import require
from autograd_mini.nn.data import TensorDataset
from autograd_mini.nn.datasets.draws import is_count
from autograd_mini.rows import Array


class CharacterText:
    """A text and its alphabet: every character that occurs, sorted; its place is its code.

    ``text``: the text. ``alphabet``: its characters, in one string. ``codes``: the text, encoded.

    Raises DTypeError if ``text`` is no text, ArgumentError if it is empty.

    >>> text = CharacterText("banana")
    >>> text.alphabet, text.codes
    ('abn', array([1, 0, 2, 0, 2, 0]))
    >>> text.decode(text.encode("nab"))
    'nab'
    """

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise DTypeError(f"CharacterText: text must be a str, got {type(text).__name__}")
        require("CharacterText: text", text, len(text) > 0, "at least one character")
        self.text = text
        self.alphabet = "".join(sorted(set(text)))
        self._code_of = {character: code for code, character in enumerate(self.alphabet)}
        self.codes = self.encode(text)

    def encode(self, text: str) -> Array:
        """Return the codes of a text, (len(text),) int64.

        Raises ArgumentError for a character outside the alphabet, DTypeError for what is no text.
        """
        if not isinstance(text, str):
            raise DTypeError(f"encode: text must be a str, got {type(text).__name__}")
        strange = [character for character in text if character not in self._code_of]
        if strange:
            raise ArgumentError(
                f"encode: {strange[0]!r} is not one of the {len(self.alphabet)} characters of the "
                f"alphabet {self.alphabet!r}"
            )
        return np.array([self._code_of[character] for character in text], dtype=np.int64)

    def decode(self, codes: Any) -> str:
        """Return the text of a list, an array or a Tensor of codes, of one axis.

        Raises DTypeError unless they are whole numbers, IndexingError for one of no character.
        """
        array = np.asarray(getattr(codes, "_array", codes))
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            raise DTypeError(
                f"decode: codes must be whole numbers with one axis, got {array.dtype} of shape "
                f"{array.shape}"
            )
        outside = array[(array < 0) | (array >= len(self.alphabet))]
        if outside.size:
            raise IndexingError(
                f"decode: the code {outside[0]} is outside 0..{len(self.alphabet) - 1}"
            )
        return "".join(self.alphabet[code] for code in array)

    def windows(self, length: int) -> TensorDataset:
        """Return every stretch of ``length`` characters with the same stretch one character later.

        A model reads x and is to say y, the next character at each place.

        x, y: (len(text) − length, length) int64 codes; x[i] begins at character i, y[i] at i + 1.

        >>> x, y = CharacterText("banana").windows(4).tensors
        >>> x.tolist(), y.tolist()
        ([[1, 0, 2, 0], [0, 2, 0, 2]], [[0, 2, 0, 2], [2, 0, 2, 0]])
        """
        fits = is_count(length, 1) and length < len(self.text)
        wanted = f"an integer from 1 to {len(self.text) - 1}, one less than the text"
        require("windows: length", length, fits, wanted)
        stretches = np.lib.stride_tricks.sliding_window_view(self.codes, length)
        return TensorDataset(stretches[:-1].copy(), stretches[1:].copy())

    def __repr__(self) -> str:
        size, n = len(self.text), len(self.alphabet)
        return f"{type(self).__name__}({size} characters, alphabet of {n})"


def characters() -> CharacterText:
    """Return sonnets of Shakespeare as a text for character models.

    Poems of fourteen lines, an empty line between two; plain ASCII, in modern spelling.

    Source: W. Shakespeare 1609, "Shake-speares Sonnets", of which the numbers stand in
    ``sonnets_about.txt`` beside the text; in the public domain.

    >>> corpus = characters()
    >>> print(corpus.text[:41])
    When forty winters shall besiege thy brow
    >>> x, y = corpus.windows(32)[0]
    >>> corpus.decode(x)
    'When forty winters shall besiege'
    """
    stored = files("autograd_mini.nn.datasets").joinpath("sonnets.txt")
    return CharacterText(stored.read_text(encoding="ascii"))

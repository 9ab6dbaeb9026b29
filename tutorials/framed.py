"""What a lesson's code prints stands between two lines, apart from code and prose."""

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import Any

import click

_WIDTH = 40


class _Frame(io.TextIOBase):
    """Passes text on, after a line above the first of it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.last = ""

    def write(self, text: str) -> int:
        if text and not self.last:
            self.rule("---- it prints ")
        self.last = text[-1:] or self.last
        self._stream.write(text)
        return len(text)

    def end(self) -> None:
        if self.last != "\n":
            self.write("\n")
        self.rule()

    def rule(self, title: str = "") -> None:
        click.secho(title.ljust(_WIDTH, "-"), dim=True, file=self._stream)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return bool(self._stream.isatty())


@contextlib.contextmanager
def framed_output() -> Iterator[None]:
    """Frame what the block prints; a block that prints nothing leaves no frame."""
    frame = _Frame(sys.stdout)
    with contextlib.redirect_stdout(frame):
        try:
            yield
        finally:
            if frame.last:
                frame.end()

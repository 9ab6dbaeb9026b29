"""The debugger's dialogue in a terminal: commands, and 'predict, then reveal'."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import reduce
from itertools import islice
from operator import truediv
from typing import Any

import numpy as np

from autograd_mini.debugging.debugger import Debugger, is_larger_than, is_not_finite, is_zero
from autograd_mini.debugging.step_text import (
    FEW,
    change_text,
    row_lines,
    sent_lines,
    slope_text,
    value_text,
)
from autograd_mini.errors import ArgumentError
from autograd_mini.rows import Array

HELP = """\
  n, Enter   next step                  p   previous step
  f          begin the forward pass     r   begin the reverse pass
  j v3, v3   jump to row v3             t   the table, with a pointer here
  zero       run to the next row whose adjoint is all zeros
  nan        run to the next row whose adjoint has a NaN or an infinity
  big 10     run to the next row with an adjoint larger than 10 in size
  who v1     everything that is added to the adjoint of v1
  predict    say each value before you see it, with a score; again: stop
  h          this help                  q   quit
The forward pass computes values, from the oldest row on. The reverse pass goes
back from the newest; each row adds (its adjoint × local derivative) to the
adjoints of its inputs."""

ROW = re.compile(r"v?\d+")
QUIT = ("q", "quit", "exit")
CLOSE = 0.02
"""A prediction counts as right within 2 % of the largest element."""


class Dialogue:
    """Reads commands for a debugger; ``ask`` gets the next line, ``show`` prints."""

    def __init__(
        self,
        debugger: Debugger,
        ask: Callable[[str], str],
        show: Callable[[str], Any],
    ) -> None:
        self.debugger = debugger
        self.ask = ask
        self.show = show
        self.is_predicting = False
        self.n_right = self.n_asked = 0
        self._revealed: set[int] = set()
        self._commands: dict[str, Callable[[str], None]] = {
            "n": self._next,
            "p": self._previous,
            "f": lambda _: self._go(0),
            "r": lambda _: self._go(self.debugger.n_rows),
            "j": self._jump,
            "t": lambda _: self.show(self.debugger.table()),
            "zero": lambda _: self._run_to("all zeros", is_zero),
            "nan": lambda _: self._run_to("NaN or infinite", is_not_finite),
            "big": self._run_to_big,
            "who": self._who,
            "predict": self._predict,
            "h": lambda _: self.show(HELP),
        }

    def run(self) -> None:
        """Show where the debugger stands and obey until ``q``, the end of input or Ctrl-C."""
        n_rows = self.debugger.n_rows
        self.show(f"{n_rows} rows. Enter: next step, p: back, t: table, h: help, q: quit")
        if not any(step.row.line for step in self.debugger):
            self.show("(Source lines are shown for what runs under `with ag.record():`.)")
        self._show_step()
        try:
            while (line := self.ask("debug> ").strip()) not in QUIT:
                self.obey(line)
        except (EOFError, KeyboardInterrupt):
            self.show("")
        if self.is_predicting and self.n_asked:
            self.show(f"You predicted {self.n_right} of {self.n_asked} right.")

    def obey(self, line: str) -> None:
        """Carry out one command; an empty line is ``n``. Mistakes are answered in one line."""
        word, _, rest = (line or "n").partition(" ")
        word = SPELLED_OUT.get(word.lower(), word.lower())
        if ROW.fullmatch(word):
            word, rest = "j", word
        try:
            if word not in self._commands:
                near = get_close_matches(word, [*self._commands, *SPELLED_OUT], n=1)
                guess = f"did you mean {near[0]}? " if near else ""
                raise ArgumentError(f"no command {word!r}; {guess}h lists them")
            self._commands[word](rest.strip())
        except ArgumentError as mistake:
            self.show(str(mistake))

    # ── moving ────────────────────────────────────────────────────────────────────────────────

    def _next(self, _: str) -> None:
        if self.debugger.position == len(self.debugger) - 1:
            self.show(
                "This is the last step: every gradient is complete. p: back, t: table, q: quit"
            )
            return
        self.debugger.next()
        if self.is_predicting and self.debugger.position not in self._revealed:
            self._question()
        else:
            self._show_step()

    def _previous(self, _: str) -> None:
        if self.debugger.position == 0:
            self.show("This is the first step of the forward pass.")
            return
        self._go(self.debugger.position - 1)

    def _go(self, position: int) -> None:
        self.debugger.go(position)
        self._show_step()

    def _jump(self, name: str) -> None:
        if not name:
            raise ArgumentError("jump where? For example: j v3")
        self.debugger.jump(f"v{name}" if name.isdigit() else name)
        self._show_step()

    def _run_to(self, what: str, found: Callable[[Array], bool]) -> None:
        if self.debugger.run_to(found) is None:
            self.show(f"From here to the end no adjoint is {what}. (r: begin again)")
        else:
            self._show_step()

    def _run_to_big(self, limit: str) -> None:
        try:
            size = float(limit)
        except ValueError:
            raise ArgumentError("larger than what? For example: big 10") from None
        self._run_to(f"larger than {limit}", is_larger_than(size))

    def _show_step(self) -> None:
        self._revealed.add(self.debugger.position)
        self.show(str(self.debugger.step))

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    def _who(self, name: str) -> None:
        if not name:
            raise ArgumentError("whose adjoint? For example: who v0")
        name = f"v{name}" if name.isdigit() else name
        added = self.debugger.who(name)
        if not added:
            self.show(f"No row adds to the adjoint of {name}: it is the output, or a constant.")
        for c in added:
            self.show(
                f"   {c.source} adds {value_text(c.value)}: ∂z/∂{c.argument} = {slope_text(c)}; "
                f"adjoint {change_text(c)}"
            )

    # ── predict, then reveal ──────────────────────────────────────────────────────────────────

    def _predict(self, _: str) -> None:
        self.is_predicting = not self.is_predicting
        if self.is_predicting:
            self.show(
                "Predict, then reveal: n asks before it shows. Type a number or a product, 3*1/2;\n"
                "of an array, several. Enter shows it without a score; predict again: stop."
            )
        else:
            self.show(f"No more questions. You predicted {self.n_right} of {self.n_asked} right.")

    def _question(self) -> None:
        """Show the new step, asking for each value before it."""
        step = self.debugger.step
        self._revealed.add(self.debugger.position)
        is_asking = step.is_forward and not step.row.is_leaf
        self.show("\n".join(row_lines(step, with_primal=not is_asking)))
        if is_asking:
            self._ask_for(f"value of {step.name}", step.primal)
        for contribution in step.sent:
            self._ask_for(
                f"what does {step.name} add to the adjoint of {contribution.target}, its "
                f"{contribution.argument}",
                contribution.value,
            )
            self.show("\n".join(islice(sent_lines([contribution]), 1, None)))

    def _ask_for(self, what: str, value: Array) -> None:
        by_shape = value.size > FEW
        answer = ""
        while True:
            answer = self.ask(f"   {what}{' (its shape)' if by_shape else ''}? ").strip()
            if answer in QUIT:
                raise EOFError
            try:
                guess = _numbers(answer)
                break
            except ValueError:
                self.show("   A number, please, such as -0.5 or 1/2; Enter shows it.")
        if guess is not None:
            self.n_asked += 1
            is_right = (
                guess == list(value.shape)
                if by_shape
                else _is_close(np.array(guess), value.ravel())
            )
            self.n_right += is_right
            verdict = "right" if is_right else "not quite"
            self.show(f"   {verdict}: {value_text(value)}   ({self.n_right} of {self.n_asked})")
        else:
            self.show(f"   {value_text(value)}")


SPELLED_OUT = {
    "next": "n",
    "previous": "p",
    "back": "p",
    "b": "p",
    "forward": "f",
    "reverse": "r",
    "jump": "j",
    "table": "t",
    "help": "h",
    "?": "h",
}


def _numbers(answer: str) -> list[float] | None:
    """Read ``-0.5``, ``2*1/3`` or ``[1 2, 3]``; None of an empty answer. Raises ValueError."""
    joined = re.sub(r"\s*([*/])\s*", r"\1", answer)
    words = re.sub(r"[\[\](),]", " ", joined).split()
    try:
        return [_product(word) for word in words] or None
    except ZeroDivisionError as error:
        raise ValueError from error


def _product(word: str) -> float:
    """Read ``0.5``, ``1/2`` or ``3*0.96``."""
    product = 1.0
    for factor in word.split("*"):
        numerator, *denominators = map(float, factor.split("/"))
        product *= reduce(truediv, denominators, numerator)
    return product


def _is_close(guess: Array, value: Array) -> bool:
    if guess.shape != value.shape:
        return False
    size = np.max(np.abs(value), initial=0, where=np.isfinite(value))
    return bool(np.allclose(guess, value, rtol=0, atol=max(CLOSE * size, 1e-9), equal_nan=True))

"""Run a lesson's code cells one after another, as a notebook or the REPL would."""

import ast
from pathlib import Path
from typing import Any

from autograd_mini.errors import AutogradError
from autograd_mini.tutorials.cells import Cell


class Player:
    """Runs cells of ``file`` in one namespace; an expression's value is printed, as in the REPL."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._namespace: dict[str, Any] = {"__name__": "__main__", "__file__": str(file)}

    def run(self, cell: Cell) -> None:
        """Run one code cell.

        Raises AutogradError, with file and line, whatever goes wrong in it.
        """
        try:
            tree = ast.parse("\n" * (cell.line - 1) + cell.source)
            interactive = ast.Interactive(body=tree.body)
            exec(compile(interactive, str(self._file), "single"), self._namespace)
        except BrokenPipeError:  # nobody reads any more: not the lesson's fault
            raise
        except Exception as error:
            raise AutogradError(
                f"{self._file}, line {self._failing_line(error, cell)}: "
                f"{type(error).__name__}: {error}"
            ) from error

    def _failing_line(self, error: Exception, cell: Cell) -> int:
        if isinstance(error, SyntaxError):
            return error.lineno or cell.line
        line, step = cell.line, error.__traceback__
        while step is not None:
            if step.tb_frame.f_code.co_filename == str(self._file):
                line = step.tb_lineno
            step = step.tb_next
        return line

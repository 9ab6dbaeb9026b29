"""The exception tree, and how our tracebacks end at the learner's own line.

AutogradError
├── ShapeError        (ValueError)    shapes, axes or sizes that do not fit together
├── IndexingError     (IndexError)    an index outside the tensor, or of a kind NumPy does not know
├── DTypeError        (TypeError)     values that are not numbers, or cannot carry a gradient
├── ArgumentError     (ValueError)    an argument outside its allowed range
├── MatrixError       (LinAlgError)   a matrix that is singular, or not positive definite
├── GraphError        (RuntimeError)  backward twice, without a graph, or after a change
│   └── AnomalyError                  a NaN or inf that detect_anomaly() has caught
├── RuleError         (RuntimeError)  a primitive whose VJP returned the wrong thing
├── StateError        (RuntimeError)  a module that is not ready, a state that does not fit it
├── FileError         (OSError)       a file or folder that cannot be read or written
├── DrawingError      (RuntimeError)  a drawing program that is missing, fails or takes too long
└── UnsupportedError  (TypeError)     a function or keyword that has no derivative rule here

Each also derives from the built-in a user would catch. A message says what was done with which
values, what was expected, and what to do.
"""

import sys
from types import TracebackType

from numpy.linalg import LinAlgError


class AutogradError(Exception):
    """Base of every error that this package raises on purpose."""


class ShapeError(AutogradError, ValueError):
    """Shapes, axes or sizes do not fit together."""


class IndexingError(AutogradError, IndexError):
    """An index lies outside the tensor, or is of a kind that cannot index."""


class DTypeError(AutogradError, TypeError):
    """A value is not a number, or not one that can carry a gradient."""


class ArgumentError(AutogradError, ValueError):
    """An argument lies outside its allowed range."""


class MatrixError(AutogradError, LinAlgError):
    """A matrix is singular, or not positive definite."""


class GraphError(AutogradError, RuntimeError):
    """The tape cannot be walked as asked."""


class AnomalyError(GraphError):
    """An operation or its derivative made the first NaN or inf inside ``detect_anomaly()``."""


class RuleError(AutogradError, RuntimeError):
    """A derivative rule returned a cotangent of the wrong shape, dtype or kind."""


class StateError(AutogradError, RuntimeError):
    """A module is not ready, or a state does not fit where it is to be loaded."""


class FileError(AutogradError, OSError):
    """A file or folder cannot be read or written; raised by way of ``file_error``."""


class DrawingError(AutogradError, RuntimeError):
    """The drawing program is missing, failed, or took too long."""


class UnsupportedError(AutogradError, TypeError):
    """The engine has no derivative rule for what was called."""


def file_error(message: str, kind: type[OSError]) -> FileError:
    """Return a FileError that ``except kind`` catches too: FileNotFoundError, PermissionError, ….

    >>> error = file_error("load: there is no file 'a.npz'", FileNotFoundError)
    >>> isinstance(error, FileError), isinstance(error, FileNotFoundError), str(error)
    (True, True, "load: there is no file 'a.npz'")
    """
    mixed: type[FileError] = type("FileError", (FileError, kind), {"__module__": __name__})
    return mixed(message)


def trim(error: BaseException) -> BaseException:
    """Cut our own frames off the end of ``error``'s traceback, so that it ends in the caller's."""
    callers: TracebackType | None = None
    frame = error.__traceback__
    while frame is not None:
        if not frame.tb_frame.f_globals.get("__name__", "").startswith(("autograd_mini", "numpy")):
            callers = frame
        frame = frame.tb_next
    if callers is not None:
        callers.tb_next = None
    return error


def end_tracebacks_at_the_caller() -> None:
    """Chain into ``sys.excepthook``: an uncaught AutogradError shows the learner's line last.

    Only the display changes, and only of our own errors.
    """
    show = sys.excepthook

    def excepthook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, AutogradError):
            traceback = trim(error).__traceback__
        show(kind, error, traceback)

    sys.excepthook = excepthook

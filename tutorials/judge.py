"""The child process of a check: load the learner's file, run the checks, tell what came out.

Everything that the learner's code can do to a process ends in one clear event with the learner's
line: an error, ``sys.exit``, ``os._exit``, an endless loop. What it prints is kept apart.
Read next: ``runner.py``, the parent.
"""

import contextlib
import io
import json
import linecache
import os
import sys
import threading
import types
from collections.abc import Callable, Iterator
from importlib.util import decode_source
from pathlib import Path
from typing import Any

TIMED_OUT = 3
_PRINTED_LINES, _PRINTED_COLUMNS = 12, 160


class _NotTextError(Exception):
    """The learner's file is not Python text."""


class _Ended(BaseException):
    """Raised in place of ending the process when the learner's code calls ``os._exit``."""


def judge(request: dict[str, Any]) -> None:
    """Run ``request``'s checks and write an event for each: a marker, then JSON, on one line."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")

    def tell(**event: Any) -> None:
        channel.write(f"\n{request['marker']}{json.dumps(event)}\n")
        channel.flush()

    end_process = os._exit
    os._exit = _refuse_to_end  # type: ignore[assignment]
    file, seconds = request["exercise"], request["seconds"]
    printed = io.StringIO()

    def strike(name: str | None) -> None:
        line = _looping_line(file)
        text = f"still running after {seconds:g} seconds{_at(file, line)}: is it an endless loop?"
        tell(name=name, status="failed", feedback=text, line=line, printed=_tail(printed))
        end_process(TIMED_OUT)

    @contextlib.contextmanager
    def limited(name: str | None) -> Iterator[None]:
        watchdog = threading.Timer(seconds, strike, [name])
        watchdog.daemon = True
        watchdog.start()
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                yield
        finally:
            watchdog.cancel()

    checks = _load_checks(Path(request["checks"]))
    exercise = types.ModuleType("exercise")
    exercise.__file__ = file
    sys.modules["exercise"] = exercise
    tell(name=None, status="begun")
    try:
        with limited(None):
            exec(compile(_source(file), file, "exec"), exercise.__dict__)
    except BaseException as error:
        feedback, line = _describe(error, file)
        tell(name=None, status="failed", feedback=feedback, line=line, printed=_tail(printed))
        end_process(0)
    for name in request["names"]:
        tell(name=name, status="begun")
        with limited(name):
            status, feedback, line = _outcome(checks[name], exercise, name, file)
        tell(name=name, status=status, feedback=feedback, line=line, printed=_tail(printed))
        printed.seek(0)
        printed.truncate()
    end_process(0)  # not a return: threads that the learner's code left would keep the process


def _source(file: str) -> str:
    """Return the text of ``file``, decoded as Python would."""
    content = Path(file).read_bytes()
    with contextlib.suppress(UnicodeDecodeError, SyntaxError):
        text = decode_source(content)
        if "\0" not in text:
            return text
    before, _, _ = content.decode(errors="replace").replace("\0", "\ufffd").partition("\ufffd")
    raise _NotTextError(
        f"line {before.count(chr(10)) + 1} of the file is not text in UTF-8: save it as UTF-8, or "
        f"let `tutorial reset` bring the starter back (yours is kept beside it)"
    )


def _load_checks(file: Path) -> dict[str, Callable[[types.ModuleType], None]]:
    module = types.ModuleType("checks")
    exec(compile(file.read_bytes(), str(file), "exec"), module.__dict__)
    return {
        name.removeprefix("test_"): value
        for name, value in vars(module).items()
        if name.startswith("test_")
    }


def _outcome(
    check: Callable[[types.ModuleType], None], exercise: types.ModuleType, name: str, file: str
) -> tuple[str, str, int | None]:
    """Return (status, feedback, line) of one check."""
    if not callable(getattr(exercise, name, None)):
        text = f"there is no function `{name}` in the file; give it back the starter's name"
        return "failed", text, None
    try:
        check(exercise)
    except NotImplementedError as error:
        line = _learner_line(error, file)
        return "todo", f"not written yet (line {line})", line
    except BaseException as error:
        return "failed", *_describe(error, file)
    return "passed", "", None


def _describe(error: BaseException, file: str) -> tuple[str, int | None]:
    """Return one clear line about ``error``, and the learner's line where it happened."""
    line = _learner_line(error, file)
    kind = type(error).__name__
    text = f"{kind}: {error}" if str(error) else kind
    if isinstance(error, SyntaxError) and error.filename == file:
        line = error.lineno
        return f"the file is not valid Python{_at(file, line)}: {error.msg}", line
    if isinstance(error, _NotTextError) or (isinstance(error, AssertionError) and line is None):
        return str(error), None
    if isinstance(error, NotImplementedError):
        return f"not written yet{_at(file, line)}", line
    if isinstance(error, SystemExit | _Ended):
        ending = "os._exit" if isinstance(error, _Ended) else "sys.exit"
        return f"the code ends Python by {ending}{_at(file, line)}; return a value instead", line
    if line is not None:
        return f"{text}{_at(file, line)}", line
    if isinstance(error, TypeError) and "()" in str(error):
        return f"calling your function failed: {error}; keep the starter's parameters", None
    return f"what your function returned could not be used: {text}", None


def _refuse_to_end(status: int) -> None:
    raise _Ended(status)


def _at(file: str, line: int | None) -> str:
    if line is None:
        return ""
    source = linecache.getline(file, line).strip()
    return f" (line {line}: `{source}`)" if source else f" (line {line})"


def _learner_line(error: BaseException, file: str) -> int | None:
    """The innermost line of ``file`` that ``error`` passed through."""
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _looping_line(file: str) -> int | None:
    """The line of ``file`` at which the main thread is now."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return frame.f_lineno if frame else None


def _tail(printed: io.StringIO) -> str:
    lines = [line[:_PRINTED_COLUMNS] for line in printed.getvalue().splitlines()]
    if len(lines) > _PRINTED_LINES:
        lines = [f"... ({len(lines) - _PRINTED_LINES} lines before)", *lines[-_PRINTED_LINES:]]
    return "\n".join(lines)

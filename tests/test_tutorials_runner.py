"""A check survives whatever the learner's file does, and says it in one line."""

import sys
from pathlib import Path

import pytest

from autograd_mini.errors import AutogradError
from autograd_mini.tutorials import runner
from autograd_mini.tutorials.course import find_lesson
from autograd_mini.tutorials.runner import Outcome, Report, check_exercises

LESSON = find_lesson("diamond")
PRELUDE = (LESSON.folder / "solution.py").read_text(encoding="utf-8")


def check_with(tmp_path: Path, change: str, seconds: float = 10.0) -> tuple[Report, int]:
    """Check the solution with ``change`` at its end; also return the first line of the change."""
    file = tmp_path / "exercise.py"
    file.write_text(PRELUDE + change, encoding="utf-8")
    return check_exercises(LESSON, file, seconds), PRELUDE.count("\n") + 1


def only_primals_failed(report: Report) -> Outcome:
    """The outcome of `primals`; all the others have passed, in a child of their own if need be."""
    assert [each.status for each in report.outcomes[1:]] == ["passed"] * 4
    assert not report.is_passed
    assert report.outcomes[0].status == "failed"
    return report.outcomes[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", "ZeroDivisionError: division by zero (line {}: `return 1 / 0`)"),
        ("return undefined", "NameError: name 'undefined' is not defined (line {}: `return"),
        ("import sys; sys.exit(0)", "the code ends Python by sys.exit (line {}: `import sys; sys"),
        ("exit()", "the code ends Python by sys.exit (line {}: `exit()`); return a value instead"),
        ("import os; os._exit(0)", "the code ends Python by os._exit (line {}: `import os; os"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt (line {}: `raise KeyboardInterrupt`)"),
        ("return primals(x1, x2)", "RecursionError: maximum recursion depth exceeded (line {}"),
        ("assert x1 < 0, 'why'", "AssertionError: why (line {}: `assert x1 < 0, 'why'`)"),
        ("return input()", "EOFError: EOF when reading a line (line {}: `return input()`)"),
        ("print(x1)", "primals returned None: is the `return` missing?"),
    ],
)
def test_error_in_one_exercise(tmp_path: Path, body: str, said: str) -> None:
    report, line = check_with(tmp_path, f"def primals(x1, x2):\n    {body}\n")
    outcome = only_primals_failed(report)
    assert outcome.feedback.startswith(said.format(line + 1))
    assert "\n" not in outcome.feedback
    assert outcome.line == (line + 1 if "line {}" in said else None)


def test_endless_loop_names_its_line(tmp_path: Path) -> None:
    report, line = check_with(
        tmp_path, "def primals(x1, x2):\n    while True:\n        x1 += 1\n", seconds=1.0
    )
    outcome = only_primals_failed(report)
    assert outcome.feedback.startswith("still running after 1 seconds (line ")
    assert outcome.feedback.endswith("is it an endless loop?")
    assert outcome.line in (line + 1, line + 2)


def test_endless_loop_outside_every_function(tmp_path: Path) -> None:
    report, line = check_with(tmp_path, "while True: pass\n", seconds=1.0)
    assert report.problem is not None
    assert report.problem.line == line
    assert {each.status for each in report.outcomes} == {"unchecked"}


def test_python_killed(tmp_path: Path) -> None:
    body = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    report, _ = check_with(tmp_path, f"def primals(x1, x2):\n    {body}\n")
    assert "Python itself came to an end here (exit status" in only_primals_failed(report).feedback


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("def broken(:\n    pass\n", "the file is not valid Python (line {}: `def broken(:`)"),
        ("1 / 0\n", "ZeroDivisionError: division by zero (line {}: `1 / 0`)"),
        ("import sys; sys.exit()\n", "the code ends Python by sys.exit (line {}: `import sys"),
        ("import os; os._exit(5)\n", "the code ends Python by os._exit (line {}: `import os"),
        ("import nosuchmodule\n", "ModuleNotFoundError: No module named 'nosuchmodule' (line {}"),
        ("raise NotImplementedError\n", "not written yet (line {}: `raise NotImplementedError`)"),
    ],
)
def test_file_that_cannot_be_loaded(tmp_path: Path, change: str, said: str) -> None:
    report, line = check_with(tmp_path, change)
    assert report.problem is not None
    assert report.problem.feedback.startswith(said.format(line))
    assert not report.is_passed


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xff\xfe\x00", 1),
        (b"x = '\xe9'\n", 1),
        (b"\n" * 9 + b"x = '\xe9'\n", 10),
        (b"y = 1\nx = 1\0", 2),
        (b"# coding: nosuch\n", 2),
    ],
)
def test_file_that_is_not_text(tmp_path: Path, content: bytes, line: int) -> None:
    file = tmp_path / "exercise.py"
    file.write_bytes(content)
    report = check_exercises(LESSON, file)
    assert report.problem is not None
    assert report.problem.feedback == (
        f"line {line} of the file is not text in UTF-8: save it as UTF-8, or let `tutorial reset` "
        "bring the starter back (yours is kept beside it)"
    )


def test_function_renamed(tmp_path: Path) -> None:
    report, _ = check_with(tmp_path, "del primals\n")
    said = "there is no function `primals` in the file; give it back the starter's name"
    assert only_primals_failed(report).feedback == said


def test_parameters_changed(tmp_path: Path) -> None:
    report, _ = check_with(tmp_path, "def primals(x1):\n    return x1\n")
    feedback = only_primals_failed(report).feedback
    assert feedback.startswith("calling your function failed: primals() takes 1 positional")
    assert feedback.endswith("keep the starter's parameters")


def test_printing_is_shown_and_breaks_nothing(tmp_path: Path) -> None:
    report, _ = check_with(
        tmp_path,
        "import os, sys\nprint('loaded ∂')\nold = primals\n"
        "def primals(x1, x2):\n"
        "    os.write(1, b'no newline')\n    print('x1 is', x1)\n    sys.stdout = None\n"
        "    return old(x1, x2)\n",
    )
    assert report.is_passed
    assert report.outcomes[0].printed.splitlines()[:2] == ["loaded ∂", "x1 is 2.0"]
    assert report.outcomes[1].printed == ""


def test_much_printing_is_cut(tmp_path: Path) -> None:
    report, _ = check_with(tmp_path, "def primals(x1, x2):\n    for i in range(999): print(i)\n")
    lines = only_primals_failed(report).printed.splitlines()
    assert lines[0] == "... (987 lines before)"
    assert lines[-1] == "998"


def test_thread_left_running(tmp_path: Path) -> None:
    report, _ = check_with(
        tmp_path,
        "import threading, time\nthreading.Thread(target=time.sleep, args=(3600,)).start()\n",
    )
    assert report.is_passed


def test_modules_beside_the_file_shadow_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("nn", "numpy", "random", "math", "autograd_mini"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    report, _ = check_with(tmp_path, "")
    assert report.is_passed


def test_utf8_with_byte_order_mark_and_crlf(tmp_path: Path) -> None:
    folder = tmp_path / "mit Umlaut ü and space"
    folder.mkdir()
    file = folder / "exercise.py"
    file.write_bytes(b"\xef\xbb\xbf" + PRELUDE.replace("\n", "\r\n").encode())
    assert check_exercises(LESSON, file).is_passed


def test_no_child_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_BOOT", "raise ImportError('numpy is gone')")
    with pytest.raises(AutogradError, match="lesson 1 cannot run here: ImportError: numpy is gone"):
        check_with(tmp_path, "")


def test_child_without_an_answer_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_STARTING_SECONDS", 1)
    monkeypatch.setattr(runner, "_BOOT", "import time; time.sleep(60)")
    with pytest.raises(AutogradError, match=r"no answer within 1\.5 seconds"):
        check_with(tmp_path, "", seconds=0.1)


def test_same_python_is_used(tmp_path: Path) -> None:
    report, _ = check_with(
        tmp_path,
        "import os, sys\ndef primals(x1, x2):\n"
        f"    print(os.path.samefile(sys.executable, {sys.executable!r}),"
        f" os.path.samefile(sys.prefix, {sys.prefix!r}))\n",
    )
    assert only_primals_failed(report).printed == "True True"

"""The commands as a learner types them, from every folder a learner may stand in."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from autograd_mini.errors import AutogradError, FileError
from autograd_mini.tutorials import screen
from autograd_mini.tutorials.cli import tutorial
from autograd_mini.tutorials.course import all_lessons, find_lesson

ROOT = Path(__file__).resolve().parent.parent
LESSON = find_lesson("diamond")
COMMANDS = ["check", "hint", "list", "progress", "reset", "run", "show", "solution", "start"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def lessons(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a learner's folder that was just made."""
    assert typed("start").exit_code == 0
    folder = elsewhere / "autograd-lessons"
    monkeypatch.chdir(folder)
    return folder


def typed(*words: str, answer: str | None = None, color: bool = False) -> Result:
    """What comes out of ``tutorial words``; any error but a usage error is raised."""
    result = CliRunner().invoke(tutorial, words, input=answer, color=color)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def solve(folder: Path, *lessons: str) -> None:
    for lesson in map(find_lesson, lessons):
        source = (lesson.folder / "solution.py").read_bytes()
        (folder / lesson.folder.name / "exercise.py").write_bytes(source)


def in_a_process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograd_mini", "tutorial", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, flag: str) -> None:
    result = typed(command, flag)
    assert result.exit_code == 0
    assert f"Example: autograd-mini tutorial {command}" in result.output


def test_group_lists_every_command_in_full() -> None:
    output = typed("-h").output
    assert re.findall(r"^  ([a-z]+) +[A-Z]", output, re.MULTILINE) == COMMANDS
    assert "..." not in output.partition("Commands:")[2]


def test_list_before_and_after_start(elsewhere: Path) -> None:
    before = typed("list").output
    assert "3 vanishing_exploding" in before
    assert "tutorial start" in before
    typed("start")
    after = typed("list").output
    assert after.startswith("> 1 diamond")
    assert "0 of 5 passed" in after
    assert "tutorial start" not in after


def test_list_as_json(lessons: Path) -> None:
    data = json.loads(typed("list", "--json").output)
    assert [row["slug"] for row in data["lessons"]] == [each.slug for each in all_lessons()]
    assert data["lessons"][0] == {
        "number": 1,
        "slug": "diamond",
        "title": LESSON.title,
        "minutes": LESSON.minutes,
        "needs": [],
        "exercises": [exercise.name for exercise in LESSON.exercises],
        "passed": [],
        "completed": None,
    }


def test_start_says_what_to_type_next(elsewhere: Path) -> None:
    output = typed("start", "my lessons").output
    assert output.count("wrote ") == 6
    for step in ['cd "my lessons"', "tutorial run 1", "01_diamond", "tutorial check 1"]:
        assert step in output
    assert (elsewhere / "my lessons" / ".autograd-mini.json").is_file()


def test_start_again_overwrites_nothing(lessons: Path) -> None:
    mine = lessons / "01_diamond" / "exercise.py"
    mine.write_text("mine", encoding="utf-8")
    output = typed("start").output
    assert output.count("(it was there already)") == 6
    assert mine.read_text(encoding="utf-8") == "mine"
    assert not (lessons / "autograd-lessons").exists()
    assert "  cd " not in output
    assert output.startswith("In this folder:\n  kept  01_diamond/lesson.py  (it was")


def test_start_fits_80_columns(elsewhere: Path) -> None:
    for _ in range(2):
        output = typed("start").output
        assert output.startswith("In autograd-lessons:\n")
        assert max(map(len, output.splitlines())) <= 80


def test_start_says_how_it_was_called(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = elsewhere / ".venv" / "bin" / "autograd-mini"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", "")
    path = os.path.join(".venv", "bin", "autograd-mini")
    assert f"exercises: `{path} tutorial start`" in typed("list").output
    output = typed("start").output
    assert f"\n  {os.path.join('..', path)} tutorial run 1  " in output
    assert max(map(len, output.splitlines())) <= 80


@pytest.mark.parametrize("name", ["", " "])
def test_start_without_a_name(elsewhere: Path, name: str) -> None:
    result = typed("start", name)
    assert result.exit_code == 2
    assert "the folder's name is empty; leave it out for ./autograd-lessons" in result.stderr
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("name", ["notes", "notes/below"])
def test_start_into_a_file(elsewhere: Path, name: str) -> None:
    (elsewhere / "notes").write_text("mine", encoding="utf-8")
    with pytest.raises(FileError) as caught:
        typed("start", name)
    assert f"the lessons cannot be put into {Path(name)}: notes is a file;" in str(caught.value)
    assert "name a folder that you may write to, as in `autograd-mini" in str(caught.value)


def test_start_where_nothing_may_be_written(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "somewhere inside")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(PermissionError) as caught:
        typed("start", "locked")
    assert str(caught.value).startswith(
        "the lessons cannot be put into locked: Permission denied; name a folder that you may"
    )
    assert "somewhere inside" not in str(caught.value)


def test_show_runs_nothing() -> None:
    output = typed("show", "1").output
    assert "The diamond" in output
    assert "| print(ag.tape(y))" in output
    assert "dy/dx = 21.0" not in output
    assert "1. `primals`" in output
    assert "tutorial start" in output


def test_run_prints_prose_code_and_output(lessons: Path) -> None:
    output = typed("run", "1").output
    prose, code = output.index("That is the diamond."), output.index("| a = 3.0 * x")
    assert prose < code < output.index("dy/dx = 21.0")
    assert "# %%" not in output
    assert "**derivative**" not in output
    assert f"They are in {os.path.join('01_diamond', 'exercise.py')}" in output


@pytest.mark.parametrize("slug", ["diamond", "gradient_checking"])
@pytest.mark.parametrize("command", ["show", "run"])
def test_lesson_fits_80_columns(slug: str, command: str) -> None:
    output = typed(command, slug).output
    assert [line for line in output.splitlines() if len(line) > 80] == []


def test_output_stands_apart_from_code(lessons: Path) -> None:
    code = "# %%\nprint('one')\nprint('two', end='')\n# %%\nx = 1\n# %%\nx\n1 / 0\n"
    (lessons / "01_diamond" / "lesson.py").write_text(code, encoding="utf-8")
    result = CliRunner().invoke(tutorial, ["run", "1"])
    assert "line 8: ZeroDivisionError" in str(result.exception)
    assert result.stdout.splitlines()[1:] == [
        *["", "| print('one')", "| print('two', end='')"],
        *["---- it prints -------------------------", "one", "two", "-" * 40],
        *["", "| x = 1", "", "| x", "| 1 / 0"],
        *["---- it prints -------------------------", "1", "-" * 40],
    ]


def test_long_code_is_broken_between_words(lessons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "# %%\nif True:\n    total = " + " + ".join(["first_number"] * 8) + "\n"
    (lessons / "01_diamond" / "lesson.py").write_text(code.replace("first_number", "10000"))
    monkeypatch.setenv("COLUMNS", "40")
    lines = typed("show", "1").output.splitlines()
    assert lines[3:6] == [
        "|     total = 10000 + 10000 + 10000 +",
        "|             10000 + 10000 + 10000 +",
        "|             10000 + 10000",
    ]


def test_code_added_under_prose_is_shown_and_run(lessons: Path) -> None:
    file = lessons / "01_diamond" / "lesson.py"
    with file.open("a", encoding="utf-8") as lesson:
        lesson.write("\nmine = 6 * 7\n# a comment\nprint('mine is', mine)\n")
    output = typed("run", "1").output
    assert "\n| mine = 6 * 7\n| # a comment\n| print('mine is', mine)\n" in output
    assert "\nmine is 42\n" in output


def test_lesson_that_is_not_text(lessons: Path) -> None:
    file = lessons / "01_diamond" / "lesson.py"
    file.write_bytes(b"# %%\nx = '\xe9'\n")
    with pytest.raises(AutogradError) as caught:
        typed("run", "1")
    assert str(caught.value) == (
        f"line 2 of {file} is not text in UTF-8: save the file as UTF-8, or let `autograd-mini "
        "tutorial reset` bring the original back"
    )


def test_run_plays_the_learners_copy(lessons: Path) -> None:
    (lessons / "01_diamond" / "lesson.py").write_text("# %%\n6 * 7\n", encoding="utf-8")
    assert "42" in typed("run", "1").output


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("# %% [markdown]\n# text\n# %%\nx = 1\nx / 0\n", "line 5: ZeroDivisionError: division"),
        ("# %%\nx = 1\n# %%\n\nx = (\n", "line 5: SyntaxError"),
        ("# %%\ndef f():\n    return y\n# %%\nf()\n", "line 3: NameError: name 'y'"),
        ("# %%\n\nreturn 1\n", "line 3: SyntaxError: 'return' outside function"),
    ],
)
def test_run_names_the_failing_line(lessons: Path, code: str, said: str) -> None:
    (lessons / "01_diamond" / "lesson.py").write_text(code, encoding="utf-8")
    with pytest.raises(AutogradError) as caught:
        typed("run", "1")
    assert said in str(caught.value)


def test_reader_leaves_with_q(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, goes_on in [("q", False), ("Q", False), ("\x1b", False), ("\r", True), (" ", True)]:
        monkeypatch.setattr(click, "getchar", lambda key=key: key)
        assert screen.reader_goes_on() is goes_on


def test_check_of_the_starter(lessons: Path) -> None:
    result = typed("check")
    assert result.exit_code == 1
    assert result.output.count("  todo  ") == 5
    assert (
        "  todo  primals: the values of the five rows of y = ln(x1) + x1·x2 − sin(x2)"
        in result.output
    )
    assert "tutorial hint 1" in result.output


def test_check_of_the_solution_explains_and_moves_nobody(lessons: Path) -> None:
    solve(lessons, "diamond")
    result = typed("check", "1")
    assert result.exit_code == 0
    assert result.output.count("  pass  ") == 5
    assert "What you have built." in result.output
    assert "Next, when you like: `autograd-mini tutorial run 2`" in result.output
    assert typed("list").output.count("completed 2") == 1


def test_whole_course(lessons: Path) -> None:
    solve(lessons, "diamond", "gradient_checking", "vanishing_exploding")
    assert typed("check", "--all").exit_code == 0
    assert "3 of 3 lessons completed" in typed("progress").output
    assert "the course is complete" in typed("check").output


def test_check_as_json(lessons: Path) -> None:
    exercise = lessons / "01_diamond" / "exercise.py"
    solve(lessons, "diamond")
    exercise.write_text(
        exercise.read_text(encoding="utf-8") + "def primals(x1, x2):\n    print(x1)\n    1 / 0\n",
        encoding="utf-8",
    )
    result = typed("check", "1", "--json")
    assert result.exit_code == 1
    data = json.loads(result.output)
    assert data["passed"] is False
    (lesson,) = data["lessons"]
    assert (lesson["number"], lesson["slug"], lesson["problem"]) == (1, "diamond", None)
    first, *others = lesson["exercises"]
    assert first["name"] == "primals"
    assert first["status"] == "failed"
    assert first["feedback"].startswith("ZeroDivisionError: division by zero (line ")
    assert first["printed"] == "2.0"
    assert {each["status"] for each in others} == {"passed"}


def test_check_all_as_json(lessons: Path) -> None:
    result = typed("check", "--all", "--json")
    assert result.exit_code == 1
    assert [each["slug"] for each in json.loads(result.output)["lessons"]] == [
        lesson.slug for lesson in all_lessons()
    ]


def test_check_of_a_broken_file(lessons: Path) -> None:
    (lessons / "01_diamond" / "exercise.py").write_text("def (:\n", encoding="utf-8")
    result = typed("check", "1")
    assert result.exit_code == 1
    assert "FAIL  exercise.py could not be loaded" in result.output
    assert "the file is not valid Python (line 1: `def (:`): invalid syntax" in result.output
    assert "Traceback" not in result.output


def test_lesson_of_the_folder_we_are_in(lessons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lessons / "03_vanishing_exploding")
    assert typed("check").output.startswith("3 Vanishing")
    assert "Lesson 3" in typed("show").output


def test_hints_come_one_by_one(lessons: Path) -> None:
    hints = [" ".join(hint.split())[:30] for hint in LESSON.exercises[0].hints]
    for shown in (1, 2, 3, 3):
        output = typed("hint", "1").output
        assert [hint in output for hint in hints] == [level < shown for level in range(3)]
    assert "tutorial solution 1" in output


def test_hint_is_for_the_first_exercise_that_did_not_pass(lessons: Path) -> None:
    solve(lessons, "diamond")
    exercise = lessons / "01_diamond" / "exercise.py"
    code = exercise.read_text(encoding="utf-8") + "del tangents\n"
    exercise.write_text(code, encoding="utf-8")
    typed("check", "1")
    assert "exercise `tangents`" in typed("hint", "1").output
    solve(lessons, "diamond")
    typed("check", "1")
    assert "no hint is left" in typed("hint", "1").output


def test_solution_asks_first(lessons: Path) -> None:
    source = (LESSON.folder / "solution.py").read_text(encoding="utf-8")
    asked = typed("solution", "1", answer="n\n")
    assert asked.exit_code == 0
    assert "not completed yet" in asked.stderr
    assert asked.stdout == ""
    assert typed("solution", "1", answer="y\n").stdout == source
    assert typed("solution", "1", "--yes").stdout == source
    nobody = typed("solution", "1")
    assert nobody.exit_code == 2
    assert "lesson 1 is not completed; add --yes" in nobody.stderr
    solve(lessons, "diamond")
    typed("check", "1")
    assert typed("solution", "1").output == source


def test_reset(lessons: Path) -> None:
    solve(lessons, "diamond")
    typed("check", "1")
    output = typed("reset", "1").output
    assert "exercise.py.bak" in output
    assert "0 of 5 passed" in typed("list").output.splitlines()[0]
    assert typed("check", "1").output.count("  todo  ") == 5


def test_progress(lessons: Path) -> None:
    solve(lessons, "diamond")
    typed("check", "1")
    output = typed("progress").output
    assert "1 of 3 lessons completed" in output
    assert "> 2 gradient_checking" in output
    data = json.loads(typed("progress", "--json").output)
    assert data["completed"] == 1
    assert data["current"] == "gradient_checking"
    assert data["folder"] == str(lessons)


@pytest.mark.parametrize("command", ["show", "run", "check", "hint", "solution", "reset"])
def test_unknown_lesson_is_wrong_use(lessons: Path, command: str) -> None:
    result = typed(command, "gradient_chekcing")
    assert result.exit_code == 2
    assert "no tutorial 'gradient_chekcing'; did you mean 'gradient_checking'?" in result.stderr
    assert "1 diamond, 2 gradient_checking, 3 vanishing_exploding" in result.stderr


def test_lesson_and_all_is_wrong_use(lessons: Path) -> None:
    assert typed("check", "1", "--all").exit_code == 2


@pytest.mark.parametrize("command", ["check", "hint", "reset", "progress"])
def test_without_a_folder(command: str) -> None:
    with pytest.raises(AutogradError, match="type `autograd-mini tutorial start` to make one here"):
        typed(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_damaged_record(lessons: Path, command: str) -> None:
    record = lessons / ".autograd-mini.json"
    record.write_text('{"schema": 1, "les', encoding="utf-8")
    with pytest.raises(AutogradError, match=r"\.autograd-mini\.json is damaged"):
        typed(command)
    assert record.read_text(encoding="utf-8") == '{"schema": 1, "les'


def test_names_complete_in_the_shell() -> None:
    parameter = tutorial.commands["check"].params[0]
    context = click.Context(tutorial.commands["check"])
    items = parameter.shell_complete(context, "grad")
    assert [item.value for item in items] == ["gradient_checking"]


def test_colours_only_on_a_terminal(lessons: Path) -> None:
    assert "\x1b[" not in typed("check", "1").output
    assert "\x1b[33mtodo" in typed("check", "1", color=True).output


def test_process_from_another_folder(elsewhere: Path) -> None:
    done = in_a_process("list")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 gradient_checking" in done.stdout


def test_process_checks_and_gives_the_exit_status(lessons: Path) -> None:
    done = in_a_process("check", "1", FORCE_COLOR="", NO_COLOR="1")
    assert done.returncode == 1
    assert done.stdout.count("todo") == 5
    assert done.stderr == ""
    solve(lessons, "diamond")
    assert in_a_process("check", "1").returncode == 0


def test_process_runs_a_lesson_in_a_pipe(elsewhere: Path) -> None:
    done = in_a_process("run", "diamond")
    assert (done.returncode, done.stderr) == (0, "")
    assert "dy/dx = 21.0" in done.stdout


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["run", "backprob"], 2, "no tutorial 'backprob'"),
        (["solution", "1"], 2, "add --yes"),
        (["check"], 1, "no lessons were found here"),
        (["nosuch"], 2, "nosuch"),
    ],
)
def test_process_fails_in_one_line(words: list[str], status: int, said: str) -> None:
    done = in_a_process(*words)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_process_in_a_folder_it_may_not_write(elsewhere: Path) -> None:
    (elsewhere / "file").write_text("", encoding="utf-8")
    done = in_a_process("start", os.path.join("file", "below"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1

"""Where a function is written, and its source, cut to what concerns it."""

import ast
import inspect
import linecache
import os
import sys
import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple


class Source(NamedTuple):
    """A piece of source: its text, and the file and line where it begins."""

    text: str
    file: str
    line: int


def source_of(function: Callable[..., Any], keyword: str = "") -> Source | None:
    """Return the source of a function; None if no file holds it, as of one typed in the REPL.

    A lambda is cut out of the statement around it; one given as ``keyword=lambda …`` keeps the
    keyword.

    >>> source_of(len) is None
    True
    """
    if not isinstance(function, FunctionType):
        return None
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    try:
        if function.__name__ != "<lambda>":
            text = textwrap.dedent(inspect.getsource(function)).rstrip()
            return Source(text, _short(code.co_filename), code.co_firstlineno)
        written = "".join(lines)
        node = _lambda(ast.parse(written), code.co_firstlineno, keyword)
    except (OSError, SyntaxError):  # typed in the REPL, or the file has changed since
        return None
    if node is None:
        return None
    segment = ast.get_source_segment(written, node, padded=True) or ""
    return Source(textwrap.dedent(segment), _short(code.co_filename), node.lineno)


def without_docstring(text: str) -> str:
    """Return a function's source without its docstring.

    >>> print(without_docstring("def f(x):\\n    'Double it.'\\n    return 2 * x"))
    def f(x):
        return 2 * x
    """
    body = getattr(ast.parse(text).body[0], "body", [])
    lines = text.splitlines()
    if len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        del lines[body[0].lineno - 1 : body[0].end_lineno]
    return "\n".join(lines)


def line_text(line: str | None) -> str:
    """Return the text of a row's ``file.py:12``, if that is the running script or the REPL."""
    file, _, number = (line or "").rpartition(":")
    script = getattr(sys.modules["__main__"], "__file__", None) or ""
    if file and file == os.path.basename(script):
        return linecache.getline(script, int(number)).strip()
    return linecache.getline(file, int(number)).strip() if file.startswith("<") else ""


def _lambda(tree: ast.AST, line: int, keyword: str) -> ast.keyword | ast.Lambda | None:
    """Find the lambda that begins on ``line``, rather the one that ``keyword`` names."""
    found = None
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == keyword:
            if isinstance(node.value, ast.Lambda) and node.value.lineno == line:
                return node
        elif isinstance(node, ast.Lambda) and node.lineno == line:
            found = found or node
    return found


def _short(file: str) -> str:
    """Return a file's path, from the working directory if it lies below."""
    here = os.path.join(os.getcwd(), "")
    return file.removeprefix(here)

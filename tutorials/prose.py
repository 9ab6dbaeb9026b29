"""Markdown to text for a terminal: headings, paragraphs, lists, tables, code, bold, `code`."""

import re
import textwrap
from collections.abc import Iterator

import click

_ITEM = re.compile(r"\s*([-*]|\d+\.) ")


def to_terminal(markdown: str, width: int) -> str:
    """Return ``markdown`` wrapped to ``width`` columns and styled with terminal colours.

    >>> print(to_terminal("- one\\n- two words", width=8))
      - one
      - two
        words
    """
    return "\n\n".join(
        "\n".join(_styled_block(kind, lines, width) for kind, lines in group)
        for group in _groups(markdown)
    )


def _groups(markdown: str) -> Iterator[list[tuple[str, list[str]]]]:
    """Yield runs of blocks; items of one list stand in one run, without blank lines between."""
    run: list[tuple[str, list[str]]] = []
    for kind, lines in _blocks(markdown):
        if run and not (kind == "item" == run[-1][0]):
            yield run
            run = []
        run.append((kind, lines))
    if run:
        yield run


def _blocks(markdown: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (kind, lines); kind is heading, item, verbatim or paragraph."""
    kind, lines = "paragraph", list[str]()
    in_fence = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            if lines:
                yield kind, lines
            kind, lines, in_fence = ("paragraph", [], False) if in_fence else ("verbatim", [], True)
        elif in_fence:
            lines.append(line)
        else:
            opens = _opening_kind(line)
            if lines and (not line.strip() or (opens and not opens == kind == "verbatim")):
                yield kind, lines
                kind, lines = "paragraph", []
            if line.strip():
                kind = opens or kind
                lines.append(line)
    if lines:
        yield kind, lines


def _opening_kind(line: str) -> str | None:
    if line.startswith("#"):
        return "heading"
    if line.startswith(("    ", "|")):
        return "verbatim"
    return "item" if _ITEM.match(line) else None


def _styled_block(kind: str, lines: list[str], width: int) -> str:
    if kind == "verbatim":
        return textwrap.indent(textwrap.dedent("\n".join(lines)), "    ")
    text = " ".join(line.strip() for line in lines)
    if kind == "heading":
        marks, title = text.split(" ", 1)
        line = click.style(title, bold=True)
        return f"{line}\n{'=' * len(title)}" if marks == "#" else line
    mark = _ITEM.match(text) if kind == "item" else None
    wrapped = textwrap.fill(
        text,
        width,
        initial_indent="  " if mark else "",
        subsequent_indent="  " + " " * len(mark[0]) if mark else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return _styled_words(wrapped)


def _styled_words(text: str) -> str:
    text = re.sub(
        r"\*\*(.+?)\*\*", lambda found: click.style(found[1], bold=True), text, flags=re.DOTALL
    )
    return re.sub(r"`[^`]+`", lambda found: click.style(found[0], fg="cyan"), text)

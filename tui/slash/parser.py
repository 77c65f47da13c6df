"""From typed text to a call. For now one text holds one command; scripts will grow here."""

from __future__ import annotations

import re

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.slash.syntax import Argument, Call, Word, read_word, skip_space

NAMED_ARGUMENT = re.compile(r"([A-Za-z0-9_]+)=")
"""The beginning of `name=value`."""
_NAME = re.compile(r"\S+")
_NEXT_COMMAND = re.compile(r"(?<!\\)\|+\s*/[A-Za-z:]")


def is_command(text: str) -> bool:
    """Tell whether a line is for the program: it begins with one slash, not with two.

    It is then never a message, even when it cannot be read.
    """
    line = text.lstrip()
    return line.startswith("/") and not line.startswith("//")


def parse(text: str) -> Call:
    r"""Read one command: `/name key=value key="a value" the rest is text`.

    Named arguments stand directly behind the name; the first word that is none begins the text,
    in which `x=y` is text too. (A command that takes no free text has them behind it as well:
    `arguments.bind` reads those.) Line breaks are white space.

    Raises:
        CommandError: With the column of what cannot be read.
    """
    start = skip_space(text, 0)
    if text[start : start + 1] != "/":
        raise CommandError("a command begins with /", column=start)
    match = _NAME.match(text, start + 1)
    if match is None:
        raise CommandError("a command's name is missing", hint="/help lists them", column=start)
    name = match.group()
    if "/" in name:
        shown = clean_line(name, 60)
        raise CommandError(
            f"/{shown} is not a command",
            hint="/caption followed by a path captions a picture; // in front sends it as text",
            column=start,
        )
    _one_command_only(text)
    rest_start = skip_space(text, match.end())
    named, raw_start = read_named(text, rest_start)
    return Call(
        name,
        start,
        named,
        raw=text[raw_start:].rstrip(),
        raw_start=raw_start,
        rest=text[rest_start:].rstrip(),
        rest_start=rest_start,
    )


def _one_command_only(text: str) -> None:
    second = _NEXT_COMMAND.search(text)
    if second is not None:
        raise CommandError(
            "one command at a time", hint=r"write \| for a bar in text", column=second.start()
        )


def read_named(text: str, start: int) -> tuple[tuple[Argument, ...], int]:
    """Read the named arguments that stand at a column, and say where they end.

    Raises:
        CommandError: A quote is not closed.
    """
    found: list[Argument] = []
    while match := NAMED_ARGUMENT.match(text, start):
        word = read_word(text, match.end())
        check_closed(word)
        found.append(Argument(match.group(1), start, word))
        start = skip_space(text, word.end)
    return tuple(found), start


def check_closed(word: Word) -> None:
    """Raise CommandError when a quote was opened and not closed."""
    if not word.closed:
        raise CommandError(
            "the closing quote is missing", hint=r"write \" for a quote in text", column=word.start
        )

"""Colours of code by Pygments, which is loaded on first use or in idle time."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tui.ui.transcript.lines import Run

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_LONGEST = 100_000
"""Characters of a block beyond which it stays plain."""
_LEAST_SECONDS = 0.05
_SECONDS_EACH = 20e-6
"""Of the processor, in all and for each character, after which a block stays plain: Pygments takes
one to three microseconds for most, and minutes for a page of empty lines."""
_LOOK = 32
"""Tokens between two looks at the clock."""
_STYLES = {
    "Keyword": "keyword",
    "Literal.String": "string",
    "Literal.Number": "number",
    "Comment": "comment",
    "Name.Function": "function",
    "Name.Class": "function",
    "Name.Tag": "keyword",
    "Name.Attribute": "function",
    "Name.Builtin": "function",
    "Name.Decorator": "function",
    "Operator.Word": "keyword",
    "Generic.Deleted": "error",
    "Generic.Inserted": "string",
    "Generic.Heading": "keyword",
}


class _Haste:
    """Whether code is left plain, and whether some was."""

    on = False
    left_plain = False


def hasten() -> None:
    """Leave code plain until `take_time`: the first frame does not wait for Pygments."""
    _Haste.on = True


def is_hasty() -> bool:
    """Whether code is left plain."""
    return _Haste.on


def take_time() -> bool:
    """Colour code from now on; says whether some was left plain."""
    left, _Haste.on, _Haste.left_plain = _Haste.left_plain, False, False
    return left


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    """The lexer of a language, or None when it is unknown."""
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 - slow to load
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=256)
def _style(token: Any) -> str:
    while token is not None:
        name = str(token).removeprefix("Token.")
        if name in _STYLES:
            return _STYLES[name]
        token = token.parent
    return "block"


def highlight(code: str, language: str) -> list[list[Run]]:
    """The lines of the code as runs; plain where the language is unknown, or it takes too long."""
    worth = bool(language) and len(code) <= _LONGEST
    _Haste.left_plain |= worth and _Haste.on
    lexer = _lexer(language) if worth and not _Haste.on else None
    lines = _coloured(code, lexer) if lexer is not None else None
    return [[(line, "block", "")] for line in code.split("\n")] if lines is None else lines


def _coloured(code: str, lexer: Lexer) -> list[list[Run]] | None:
    """The lines in colours; None: it takes too long."""
    lines: list[list[Run]] = [[]]
    end = time.thread_time() + _LEAST_SECONDS + _SECONDS_EACH * len(code)
    for count, (token, value) in enumerate(lexer.get_tokens(code)):
        if not count % _LOOK and time.thread_time() > end:
            return None
        style = _style(token)
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part:
                last = lines[-1]
                if last and last[-1][1] == style:
                    last[-1] = (last[-1][0] + part, style, "")
                else:
                    last.append((part, style, ""))
    return lines


class OpenCode:
    """A block of code that still grows: each finished line is coloured once.

    Lines are coloured from the last place where no string or comment was open. That is a guess
    which `highlight` of the whole block replaces as soon as the block is complete.
    """

    _PAIRS = (('"""', '"""'), ("'''", "'''"), ("/*", "*/"), ("<!--", "-->"))
    _FURTHEST = 60

    def __init__(self, language: str) -> None:
        self.language = language
        self.lines: list[list[Run]] = []
        """The finished lines."""
        self._open: list[str] = []
        """Lines since the last safe place."""

    def add(self, line: str) -> None:
        """Colour one more finished line."""
        self._open.append(line)
        text = "\n".join(self._open)
        self.lines.append(highlight(text, self.language)[len(self._open) - 1])
        if len(self._open) >= self._FURTHEST or not self._inside(text):
            self._open.clear()

    def _inside(self, text: str) -> bool:
        for start, end in self._PAIRS:
            opened, closed = text.count(start), text.count(end)
            if (opened % 2) if start == end else opened > closed:
                return True
        return False

"""The small things of the command language: white space, words, lists, comments."""

from __future__ import annotations

import re

from tui.domain.errors import CommandError
from tui.slash.syntax import Source, Text, Word, skip_space

_SPECIAL = re.compile(r'\\|\||\{\{|\{:|:\}|"|\s+')
_COMMENT_END = re.compile(r"\\\||\||:\}")
_BLOCK = re.compile(r"/\*|\*\|")
_QUOTE_HINT = r"write \" for a quote in text, \| for a bar in text"


class Lexer:
    """Goes along a text; the parser says what is expected next."""

    def __init__(self, text: str, *, strict: bool) -> None:
        self._source = Source(text)
        self._text = text
        self._strict = strict
        self._at = 0
        self._opened: list[int] = []
        """Where the closures begin that are being read."""

    def _ignored(self) -> Text:
        """Text where a command could stand, up to the next bar; closures in it are text too."""
        start, depth = self._at, 0
        for match in _SPECIAL.finditer(self._text, start):
            if match.start() < self._at:
                continue
            what = match.group()
            if what in ("|", ":}") and not depth and (what == "|" or self._opened):
                self._at = match.start()
                break
            depth += {"{:": 1, ":}": -1 if depth else 0}.get(what, 0)
            self._at = self._behind(match)
        else:
            self._at = len(self._text)
        return Text(self._text[start : self._at].rstrip(), start)

    def _comment(self) -> bool:
        start = self._at
        if self._text.startswith("/*", start):
            depth = 0
            for match in _BLOCK.finditer(self._text, start):
                depth += 1 if match.group() == "/*" else -1
                if not depth:
                    self._at = match.end()
                    return True
            raise CommandError("the comment is not closed", hint="it ends with *|", column=start)
        if not self._text.startswith(("//", "/#"), start):
            return False
        for match in _COMMENT_END.finditer(self._text, start):
            if match.group() == "|" or (match.group() == ":}" and self._opened):
                self._at = match.start()
                return True
        raise CommandError("the comment is not closed", hint="it ends with |", column=start)

    def _word(self) -> Word:
        word = self._source.word(self._at, strict=self._strict, closure_ends=bool(self._opened))
        if not word.closed:
            raise CommandError("the closing quote is missing", hint=_QUOTE_HINT, column=word.start)
        self._at = word.end
        return word

    def _list(self) -> Word:
        start = self._at
        end = self._text.find("]", start)
        while end > 0 and self._text[end - 1] == "\\":
            end = self._text.find("]", end + 1)
        if end < 0:
            raise CommandError("the list is not closed", hint="it ends with ]", column=start)
        self._at = end + 1
        return Word(self._text[start : end + 1], start, end + 1)

    def _special(self) -> re.Match[str] | None:
        return _SPECIAL.match(self._text, self._at)

    def _letters(self) -> None:
        """Pass over letters that mean nothing but themselves."""
        found = _SPECIAL.search(self._text, self._at)
        self._at = found.start() if found else len(self._text)

    def _space(self) -> None:
        self._at = skip_space(self._text, self._at)

    def _ends_command(self, at: int) -> bool:
        return self._text.startswith("|", at) or self._closure_ends(at)

    def _closure_ends(self, at: int) -> bool:
        return bool(self._opened) and self._text.startswith(":}", at)

    def _behind(self, match: re.Match[str]) -> int:
        r"""Where the text goes on behind something special: behind what `\` protects, a macro."""
        if match.group() == "\\":
            protected = "|{}:\\" if self._strict else "|{}:"
            return match.end() + (self._text[match.end() : match.end() + 1] in tuple(protected))
        return self._source.spans.get(match.start(), match.end())

"""From typed text to a tree. No command is run, and nothing outside the text is looked at.

The grammar is that of SillyTavern's STscript; `docs/commands.md` says where Salon differs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.slash.lexer import Lexer
from tui.slash.syntax import (
    OFF,
    ON,
    Argument,
    Call,
    Closure,
    Grammar,
    Part,
    Script,
    Text,
    Word,
    skip_space,
)

NAMED_ARGUMENT = re.compile(r"([A-Za-z0-9_]+)=")
"""The beginning of `name=value`."""
DEEPEST = 64
"""Closures within closures."""

GrammarOf = Callable[[str, int], Grammar]
"""Says how a command of that name, at that column, reads its text. Raises CommandError: unknown."""

_NAME_END = re.compile(r"\s|\||:\}|$")
_BAR = re.compile(r"\|+")


def is_command(text: str) -> bool:
    """Tell whether a line is for the program: it begins with one slash, not with two.

    It is then never a message, even when it cannot be read.
    """
    line = text.lstrip()
    return line.startswith("/") and not line.startswith("//")


def parse(text: str, grammar_of: GrammarOf, *, strict: bool = False) -> Script:
    r"""Read a script: commands with a bar between them.

    Args:
        text: `/name key=value the rest | /next`.
        grammar_of: Knows the commands.
        strict: Whether `\\` stands for a backslash from the beginning; `/parser-flag
            STRICT_ESCAPING` changes it from where it stands.

    Raises:
        CommandError: With the column of what cannot be read, counted from the start of the text.
    """
    return Parser(text, grammar_of, strict=strict).script()


class Parser(Lexer):
    """One reading of a text."""

    def __init__(self, text: str, grammar_of: GrammarOf, *, strict: bool) -> None:
        super().__init__(text, strict=strict)
        self._grammar_of = grammar_of

    # -- scripts

    def script(self) -> Script:
        """Commands up to the end of the text or of the closure. Raises CommandError."""
        calls: list[Call] = []
        ignored: list[Text] = []
        broken = False
        while True:
            self._space()
            if self._at >= len(self._text):
                if self._opened:
                    raise CommandError(
                        "the closure is not closed",
                        hint="it ends with :}",
                        column=self._opened[-1],
                    )
                break
            if self._closure_ends(self._at):
                break
            if bars := _BAR.match(self._text, self._at):
                broken = broken or len(bars.group()) > 1
                self._at = bars.end()
            elif self._text[self._at] != "/":
                ignored.append(self._ignored())
            elif not self._comment():
                calls.append(self._call(broken))
                broken = False
        return Script(tuple(calls), tuple(ignored))

    # -- commands

    def _call(self, broken: bool) -> Call:
        start = self._at
        if self._text.startswith("/:", start):
            return self._short_run(start, broken)
        match = _NAME_END.search(self._text, start + 1)
        end = match.start() if match else len(self._text)
        name = self._text[start + 1 : end]
        if not name:
            raise CommandError("a command's name is missing", hint="/help lists them", column=start)
        if "/" in name:
            raise CommandError(
                f"/{clean_line(name, 60)} is not a command",
                hint="/caption followed by a path captions a picture; // in front sends it as text",
                column=start,
            )
        grammar = self._grammar_of(name, start)
        self._at = end
        named = self._named() if grammar.names else ()
        self._space()
        parts_start = self._at
        raw = grammar.raw and not _is_off(named, "raw")
        parts = self._unnamed(grammar.words, raw)
        call = Call(name, start, self._at, named, parts, parts_start, broken, self._strict)
        if name == "parser-flag":
            self._set_flag(call)
        return call

    def _short_run(self, start: int, broken: bool) -> Call:
        """`/:name a=1`: what `/run name` with the arguments in front would do."""
        self._at = start + 2
        word = self._word()
        if not word.value:
            raise CommandError("the name of what to run is missing", column=start)
        named = self._named()
        self._space()
        if self._at < len(self._text) and not self._ends_command(self._at):
            raise CommandError("/: takes only name=value behind the name", column=self._at)
        name = Text(self._text[word.start : word.end], word.start)
        return Call("run", start, self._at, named, (name,), word.start, broken, self._strict)

    def _set_flag(self, call: Call) -> None:
        words = call.parts[0].raw.split() if call.parts and isinstance(call.parts[0], Text) else []
        if words and words[0].upper() == "STRICT_ESCAPING":
            self._strict = len(words) == 1 or words[1].casefold() in ON

    def _named(self) -> tuple[Argument, ...]:
        """`name=value` pairs, each behind white space; leaves off at what is none."""
        found: list[Argument] = []
        while True:
            start = skip_space(self._text, self._at)
            match = NAMED_ARGUMENT.match(self._text, start) if start > self._at else None
            if match is None:
                return tuple(found)
            self._at = match.end()
            found.append(Argument(match.group(1), start, self._value()))

    def _value(self) -> Word | Closure:
        if self._text.startswith("{:", self._at):
            return self._closure()
        if self._text.startswith("[", self._at):
            return self._list()
        return self._word()

    # -- the unnamed argument

    def _unnamed(self, words: int, raw: bool) -> tuple[Part, ...]:
        """Read up to the command's end.

        Args:
            words: How many words, which may be quoted, come first; -1: all is words.
            raw: Whether a quote that begins what follows them is a letter like any other.
        """
        parts: list[Part] = []
        text_start = self._at
        begins, rest = True, False
        while self._at < len(self._text) and not self._ends_command(self._at):
            what = self._special()
            if what and what.group().isspace():
                begins, self._at = True, what.end()
                continue
            quotable = begins and (words != 0 or not (raw or rest))
            if begins:
                rest = words == 0
                words -= words > 0
                begins = False
            if what is None:
                self._letters()
            elif what.group() == "{:":
                self._add_text(parts, text_start)
                parts.append(self._closure())
                text_start, begins = self._at, True
            elif what.group() == '"' and quotable:
                self._word()
            else:
                self._at = self._behind(what)
        self._add_text(parts, text_start)
        return _trimmed(parts)

    def _add_text(self, parts: list[Part], start: int) -> None:
        if start < self._at:
            parts.append(Text(self._text[start : self._at], start))

    def _closure(self) -> Closure:
        start = self._at
        if len(self._opened) >= DEEPEST:
            raise CommandError(f"closures nest more than {DEEPEST} deep", column=start)
        self._opened.append(start)
        self._at += 2
        before = self._at
        parameters = self._parameters()
        body = self.script()
        source = self._text[before : self._at].strip()
        self._at += 2
        self._opened.pop()
        immediate = self._text.startswith("()", self._at)
        self._at += 2 * immediate
        return Closure(source, start, self._at, parameters, body, immediate)

    def _parameters(self) -> tuple[Argument, ...]:
        """`name=default` at the head of a closure; the first needs no space in front."""
        start = skip_space(self._text, self._at)
        match = NAMED_ARGUMENT.match(self._text, start)
        if match is None:
            return ()
        self._at = match.end()
        first = Argument(match.group(1), start, self._value())
        return (first, *self._named())


def _is_off(named: tuple[Argument, ...], name: str) -> bool:
    given = [each.value for each in named if each.name.casefold() == name]
    return bool(given) and isinstance(given[-1], Word) and given[-1].value.strip().casefold() in OFF


def _trimmed(parts: list[Part]) -> tuple[Part, ...]:
    """Without white space at both ends."""
    if parts and isinstance(parts[-1], Text):
        parts[-1] = Text(parts[-1].raw.rstrip(), parts[-1].start)
    return tuple(part for part in parts if isinstance(part, Closure) or part.raw)

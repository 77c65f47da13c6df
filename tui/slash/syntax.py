"""The command language as a tree: scripts, calls, arguments, closures, text; and reading its words.

Nothing here knows which commands there are. Text is kept as typed, with its quotes and escapes,
and its place in the source, so that whoever needs it can report where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ON = frozenset(("true", "on", "yes", "1"))
OFF = frozenset(("false", "off", "no", "0"))
"""What a switch can be, in lower case."""

_BRACES = re.compile(r"\\[{}]|\{\{|\}\}")


@dataclass(frozen=True, slots=True)
class Text:
    """Text as typed."""

    raw: str
    start: int
    """Where it stands in the source, counted from 0, as everywhere here."""

    @property
    def end(self) -> int:
        """Where the source goes on."""
        return self.start + len(self.raw)


@dataclass(frozen=True, slots=True)
class Closure:
    """`{: … :}`: a script as a value."""

    source: str
    """What stands between the colons, stripped."""
    start: int
    end: int
    parameters: tuple[Argument, ...]
    """`name=default` at its head; they become variables inside."""
    body: Script
    immediate: bool = False
    """`()` behind it: it is run where it stands, and its result takes its place."""


Part = Text | Closure
"""A piece of a value; several stand for their texts joined."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A `name=value` in front of a command's text, or at the head of a closure."""

    name: str
    start: int
    """Column of the name."""
    value: Word | Closure


@dataclass(frozen=True, slots=True)
class Call:
    """One command as typed; whether its arguments make sense is the binder's matter."""

    name: str
    """Without the slash."""
    start: int
    """Column of the slash."""
    end: int
    named: tuple[Argument, ...] = ()
    """In the order typed; a name may come twice."""
    parts: tuple[Part, ...] = ()
    """The unnamed argument; none: it was not given."""
    parts_start: int = 0
    """Where the unnamed argument begins, or would."""
    broken: bool = False
    """`||` in front: the result of the command before does not come in."""
    strict: bool = False
    r"""Whether `\\` stands for one backslash."""


@dataclass(frozen=True, slots=True)
class Script:
    """Commands that are run one after the other."""

    calls: tuple[Call, ...] = ()
    ignored: tuple[Text, ...] = ()
    """Text between two bars that is no command and does nothing."""


@dataclass(frozen=True, slots=True)
class Word:
    """A value as typed, with its quotes and escapes taken away."""

    value: str
    start: int
    """Column of its first character, the quote included."""
    end: int
    """Column behind its last character."""
    quoted: bool = False
    closed: bool = True
    """False: it began with a quote and the text ended before the second one."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the parser has to know of a command to find the end of its unnamed argument."""

    words: int = 0
    """How many words it reads before the text that it takes whole; -1: all."""
    raw: bool = False
    """Quotes mean nothing in that text, unless `raw=false` is given."""
    names: bool = True
    """Whether `name=value` in front is an argument and no text."""


def macro_spans(text: str) -> dict[int, int]:
    r"""Where macros begin and end: `{{ … }}`, nested ones too. `\{` and `\}` are no braces."""
    spans: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACES.finditer(text):
        if match.group() == "{{":
            opened.append(match.start())
        elif match.group() == "}}" and opened:
            spans[opened.pop()] = match.end()
    return spans


def skip_space(text: str, start: int) -> int:
    """The column of the next character that is no white space, or the end."""
    while start < len(text) and text[start].isspace():
        start += 1
    return start


class Source:
    """A text whose words can be read; a macro counts as one character of a word."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = macro_spans(text)

    def word(self, start: int, *, strict: bool = False, closure_ends: bool = False) -> Word:
        r"""Read a quoted or a bare word that begins at a column.

        In quotes `\"` and `\|` stand for the second character, in a bare word `\|` and `\ ` do;
        every other backslash is a backslash. A bare word ends before white space and `|`.

        Args:
            start: Column of the first character.
            strict: Whether `\\` stands for one backslash.
            closure_ends: Whether `:}` ends a bare word.
        """
        if self.text[start : start + 1] == '"':
            return self._quoted(start, strict)
        letters: list[str] = []
        escaped = tuple("| \\" if strict else "| ")
        at = start
        while at < len(self.text):
            letter = self.text[at]
            if letter.isspace() or letter == "|":
                break
            if closure_ends and self.text.startswith(":}", at):
                break
            end = self.spans.get(at, at + 1)
            if letter == "\\" and self.text[at + 1 : at + 2] in escaped:
                at, end = at + 1, at + 2
            letters.append(self.text[at:end])
            at = end
        return Word("".join(letters), start, min(at, len(self.text)))

    def _quoted(self, start: int, strict: bool) -> Word:
        letters: list[str] = []
        escaped = tuple('"|\\' if strict else '"|')
        at = start + 1
        while at < len(self.text):
            letter = self.text[at]
            if letter == '"':
                return Word("".join(letters), start, at + 1, quoted=True)
            if letter == "|" and not strict:
                return Word("".join(letters), start, at, quoted=True, closed=False)
            end = self.spans.get(at, at + 1)
            if letter == "\\" and self.text[at + 1 : at + 2] in escaped:
                at, end = at + 1, at + 2
            letters.append(self.text[at:end])
            at = end
        return Word("".join(letters), start, len(self.text), quoted=True, closed=False)


def quote(value: str, *, close: bool = True) -> str:
    r"""Write a value so that it is read as it is: in quotes where needed, nothing a macro.

    A backslash at the very end cannot be written in quotes; such a value comes without them.

    Args:
        value: Any text.
        close: False leaves the second quote out, for a word that is still being typed.
    """
    value = re.sub(r"[{}]", r"\\\g<0>", value) if re.search(r"[{}:\\][{}]|[{}]:", value) else value
    special = any(letter.isspace() or letter in '"|=' for letter in value)
    if value and not special and value[0] != "[":
        return value
    if value.endswith("\\"):
        return re.sub(r"[\s|]", r"\\\g<0>", value)
    inner = value.replace('"', '\\"').replace("|", "\\|")
    return f'"{inner}"' if close else f'"{inner}'


def plain(raw: str, *, strict: bool = False) -> str:
    r"""Text as meant: `\|` stands for a bar, and `\\` for a backslash where that is strict."""
    if strict:
        return re.sub(r"\\([\\|])", r"\1", raw)
    return raw.replace("\\|", "|")


def unquoted(raw: str, *, strict: bool = False) -> str:
    """Text as meant, where a quoted beginning loses its quotes."""
    if not raw.startswith('"'):
        return plain(raw, strict=strict)
    word = Source(raw).word(0, strict=strict)
    if not word.closed:
        return plain(raw, strict=strict)
    return word.value + plain(raw[word.end :], strict=strict)

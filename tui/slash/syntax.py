"""The parts of a command as typed: words, arguments, calls."""

from __future__ import annotations

from dataclasses import dataclass

_ESCAPED_QUOTED = frozenset('"\\|')
_ESCAPED_BARE = frozenset('"\\| ')


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
class Argument:
    """A `name=value` in front of a command's text."""

    name: str
    start: int
    """Column of the name."""
    word: Word


@dataclass(frozen=True, slots=True)
class Call:
    """One command as typed; whether it exists is the registry's matter."""

    name: str
    """Without the slash."""
    start: int
    """Column of the slash."""
    named: tuple[Argument, ...] = ()
    """In the order typed; a name may come twice."""
    raw: str = ""
    """What follows the named arguments, stripped, quotes and escapes as typed."""
    raw_start: int = 0
    """Column of `raw`."""
    rest: str = ""
    """Everything behind the name, stripped, as typed: for commands without named arguments."""
    rest_start: int = 0
    """Column of `rest`."""


def skip_space(text: str, start: int) -> int:
    """The column of the next character that is no white space, or the end."""
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def read_word(text: str, start: int) -> Word:
    r"""Read a quoted or a bare word that begins at a column.

    In quotes, `\"`, `\\` and `\|` stand for the second character; in a bare word `\ ` does too.
    Every other backslash is a backslash. A bare word ends before white space.
    """
    if text[start : start + 1] == '"':
        return _read_quoted(text, start)
    letters: list[str] = []
    position = start
    while position < len(text) and not text[position].isspace():
        if text[position] == "\\" and text[position + 1 : position + 2] in _ESCAPED_BARE:
            position += 1
        letters.append(text[position : position + 1])
        position += 1
    return Word("".join(letters), start, min(position, len(text)))


def _read_quoted(text: str, start: int) -> Word:
    letters: list[str] = []
    position = start + 1
    while position < len(text):
        letter = text[position]
        if letter == '"':
            return Word("".join(letters), start, position + 1, quoted=True)
        if letter == "\\" and text[position + 1 : position + 2] in _ESCAPED_QUOTED:
            position += 1
            letter = text[position]
        letters.append(letter)
        position += 1
    return Word("".join(letters), start, len(text), quoted=True, closed=False)


def quote(value: str, *, close: bool = True) -> str:
    """Write a value so that `read_word` gives it back; bare when that is enough.

    Args:
        value: Any text.
        close: False leaves the second quote out, for a word that is still being typed.
    """
    plain = value and not any(letter.isspace() or letter in '"\\|' for letter in value)
    if plain and "=" not in value:
        return value
    inner = value.replace("\\", "\\\\").replace('"', '\\"').replace("|", "\\|")
    return f'"{inner}"' if close else f'"{inner}'


def unquoted(raw: str) -> str:
    r"""The text of a raw argument: a quoted beginning loses its quotes, `\|` its backslash."""
    word = read_word(raw, 0)
    if word.quoted and word.closed:
        return word.value + raw[word.end :].replace("\\|", "|")
    return raw.replace("\\|", "|")

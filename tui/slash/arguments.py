"""What a command takes, and turning typed words into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.services.picture_ids import read_id
from tui.slash.fuzzy import did_you_mean
from tui.slash.parser import check_closed, read_named
from tui.slash.syntax import Argument, Call, Word, read_word, skip_space, unquoted

Kind = Literal[
    "text",
    "number",
    "switch",
    "choice",
    "path",
    "message",
    "picture",
    "command",
    "connection",
    "model",
    "character",
    "persona",
    "theme",
    "chat",
    "setting",
]
"""What a value is, for conversion and for completion. `message` is the number of a message:
`3`, `#3`, `-1` or `last`; `picture` the number in `img3`. A place for a picture's id takes nothing
else: another word there belongs to the next place."""

Value = str | int | bool

_ON = frozenset(("true", "on", "yes", "1"))
_OFF = frozenset(("false", "off", "no", "0"))
_MESSAGE = re.compile(r"#?(-?\d{1,9})")
_LAST = -1


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a command takes."""

    name: str
    summary: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    """The values allowed, for kind `choice`; for kind `text`, those that are offered."""
    aliases: tuple[str, ...] = ()
    named: bool = False
    """Given as `name=value` and not by its place."""
    required: bool = False
    several: bool = False
    """May be given more than once; otherwise the last one counts."""
    rest: bool = False
    """Takes all of the text that is left; only for the last place."""
    verbatim: bool = False
    """With `rest`: quotes and escapes stay as typed."""

    @property
    def usage(self) -> str:
        """How it is typed, in brackets when it may be left out."""
        shown = self.name
        if self.choices and not self.named:
            shown = "|".join(self.choices)
        elif self.named:
            shown = f"{self.name}={self._value_usage}" + ("…" if self.several else "")
        return shown if self.required else f"[{shown}]"

    @property
    def _value_usage(self) -> str:
        if self.kind == "switch":
            return "true|false"
        if self.choices:
            return "|".join(self.choices)
        return {"path": "PATH", "message": "N", "number": "N", "picture": "imgN"}.get(
            self.kind, "TEXT"
        )

    def convert(self, word: Word) -> Value:
        """Turn what was typed into the parameter's kind. Raises CommandError."""
        match self.kind:
            case "switch":
                return self._switch(word)
            case "number" | "message":
                return self._number(word)
            case "choice":
                return self._choice(word)
            case "picture":
                return self._picture(word)
            case _:
                return word.value

    def _switch(self, word: Word) -> bool:
        value = word.value.strip().casefold()
        if value not in _ON | _OFF:
            raise self._refuse(word, "true or false")
        return value in _ON

    def _number(self, word: Word) -> int:
        value = word.value.strip()
        if self.kind == "message" and value.casefold() == "last":
            return _LAST
        match = _MESSAGE.fullmatch(value)
        if match is None:
            raise self._refuse(word, "a number as shown by #N")
        return int(match.group(1))

    def _picture(self, word: Word) -> int:
        number = read_id(word.value)
        if number is None:
            raise self._refuse(word, "the id of a picture, such as img1")
        return number

    def _choice(self, word: Word) -> str:
        for choice in self.choices:
            if choice.casefold() == word.value.strip().casefold():
                return choice
        raise self._refuse(word, ", ".join(self.choices))

    def _refuse(self, word: Word, allowed: str) -> CommandError:
        given = clean_line(word.value, 40)
        return CommandError(
            f"{self.name} cannot be {given!r}" if given else f"{self.name} needs a value",
            hint=f"it can be {allowed}",
            column=word.start,
        )


@dataclass(frozen=True, slots=True)
class Arguments:
    """The values a command was given, converted and by the parameter's name."""

    values: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    columns: Mapping[str, int] = field(default_factory=dict)
    """Where the values were typed."""

    def text(self, name: str) -> str:
        """A text; empty when it was not given."""
        given = self.values.get(name)
        return str(given[-1]) if given else ""

    def texts(self, name: str) -> list[str]:
        """All texts given under a name, in order."""
        return [str(value) for value in self.values.get(name, ())]

    def number(self, name: str) -> int | None:
        """A number; None when it was not given."""
        given = self.values.get(name)
        return int(given[-1]) if given else None

    def flag(self, name: str) -> bool:
        """A switch; False when it was not given."""
        given = self.values.get(name)
        return bool(given[-1]) if given else False

    def column(self, name: str) -> int:
        """Where the value was typed, counted from 0."""
        return self.columns.get(name, 0)


class _Binder:
    def __init__(self) -> None:
        self.values: dict[str, list[Value]] = {}
        self.columns: dict[str, int] = {}

    def put(self, parameter: Parameter, value: Value, column: int) -> None:
        known = self.values.setdefault(parameter.name, [])
        if not parameter.several:
            known.clear()
        known.append(value)
        self.columns[parameter.name] = column


def bind(call: Call, parameters: Sequence[Parameter]) -> Arguments:
    """Give each parameter what was typed for it.

    A command without named parameters takes `x=y` as text.

    Raises:
        CommandError: Something is missing, too much, unknown, or of the wrong kind.
    """
    named = [each for each in parameters if each.named]
    binder = _Binder()
    text, start = call.rest, call.rest_start
    if named:
        text, start = call.raw, call.raw_start
        _bind_named(call.name, call.named, named, binder)
    end = _bind_places(text, start, [each for each in parameters if not each.named], binder)
    if named and end < len(text):
        behind, end = read_named(text, end)
        moved = [Argument(a.name, a.start + start, _shifted(a.word, start)) for a in behind]
        _bind_named(call.name, moved, named, binder)
    if end < len(text):
        raise CommandError("that is more than the command takes", column=start + end)
    for each in parameters:
        if each.required and each.name not in binder.values:
            raise CommandError(
                f"/{call.name} needs {each.name}", hint=each.summary, column=start + len(text)
            )
    return Arguments(binder.values, binder.columns)


def _bind_named(
    command: str, given: Sequence[Argument], named: Sequence[Parameter], binder: _Binder
) -> None:
    spellings = {s.casefold(): each for each in named for s in (each.name, *each.aliases)}
    for argument in given:
        parameter = spellings.get(argument.name.casefold())
        if parameter is None:
            names = [each.name for each in named]
            hint = did_you_mean(argument.name, names) or "it takes " + ", ".join(names)
            raise CommandError(
                f"/{command} takes no {argument.name}=",
                hint=f"{hint}; put text that contains = in quotes",
                column=argument.start,
            )
        binder.put(parameter, parameter.convert(argument.word), argument.word.start)


def _bind_places(text: str, start: int, places: Sequence[Parameter], binder: _Binder) -> int:
    """Give the places their words; the column in `text` of what is left."""
    position = 0
    for parameter in places:
        position = skip_space(text, position)
        if position >= len(text):
            return position
        if parameter.rest:
            binder.put(
                parameter, _rest(parameter, text[position:], start + position), start + position
            )
            return len(text)
        word = _shifted(read_word(text, position), start)
        if parameter.kind == "picture" and read_id(word.value) is None:
            continue
        check_closed(word)
        binder.put(parameter, parameter.convert(word), word.start)
        position = word.end - start
    return skip_space(text, position)


def _rest(parameter: Parameter, raw: str, column: int) -> Value:
    if parameter.verbatim:
        return raw
    check_closed(_shifted(read_word(raw, 0), column))
    value = unquoted(raw)
    return parameter.convert(Word(value, column, column + len(raw)))


def _shifted(word: Word, by: int) -> Word:
    return Word(word.value, word.start + by, word.end + by, word.quoted, word.closed)

"""What a command takes, and turning typed words into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.services.picture_ids import read_id
from tui.slash.scope import Bound, Value
from tui.slash.syntax import OFF, ON, Word

Kind = Literal[
    "text",
    "number",
    "decimal",
    "switch",
    "choice",
    "path",
    "message",
    "picture",
    "command",
    "connection",
    "painter",
    "model",
    "picture_model",
    "character",
    "persona",
    "theme",
    "chat",
    "setting",
    "range",
    "variable",
    "script",
    "macro",
    "script_set",
    "closure",
    "any",
]
"""What a value is, for conversion and for completion. `message` is the number of a message:
`3`, `#3`, `-1` or `last`; `picture` the number in `img3`. A place for a picture's id takes nothing
else: another word there belongs to the next place. `range` is one message or several: `2-5`;
`painter` a connection that makes pictures; `script` a closure or its name: of a quick reply, or of
a variable that holds one; `script_set` the name of a set of quick replies; `closure` a closure or a
command as text, `any` a closure or any text; no other kind takes a closure. `macro` is no kind of
parameter: completion asks for the names of macros by it."""

_MESSAGE = re.compile(r"#?(-?\d{1,9})")
_LAST = -1
_USAGE: dict[Kind, str] = {
    "path": "PATH",
    "message": "N",
    "number": "N",
    "decimal": "N",
    "picture": "imgN",
    "range": "N-N",
    "script": "NAME",
    "script_set": "NAME",
    "closure": "{: … :}",
}


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
    """With `rest`: quotes stay as typed."""
    unless: str = ""
    """A named parameter that takes this place's value: when it is given, the place is left out."""
    default: str = ""
    """What counts when it is not given, as it would be typed; empty: nothing."""

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
        return _USAGE.get(self.kind, "TEXT")

    def convert(self, word: Word) -> Value:
        """Turn what was typed into the parameter's kind. Raises CommandError."""
        match self.kind:
            case "switch":
                return self._switch(word)
            case "number" | "message":
                return self._number(word)
            case "decimal":
                return self._decimal(word)
            case "choice":
                return self._choice(word)
            case "picture":
                return self._picture(word)
            case _:
                return word.value

    def _switch(self, word: Word) -> bool:
        value = word.value.strip().casefold()
        if value not in ON | OFF:
            raise self._refuse(word, "true or false")
        return value in ON

    def _number(self, word: Word) -> int:
        value = word.value.strip()
        if self.kind == "message" and value.casefold() == "last":
            return _LAST
        match = _MESSAGE.fullmatch(value)
        if match is None:
            is_message = self.kind == "message"
            raise self._refuse(word, "a number as shown by #N" if is_message else "a whole number")
        return int(match.group(1))

    def _decimal(self, word: Word) -> float:
        try:
            value = float(word.value)
        except ValueError:
            raise self._refuse(word, "a number") from None
        if not isfinite(value):
            raise self._refuse(word, "a number")
        return value

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
class Typed:
    """The text of a place that may begin with a file's name, or hold several."""

    words: tuple[str, ...] = ()
    behind: str = ""
    """What follows the first word."""
    plain: bool = False
    """Whether no macro changed the text: then those that only its reader knows may."""


NOT_TYPED = Typed()
"""Of text that a script put there: it is never taken for a file's name."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The values a command was given, converted and by the parameter's name."""

    values: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    columns: Mapping[str, int] = field(default_factory=dict)
    """Where the values were typed."""
    extra: Mapping[str, Value] = field(default_factory=dict)
    """What was given by names that the command does not have."""
    typed: Mapping[str, Typed] = field(default_factory=dict)
    """For places of kind `path` that take the rest."""
    absent: frozenset[str] = frozenset()
    """Parameters that were not given, though their default is among the values."""

    def given(self, name: str) -> bool:
        """Whether a value was given, be it empty."""
        return name in self.values and name not in self.absent

    def value(self, name: str) -> Value | None:
        """A value as it is; None when it was not given."""
        given = self.values.get(name)
        return given[-1] if given else None

    def every(self, name: str) -> Sequence[Value]:
        """All values given under a name, as they are."""
        return self.values.get(name, ())

    def closure(self, name: str) -> Bound | str | None:
        """A closure, or a command as text; None when it was not given."""
        value = self.value(name)
        return value if value is None or isinstance(value, Bound) else str(value)

    def text(self, name: str) -> str:
        """A text; empty when it was not given."""
        given = self.values.get(name)
        return str(given[-1]) if given else ""

    def texts(self, name: str) -> list[str]:
        """All texts given under a name, in order."""
        return [str(value) for value in self.values.get(name, ())]

    def number(self, name: str) -> int | None:
        """A whole number; None when it was not given."""
        value = self.value(name)
        return None if value is None or isinstance(value, Bound) else int(value)

    def decimal(self, name: str) -> float | None:
        """A number; None when it was not given."""
        value = self.value(name)
        return None if value is None or isinstance(value, Bound) else float(value)

    def flag(self, name: str) -> bool:
        """A switch; False when it was not given and has no default."""
        return bool(self.value(name))

    def words(self, name: str) -> Typed:
        """The words of a place that may hold files' names."""
        return self.typed.get(name, NOT_TYPED)

    def column(self, name: str) -> int:
        """Where the value was typed, counted from 0."""
        return self.columns.get(name, 0)

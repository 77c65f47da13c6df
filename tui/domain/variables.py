"""Variables as scripts and macros see them: texts and numbers by name, without any storage.

A value is kept as it was given; text that looks like a number reads as one. Lists and objects are
kept as compact JSON text, so that they print as they are, and are looked into with an index.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tui.domain.errors import AppError
from tui.domain.script_values import read_container, write_number

JSON = dict[str, Any] | list[Any] | str | int | float | bool | None
"""What can be kept in a chat's file."""
Value = str | int | float | bool
"""What reading a variable gives; empty text where there is none."""

MOST_ITEMS = 100_000
"""Longest list that an index may make."""
MOST_CHARACTERS = 10_000_000
"""Longest text that a variable holds."""
_NUMBER = re.compile(r"[+-]?(?:(\d{1,300})|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)", re.I | re.A)
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.A)
_TRUE = ("on", "true", "1")
_FALSE = ("off", "false", "0")


class VariableError(AppError):
    """A variable that cannot be changed in the way that was asked."""


def number(value: JSON) -> int | float | None:
    """What a value is as a number; None when it is none. Blank text is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if isinstance(value, int) or math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    if match.group(1):
        return int(text)
    found = float(text)
    return found if math.isfinite(found) else None


def text_of(value: JSON) -> str:
    """How a value is printed: `7` and not `7.0`, `2.5`, `true`, compact JSON, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _number_text(value: int | float) -> str:
    if isinstance(value, int) and value.bit_length() <= 1024:
        return str(value)
    if isinstance(value, int) or math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "NaN" if math.isnan(value) else write_number(value)


def read(value: JSON) -> Value:
    """What a kept value is when it is read: a number where it looks like one, else text."""
    if isinstance(value, bool):
        return value
    found = number(value)
    return text_of(value) if found is None else found


def is_true(value: JSON) -> bool:
    """Whether a condition holds: not for nothing, `false`, `off` and `0`."""
    return text_of(value).strip().casefold() not in ("", *_FALSE)


def element(value: JSON, index: str | int) -> Value:
    """What stands at a place of a list or under a key of an object; empty when nothing does."""
    inside = _container(value)
    if isinstance(inside, dict):
        return read(inside.get(text_of(index)))
    place = _place(index)
    if isinstance(inside, list) and place is not None and -len(inside) <= place < len(inside):
        return read(inside[place])
    return ""


def with_element(value: JSON, index: str | int, new: JSON, name: str = "it") -> str:
    """A list or object, as JSON text, after something was put into it.

    Args:
        value: The list or object so far; where there is nothing yet, a number for an index makes
            a list and any other text an object.
        index: A place, counted from 0, negative from the end; or a key.
        new: What to put there. Places that were skipped hold null.
        name: Of the variable, for the error.

    Raises:
        VariableError: It is something else, or there is no such place.
    """
    place = _place(index)
    inside = _container(value)
    if inside is None and text_of(value).strip() in ("", "null"):
        inside = {} if place is None else []
    if isinstance(inside, dict):
        inside[text_of(index)] = new
    elif isinstance(inside, list) and place is not None:
        _put(inside, place, new, name)
    elif isinstance(inside, list):
        raise VariableError(f"{name} is a list", hint=f"index= is a number, not {index!r}")
    else:
        raise VariableError(
            f"{name} holds neither a list nor an object", hint="without index= it is replaced"
        )
    return text_of(inside)


def _put(items: list[Any], place: int, new: JSON, name: str) -> None:
    if place < 0:
        place += len(items)
    if not 0 <= place < MOST_ITEMS:
        raise VariableError(
            f"{name} has no such place", hint=f"places go from 0 to {MOST_ITEMS - 1}"
        )
    items.extend([None] * (place + 1 - len(items)))
    items[place] = new


def _place(index: str | int) -> int | None:
    text = text_of(index).strip()
    return int(text) if _WHOLE.fullmatch(text) else None


def _container(value: JSON) -> dict[str, Any] | list[Any] | None:
    """A list or object of its own, from JSON text or as an imported chat may hold it."""
    return read_container(value if isinstance(value, str) else text_of(value))


def converted(value: JSON, kind: str) -> JSON:
    """A value as the type that `as=` names; unknown names leave it as it is.

    What cannot be converted becomes the type's empty value: 0, an empty list or object.
    """
    kind = kind.strip().casefold()
    if kind in ("", "string", "str"):
        return text_of(value) if kind else value
    if kind in ("null", "undefined", "none"):
        return None
    if kind in ("boolean", "bool"):
        return text_of(value).strip().casefold() in _TRUE
    if kind in ("number", "float", "int"):
        found = number(value) or 0
        return int(found) if kind == "int" else found
    return _as_container(value, kind)


def _as_container(value: JSON, kind: str) -> JSON:
    inside = _container(value)
    if kind in ("list", "array"):
        return inside if isinstance(inside, list) else []
    if kind in ("object", "dict", "dictionary"):
        return inside if isinstance(inside, dict) else {}
    return value


def added(value: JSON, more: JSON) -> JSON:
    """The sum of two numbers, the list with one more element, or the texts one after the other."""
    inside = _container(value)
    if isinstance(inside, list):
        return text_of([*inside, more])
    one, other = number(value) if text_of(value).strip() else 0, number(more)
    if one is None or other is None:
        return text_of(value) + text_of(more)
    total = one + other
    return total if number(total) is not None else text_of(total)


class Variables:
    """The variables of one scope, over a dictionary that somebody else keeps."""

    def __init__(self, values: dict[str, JSON] | None = None) -> None:
        self.values: dict[str, JSON] = {} if values is None else values
        """As they are kept: texts, numbers, and JSON text for lists and objects."""
        self.revision = 0
        """Counts changes, so that their keeper knows when to save."""
        self._before: dict[str, tuple[bool, JSON]] | None = None

    def get(self, name: str, index: str | int | None = None) -> Value:
        """What a variable holds, or what it has at an index; empty when there is nothing."""
        value = self.values.get(name)
        return read(value) if index is None else element(value, index)

    def set(self, name: str, value: JSON, index: str | int | None = None, as_: str = "") -> None:
        """Give a variable a value.

        Args:
            name: Any text but an empty one.
            value: What it is to hold, or what is to stand at the index.
            index: See `with_element`.
            as_: See `converted`.

        Raises:
            VariableError: The name is empty, the index does not fit, or it is too much.
        """
        if not name.strip():
            raise VariableError("a variable needs a name")
        value = converted(value, as_)
        if index is not None:
            value = with_element(self.values.get(name), index, value, name)
        elif isinstance(value, dict | list):
            value = text_of(value)
        if isinstance(value, str) and len(value) > MOST_CHARACTERS:
            raise VariableError(f"{name} would hold more than {MOST_CHARACTERS:,} characters")
        self._note(name)
        self.values[name] = value
        self.revision += 1

    def add(self, name: str, more: JSON) -> Value:
        """Add a number, append text, or push onto a list; gives back what it holds then.

        Raises:
            VariableError: The name is empty.
        """
        self.set(name, added(self.values.get(name), more))
        return self.get(name)

    def increment(self, name: str) -> Value:
        """Add one. Raises VariableError."""
        return self.add(name, 1)

    def decrement(self, name: str) -> Value:
        """Take one away. Raises VariableError."""
        return self.add(name, -1)

    def delete(self, name: str) -> None:
        """Forget a variable; one that is not there is forgotten already."""
        if name in self.values:
            self._note(name)
            del self.values[name]
            self.revision += 1

    def has(self, name: str) -> bool:
        """Whether there is a variable of that name."""
        return name in self.values

    def names(self) -> list[str]:
        """In the order in which they were made."""
        return list(self.values)

    def items(self) -> Iterator[tuple[str, Value]]:
        """Names with what reading them gives."""
        return ((name, read(value)) for name, value in self.values.items())

    @contextmanager
    def noted(self) -> Iterator[Callable[[], None]]:
        """Gives what takes back all that is changed within, and nothing else."""
        before: dict[str, tuple[bool, JSON]] = {}

        def take_back() -> None:
            for name, (was_there, value) in before.items():
                if was_there:
                    self.values[name] = value
                else:
                    self.values.pop(name, None)
                self._taken_back(name)
            self.revision += bool(before)
            before.clear()

        self._before = before
        try:
            yield take_back
        finally:
            self._before = None

    def _note(self, name: str) -> None:
        if self._before is not None:
            self._before.setdefault(name, (name in self.values, self.values.get(name)))

    def _taken_back(self, name: str) -> None:
        """One is again as it was."""

    def copy(self) -> Variables:
        """The same variables apart, to try something or to go back to."""
        return Variables(dict(self.values))

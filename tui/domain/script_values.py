"""What a script's text stands for: numbers as JavaScript writes them, lists and objects as JSON.

Scripts come from SillyTavern, where values are JavaScript's; the form of a number is that of
ECMAScript's Number::toString and of its StringToNumber.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from math import isfinite

from tui.domain.safetext import clean

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
_PLAIN_DIGITS = 21
"""Numbers with more digits before the point are written with an exponent."""
_PLAIN_ZEROS = 6
"""Numbers with as many zeros behind the point are, too."""


def same(one: object, other: object) -> bool:
    """Equal and of one kind: to JSON, `1`, `1.0` and `true` are three things."""
    return type(one) is type(other) and one == other


def read_number(text: str) -> float | None:
    """The finite number that a text is; None: it is none."""
    text = text.strip()
    if _INTEGER.fullmatch(text):
        digits = text[2:].lstrip("0") or "0"
        # More than these are beyond any float.
        return float(int(f"{text[:2]}{digits}", 0)) if len(digits) <= 250 else None
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if isfinite(number) else None


def write_number(number: float) -> str:
    """A finite number as JavaScript would print it: `7`, `0.1`, `1e+21`."""
    if not number:
        return "0"
    sign = "-" if number < 0 else ""
    _, figures, exponent = Decimal(repr(abs(float(number)))).normalize().as_tuple()
    digits = "".join(map(str, figures))
    point = len(digits) + int(exponent)
    if len(digits) <= point <= _PLAIN_DIGITS:
        return sign + digits.ljust(point, "0")
    if 0 < point <= _PLAIN_DIGITS:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -_PLAIN_ZEROS < point <= 0:
        return f"{sign}0.{digits.rjust(len(digits) - point, '0')}"
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{sign}{mantissa}e{point - 1:+d}"


def read_json(text: str) -> Json:
    """The value that a text is written as; the text itself when it is no JSON."""
    try:
        value: Json = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        # What can be read can be deeper than what can be written.
        json.dumps(value)
    except (ValueError, RecursionError):
        return text
    return value


def read_container(text: str) -> list[Json] | dict[str, Json] | None:
    """The list or the object that a text is written as; None: it is neither."""
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    value = read_json(text)
    return value if isinstance(value, list | dict) else None


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> int | float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return int(number) if number.is_integer() and abs(number) < 10**_PLAIN_DIGITS else number


def write_json(value: Json) -> str:
    """A value as compact JSON, without characters that a terminal would obey."""
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def write_value(value: Json) -> str:
    """A value as the next command gets it: text bare, nothing for null, all else as JSON."""
    if value is None:
        return ""
    return clean(value) if isinstance(value, str) else write_json(value)


def length(text: str) -> int:
    """How many items a list or an object has, or how many characters a text."""
    container = read_container(text)
    return len(text if container is None else container)


def ordered(value: list[Json] | dict[str, Json], *, by_key: bool = True) -> list[Json]:
    """A list in order: numbers by size, then all else by its text; an object's keys.

    Args:
        value: What is sorted; it stays as it is.
        by_key: False puts an object's keys into the order of its values.
    """
    if isinstance(value, list):
        return sorted(value, key=_rank)
    if by_key:
        return list[Json](sorted(value))
    pairs = sorted(value.items(), key=lambda pair: _rank(pair[1]))
    return [key for key, _ in pairs]


def _rank(value: Json) -> tuple[bool, float, str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return False, _size(value), ""
    return True, 0, write_value(value)


def _size(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def wrapped(text: str, *, as_text: bool = True) -> list[Json]:
    """A value as a list: one that is there stays, nothing gives an empty one.

    Args:
        text: The value.
        as_text: Whether numbers, true, false and null are put in as texts.
    """
    if not text:
        return []
    value = read_json(text)
    if isinstance(value, list):
        return value
    return [value if isinstance(value, dict) or not as_text else text]


def unwrapped(text: str) -> str:
    """The first item of a list, as text; what is no list stays as it is."""
    value = read_container(text)
    if not isinstance(value, list):
        return text
    return write_value(value[0]) if value else ""

"""Reckoning in scripts: with JavaScript's numbers, and 0 for whatever has no result."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce

from tui.domain.script_values import Json, read_container, read_number, write_number

Lookup = Callable[[str], str | None]
"""The value of the variable of that name; None: there is none."""
Operation = Callable[[Sequence[float]], float]
"""Of at least one number."""


def numbers(words: Sequence[str], lookup: Lookup) -> list[float]:
    """The numbers that words stand for; a word that stands for none counts as nothing.

    Args:
        words: Numbers, names of variables, and lists of both as JSON, or several in one word.
        lookup: Knows the variables, which hold a number or a list of numbers.
    """
    listed = read_container(" ".join(words))
    if isinstance(listed, list):
        return [number for item in listed for number in _of_item(item, lookup)]
    found: list[float] = []
    for word in words:
        pieces = [word] if lookup(word) is not None or word[:1] == "[" else word.split()
        found.extend(number for piece in pieces for number in _of_word(piece, lookup))
    return found


def _of_word(word: str, lookup: Lookup) -> list[float]:
    number = read_number(word)
    if number is not None:
        return [number]
    listed = read_container(word)
    if listed is None:
        value = lookup(word) or ""
        number = read_number(value)
        if number is not None:
            return [number]
        listed = read_container(value)
    if not isinstance(listed, list):
        return []
    return [number for item in listed for number in _of_item(item, lookup)]


def _of_item(item: Json, lookup: Lookup) -> list[float]:
    """What an item of a list stands for; a list within a list stands for nothing."""
    if isinstance(item, str):
        number = read_number(item)
        return _within(lookup(item) if number is None else item)
    if isinstance(item, int | float) and not isinstance(item, bool):
        return _within(str(item))
    return []


def _within(text: str | None) -> list[float]:
    number = read_number(text or "")
    return [] if number is None else [number]


def _first(operation: Callable[[float], float]) -> Operation:
    return lambda given: operation(given[0])


def _pair(operation: Callable[[float, float], float]) -> Operation:
    return lambda given: operation(given[0], given[1])


def nearest(number: float) -> float:
    """The nearest whole number, of two the greater one."""
    below = math.floor(number)
    return float(below + 1 if number - below >= 0.5 else below)


OPERATIONS: dict[str, Operation] = {
    "add": lambda given: reduce(lambda a, b: a + b, given),
    "mul": lambda given: reduce(lambda a, b: a * b, given),
    "sub": lambda given: reduce(lambda a, b: a - b, given),
    "max": max,
    "min": min,
    "div": _pair(lambda a, b: a / b),
    "mod": _pair(math.fmod),
    "pow": _pair(math.pow),
    "sin": _first(math.sin),
    "cos": _first(math.cos),
    "log": _first(math.log),
    "abs": _first(abs),
    "sqrt": _first(math.sqrt),
    "round": _first(nearest),
}
ROUNDINGS: dict[str, Callable[[float], float]] = {
    "round": nearest,
    "ceil": math.ceil,
    "floor": math.floor,
}


def reckon(operation: str, given: Sequence[float]) -> str:
    """The result of one of `OPERATIONS`; 0 when it has none or is beyond all numbers."""
    try:
        return _finite(OPERATIONS[operation](given))
    except (ArithmeticError, ValueError, IndexError, TypeError):
        return "0"


def draw(low: float, high: float, chance: float, rounding: str = "") -> str:
    """A number between two.

    Args:
        low: Where chance 0 leads.
        high: Where chance 1 would lead; may be less than low.
        chance: From 0 up to but without 1.
        rounding: One of `ROUNDINGS`; empty: none.
    """
    number = low + chance * (high - low)
    if rounding and math.isfinite(number):
        number = ROUNDINGS[rounding](number)
    return _finite(number)


def _finite(number: float) -> str:
    return write_number(number) if math.isfinite(number) else "0"

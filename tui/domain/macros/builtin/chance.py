"""Macros that leave something to chance."""

from __future__ import annotations

import random
import re

from tui.domain.macros.declaration import MANY, Call, Declaration

_COMMA = re.compile(r"(?<!\\),")
_DICE = re.compile(r"(\d{0,4})d(\d{1,9})([+-]\d{1,9})?", re.IGNORECASE | re.ASCII)


def _choices(call: Call) -> list[str]:
    """The arguments; a single one is a list with commas, where a backslash keeps one."""
    if len(call.arguments) > 1:
        return list(call.arguments)
    return [each.strip().replace("\\,", ",") for each in _COMMA.split(call.arguments[0])]


def _random(call: Call) -> str:
    return call.environment.random.choice(_choices(call))


def _pick(call: Call) -> str:
    steady = random.Random(f"{call.environment.seed}:{call.place}")  # no secret
    return steady.choice(_choices(call))


def _roll(call: Call) -> str:
    said = call.arguments[0].replace(" ", "")
    match = _DICE.fullmatch(f"1d{said}" if said.isdecimal() else said)
    if match is None:
        return ""
    count, sides, more = int(match[1] or 1), int(match[2]), int(match[3] or 0)
    if not count or not sides:
        return ""
    return str(sum(call.environment.random.randint(1, sides) for _ in range(count)) + more)


MACROS = (
    Declaration(
        "random", "one of the texts, another each time; also A,B", _random, "::A::B", 1, MANY
    ),
    Declaration(
        "pick",
        "one of the texts, always the same in the same chat and place",
        _pick,
        "::A::B",
        1,
        MANY,
    ),
    Declaration("roll", "the sum of dice; N is one die of N sides", _roll, "::2d6+1", 1, 1),
)

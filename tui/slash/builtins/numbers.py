"""Commands that reckon with numbers."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tui.domain import script_numbers
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context

Chance = Callable[[], float]
"""Gives a number from 0 up to but without 1, another each time."""

_SEVERAL = Parameter(
    "numbers", "numbers, names of variables, or lists of them", "variable", several=True
)
_PAIR = Parameter("numbers", "two numbers or names of variables", "variable", several=True)
_ONE = Parameter("number", "a number or a variable's name", "variable")


def _reckoning(operation: str) -> Callable[[Context, Arguments], Awaitable[str]]:
    async def reckon(context: Context, arguments: Arguments) -> str:
        words = arguments.texts("numbers") or arguments.texts("number")
        given = script_numbers.numbers(words, context.variable)
        return script_numbers.reckon(operation, given)

    return reckon


@dataclass(frozen=True, slots=True)
class _Rand:
    chance: Chance

    async def draw(self, _context: Context, arguments: Arguments) -> str:
        """Draw a number between two."""
        high = arguments.decimal("to" if arguments.given("to") else "limit")
        return script_numbers.draw(
            arguments.decimal("from") or 0,
            1 if high is None else high,
            self.chance(),
            arguments.text("round"),
        )


def commands(chance: Chance = random.random) -> tuple[Command, ...]:
    """The commands of this family.

    Args:
        chance: What `/rand` draws with.
    """
    return (*_of_several(), *_of_one(), _rand(chance))


def _of_several() -> tuple[Command, ...]:
    rows = (
        ("add", "add numbers", _SEVERAL, "/add 10 points 5", "the sum"),
        ("mul", "multiply numbers", _SEVERAL, "/mul 2 3.5", "the product"),
        ("sub", "take numbers away from the first", _SEVERAL, "/sub 10 4 1", "what is left"),
        ("max", "the greatest of several numbers", _SEVERAL, "/max 1 5 3", "the greatest"),
        ("min", "the least of several numbers", _SEVERAL, "/min 1 5 3", "the least"),
        ("div", "divide one number by another", _PAIR, "/div 10 4", "the quotient; 0 by zero"),
        ("mod", "what a division leaves over", _PAIR, "/mod 10 4", "the remainder, signed as 10"),
        ("pow", "raise one number to the power of another", _PAIR, "/pow 2 10", "the power"),
    )
    return tuple(
        Command(name, summary, _reckoning(name), (place,), example=example, returns=returns)
        for name, summary, place, example, returns in rows
    )


def _of_one() -> tuple[Command, ...]:
    rows = (
        ("sin", "the sine of an angle in radians", "/sin 1.57", "the sine"),
        ("cos", "the cosine of an angle in radians", "/cos 3.14", "the cosine"),
        ("log", "the natural logarithm of a number", "/log 2.718", "the logarithm; 0 if none"),
        ("abs", "a number without its sign", "/abs -10", "the number"),
        ("sqrt", "the square root of a number", "/sqrt 16", "the root; 0 if there is none"),
        ("round", "the nearest whole number, of two the greater", "/round 2.5", "the number"),
    )
    return tuple(
        Command(name, summary, _reckoning(name), (_ONE,), example=example, returns=returns)
        for name, summary, example, returns in rows
    )


def _rand(chance: Chance) -> Command:
    return Command(
        "rand",
        "draw a number between two",
        _Rand(chance).draw,
        (
            Parameter("from", "the least", "decimal", named=True, default="0"),
            Parameter("to", "the greatest, 1 if left out", "decimal", named=True),
            Parameter(
                "round",
                "make it a whole number",
                "choice",
                tuple(script_numbers.ROUNDINGS),
                named=True,
            ),
            Parameter("limit", "the same as to=", "decimal"),
        ),
        example="/rand from=1 to=6 round=round | /echo",
        returns="the number",
    )

"""Comparing values in scripts, by SillyTavern's rules."""

from __future__ import annotations

from collections.abc import Callable

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.domain.script_values import read_number
from tui.domain.variables import is_true, text_of
from tui.slash.context import Context

Operand = str | float

_NUMBERS: dict[str, Callable[[float, float], bool]] = {
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
    "in": lambda a, b: b in a,
    "nin": lambda a, b: b not in a,
}


def operand(text: str, context: Context) -> Operand:
    """What a typed operand means: a number, else a variable's value, else the text itself.

    Variables of the script come before those of the chat, and those before the global ones.
    """
    number = read_number(text)
    if number is not None:
        return number
    value = context.variable(text)
    if value is None:
        return text
    number = read_number(value)
    return value if number is None else number


def holds(left: Operand, right: Operand | None, rule: str) -> bool:
    """Compare two operands; without the right one, say whether the left holds anything.

    Raises:
        CommandError: The rule does not fit what is compared.
    """
    if right is None:
        if rule not in ("", "not"):
            raise CommandError(f"rule={rule} needs right=", hint="without it only not fits")
        return is_true(left) != (rule == "not")
    if rule == "not":
        raise CommandError("rule=not takes no right=", hint="neq says whether two values differ")
    rule = rule or "eq"
    if isinstance(left, float) and isinstance(right, float) and rule in _NUMBERS:
        return _NUMBERS[rule](left, right)
    if rule in _TEXTS:
        return _TEXTS[rule](text_of(left).casefold(), text_of(right).casefold())
    wrong = left if isinstance(left, str) else right
    raise CommandError(
        f"rule={rule} compares numbers, and {clean_line(str(wrong), 40)!r} is none",
        hint="eq, neq, in and nin compare text",
    )

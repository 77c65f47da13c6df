"""Variables in short: `{{.mood}}`, `{{$total += 2}}`, `{{.name ?? nobody}}`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tui.domain.macros.environment import Environment
from tui.domain.macros.syntax import Part, merged
from tui.domain.variables import Variables, is_true, number, text_of

_FORM = re.compile(
    r"\s*(?P<scope>[.$])(?P<name>[a-z](?:[\w-]*\w)?)\s*"
    r"(?P<operator>\+\+|--|\|\|=|\?\?=|\|\||\?\?|\+=|-=|==|!=|>=|<=|=|>|<|\Z)",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Shorthand:
    """One taken apart."""

    shared: bool
    """`$`: a global variable, and not one of the chat."""
    name: str
    operator: str
    """Empty where the variable is only read."""
    value: list[Part]
    """What stands behind the operator."""


def parse(parts: list[Part]) -> Shorthand | None:
    """Take the inside of a macro apart; None when it is no variable in short."""
    first = parts[0] if parts else ""
    if not isinstance(first, str) or first.lstrip()[:1] not in (".", "$"):
        return None
    first, *others = merged(parts)
    match = _FORM.match(str(first))
    if match is None:
        return None
    operator = match["operator"]
    value: list[Part] = [str(first)[match.end() :], *others]
    if any(isinstance(each, str) and "|" in each for each in value):
        return None
    needs_none = operator in ("", "++", "--")
    if needs_none and (others or str(value[0]).strip()):
        return None
    return Shorthand(match["scope"] == "$", match["name"], operator, value)


def run(short: Shorthand, environment: Environment, value: Callable[[], str]) -> str:
    """Do what it says and give what it prints.

    Args:
        short: What was typed.
        environment: Has the variables.
        value: Expands what stands behind the operator; not asked where that does not matter.
    """
    variables = environment.shared if short.shared else environment.local
    if short.operator in _CHANGING:
        return _CHANGING[short.operator](variables, short.name, value)
    now = variables.get(short.name)
    if short.operator in _COMPARING:
        return text_of(_COMPARING[short.operator](text_of(now), value()))
    return text_of(now)


def _assign(variables: Variables, name: str, value: Callable[[], str]) -> str:
    variables.set(name, value())
    return ""


def _add(variables: Variables, name: str, value: Callable[[], str]) -> str:
    variables.add(name, value())
    return ""


def _subtract(variables: Variables, name: str, value: Callable[[], str]) -> str:
    less = number(value())
    if less is not None:
        variables.add(name, -less)
    return ""


def _or(variables: Variables, name: str, value: Callable[[], str]) -> str:
    now = variables.get(name)
    return text_of(now) if is_true(now) else value()


def _or_assign(variables: Variables, name: str, value: Callable[[], str]) -> str:
    if not is_true(variables.get(name)):
        variables.set(name, value())
    return text_of(variables.get(name))


def _there(variables: Variables, name: str) -> bool:
    return variables.values.get(name) is not None


def _default(variables: Variables, name: str, value: Callable[[], str]) -> str:
    return text_of(variables.get(name)) if _there(variables, name) else value()


def _default_assign(variables: Variables, name: str, value: Callable[[], str]) -> str:
    if not _there(variables, name):
        variables.set(name, value())
    return text_of(variables.get(name))


def _up(variables: Variables, name: str, _value: Callable[[], str]) -> str:
    return text_of(variables.increment(name))


def _down(variables: Variables, name: str, _value: Callable[[], str]) -> str:
    return text_of(variables.decrement(name))


def _same(one: str, other: str) -> bool:
    numbers = number(one), number(other)
    return numbers[0] == numbers[1] if None not in numbers else one == other


def _ordered(holds: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compare(one: str, other: str) -> bool:
        left, right = number(one), number(other)
        return left is not None and right is not None and holds(left, right)

    return compare


_CHANGING = {
    "=": _assign,
    "+=": _add,
    "-=": _subtract,
    "||": _or,
    "||=": _or_assign,
    "??": _default,
    "??=": _default_assign,
    "++": _up,
    "--": _down,
}
"""With what may change the variable, or not ask for the value."""
_COMPARING: dict[str, Callable[[str, str], bool]] = {
    "==": _same,
    "!=": lambda one, other: not _same(one, other),
    ">": _ordered(lambda one, other: one > other),
    ">=": _ordered(lambda one, other: one >= other),
    "<": _ordered(lambda one, other: one < other),
    "<=": _ordered(lambda one, other: one <= other),
}

"""What is said of a command, from the same declaration that its text is checked against."""

from __future__ import annotations

from collections.abc import Iterable

from tui.slash.arguments import Parameter
from tui.slash.command import Command


def describe(command: Command) -> str:
    """A command's help in plain lines: how it is typed, what it does, what it takes and gives."""
    lines = [command.usage, command.summary]
    names = [_name(each) for each in command.parameters]
    width = max(map(len, names), default=0)
    for name, each in zip(names, command.parameters, strict=True):
        lines.append(f"  {name:<{width}}  {'; '.join((each.summary, *facts(each)))}")
    if command.returns:
        lines.append(f"gives: {command.returns}")
    if command.example:
        lines.append(f"for example: {command.example}")
    if command.aliases:
        lines.append(f"also: {', '.join(f'/{alias}' for alias in command.aliases)}")
    return "\n".join(lines)


def facts(parameter: Parameter) -> list[str]:
    """What else there is to know of a parameter, in a few words each."""
    found = []
    if parameter.choices:
        found.append(f"one of {', '.join(parameter.choices)}")
    elif parameter.kind == "switch":
        found.append("true or false")
    if parameter.default and (parameter.kind, parameter.default) != ("switch", "false"):
        found.append(f"{parameter.default} if not given")
    if parameter.required:
        found.append("needed")
    if parameter.several:
        found.append("can be given more than once")
    if parameter.aliases:
        found.append(f"also {', '.join(f'{alias}=' for alias in parameter.aliases)}")
    return found


def fitting(query: str, commands: Iterable[Command]) -> list[Command]:
    """The commands in whose help all the words stand; those whose names have them first."""
    words = query.casefold().split()
    fits = [each for each in commands if all(word in describe(each).casefold() for word in words)]
    return sorted(fits, key=lambda each: not any(word in each.name for word in words))


def _name(parameter: Parameter) -> str:
    return f"{parameter.name}=" if parameter.named else parameter.name

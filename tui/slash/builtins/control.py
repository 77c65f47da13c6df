"""Commands that steer a script: conditions, loops, running, ending."""

from __future__ import annotations

import asyncio

from tui.domain.errors import CommandError
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.conditions import holds, operand
from tui.slash.context import Aborted, Broken, Context
from tui.slash.quick import named, run_reply
from tui.slash.scope import Bound, Value

_GUARD = 100
"""Rounds of a loop, unless its guard is off."""
_LONGEST = 24 * 60 * 60 * 1000


async def give(_context: Context, arguments: Arguments) -> Value:
    """Give back what was given."""
    value = arguments.value("value")
    return "" if value is None else value


async def condition(context: Context, arguments: Arguments) -> Value:
    """Run one of two closures."""
    holds_now = _holds(context, arguments)
    chosen = _first(arguments, "then") if holds_now else arguments.closure("else")
    return await context.frame.run(chosen) if chosen is not None else ""


def _holds(context: Context, arguments: Arguments) -> bool:
    if not arguments.given("left"):
        raise CommandError("left= is missing", hint="what is compared, or a variable's name")
    left = operand(arguments.text("left"), context)
    right = operand(arguments.text("right"), context) if arguments.given("right") else None
    return holds(left, right, arguments.text("rule"))


def _first(arguments: Arguments, name: str) -> Bound | str | None:
    """The first of what was given; what follows it means nothing, as in SillyTavern."""
    values = arguments.every(name)
    if not values:
        return None
    return values[0] if isinstance(values[0], Bound) else str(values[0])


async def while_loop(context: Context, arguments: Arguments) -> Value:
    """Run a closure as long as a condition holds."""
    body = _first(arguments, "closure")
    result: Value = ""
    rounds = 0
    while (rounds < _GUARD or not arguments.flag("guard")) and _holds(context, arguments):
        if body is None:
            break
        rounds += 1
        broken, result = await _round(context, body)
        if broken:
            break
    return result


async def times(context: Context, arguments: Arguments) -> Value:
    """Run a closure a number of times."""
    count = arguments.number("count") or 0
    body = _first(arguments, "closure")
    if arguments.flag("guard"):
        count = min(count, _GUARD)
    result: Value = ""
    for index in range(count if body is not None else 0):
        broken, result = await _round(context, body or "", index)
        if broken:
            break
    return result


async def _round(
    context: Context, body: Bound | str, index: int | None = None
) -> tuple[bool, Value]:
    with context.frame.breakable():
        try:
            return False, await context.frame.run(body, times_index=index)
        except Broken as broken:
            return True, broken.value


async def run(context: Context, arguments: Arguments) -> Value:
    """Run a closure, or what a name stands for."""
    what = arguments.closure("what")
    if isinstance(what, str):
        name = what.strip()
        value = context.frame.scope.get(name)
        if not isinstance(value, Bound):
            found = await named(context, name, arguments.column("what"))
            return await run_reply(context, found, arguments.extra)
        what = value
    if what is None:
        raise CommandError("what is to be run is missing", hint="a closure or its name")
    with context.frame.breakable():
        try:
            return await context.frame.run(what, given=arguments.extra)
        except Broken as broken:
            return broken.value


async def leave(context: Context, arguments: Arguments) -> Value:
    """Leave the nearest loop or closure that was run."""
    value = arguments.value("value")
    result = "" if value is None else value
    if not context.frame.in_breakable:
        return result
    raise Broken(result)


async def abort(_context: Context, arguments: Arguments) -> None:
    """End the script."""
    raise Aborted(arguments.text("reason"), quiet=arguments.flag("quiet"))


async def delay(_context: Context, arguments: Arguments) -> None:
    """Wait."""
    await asyncio.sleep(min(max(arguments.number("ms") or 0, 0), _LONGEST) / 1000)


async def parser_flag(_context: Context, _arguments: Arguments) -> None:
    """Nothing is left to do: the parser heeded it where it stands."""


_ANY = Parameter("value", "any text or closure", "any", rest=True)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (*_branching(), *_running(), *_ending())


def _branching() -> tuple[Command, ...]:
    rules = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "nin", "not")
    compared = (
        Parameter("left", "a value or a variable's name", named=True, aliases=("a", "first", "x")),
        Parameter(
            "right",
            "what it is compared with; without it, whether left holds anything",
            named=True,
            aliases=("b", "second", "y"),
        ),
        Parameter("rule", "how they are compared", "choice", rules, named=True),
    )
    guard = Parameter("guard", f"end after {_GUARD} rounds", "switch", named=True, default="on")
    body = Parameter("closure", "what is run", "closure", several=True)
    return (
        Command(
            "pass",
            "give a value to the next command",
            give,
            (_ANY,),
            aliases=("return",),
            takes_any_name=True,
            example="/pass hello | /echo",
            returns="the value",
        ),
        Command(
            "if",
            "run a closure when a condition holds",
            condition,
            (
                *compared,
                Parameter("else", "what is run when it does not", "closure", named=True),
                Parameter("then", "what is run when it does", "closure", several=True),
            ),
            example="/if left={{pipe}} right=yes else={: /echo no :} {: /echo yes :}",
            returns="the result of what was run",
        ),
        Command(
            "while",
            "run a closure as long as a condition holds",
            while_loop,
            (*compared, guard, body),
            example='/while left=on {: /buttons labels=["more","enough"] Go on? | '
            "/if left={{pipe}} right=enough {: /break :} :}",
            returns="the last round's result",
        ),
        Command(
            "times",
            "run a closure a number of times; {{timesIndex}} counts from 0",
            times,
            (guard, Parameter("count", "how often", "number", required=True), body),
            example="/times 3 {: /echo {{timesIndex}} :}",
            returns="the last round's result",
        ),
    )


def _running() -> tuple[Command, ...]:
    return (
        Command(
            "run",
            "run a closure, a variable that holds one, or a quick reply",
            run,
            (Parameter("what", "a closure or its name", "script", rest=True, required=True),),
            aliases=("call", "exec"),
            takes_any_name=True,
            runs=True,
            example="/run name=Seraphina {: name=you /echo hi {{var::name}} :}",
            returns="its result",
        ),
        Command(
            "break",
            "leave the nearest loop or closure that is run",
            leave,
            (_ANY,),
            example="/times 9 {: /break {{timesIndex}} :}",
            returns="the value, as the result of what is left",
        ),
    )


def _ending() -> tuple[Command, ...]:
    return (
        Command(
            "abort",
            "end the whole script",
            abort,
            (
                Parameter(
                    "quiet", "say nothing on the screen", "switch", named=True, default="true"
                ),
                Parameter("reason", "why", rest=True),
            ),
            example="/abort quiet=false nothing to do",
        ),
        Command(
            "delay",
            "wait",
            delay,
            (Parameter("ms", "milliseconds", "number", required=True),),
            aliases=("wait", "sleep"),
            example="/delay 500 | /echo half a second later",
        ),
        Command(
            "parser-flag",
            "change how the rest of the script is read",
            parser_flag,
            (
                Parameter(
                    "flag",
                    r"with STRICT_ESCAPING \\ stands for \ and bars in quotes are text",
                    choices=("STRICT_ESCAPING", "REPLACE_GETVAR"),
                ),
                Parameter("state", "on or off", "switch", default="on"),
            ),
            example='/parser-flag STRICT_ESCAPING on || /pass "a|b"',
        ),
    )

"""Commands for lists and objects, and for closures as text."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.domain.script_values import ordered, read_container, unwrapped, wrapped, write_json
from tui.slash.arguments import Arguments, Parameter
from tui.slash.checking import check
from tui.slash.command import Command, Registry
from tui.slash.context import Context
from tui.slash.parser import parse
from tui.slash.scope import Bound
from tui.slash.syntax import Closure

_VALUE = Parameter("value", "the value; without it what the command before gave", rest=True)


async def sort(_context: Context, arguments: Arguments) -> str:
    """Put a list, or the keys of an object, into order."""
    text = arguments.text("value")
    value = read_container(text)
    if value is None:
        return text
    return write_json(ordered(value, by_key=arguments.flag("keysort")))


async def wrap(_context: Context, arguments: Arguments) -> str:
    """Make a list of a value."""
    return write_json(wrapped(arguments.text("value"), as_text=arguments.flag("stringify")))


async def unwrap(_context: Context, arguments: Arguments) -> str:
    """Give the first item of a list."""
    return unwrapped(arguments.text("value"))


async def serialize(context: Context, arguments: Arguments) -> str:
    """Give a closure as text."""
    value = arguments.value("closure")
    if not isinstance(value, Bound):
        value = context.frame.scope.get(str(value or "").strip())
    if not isinstance(value, Bound):
        raise CommandError(
            "that is no closure",
            hint="write {: … :}, or a variable that holds one",
            column=arguments.column("closure"),
        )
    return value.closure.source


@dataclass(frozen=True, slots=True)
class _Reading:
    registry: Registry

    async def deserialize(self, context: Context, arguments: Arguments) -> Bound:
        """Make a closure of its text."""
        text = arguments.text("text").strip()
        if not (text.startswith("{:") and text.endswith(":}")):
            text = f"{{: {text} :}}"
        strict = context.services.settings.current.scripts.strict_escaping
        try:
            script = check(
                parse(f"/pass {text}", self.registry.grammar, strict=strict), self.registry
            )
        except CommandError as error:
            why = clean_line(error.message, 80)
            raise CommandError(
                f"that is no closure: {why}", hint=error.hint, column=arguments.column("text")
            ) from None
        parts = script.calls[0].parts
        closure = parts[0] if len(script.calls) == len(parts) == 1 else None
        if not isinstance(closure, Closure) or closure.immediate:
            raise CommandError(
                "that is no closure",
                hint="it takes what /closure-serialize gave",
                column=arguments.column("text"),
            )
        return Bound(closure, context.frame.scope, elsewhere=True)


def commands(registry: Registry) -> tuple[Command, ...]:
    """The commands of this family.

    Args:
        registry: The commands that closures can be made of.
    """
    return (*_lists(), *_closures(_Reading(registry)))


def _lists() -> tuple[Command, ...]:
    return (
        Command(
            "sort",
            "put a list, or the keys of an object, into order",
            sort,
            (
                Parameter(
                    "keysort",
                    "off: an object's keys by their values",
                    "switch",
                    named=True,
                    default="on",
                ),
                _VALUE,
            ),
            example="/sort [3, 1, 2]",
            returns="the list",
        ),
        Command(
            "array-wrap",
            "make a list of a value; a list stays as it is",
            wrap,
            (
                Parameter(
                    "stringify",
                    "off: numbers, true, false and null are put in as such, and not as text",
                    "switch",
                    named=True,
                    default="on",
                ),
                _VALUE,
            ),
            aliases=("list-wrap",),
            example="/array-wrap one | /echo",
            returns="the list",
        ),
        Command(
            "array-unwrap",
            "take the first item of a list; what is no list stays as it is",
            unwrap,
            (_VALUE,),
            aliases=("list-unwrap",),
            example='/array-unwrap ["one", "two"]',
            returns="the item",
        ),
    )


def _closures(reading: _Reading) -> tuple[Command, ...]:
    return (
        Command(
            "closure-serialize",
            "give a closure as text, which a variable of the chat can keep",
            serialize,
            (Parameter("closure", "the closure, or a variable that holds it", "any", rest=True),),
            example="/closure-serialize {: x=1 /echo {{var::x}} :} | /setvar key=later",
            returns="the text",
        ),
        Command(
            "closure-deserialize",
            "make a closure of its text",
            reading.deserialize,
            (Parameter("text", "what /closure-serialize gave", rest=True),),
            example="/getvar later | /closure-deserialize | /run",
            returns="the closure",
        ),
    )

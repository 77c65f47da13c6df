"""Commands about variables: of the script, of the chat, of all chats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui.domain.errors import CommandError
from tui.domain.safetext import clean
from tui.domain.variables import Variables, added, converted, element, text_of, with_element
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.scope import Bound, Value

_TYPES = ("string", "number", "int", "float", "boolean", "list", "object", "null")

# -- of the script


async def let(context: Context, arguments: Arguments) -> Value:
    """Make a variable here."""
    name = _name(arguments)
    value = _converted(arguments)
    context.frame.scope.declare(name, value)
    return value


async def var(context: Context, arguments: Arguments) -> Value:
    """Read a variable, or change it when there is a value."""
    name, scope = _name(arguments), context.frame.scope
    if not scope.has(name):
        raise scope.missing(name, arguments.column("name"))
    index = arguments.text("index") if arguments.given("index") else None
    value = scope.get(name)
    if not arguments.given("value"):
        return value if index is None else text_of(element(_kept(value), index))
    new = _converted(arguments)
    if index is not None:
        new = with_element(_kept(value), index, _kept(new), name)
    scope.assign(name, new)
    return new


def _kept(value: Value) -> str | int | float:
    if isinstance(value, Bound):
        raise CommandError("a closure has no index, and no list holds one")
    return value


def _converted(arguments: Arguments) -> Value:
    value = arguments.value("value")
    if value is None or isinstance(value, Bound):
        return "" if value is None else value
    return text_of(converted(value, arguments.text("as")))


def _name(arguments: Arguments) -> str:
    name = (arguments.text("key") or arguments.text("name")).strip()
    if not name:
        raise CommandError("the variable's name is missing", column=arguments.column("value"))
    return name


# -- of the chat and of all chats


@dataclass(frozen=True, slots=True)
class _Family:
    """The same commands over one of two stores."""

    of: Callable[[Context], Variables]

    async def set(self, context: Context, arguments: Arguments) -> Value:
        value = arguments.value("value")
        if isinstance(value, Bound):
            raise CommandError(
                "a closure is kept with the script only", hint="/let gives it a name"
            )
        name, index = _name(arguments), arguments.text("index") or None
        variables = self.of(context)
        variables.set(name, "" if value is None else value, index, arguments.text("as"))
        return text_of(variables.get(name) if index is None else value)

    async def get(self, context: Context, arguments: Arguments) -> Value:
        index = arguments.text("index") if arguments.given("index") else None
        return text_of(self.of(context).get(_name(arguments), index))

    async def add(self, context: Context, arguments: Arguments) -> Value:
        variables, name = self.of(context), _name(arguments)
        index = arguments.text("index") or None
        if index is None:
            return text_of(variables.add(name, arguments.text("value")))
        new = added(variables.get(name, index), arguments.text("value"))
        variables.set(name, new, index)
        return text_of(new)

    async def increment(self, context: Context, arguments: Arguments) -> Value:
        return text_of(self.of(context).increment(_name(arguments)))

    async def decrement(self, context: Context, arguments: Arguments) -> Value:
        return text_of(self.of(context).decrement(_name(arguments)))

    async def flush(self, context: Context, arguments: Arguments) -> None:
        self.of(context).delete(_name(arguments))

    def commands(self, infix: str, aliases: str, whose: str) -> tuple[Command, ...]:
        """`infix` stands in the names: set + infix + var; `aliases` in their second names."""

        def command(verb: str, summary: str, rest: tuple[Parameter, ...] = ()) -> Command:
            name = f"{verb}{infix}var"
            handler = {
                "set": self.set,
                "get": self.get,
                "add": self.add,
                "inc": self.increment,
                "dec": self.decrement,
                "flush": self.flush,
            }[verb]
            return Command(
                name,
                f"{summary} {whose}",
                handler,
                rest,
                aliases=(f"{verb}{aliases}var",) if aliases else (),
                example=f"/{name} {'key=mood happy' if verb in ('set', 'add') else 'mood'}",
                returns="nothing" if verb == "flush" else "its value",
            )

        name = Parameter("name", "its name", "variable", rest=True, unless="key")
        writing = (_KEY, _INDEX, _VALUE)
        return (
            command("set", "give a value to a variable", (_KEY, _INDEX, _AS, _VALUE)),
            command("get", "read a variable", (_KEY, _INDEX, name)),
            command("add", "add a number, text or a list's next element to a variable", writing),
            command("inc", "add one to a variable", (_KEY, name)),
            command("dec", "take one from a variable", (_KEY, name)),
            command("flush", "forget a variable", (_KEY, name)),
        )


async def list_all(context: Context, arguments: Arguments) -> str:
    """Show the variables there are."""
    scope = arguments.text("scope")
    stores = {
        "local": context.session.variables,
        "global": context.session.shared,
    }
    lines = [
        f"{name} = {text_of(value)}" + (" (all chats)" if where == "global" else "")
        for where, variables in stores.items()
        if scope in ("all", where)
        for name, value in variables.items()
    ]
    text = clean("\n".join(lines))
    context.front.note(text or "there are no variables")
    return text


_KEY = Parameter("key", "its name", "variable", named=True)
_INDEX = Parameter("index", "a place in a list, from 0, or a key of an object", named=True)
_AS = Parameter("as", "the type to keep it as", "choice", _TYPES, named=True)
_VALUE = Parameter("value", "what it is to hold", "any", rest=True)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    name = Parameter("name", "its name", "variable", unless="key")
    local = _Family(lambda context: context.session.variables)
    shared = _Family(lambda context: context.session.shared)
    scopes = ("all", "local", "global")
    return (
        Command(
            "let",
            "make a variable that lives as long as its script or closure",
            let,
            (_KEY, _AS, name, _VALUE),
            example="/let greeting Hello there | /echo {{var::greeting}}",
            returns="its value",
        ),
        Command(
            "var",
            "read or change a variable made by /let",
            var,
            (_KEY, _INDEX, _AS, name, _VALUE),
            example="/let n 1 | /var n 2 | /echo {{var::n}}",
            returns="its value",
        ),
        *local.commands("", "chat", "of this chat"),
        *shared.commands("global", "", "of all chats"),
        Command(
            "listvar",
            "show the variables of this chat and of all chats",
            list_all,
            (Parameter("scope", "whose", "choice", scopes, named=True, default="all"),),
            aliases=("listchatvar",),
            example="/listvar scope=local",
            returns="them, one line each",
        ),
    )

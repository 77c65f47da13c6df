"""Commands about who talks: going to a character, being a persona, which connection answers."""

from __future__ import annotations

from dataclasses import replace

from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.builtins.connection import named, told
from tui.slash.builtins.library import find_id
from tui.slash.command import Command
from tui.slash.context import Context


async def go(context: Context, arguments: Arguments) -> str:
    """Open the chat with a character that was used last, or start one."""
    library = context.services.library
    known = await library.characters()
    who = find_id("character", arguments.text("NAME"), known, arguments.column("NAME"))
    found = next((each for each in await library.summaries() if each.character == who), None)
    await context.open(await (library.enter(found.id) if found else library.new(who)))
    return next(each.name for each in known if each.id == who)


async def persona(context: Context, arguments: Arguments) -> str:
    """Choose who you are, or only what you are called in this chat."""
    name = arguments.text("NAME").strip()
    if not name:
        await context.front.show("personas")
        return context.session.persona.name
    library, session = context.services.library, context.session
    known = await library.personas()
    mode = arguments.text("mode")
    is_known = name.casefold() in (each.name.casefold() for each in known)
    if mode == "temp" or (mode == "all" and not is_known):
        session.persona = replace(session.persona, name=clean_line(name, 100))
    else:
        who = find_id("persona", name, known, arguments.column("NAME"))
        await library.set_persona(session, who)
    context.front.sync()
    return session.persona.name


async def profile(context: Context, arguments: Arguments) -> str:
    """Say which connection answers, or let another one."""
    connections = context.services.connections
    if wanted := arguments.text("NAME").strip():
        await connections.use(named(context, wanted, arguments.column("NAME")), "chat")
        await context.front.settings_changed(context.services.settings.current)
        if not arguments.flag("quiet"):
            context.front.note(told(connections, "chat"))
    return connections.current()


async def chat_name(context: Context, _arguments: Arguments) -> str:
    """Give the chat's name."""
    return context.session.chat.title


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    modes = ("lookup", "temp", "all")
    return (
        Command(
            "go",
            "open the last chat with a character, or start one",
            go,
            (Parameter("NAME", "the character", "character", rest=True, required=True),),
            aliases=("char",),
            example="/go Salon",
            returns="the character's name",
        ),
        Command(
            "persona",
            "choose who you are in this chat",
            persona,
            (
                Parameter(
                    "mode",
                    "a persona there is, only another name until the chat is closed, or either",
                    "choice",
                    modes,
                    named=True,
                    default="lookup",
                ),
                Parameter("NAME", "a persona's name", "persona", rest=True),
            ),
            aliases=("persona-set", "name"),
            example="/persona You",
            returns="who you are",
        ),
        Command(
            "profile",
            "say which connection answers, or choose it by name",
            profile,
            (
                Parameter("quiet", "say nothing", "switch", named=True),
                Parameter("NAME", "the connection", "connection", rest=True),
            ),
            aliases=("api",),
            example="/profile | /echo",
            returns="its name",
        ),
        Command(
            "getchatname",
            "give this chat's name to the next command",
            chat_name,
            example="/getchatname | /echo",
            returns="the name",
        ),
    )

"""Commands about connections and models."""

from __future__ import annotations

from contextlib import aclosing

from tui.domain.connection import Model
from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command, Context
from tui.slash.fuzzy import did_you_mean

_LISTED = 30
_SEES = {"yes": " (sees pictures)", "no": "", "unknown": ""}


async def connect(context: Context, arguments: Arguments) -> None:
    """Choose the connection that chats."""
    wanted = arguments.text("NAME")
    if not wanted:
        await context.front.show("connections")
        return
    connections = context.services.connections
    names = connections.names()
    name = next((each for each in names if each.casefold() == wanted.casefold()), "")
    if not name:
        hint = did_you_mean(wanted, names) or "/connect shows them, and finds local servers"
        raise CommandError(
            f"there is no connection {clean_line(wanted, 40)!r}",
            hint=hint,
            column=arguments.column("NAME"),
        )
    settings = await context.services.settings.change("chat.connection", name)
    await context.front.settings_changed(settings)
    context.front.note(f"chatting through {connections.label(name)}")


async def model(context: Context, arguments: Arguments) -> str:
    """Choose the model of the connection, or list those it offers."""
    connections = context.services.connections
    name = connections.current()
    if not name:
        raise CommandError("no model is connected", hint="/connect finds one")
    wanted = arguments.text("ID").strip()
    if not wanted:
        lines = [_line(each) for each in await connections.models(name)]
        shown = lines[:_LISTED]
        if len(lines) > _LISTED:
            shown.append(f"and {len(lines) - _LISTED} more")
        context.front.note("\n".join(shown) or "the server offers no models")
        return "\n".join(lines)
    if name not in context.services.settings.current.connections:
        raise CommandError(f"the model of {name} cannot be changed", hint="/connect picks another")
    settings = await context.services.settings.change(f"connections.{name}.model", wanted)
    await context.front.settings_changed(settings)
    context.front.note(f"chatting through {connections.label(name)}")
    return wanted


def _line(each: Model) -> str:
    return clean_line(each.id, 100) + _SEES[each.vision]


async def offline(context: Context, _arguments: Arguments) -> None:
    """Fetch the tiny chat model that runs on this machine."""
    installer = context.services.offline
    if installer.missing():
        try:
            async with aclosing(installer.install()) as events:
                async for event in events:
                    context.interaction.progress(event)
        finally:
            context.interaction.progress(None)
    missing = installer.missing()
    await context.front.settings_changed(context.services.settings.current)
    context.front.note(missing or "the offline model is ready: /connect chooses it")


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    name = Parameter("NAME", "the connection's name in the settings", "connection", rest=True)
    model_id = Parameter("ID", "the model as the server lists it", "model", rest=True)
    return (
        Command(
            "connect",
            "choose who answers: a connection, a local server, a new key",
            connect,
            (name,),
            aliases=("connection", "connections"),
        ),
        Command(
            "model", "choose the connection's model, or list what it offers", model, (model_id,)
        ),
        Command("offline", "fetch the tiny chat model for trying Salon out", offline),
    )

"""Commands about connections and models."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import get_args

from tui.domain.connection import Model
from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.services.connecting import ConnectionService
from tui.services.connection_book import Purpose
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.fuzzy import did_you_mean

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
_LISTED = 30
_SEES = {"yes": " (sees pictures)", "no": "", "unknown": ""}


async def connect(context: Context, arguments: Arguments) -> None:
    """Choose the connection that chats, or the one that captions."""
    purpose: Purpose = "captions" if arguments.text("for") == "captions" else "chat"
    wanted = arguments.text("NAME")
    if not wanted:
        await context.front.show("connections" if purpose == "chat" else "caption_connections")
        return
    connections = context.services.connections
    name = named(context, wanted, arguments.column("NAME"))
    if name not in connections.captioners():
        raise CommandError(
            f"{clean_line(name, 40)} only makes pictures", hint="choose another (/connect)"
        )
    if purpose == "chat" and name not in connections.chatting():
        raise CommandError(
            f"{clean_line(name, 40)} only captions", hint=f"/connect for=captions {name}"
        )
    await connections.use(name, purpose)
    await context.front.settings_changed(context.services.settings.current)
    context.front.note(told(connections, purpose))


def named(context: Context, wanted: str, column: int) -> str:
    """The connection of that name as it is written. Raises CommandError: there is none."""
    names = context.services.connections.names()
    name = next((each for each in names if each.casefold() == wanted.casefold()), "")
    if name:
        return name
    raise CommandError(
        f"there is no connection {clean_line(wanted, 40)!r}",
        hint=did_you_mean(wanted, names) or "/connect shows them, and finds local servers",
        column=column,
    )


def told(connections: ConnectionService, purpose: Purpose) -> str:
    """What is used from now on, in a line."""
    if purpose == "chat":
        return f"chatting through {connections.label(connections.current())}"
    return f"captions come from {connections.label(connections.captioning())}"


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
        return connections.describe(name).model
    await connections.choose_model(name, wanted)
    await context.front.settings_changed(context.services.settings.current)
    context.front.note(told(connections, "chat"))
    return wanted


def _line(each: Model) -> str:
    return clean_line(each.id, 100) + _SEES[each.vision]


async def pull(context: Context, arguments: Arguments) -> str | None:
    """Fetch a model to an Ollama."""
    wanted = arguments.text("NAME").strip()
    if not wanted:
        await context.front.show("pull")
        return None
    connections = context.services.connections
    given = arguments.text("connection")
    name, chosen = connections.puller(
        named(context, given, arguments.column("connection")) if given else ""
    )
    try:
        async with aclosing(connections.pull(name, chosen, wanted)) as events:
            async for event in events:
                context.interaction.progress(event)
    except asyncio.CancelledError:
        shown = clean_line(wanted, 100)
        context.front.note(f"{shown} is paused, what came is kept: /pull {shown} goes on")
        raise
    finally:
        context.interaction.progress(None)
    context.front.note(fetched_line(name, wanted))
    return wanted


def fetched_line(connection: str, model: str) -> str:
    """What can be done with a model that was fetched, in a line."""
    name = clean_line(model, 100)
    if not connection:
        return f"{name} is there: /connect finds the server"
    return f"{name} is there: /connect {connection}, then /model {name} chats with it"


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
            (
                Parameter("for", "what it does: chat or captions", "choice", PURPOSES, named=True),
                name,
            ),
            aliases=("connection", "connections"),
            example="/connect for=captions kitchen",
        ),
        Command(
            "model",
            "choose the connection's model, or list what it offers",
            model,
            (model_id,),
            example="/model moondream",
            returns="the model, or what the connection offers",
        ),
        Command(
            "pull",
            "fetch a model to an Ollama; Esc pauses, the same again goes on",
            pull,
            (
                Parameter("connection", "which Ollama", "connection", named=True),
                Parameter("NAME", "the model as Ollama's library lists it", rest=True),
            ),
            example="/pull moondream",
            returns="the model's id",
        ),
        Command(
            "offline", "fetch the tiny chat model for trying Salon out", offline, example="/offline"
        ),
    )

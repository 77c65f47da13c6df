"""Commands that put messages into the chat, whoever speaks."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from tui.domain.chat import Attachment, Kind, Message
from tui.domain.errors import CommandError
from tui.domain.generation import Role
from tui.domain.safetext import clean_line
from tui.services import message_edits
from tui.services.library import new_id
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context

NARRATOR = "Narrator"
NOTE = "Note"


async def send(context: Context, arguments: Arguments) -> str:
    """Put a message of the person into the chat, with the pictures that wait."""
    text, at = arguments.text("text"), arguments.text("at")
    name = clean_line(arguments.text("name"), 100).strip()
    if not text and not context.waiting():
        raise CommandError("/send needs text", hint="or a picture beside the prompt")
    chats, session = context.services.chats, context.session
    sent: list[Message] = []

    async def deliver(pictures: Sequence[Attachment]) -> None:
        sent.append(await chats.send(session, text, pictures, name=name, at=at))

    if context.front.shows(session):
        await context.front.with_waiting(deliver)
    else:
        await deliver(())
    context.front.sync()
    return _result(arguments, sent[0]) if sent else ""


async def send_as(context: Context, arguments: Arguments) -> str:
    """Put a message of a character into the chat."""
    name = arguments.text("name") or context.session.character.name
    message = _message(context, "assistant", name, arguments.text("text"))
    return await _put(context, arguments, message)


async def narrate(context: Context, arguments: Arguments) -> str:
    """Put a narrator's message into the chat."""
    name = arguments.text("name") or NARRATOR
    message = _message(context, "system", name, arguments.text("text"), "narrator")
    return await _put(context, arguments, message)


async def comment(context: Context, arguments: Arguments) -> str:
    """Put a message into the chat that the model never gets."""
    message = _message(context, "system", NOTE, arguments.text("text"), "comment")
    return await _put(context, arguments, message)


def _message(context: Context, role: Role, name: str, text: str, kind: Kind = "") -> Message:
    shown = clean_line(name, 100).strip() or context.session.character.name
    message = Message(new_id(), role, shown, text, time.time())
    message.kind = kind
    return message


async def _put(context: Context, arguments: Arguments, message: Message) -> str:
    if not message.text:
        return ""
    await message_edits.insert(context.session, message, arguments.text("at"))
    await context.session.save()
    context.front.sync()
    return _result(arguments, message)


def _result(arguments: Arguments, message: Message) -> str:
    match arguments.text("return"):
        case "pipe":
            return message.text
        case "object":
            fields = {
                "name": message.name,
                "is_user": message.role == "user",
                "is_system": message.hidden or message.kind == "comment",
                "mes": message.text,
            }
            return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        case _:
            return ""


_SHARED = (
    Parameter("at", "before which message, -1 before the last; else at the end", named=True),
    Parameter(
        "return",
        "what the next command gets: nothing, the text, or the message as JSON",
        "choice",
        ("none", "pipe", "object"),
        named=True,
        default="none",
    ),
    Parameter("raw", "keep the quotes", "switch", named=True, default="true"),
    Parameter("compact", "means nothing here", "switch", named=True),
)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    text = Parameter("text", "the message, as it is", rest=True, required=True, verbatim=True)
    optional = Parameter("text", "the message, as it is", rest=True, verbatim=True)
    name = Parameter("name", "who speaks", "character", named=True)
    avatar = Parameter("avatar", "means nothing here", named=True)
    returns = "nothing, or what return= says"
    return (
        Command(
            "send",
            "put a message into the chat, waiting pictures with it, without asking for an answer",
            send,
            (
                Parameter("name", "who speaks, instead of you", "persona", named=True),
                *_SHARED,
                optional,
            ),
            example='/send Look at this, she said "a cat"',
            returns=returns,
        ),
        Command(
            "sendas",
            "put a message into the chat as a character",
            send_as,
            (name, avatar, *_SHARED, text),
            example="/sendas name=Seraphina I see it too.",
            returns=returns,
        ),
        Command(
            "sys",
            "put a narrator's message into the chat",
            narrate,
            (Parameter("name", "who tells, instead of Narrator", named=True), *_SHARED, text),
            aliases=("nar",),
            example="/sys The door opens.",
            returns=returns,
        ),
        Command(
            "comment",
            "put a note into the chat that the model never gets",
            comment,
            (*_SHARED, text),
            example="/comment remember the red scarf",
            returns=returns,
        ),
    )

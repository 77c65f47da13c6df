"""Commands that change or take out messages that are in the chat."""

from __future__ import annotations

import re

from tui.domain.chat import Message
from tui.domain.errors import CommandError
from tui.services import message_edits
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context

_ROLES = ("user", "assistant", "system")
_SPECIAL = re.compile(r"\\[{}|]|\{\{|\}\}|\{:|:\}|\|")
_ESCAPED = re.compile(r"[{}|]")
_TAG = re.compile(r"<(?=(?:user|bot|char|group|charifnotgroup)>)", re.IGNORECASE)


async def edit(context: Context, arguments: Arguments) -> None:
    """Change a message, or put its text into the composer to be changed."""
    index = context.chosen(arguments)
    text = arguments.text("text")
    if not text:
        context.must_be_shown()
        strict = context.services.settings.current.scripts.strict_escaping
        old = context.session.message(index).text
        context.front.set_draft(f"/edit {index} {as_typed(old, strict=strict)}")
        return
    await context.services.chats.edit(context.session, index, text)
    context.front.sync()
    context.front.note(f"#{index} was changed: /undo brings the old text back")


def as_typed(text: str, *, strict: bool = False) -> str:
    """Text as it has to be typed to be read as it is: no bar, brace or tag means anything.

    Args:
        text: Without white space around it.
        strict: Whether a backslash is typed as two.
    """
    if strict:
        text = text.replace("\\", "\\\\")
    text = _SPECIAL.sub(lambda match: _ESCAPED.sub(r"\\\g<0>", match.group()), text)
    return _TAG.sub("<{{noop}}", text)


async def message_edit(context: Context, arguments: Arguments) -> str:
    """Write a message anew, or add to it."""
    index = context.chosen(arguments, "message")
    old, text = context.session.message(index).text, arguments.text("text")
    if arguments.flag("append"):
        text = old + text
    elif arguments.flag("prepend"):
        text += old
    await context.services.chats.edit(context.session, index, text)
    context.front.sync()
    return text


async def message_name(context: Context, arguments: Arguments) -> str:
    """Read or change who speaks."""
    index = context.chosen(arguments, "at")
    if arguments.text("name"):
        await message_edits.set_name(context.session, index, arguments.text("name"))
        context.front.sync()
    return context.session.message(index).name


async def message_role(context: Context, arguments: Arguments) -> str:
    """Read or change as whose words the model gets a message."""
    index = context.chosen(arguments, "at")
    for role in ("user", "assistant", "system"):
        if arguments.text("role") == role:
            await message_edits.set_role(context.session, index, role)
            context.front.sync()
    return context.session.message(index).role


async def delete(context: Context, arguments: Arguments) -> str:
    """Take the last messages out, or the one with the focus."""
    count = arguments.number("count")
    length = len(context.session)
    if count is None:
        index = context.chosen(arguments)
        return await _remove(context, range(index, index + 1))
    if not 0 < count <= length:
        has = f"the chat has {length}" if length else "the chat is empty"
        raise CommandError(
            f"there are no {count} messages", hint=has, column=arguments.column("count")
        )
    return await _remove(context, range(length - count, length))


async def cut(context: Context, arguments: Arguments) -> str:
    """Take messages out and give back their texts."""
    typed = arguments.text("range")
    return await _remove(context, message_edits.read_range(typed, len(context.session)))


async def _remove(context: Context, which: range) -> str:
    removed: list[Message] = await message_edits.delete_range(
        context.session, which.start, which.stop
    )
    context.front.sync()
    verb = "was" if len(which) == 1 else "were"
    what = f"#{which.start}" if len(which) == 1 else f"#{which.start} to #{which[-1]}"
    context.front.note(f"{what} {verb} deleted: /undo takes it back")
    return "".join(f"{message.text}\n" for message in removed)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (*_changing(), *_about(), *_removing())


def _changing() -> tuple[Command, ...]:
    number = Parameter("N", "the message's number as shown by #N, or last", "message")
    new_text = Parameter(
        "text",
        "the new text; without it the old one comes into the prompt",
        rest=True,
        verbatim=True,
    )
    return (
        Command(
            "edit",
            "change the text of a message",
            edit,
            (number, new_text),
            example="/edit 3 A better sentence.",
        ),
        Command(
            "message-edit",
            "write a message anew, or add to it",
            message_edit,
            (
                Parameter(
                    "message",
                    "which; the focused or the last one if left out",
                    "message",
                    named=True,
                ),
                Parameter("append", "put the text behind what is there", "switch", named=True),
                Parameter("prepend", "put it in front", "switch", named=True),
                Parameter("text", "the text", rest=True, required=True, verbatim=True),
            ),
            example="/message-edit message=3 append=true  And then?",
            returns="the message's text",
        ),
    )


def _about() -> tuple[Command, ...]:
    at = Parameter(
        "at", "the message; the focused or the last one if left out", "message", named=True
    )
    return (
        Command(
            "message-name",
            "read or change who speaks in a message",
            message_name,
            (at, Parameter("name", "the new name", rest=True)),
            example="/message-name at=3 Seraphina",
            returns="the name",
        ),
        Command(
            "message-role",
            "read or change as whose words the model gets a message",
            message_role,
            (at, Parameter("role", "the new role", "choice", _ROLES)),
            example="/message-role at=3 system",
            returns="the role",
        ),
    )


def _removing() -> tuple[Command, ...]:
    return (
        Command(
            "delete",
            "delete the focused message, or as many of the last as are named; /undo brings back",
            delete,
            (Parameter("count", "how many of the last messages", "number"),),
            aliases=("del", "delmode"),
            example="/delete 2",
            returns="their texts, each on a line",
        ),
        Command(
            "cut",
            "delete messages by their numbers; /undo brings them back",
            cut,
            (Parameter("range", "which: 3, or 2-5 for several", "range", required=True),),
            example="/cut 2-5",
            returns="their texts, each on a line",
        ),
    )

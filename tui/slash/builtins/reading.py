"""Commands that read the chat."""

from __future__ import annotations

import asyncio

from tui.domain.errors import AppError
from tui.services.message_edits import read_range
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context


def _wanted(typed: str, count: int) -> range:
    try:
        return read_range(typed, count) if typed else range(count)
    except AppError:
        return range(0)


async def messages(context: Context, arguments: Arguments) -> str:
    """Give the texts of messages."""
    session, role = context.session, arguments.text("role")
    found = []
    for index in _wanted(arguments.text("range").strip(), len(session)):
        if index >= len(session):
            break  # some were deleted meanwhile
        message = session.message(index)
        wanted = message.is_sent or arguments.flag("hidden")
        if wanted and message.role == (role or message.role):
            name = f"{message.name}: " if arguments.flag("names") else ""
            found.append(name + message.text)
        if index % 64 == 0:
            await asyncio.sleep(0)  # a long chat is read from the disk; Esc comes first
    return "\n\n".join(found)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "messages",
            "read messages of this chat, each after a blank line",
            messages,
            (
                Parameter(
                    "names", "who speaks stands in front", "switch", named=True, default="on"
                ),
                Parameter("hidden", "those hidden from the model too", "switch", named=True),
                Parameter(
                    "role", "only those of", "choice", ("system", "assistant", "user"), named=True
                ),
                Parameter("range", "which: 3, 2-5, -1, 2-last; all if left out", "range"),
            ),
            aliases=("message",),
            example="/messages names=off 0-last",
            returns="the texts, or nothing when a message is not there",
        ),
    )

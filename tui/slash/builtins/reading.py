"""Commands that read the chat."""

from __future__ import annotations

import asyncio
import re

from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context

_RANGE = re.compile(r"#?(-?[0-9]{1,9}|last)(?:-#?(-?[0-9]{1,9}|last))?", re.IGNORECASE)


def span(typed: str, count: int) -> range:
    """The messages that `3`, `2-5`, `-1` or `2-last` name; none when one of them is not there.

    Args:
        typed: One or two places, counted from 0, or from the end when negative.
        count: How many messages there are.
    """
    match = _RANGE.fullmatch(typed.strip())
    if match is None:
        return range(0)
    ends = [-1 if end.casefold() == "last" else int(end) for end in match.groups() if end]
    first, last = (end + count if end < 0 else end for end in (ends[0], ends[-1]))
    return range(first, last + 1) if 0 <= first <= last < count else range(0)


async def messages(context: Context, arguments: Arguments) -> str:
    """Give the texts of messages."""
    session, role = context.session, arguments.text("role")
    typed = arguments.text("range").strip()
    found = []
    for index in span(typed, len(session)) if typed else range(len(session)):
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

"""Commands for looking at the pictures that were sent."""

from __future__ import annotations

from tui.domain.errors import CommandError
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context


async def view(context: Context, arguments: Arguments) -> None:
    """Show a picture on the whole screen."""
    number = arguments.number("mesId")
    wanted = arguments.number("picture")
    if number is not None:
        index = context.position(number, arguments.column("mesId"))
    else:
        index, last = await _usual(context)
        wanted = last if wanted is None else wanted
    count = len(context.session.message(index).attachments)
    at = 1 if wanted is None else wanted
    if not count:
        raise CommandError(f"#{index} has no picture", column=arguments.column("mesId"))
    if not 1 <= at <= count:
        raise CommandError(
            f"#{index} has no picture {at}",
            hint=f"they go from 1 to {count}",
            column=arguments.column("picture"),
        )
    await context.front.view(index, at)


async def _usual(context: Context) -> tuple[int, int | None]:
    """The focused message when it has a picture, else the newest picture."""
    focused = context.focused()
    if focused is not None and context.session.message(focused).attachments:
        return focused, None
    newest = await context.services.pictures.newest(context.session.chat.id)
    index = context.session.index_of(newest.message_id) if newest is not None else None
    if newest is None or index is None:
        raise CommandError(
            "this chat has no picture yet",
            hint="/attach and /caption bring one in, /gallery shows those of all chats",
        )
    return index, newest.number


async def gallery(context: Context, _arguments: Arguments) -> None:
    """Show the pictures of this chat, or of all."""
    await context.front.show("gallery")


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "view",
            "look closely at a picture: zoom, next, open elsewhere",
            view,
            (
                Parameter(
                    "mesId",
                    "the picture of message #N instead of the focused or newest one",
                    "message",
                    aliases=("id",),
                    named=True,
                ),
                Parameter("picture", "which one of it, counted from 1", "number", named=True),
            ),
            example="/view mesId=3 picture=2",
        ),
        Command(
            "gallery",
            "all pictures of this chat or of all chats, to search in",
            gallery,
            example="/gallery",
        ),
    )

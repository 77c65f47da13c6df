"""Commands about where pictures go: to the chat model or not, off this machine or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from tui.domain.chat import Attachment
from tui.domain.errors import CommandError
from tui.domain.fate import SENDS, Fate, Send
from tui.domain.safetext import clean_line
from tui.services.picture_ids import find
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context


async def fate(context: Context, arguments: Arguments) -> str:
    """Choose what the chat model gets of pictures, or show it."""
    wanted = arguments.number("imgN")
    if wanted is not None:
        lines = await _by_id(context, arguments, wanted)
    elif arguments.number("mesId") is None and context.waiting():
        lines = _of_waiting(context, arguments)
    else:
        lines = await _of_message(context, arguments)
    context.front.note("\n".join(lines))
    return "\n".join(lines)


async def _by_id(context: Context, arguments: Arguments, number: int) -> list[str]:
    if arguments.number("mesId") is not None or arguments.number("picture") is not None:
        raise CommandError(
            "imgN and mesId= or picture= exclude each other", column=arguments.column("imgN")
        )
    found = find(number, context.session, context.waiting())
    if found.index is None:
        return _choose_waiting(context, (found.picture,), _wanted(arguments))
    return await _choose(context, found.index, found.place + 1, _wanted(arguments))


def _of_waiting(context: Context, arguments: Arguments) -> list[str]:
    waiting = context.waiting()
    at = arguments.number("picture")
    if at is not None and not 1 <= at <= len(waiting):
        raise CommandError(
            f"no picture {at} waits",
            hint=f"they go from 1 to {len(waiting)}",
            column=arguments.column("picture"),
        )
    chosen = waiting if at is None else waiting[at - 1 : at]
    return _choose_waiting(context, chosen, _wanted(arguments))


def _choose_waiting(
    context: Context, chosen: Sequence[Attachment], wanted: Send | None
) -> list[str]:
    lines = []
    for picture in chosen:
        if wanted is not None:
            picture = replace(picture, fate=wanted)  # noqa: PLW2901 - as it is from now on
            context.front.choose_fate(picture.digest, wanted)
        lines.append(
            _line(picture, context.services.chats.fates.of_waiting(picture, context.session))
        )
    return lines


async def _of_message(context: Context, arguments: Arguments) -> list[str]:
    number = arguments.number("mesId")
    if number is None:
        number = context.focused()
    if number is None:
        raise CommandError(
            "no picture waits, and no message has the focus",
            hint="mesId=N names a message by its number",
        )
    index = context.position(number, arguments.column("mesId"))
    return await _choose(context, index, arguments.number("picture"), _wanted(arguments))


async def _choose(context: Context, index: int, at: int | None, wanted: Send | None) -> list[str]:
    fates = context.services.chats.fates
    if wanted is None:
        pictures = fates.pictures(context.session, index, at)
    else:
        pictures = await fates.choose(context.session, index, wanted, at)
        context.front.sync()
    lines = []
    for picture in pictures:
        line = _line(picture, fates.of(picture, context.session))
        if not picture.caption and wanted in ("caption", "both"):
            line += f"; /caption {picture.ref} makes one"
        lines.append(line)
    return lines


def _wanted(arguments: Arguments) -> Send | None:
    """What was chosen; None: nothing, only shown."""
    return cast("Send", arguments.text("what")) or None


def _line(picture: Attachment, what: Fate) -> str:
    return f"{clean_line(picture.title, 60)}: {what.reason}"


async def local_only(context: Context, arguments: Arguments) -> str:
    """Keep pictures on this machine, or let them go again."""
    everywhere = arguments.text("for") == "all"
    service = context.services.settings
    chat = context.session.chat
    now = service.current.images.local_only if everywhere else chat.local_only
    wanted = arguments.text("state") == "on" if arguments.text("state") else not now
    if everywhere:
        await context.front.settings_changed(await service.change("images.local_only", wanted))
    else:
        await context.services.chats.fates.keep_here(context.session, wanted)
    context.front.sync()
    line = _said(context, everywhere=everywhere, wanted=wanted)
    context.front.note(line)
    return line


def _said(context: Context, *, everywhere: bool, wanted: bool) -> str:
    where = "any chat" if everywhere else "this chat"
    sight = context.services.chats.fates.sight(context.session)
    if wanted:
        line = f"local only: no picture of {where} leaves this machine"
        if sight.holds_back:
            line += "; the chat model runs elsewhere and gets captions alone"
        return line
    if not sight.local_only:
        return f"pictures of {where} may leave this machine"
    other = "this chat" if everywhere else "all chats"
    scope = "chat" if everywhere else "all"
    return f"off for {where}, but local only is on for {other}: /local-only off for={scope}"


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "fate",
            "choose what the chat model gets of a picture, or show it",
            fate,
            (
                Parameter(
                    "mesId",
                    "the pictures of message #N instead of those that wait",
                    "message",
                    aliases=("id",),
                    named=True,
                ),
                Parameter("picture", "one of them, counted from 1", "number", named=True),
                Parameter("imgN", "a picture of this chat by its id", "picture"),
                Parameter("what", "auto goes by what the model can do", "choice", SENDS),
            ),
            example="/fate img3 caption",
            returns="what each picture's fate is, and why",
        ),
        Command(
            "local-only",
            "keep pictures on this machine, or let them go again",
            local_only,
            (
                Parameter(
                    "for", "this chat, or all of them", "choice", ("chat", "all"), named=True
                ),
                Parameter("state", "on or off; without it the other one", "choice", ("on", "off")),
            ),
            example="/local-only for=all on",
            returns="what holds now",
        ),
    )

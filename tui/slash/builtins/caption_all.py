"""Captioning every picture of a chat that has no caption."""

from __future__ import annotations

from tui.domain.caption import ExistingMessage
from tui.services.caption_sources import CaptionRequest
from tui.services.session import ChatSession
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context

_NONE = "this chat has no pictures yet: /attach takes one from disk"


async def caption_all(context: Context, arguments: Arguments) -> str:
    """Caption what has no caption, in one editor; gives back how many were captioned."""
    requests = [
        CaptionRequest(
            index=index,
            place=place,
            prompt=arguments.text("prompt"),
            preset=arguments.text("preset"),
            delivery=ExistingMessage(index),
        )
        for index, place in uncaptioned(context.session)
    ]
    if not requests:
        waiting = [each.ref for each in context.waiting() if not each.caption]
        hint = f"; /caption {waiting[0]} captions one that waits" if waiting else ""
        nothing = f"no message of this chat has a picture without a caption{hint}"
        there_are = waiting or any(outline.pictures for outline in context.session.outline)
        context.front.note(nothing if there_are else _NONE)
        return "0"
    batch = await context.services.captions.caption_all(
        requests, context.interaction, context.session
    )
    context.front.sync()
    done = sum(each is not None for each in batch.done)
    lines = [f"{done} of {len(requests)} pictures captioned"]
    lines += [error.line() for error in batch.failed]
    context.front.note("\n".join(lines))
    return str(done)


def uncaptioned(session: ChatSession) -> list[tuple[int, int]]:
    """The pictures without a caption: message and place in it, the oldest first."""
    return [
        (index, place)
        for index, outline in enumerate(session.outline)
        if outline.pictures
        for place, picture in enumerate(session.message(index).attachments)
        if not picture.caption
    ]


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "caption-all",
            "caption all pictures of this chat that have no caption",
            caption_all,
            (
                Parameter("preset", "a prompt by its name", "text", named=True),
                Parameter("prompt", "what to ask about them", "text", rest=True, verbatim=True),
            ),
            example="/caption-all preset=short",
            returns="how many were captioned",
        ),
    )

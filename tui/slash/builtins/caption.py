"""Commands about pictures and their captions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tui.domain.caption import Delivery, ExistingMessage, NewMessage, Nowhere
from tui.domain.errors import CommandError
from tui.domain.settings import SOURCES
from tui.services.caption_sources import CaptionRequest
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command, Context
from tui.slash.picture_path import path_of, split_picture
from tui.slash.syntax import unquoted


async def caption(context: Context, arguments: Arguments) -> str:
    """Caption pictures and give back the captions, one line each."""
    files, prompt = await _pictures(arguments)
    index = arguments.number("mesId")
    if index is not None:
        if files:
            raise CommandError(
                "file= and mesId= exclude each other", column=arguments.column("mesId")
            )
        index = context.position(index, arguments.column("mesId"))
    delivery = _delivery(arguments, index)
    captions: list[str] = []
    paths: Sequence[Path | None] = files or [None]
    for number, path in enumerate(paths, 1):
        request = CaptionRequest(
            path,
            index,
            prompt,
            delivery,
            arguments.text("source"),
            arguments.text("connection"),
            position=(number, len(paths)),
            model=arguments.text("model"),
            fresh=arguments.flag("fresh"),
        )
        text = await _one(context, request)
        if text is None:
            break
        captions.append(text)
    if captions and isinstance(delivery, NewMessage) and context.front.shows(context.session):
        await context.front.reply()
    return "\n".join(captions)


async def _pictures(arguments: Arguments) -> tuple[list[Path], str]:
    files = [path_of(text) for text in arguments.texts("file")]
    prompt = arguments.text("prompt")
    if not files and arguments.number("mesId") is None:
        first, prompt = await asyncio.to_thread(split_picture, prompt)
        files = [first] if first else []
    return files, unquoted(prompt)


def _delivery(arguments: Arguments, index: int | None) -> Delivery:
    if arguments.flag("quiet"):
        return Nowhere()
    if arguments.text("target") == "existing":
        if index is None:
            raise CommandError("target=existing needs mesId=", column=arguments.column("target"))
        return ExistingMessage(index)
    return NewMessage()


async def _one(context: Context, request: CaptionRequest) -> str | None:
    done = await context.services.captions.caption(request, context.interaction, context.session)
    if done is None:
        return None
    context.front.sync()
    if isinstance(request.delivery, Nowhere):
        made = done.caption
        label = f"{made.source_label}, from cache" if made.cached else made.source_label
        context.front.note(f"{done.image.name} ({label}): {made.text}")
    return done.caption.text


async def caption_log(context: Context, _arguments: Arguments) -> None:
    """Show the captions that were made."""
    await context.front.show("caption_log")


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "caption",
            "describe a picture and put it into the chat",
            caption,
            (
                Parameter(
                    "file", "the picture; may be given again", "path", named=True, several=True
                ),
                Parameter(
                    "mesId",
                    "take the picture of message #N",
                    "message",
                    aliases=("id",),
                    named=True,
                ),
                Parameter("quiet", "only show the caption, send nothing", "switch", named=True),
                Parameter(
                    "source",
                    "who captions, instead of the one chosen in the settings",
                    "choice",
                    SOURCES,
                    named=True,
                ),
                Parameter("connection", "the connection that captions", "connection", named=True),
                Parameter("model", "another model than the connection's own", "model", named=True),
                Parameter(
                    "fresh", "ask again, though it was captioned before", "switch", named=True
                ),
                Parameter(
                    "target",
                    "with mesId: a new message, or that one's own caption",
                    "choice",
                    ("new", "existing"),
                    named=True,
                ),
                Parameter(
                    "prompt",
                    "what to ask; a picture's path may stand in front",
                    "path",
                    rest=True,
                    verbatim=True,
                ),
            ),
        ),
        Command(
            "caption-log",
            "show the captions made so far, used or not",
            caption_log,
            aliases=("captions",),
        ),
    )

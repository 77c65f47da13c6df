"""Commands about pictures and their captions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tui.domain.caption import Beside, Delivery, ExistingMessage, NewMessage, Nowhere
from tui.domain.errors import CommandError
from tui.domain.settings import SOURCES
from tui.services.caption_sources import CaptionRequest
from tui.services.picture_ids import Found, find, first_without_caption, picture_at
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.picture_path import path_of, picture_named


async def caption(context: Context, arguments: Arguments) -> str:
    """Caption pictures and give back the captions, one line each."""
    files, prompt = await _pictures(arguments)
    place = _place(context, arguments, has_files=bool(files))
    delivery = _delivery(arguments, place)
    paths: Sequence[Path | None] = files or [None]
    requests = [
        CaptionRequest(
            path=path,
            index=place.index if place else None,
            prompt=prompt,
            prompt_is_final=not arguments.words("prompt").plain,
            delivery=delivery,
            source=arguments.text("source"),
            connection=arguments.text("connection"),
            digest=place.picture.digest if place else "",
            model=arguments.text("model"),
            fresh=arguments.flag("fresh"),
            place=place.place if place else 0,
            preset=arguments.text("preset"),
            revise=arguments.flag("revise"),
            waiting=place.picture if place else None,
        )
        for path in paths
    ]
    captions = await _captions(context, requests)
    is_answered = context.front.shows(context.session) and context.services.connections.current()
    if captions and isinstance(delivery, NewMessage) and is_answered:
        await context.front.reply()
    return "\n".join(captions)


async def _captions(context: Context, requests: Sequence[CaptionRequest]) -> list[str]:
    """Caption, tell what came of it, and give the captions. Raises AppError: nothing came."""
    batch = await context.services.captions.caption_all(
        requests, context.interaction, context.session
    )
    pairs = [(one, done) for one, done in zip(requests, batch.done, strict=True) if done]
    if batch.failed and not pairs:
        raise batch.failed[0]
    for request, done in pairs:
        if isinstance(request.delivery, Beside):
            context.front.set_caption(request.digest, done.caption)
    context.front.sync()
    for request, done in pairs:
        if isinstance(request.delivery, Nowhere):
            made = done.caption
            label = f"{made.source_label}, from cache" if made.cached else made.source_label
            context.front.note(f"{done.image.name} ({label}): {made.text}")
    for error in batch.failed:
        context.front.note(error.line())
    return [done.caption.text for _, done in pairs]


async def _pictures(arguments: Arguments) -> tuple[list[Path], str]:
    files = [path_of(text) for text in arguments.texts("file")]
    named = arguments.number("mesId"), arguments.number("imgN")
    typed = arguments.words("prompt")
    if not files and named == (None, None) and typed.words:
        first = await asyncio.to_thread(picture_named, typed.words[0])
        if first is not None:
            return [first], typed.behind
    return files, arguments.text("prompt")


def _place(context: Context, arguments: Arguments, *, has_files: bool) -> Found | None:
    """The picture of the chat that is meant; None: one that is not in it yet."""
    by_id, by_message = arguments.number("imgN"), arguments.number("mesId")
    given = {"file=": has_files, "imgN": by_id is not None, "mesId=": by_message is not None}
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        raise CommandError(f"{names[0]} and {names[1]} exclude each other")
    if by_message is not None:
        index = context.position(by_message, arguments.column("mesId"))
        return _of_message(context, arguments, index)
    if arguments.number("index") is not None:
        raise CommandError("index= needs mesId=", column=arguments.column("index"))
    if by_id is not None:
        return find(by_id, context.session, context.waiting())
    return None


def _of_message(context: Context, arguments: Arguments, index: int) -> Found:
    message = context.session.message(index)
    place = arguments.number("index")
    if place is None:
        place = first_without_caption(message)
    return Found(picture_at(message, index, place), index, place)


def _delivery(arguments: Arguments, place: Found | None) -> Delivery:
    if arguments.flag("quiet"):
        return Nowhere()
    target = arguments.text("target")
    if place is None and target == "existing":
        raise CommandError(
            "target=existing needs mesId= or an id such as img1", column=arguments.column("target")
        )
    if place is None or target == "new":
        return NewMessage()
    return Beside() if place.index is None else ExistingMessage(place.index)


async def caption_log(context: Context, _arguments: Arguments) -> None:
    """Show the captions that were made."""
    await context.front.show("caption_log")


_OF_CAPTION = (
    Parameter("file", "the picture; may be given again", "path", named=True, several=True),
    Parameter(
        "mesId",
        "caption the picture of message #N",
        "message",
        aliases=("id",),
        named=True,
    ),
    Parameter(
        "index",
        "with mesId: which of its pictures, from 0; else the first without caption",
        "number",
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
    Parameter("fresh", "ask again, though it was captioned before", "switch", named=True),
    Parameter("preset", "a prompt by its name, such as short", "text", named=True),
    Parameter("revise", "look over the captions it has had, ask nobody", "switch", named=True),
    Parameter(
        "target",
        "of a picture of the chat: its own caption, or a new message",
        "choice",
        ("existing", "new"),
        named=True,
    ),
    Parameter("imgN", "a picture of this chat by its id", "picture"),
    Parameter(
        "prompt",
        "what to ask; a picture's path may stand in front",
        "path",
        rest=True,
    ),
)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "caption",
            "describe a picture and put it into the chat",
            caption,
            _OF_CAPTION,
            example="/caption file=cat.png what breed is it?",
            returns="the caption, one a line for several pictures",
        ),
        Command(
            "caption-log",
            "show the captions made so far, used or not",
            caption_log,
            aliases=("captions",),
            example="/caption-log",
        ),
    )

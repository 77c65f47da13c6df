"""Where a picture that was made goes: into the store, and into a message of its own chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from tui.domain.caption import wrap
from tui.domain.chat import Attachment, Message
from tui.domain.errors import AppError
from tui.domain.image import Image
from tui.domain.imagine_request import Recipe
from tui.domain.imagining import Made
from tui.domain.safetext import clean, clean_line
from tui.services.caption_delivery import attached
from tui.services.configuring import SettingsService
from tui.services.library import new_id
from tui.services.macro_environment import environment
from tui.services.ports import ImageReader, ImageStore
from tui.services.session import ChatSession

T = TypeVar("T")
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, slots=True)
class Imagined:
    """A picture that was made."""

    image: Image
    recipe: Recipe
    label: str
    """Who made it, for people: "AUTOMATIC1111: some-model"."""
    caption: str
    """What is on it: the prompt without its prefixes, or as the service rewrote it."""
    seconds: float
    """From the request to the picture."""
    path: str = ""
    """Where its file is kept."""
    ref: str = ""
    """Its id in the chat, "img7"; empty: it is in none."""


class ImagineDelivery:
    """Takes pictures in as those from elsewhere are taken in, and puts them into chats."""

    def __init__(self, settings: SettingsService, reader: ImageReader, images: ImageStore) -> None:
        self._settings = settings
        self._reader = reader
        self._images = images

    async def preview(self, data: bytes) -> Image | None:
        """The picture as it is so far; None: what came is none."""
        try:
            return await asyncio.to_thread(self._reader.decode, data, "preview")
        except AppError:
            return None

    async def take_in(self, made: Made, name: str) -> Image:
        """Decode the picture with the limits of all pictures, and keep it.

        Args:
            made: What the service gave.
            name: What to call it, without an ending.

        Raises:
            ImageError: It is no picture that can be read.
            StorageError: It could not be kept.
        """
        image = await asyncio.to_thread(self._reader.decode, made.data, name)
        image = replace(image, name=f"{name}{_ENDINGS.get(image.mime, '')}")
        await self._images.put(image)
        return image

    def place(self, image: Image) -> str:
        """Where the file of a picture is."""
        return str(self._images.place(image))

    async def send(self, session: ChatSession, done: Imagined) -> Imagined:
        """Make it a message of the character, at the end of the chat. Raises StorageError.

        The chat model gets the prompt as the picture's caption, and never the picture: a
        model's own messages cannot hold any.
        """
        picture = self._attachment(session, done)
        message = Message(
            new_id(),
            "assistant",
            session.character.name,
            picture.wrapped,
            time.time(),
            (picture,),
            templated=True,
        )
        message.hidden = self._settings.current.imagine.hidden
        await session.append(message)
        session.chat.updated = message.created
        await session.save()
        return replace(done, ref=message.attachments[0].ref)

    async def add(self, session: ChatSession, message: Message, done: Imagined) -> Imagined:
        """Put it beside the others of a message; `undo` takes it away. Raises StorageError.

        The model is told once what is on them, with the first.
        """
        if session.index_of(message.id) is None:
            return await self.send(session, done)
        picture = replace(self._attachment(session, done), fate="nothing")
        before, shown = message.attachments, message.swipe
        message.attachments = (*before, picture)
        try:
            await session.update(message)
        except AppError:
            message.attachments = before
            raise

        async def restore() -> None:
            message.revise(shown, attachments=before)
            await session.update(message)

        index = session.index_of(message.id)
        session.undos.append((f"#{index} without the last picture", restore))
        return replace(done, ref=message.attachments[-1].ref)

    def _attachment(self, session: ChatSession, done: Imagined) -> Attachment:
        settings = self._settings.current
        values = environment(session, settings).apart()
        return replace(
            attached(done.image, None),
            caption=done.caption,
            source=done.label,
            model=done.recipe.model,
            seconds=done.seconds,
            fate="caption",
            wrapped=wrap(settings.imagine.template, done.caption, values),
            recipe=done.recipe.written(),
        )


def file_name(who: str, moment: float) -> str:
    """What to call a picture: whose chat it was made for, and when (seconds since the epoch)."""
    words = "".join(each if each.isalnum() else " " for each in clean_line(who, 40)).split()
    return (
        f"{'-'.join(words) or 'picture'}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(moment))}"
    )


def caption_of(made: Made, prompt: str) -> str:
    """What is on the picture, in words."""
    return clean(made.prompt).strip() or prompt


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Do what must not be left half done, though the person cancels meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

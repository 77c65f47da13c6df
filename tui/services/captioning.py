"""The captioning flow, the same for every trigger: intake, source, refine, template, message."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from tui.domain import macros
from tui.domain.caption import (
    Caption,
    Captioned,
    Delivery,
    ExistingMessage,
    NewMessage,
    Nowhere,
    wrap,
)
from tui.domain.character import Character, Persona, macro_values
from tui.domain.chat import Attachment, JournalEntry, Message
from tui.domain.errors import AppError, CaptionError
from tui.domain.generation import Progress
from tui.domain.image import Image
from tui.services.caption_attempt import Attempt
from tui.services.caption_sources import CaptionRequest, SourceService
from tui.services.chatting import ChatService
from tui.services.configuring import SettingsService
from tui.services.library import new_id
from tui.services.ports import ChatStore, ImageReader, ImageStore, Interaction
from tui.services.session import ChatSession


class CaptionService:
    """Captions pictures and puts the captions where they belong."""

    def __init__(
        self,
        settings: SettingsService,
        sources: SourceService,
        reader: ImageReader,
        images: ImageStore,
        store: ChatStore,
        chats: ChatService,
    ) -> None:
        self._settings = settings
        self.sources = sources
        self._reader = reader
        self._images = images
        self._store = store
        self._chats = chats

    async def caption(
        self,
        request: CaptionRequest,
        interaction: Interaction,
        session: ChatSession | None = None,
    ) -> Captioned | None:
        """Caption one picture.

        Args:
            request: Which picture, and what is to become of the caption.
            interaction: Who is asked.
            session: The chat; needed unless the delivery is `Nowhere` and a path is given.

        Returns:
            The picture with its accepted caption, or None when the person cancelled.

        Raises:
            ImageError: The picture cannot be used.
            AppError: The source is not available or failed; nothing was inserted.
        """
        target = _target(request.delivery, session)
        image = await self._image(request, interaction, session)
        if image is None:
            return None
        prompt = await self._prompt(request, interaction, session)
        if prompt is None:
            return None
        attempt = Attempt(
            self.sources,
            request,
            image,
            prompt,
            lambda text: self.preview(text, session),
        )
        attempt.refinement.warning = self.warning()
        await attempt.choose()
        if self._edits(request):
            text = await interaction.refine(attempt.refinement)
        else:
            text = await _join(attempt, interaction)
        caption = await self._journal(attempt, text)
        if caption is None:
            return None
        if session is not None and isinstance(request.delivery, NewMessage):
            await self._send(image, caption, session)
        elif session is not None and target is not None:
            await self._put_into(target, image, caption, session)
        return Captioned(image, caption)

    def _edits(self, request: CaptionRequest) -> bool:
        quiet = isinstance(request.delivery, Nowhere)
        return self._settings.current.captioning.edit_before_saving and not quiet

    async def _image(
        self, request: CaptionRequest, interaction: Interaction, session: ChatSession | None
    ) -> Image | None:
        if request.index is not None:
            return await self._image_of(_message(session, request.index), request.index)
        if request.digest:
            return await self._kept(request.digest, "the picture")
        path = request.path or await interaction.pick_image()
        return await self._reader.read(path) if path else None

    async def _image_of(self, message: Message, index: int) -> Image:
        if not message.attachments:
            raise CaptionError(
                f"message #{index} has no picture", hint="/caption file=PATH takes one from disk"
            )
        return await self._kept(message.attachments[0].digest, f"the picture of message #{index}")

    async def _kept(self, digest: str, what: str) -> Image:
        image = await self._images.get(digest)
        if image is None:
            raise CaptionError(
                f"{what} is gone from the data folder",
                hint="/caption file=PATH takes one from disk",
            )
        return image

    async def _prompt(
        self, request: CaptionRequest, interaction: Interaction, session: ChatSession | None
    ) -> str | None:
        settings = self._settings.current.captioning
        prompt: str | None = request.prompt
        if not prompt:
            prompt = settings.prompt
            if settings.ask_every_time:
                prompt = await interaction.ask_prompt(prompt)
        return macros.expand(prompt, self.values(session)) if prompt is not None else None

    def values(self, session: ChatSession | None) -> dict[str, str]:
        """What the macros of prompts and templates stand for."""
        if session is None:
            return macro_values(Character("the character"), Persona())
        return macro_values(session.character, session.persona)

    def preview(self, caption: str, session: ChatSession | None) -> str:
        """The message that a caption would make."""
        return wrap(self._settings.current.captioning.template, caption, self.values(session))

    def warning(self) -> str:
        """What is wrong with the template, or nothing."""
        if macros.uses(self._settings.current.captioning.template, "caption"):
            return ""
        return "the template has no {{caption}}: it was added at the end"

    async def _journal(self, attempt: Attempt, text: str | None) -> Caption | None:
        made = attempt.refinement.current
        used = text is not None and bool(text.strip())
        kept = (text if used else attempt.refinement.left) or (made.text if made else "")
        if not kept.strip():
            if text is None:
                return None
            raise CaptionError("the caption is empty", hint="nothing was inserted; try again")
        made = made or attempt.caption(kept)
        await self._store.log_caption(
            JournalEntry(
                attempt.refinement.image.digest,
                attempt.refinement.image.name,
                kept,
                made.source_label,
                made.model,
                made.prompt,
                made.seconds,
                time.time(),
                used,
            )
        )
        return replace(made, text=kept) if used else None

    async def _send(self, image: Image, caption: Caption, session: ChatSession) -> None:
        await self._images.put(image)
        message = Message(
            new_id(),
            "user",
            session.persona.name,
            self.preview(caption.text, session),
            time.time(),
            attachments=(attached(image, caption),),
            templated=True,
        )
        await self._chats.add(session, message)

    async def _put_into(
        self, message: Message, image: Image, caption: Caption, session: ChatSession
    ) -> None:
        if session.index_of(message.id) is None:
            raise CaptionError(
                "the message was deleted meanwhile", hint="/caption-log has kept its caption"
            )
        await self._images.put(image)
        message.attachments = (attached(image, caption), *message.attachments[1:])
        if not message.text.strip() or message.templated:
            message.text, message.templated = self.preview(caption.text, session), True
        await session.update(message)

    async def journal(self, limit: int = 100) -> list[JournalEntry]:
        """The last captions ever made, newest first."""
        return await self._store.journal(limit)

    async def attach(self, path: Path) -> Attachment:
        """Take a picture in without a caption. Raises ImageError, StorageError."""
        image = await self._reader.read(path)
        await self._images.put(image)
        return attached(image, None)

    async def read(self, path: Path) -> Image:
        """Open a picture file for a preview. Raises ImageError."""
        return await self._reader.read(path)

    async def stored(self, digest: str) -> Image | None:
        """A picture that was kept, or None."""
        return await self._images.get(digest)


async def _join(attempt: Attempt, interaction: Interaction) -> str:
    """Run the source to its end without an editor."""
    try:
        async with aclosing(attempt.stream()) as events:
            async for event in events:
                if isinstance(event, Progress):
                    interaction.progress(event)
    finally:
        interaction.progress(None)
    current = attempt.refinement.current
    if current is None:
        raise CaptionError(
            f"{attempt.refinement.source_label} gave an empty caption",
            hint="nothing was inserted; try another prompt or source",
        )
    return current.text


def attached(image: Image, caption: Caption | None) -> Attachment:
    """How a message refers to a picture."""
    plain = Attachment(image.digest, image.name, image.mime, image.width, image.height)
    if caption is None:
        return plain
    return replace(
        plain,
        caption=caption.text,
        source=caption.source_label,
        model=caption.model,
        seconds=caption.seconds,
    )


def _message(session: ChatSession | None, index: int) -> Message:
    if session is None or not 0 <= index < len(session):
        last = len(session) - 1 if session else -1
        raise AppError(f"there is no message #{index}", hint=f"they go from #0 to #{last}")
    return session.message(index)


def _target(delivery: Delivery, session: ChatSession | None) -> Message | None:
    """The message itself: its position may change while the caption is made."""
    if isinstance(delivery, ExistingMessage):
        return _message(session, delivery.index)
    return None

"""The captioning flow, the same for every trigger: intake, source, refine, template, message."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path

from tui.domain import macros
from tui.domain.caption import (
    Caption,
    Captioned,
    Delivery,
    ExistingMessage,
    NewMessage,
    Nowhere,
    captioned_by,
    wrap,
)
from tui.domain.character import Character, Persona, macro_values
from tui.domain.chat import Attachment, JournalEntry, Message
from tui.domain.errors import AppError, CaptionError
from tui.domain.generation import Progress, Restarted
from tui.domain.image import Image
from tui.services.caption_attempt import Attempt
from tui.services.caption_cache import CaptionCache
from tui.services.caption_chain import WHOLE, ending
from tui.services.caption_journal import CaptionJournal
from tui.services.caption_sources import CaptionRequest, SourceService
from tui.services.chat_store import ChatStore
from tui.services.chatting import ChatService
from tui.services.configuring import SettingsService
from tui.services.library import new_id
from tui.services.picture_ids import picture_at
from tui.services.ports import ImageReader, ImageStore, Interaction
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
        self._journal = CaptionJournal(store)
        self._cache = CaptionCache(settings, store)
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
        attempt = self._attempt(request, image, session)
        prompt = await self._prompt(request, interaction, session, matters=await attempt.choose())
        if prompt is None:
            return None
        attempt.refinement.prompt = prompt
        quiet = request.unattended or isinstance(request.delivery, Nowhere)
        text = await self._make(attempt, interaction, quiet=quiet)
        caption = attempt.accepted(text)
        if caption is None:
            await self._keep_unused(attempt)
            return None
        number = await self._journal.add(image, caption)
        if session is not None and isinstance(request.delivery, NewMessage):
            await self._send(image, caption, session)
        elif session is not None and target is not None:
            await self._images.put(image)
            await self._put_into(target, request.place, caption, session)
        await self._journal.used(number)
        return Captioned(image, caption)

    def _attempt(
        self, request: CaptionRequest, image: Image, session: ChatSession | None
    ) -> Attempt:
        attempt = Attempt(
            self.sources,
            self._cache,
            request,
            image,
            lambda: self.local_only(session),
            lambda text: self.preview(text, session),
        )
        attempt.refinement.warning = self.warning()
        attempt.keep = partial(self._journal.add, image)
        return attempt

    async def _make(self, attempt: Attempt, interaction: Interaction, *, quiet: bool) -> str | None:
        """Let the caption be made; what came of one that failed is kept in the journal."""
        try:
            if self._settings.current.captioning.edit_before_saving and not quiet:
                return await interaction.refine(attempt.refinement)
            return await _join(attempt, interaction)
        except AppError:
            await self._keep_unused(attempt)
            raise

    async def _keep_unused(self, attempt: Attempt) -> None:
        made, left = attempt.refinement.current, attempt.refinement.left
        text = left or (made.text if made else "")
        if text.strip():
            made = made or attempt.caption(text)
            await self._journal.add(attempt.refinement.image, replace(made, text=text))

    def local_only(self, session: ChatSession | None) -> bool:
        """Whether pictures must not leave this machine."""
        here = session is not None and session.chat.local_only
        return here or self._settings.current.images.local_only

    async def _image(
        self, request: CaptionRequest, interaction: Interaction, session: ChatSession | None
    ) -> Image | None:
        if request.index is not None:
            return await self._image_of(_message(session, request.index), request)
        if request.digest:
            return await self._kept(request.digest, "the picture")
        path = request.path or await interaction.pick_image()
        return await self._reader.read(path) if path else None

    async def _image_of(self, message: Message, request: CaptionRequest) -> Image:
        picture = picture_at(message, request.index or 0, request.place)
        return await self._kept(picture.digest, f"the picture of message #{request.index}")

    async def _kept(self, digest: str, what: str) -> Image:
        image = await self._images.get(digest)
        if image is None:
            raise CaptionError(
                f"{what} is gone from the data folder",
                hint="/caption file=PATH takes one from disk",
            )
        return image

    async def _prompt(
        self,
        request: CaptionRequest,
        interaction: Interaction,
        session: ChatSession | None,
        *,
        matters: bool,
    ) -> str | None:
        settings = self._settings.current.captioning
        prompt: str | None = request.prompt
        if not prompt:
            prompt = settings.prompt
            if settings.ask_every_time and matters and not request.unattended:
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
        self, message: Message, place: int, caption: Caption, session: ChatSession
    ) -> None:
        if session.index_of(message.id) is None or place >= len(message.attachments):
            raise CaptionError(
                "the message was deleted meanwhile", hint="/caption-log has kept its caption"
            )
        before = message.attachments
        taken = captioned_by(before[place], caption)
        message.attachments = (*before[:place], taken, *before[place + 1 :])
        # The text is the caption of the first picture; those of others stand beside it.
        if not place and (not message.text.strip() or message.templated):
            message.text, message.templated = self.preview(caption.text, session), True
        await session.update(message)

    async def journal(self, limit: int = 100) -> list[JournalEntry]:
        """The last captions ever made, newest first."""
        return await self._journal.entries(limit)

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
        async with aclosing(attempt.stream(fresh=False)) as events:
            async for event in events:
                if isinstance(event, Progress):
                    interaction.progress(event)
                elif isinstance(event, Restarted):
                    interaction.progress(Progress(event.reason))
    finally:
        interaction.progress(None)
    current, label = attempt.refinement.current, attempt.refinement.source_label
    if current is None:
        raise CaptionError(
            f"{label} gave an empty caption",
            hint="nothing was inserted; try another prompt or source",
        )
    if attempt.ended not in WHOLE:
        raise CaptionError(
            f"{label}: {ending(attempt.ended)}",
            hint="nothing was inserted, /caption-log has what came; try again",
        )
    return current.text


def attached(image: Image, caption: Caption | None) -> Attachment:
    """How a message refers to a picture."""
    plain = Attachment(image.digest, image.name, image.mime, image.width, image.height)
    return captioned_by(plain, caption) if caption else plain


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

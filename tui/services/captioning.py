"""The captioning flow, the same for every trigger: intake, source, refine, template, message."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from tui.domain.caption import Asked, Captioned, ExistingMessage, Nowhere
from tui.domain.chat import Attachment, JournalEntry
from tui.domain.errors import AppError, CaptionError, StorageError
from tui.domain.generation import Progress, Restarted
from tui.domain.image import Image
from tui.services.caption_attempt import Attempt
from tui.services.caption_chain import WHOLE, ending
from tui.services.caption_delivery import CaptionDelivery, attached
from tui.services.caption_jobs import Batch, Job, Workshop
from tui.services.caption_journal import CaptionJournal
from tui.services.caption_sources import CaptionRequest, SourceService
from tui.services.chat_store import ChatStore
from tui.services.chatting import ChatService
from tui.services.configuring import SettingsService
from tui.services.ports import ImageReader, ImageStore, Interaction
from tui.services.refinement import Refined
from tui.services.session import ChatSession

_AT_ONCE = 20
"""Pictures in one editor, all of which are held in memory; more come after them."""


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
        self._workshop = Workshop(settings, sources, reader, images, store)
        self._delivery = CaptionDelivery(images, chats)

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
        batch = await self.caption_all([request], interaction, session)
        if batch.failed:
            raise batch.failed[0]
        return batch.done[0]

    async def caption_all(
        self,
        requests: Sequence[CaptionRequest],
        interaction: Interaction,
        session: ChatSession | None = None,
    ) -> Batch:
        """Caption several pictures, in one editor where one is wanted.

        What fails is told in the result and keeps no other picture from being captioned.

        Args:
            requests: Which pictures; all with the same kind of delivery.
            interaction: Who is asked.
            session: The chat, as in `caption`.
        """
        count = len(requests)
        batch = Batch([None] * count)
        numbered = list(enumerate(requests))
        if count > 1:
            numbered = [(at, replace(one, position=(at + 1, count))) for at, one in numbered]
        meant = [_id_of(one, session) for one in requests]
        for start in range(0, count, _AT_ONCE):
            some: list[tuple[int, CaptionRequest]] = []
            for at, one in numbered[start : start + _AT_ONCE]:
                try:
                    some.append((at, _followed(one, meant[at], session)))
                except CaptionError as error:
                    batch.failed.append(error)
            jobs = await self._workshop.jobs(some, interaction, session, batch)
            await self._caption(jobs, interaction, session, batch)
            if batch.cancelled:
                break
        return batch

    async def _caption(
        self,
        jobs: Sequence[Job],
        interaction: Interaction,
        session: ChatSession | None,
        batch: Batch,
    ) -> None:
        if any(map(self._edits, jobs)):
            await self._edit(jobs, interaction, session, batch)
            return
        for job in jobs:
            try:
                text = await _join(job.attempt, interaction)
            except AppError as error:
                batch.failed.append(error)
                continue
            await self._finish(job, job.attempt.refinement.caption(text), session, batch)

    async def _edit(
        self,
        jobs: Sequence[Job],
        interaction: Interaction,
        session: ChatSession | None,
        batch: Batch,
    ) -> None:
        """Let captions be edited; those that could not be kept come back as they stood."""
        while jobs:
            refined = await self._refine(jobs, interaction)
            batch.cancelled = batch.cancelled or refined.cancelled
            back: list[Job] = []
            for job, text in zip(jobs, refined.texts, strict=True):
                error = await self._finish(job, text, session, batch)
                if text is not None and refined.by_hand and isinstance(error, StorageError):
                    batch.failed.remove(error)
                    refinement = job.attempt.refinement
                    made = replace(refinement.current or job.attempt.caption(text), text=text)
                    refinement.come_back(made, error.line())
                    back.append(job)
            jobs = back

    def _edits(self, job: Job) -> bool:
        quiet = job.request.unattended or isinstance(job.request.delivery, Nowhere)
        wanted = self._settings.current.captioning.edit_before_saving
        return (wanted or job.attempt.refinement.revises) and not quiet

    async def _refine(self, jobs: Sequence[Job], interaction: Interaction) -> Refined:
        try:
            return await interaction.refine([job.attempt.refinement for job in jobs])
        except AppError:
            for job in jobs:
                await job.attempt.written.note(job.attempt.refinement.left)
            raise

    async def _finish(
        self, job: Job, text: str | None, session: ChatSession | None, batch: Batch
    ) -> AppError | None:
        """Put a caption where it belongs. Returns what kept it from getting there, or None."""
        attempt = job.attempt
        try:
            if text is None:
                await attempt.written.note(attempt.refinement.left)
                return None
            caption, number = await attempt.accepted(text)
            refinement = attempt.refinement
            wrapped = job.message(refinement.template, caption.text)
            caption = replace(caption, wrapped=wrapped)
            done = Captioned(refinement.image, caption)
            await self._delivery.deliver(job.request, done, session, job.target)
            batch.done[job.place] = done
            await self._journal.used(number)
            if session is not None:
                await session.keep_variables()
        except AppError as error:
            batch.failed.append(error)
            return None if batch.done[job.place] else error
        return None

    # -- pictures and captions alone

    def local_only(self, session: ChatSession | None) -> bool:
        """Whether pictures must not leave this machine."""
        return self._workshop.local_only(session)

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


def _id_of(request: CaptionRequest, session: ChatSession | None) -> str:
    """Id of the message whose picture is meant; empty: of none that is there."""
    index = request.index
    if session is None or index is None or not 0 <= index < len(session):
        return ""
    return session.outline[index].id


def _followed(request: CaptionRequest, meant: str, session: ChatSession | None) -> CaptionRequest:
    """The request by the number that its message has by now. Raises CaptionError: it is gone."""
    if session is None or not meant:
        return request
    index = session.index_of(meant)
    if index is None:
        raise CaptionError("the message was deleted meanwhile", hint="its picture went with it")
    is_there = isinstance(request.delivery, ExistingMessage)
    delivery = ExistingMessage(index) if is_there else request.delivery
    return replace(request, index=index, delivery=delivery)


async def _join(attempt: Attempt, interaction: Interaction) -> str:
    """Run the source to its end without an editor."""
    try:
        async with aclosing(attempt.stream(Asked())) as events:
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

"""From requests to attempts: which pictures, what is asked of them, with what means."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from tui.domain import macros
from tui.domain.caption import Captioned, Delivery, ExistingMessage, wrap
from tui.domain.chat import Attachment, Message
from tui.domain.errors import AppError, CaptionError
from tui.domain.image import Image
from tui.services.caption_attempt import Attempt, Means
from tui.services.caption_cache import CaptionCache
from tui.services.caption_choices import CaptionChoices
from tui.services.caption_journal import CaptionJournal
from tui.services.caption_sources import CaptionRequest, SourceService
from tui.services.chat_store import ChatStore
from tui.services.configuring import SettingsService
from tui.services.picture_ids import picture_at
from tui.services.ports import ImageReader, ImageStore, Interaction
from tui.services.session import ChatSession


class _Wrapping(Protocol):
    def __call__(self, template: str, caption: str, *, preview: bool = False) -> str: ...


@dataclass(slots=True)
class Batch:
    """What came of captioning some pictures."""

    done: list[Captioned | None] = field(default_factory=list)
    """For each request its caption; None: skipped, not reached, or failed."""
    failed: list[AppError] = field(default_factory=list)
    cancelled: bool = False
    """The person wanted no more; what was accepted before is where it belongs."""


@dataclass(slots=True)
class Job:
    """One request on its way."""

    place: int
    request: CaptionRequest
    target: Message | None
    attempt: Attempt
    message: Callable[[str, str], str]
    """What a template makes of the accepted caption; unlike a preview it may change variables."""


class Workshop:
    """Makes the attempts."""

    def __init__(
        self,
        settings: SettingsService,
        sources: SourceService,
        reader: ImageReader,
        images: ImageStore,
        store: ChatStore,
    ) -> None:
        self._settings = settings
        self._sources = sources
        self._reader = reader
        self._images = images
        self._journal = CaptionJournal(store)
        self._cache = CaptionCache(settings, store)
        self._choices = CaptionChoices(settings, sources)

    async def jobs(
        self,
        requests: Sequence[tuple[int, CaptionRequest]],
        interaction: Interaction,
        session: ChatSession | None,
        batch: Batch,
    ) -> list[Job]:
        """Prepare what can be prepared.

        Args:
            requests: Which pictures, each with its place among all that are wanted.
            interaction: Who is asked for a file and for a prompt.
            session: The chat.
            batch: Is told what failed, and whether the person cancelled.
        """
        jobs: list[Job] = []
        asked: str | None = None
        for place, request in requests:
            try:
                target = _target(request.delivery, session)
                image = await self._image(request, interaction, session)
                if image is None:
                    batch.cancelled = True
                    break
                wrapped = self._wrapping(image, session)
                attempt = self._attempt(request, image, session, partial(wrapped, preview=True))
                matters = await _chosen(attempt, request)
            except AppError as error:
                batch.failed.append(error)
                continue
            asks = matters and asked is None and self._asks(request)
            if asks:
                asked = await interaction.ask_prompt(self._settings.current.captioning.prompt)
                if asked is None:
                    batch.cancelled = True
                    break
            try:
                await self._prepare(attempt, request, asked, session)
            except AppError as error:
                batch.failed.append(error)
                continue
            jobs.append(Job(place, request, target, attempt, wrapped))
        return jobs

    def _asks(self, request: CaptionRequest) -> bool:
        given = request.prompt or request.preset or request.revise or request.unattended
        return self._settings.current.captioning.ask_every_time and not given

    async def _prepare(
        self,
        attempt: Attempt,
        request: CaptionRequest,
        asked: str | None,
        session: ChatSession | None,
    ) -> None:
        refinement = attempt.refinement
        preset = self._choices.preset(request.preset) if request.preset else ""
        prompt = request.prompt or preset or asked or self._settings.current.captioning.prompt
        refinement.unexpanded = prompt
        refinement.prompt = prompt
        if not (request.prompt and request.prompt_is_final):
            environment = self._choices.environment(session, refinement.image)
            refinement.prompt = macros.expand(prompt, environment)
        refinement.warning = self._warning()
        self._choices.equip(refinement)
        if request.revise:
            entries = await self._journal.of(refinement.image.digest)
            self._choices.recall(refinement, entries, _known(request, session))

    def _wrapping(self, image: Image, session: ChatSession | None) -> _Wrapping:
        """What makes the message; chance decides once, so that a preview tells the truth."""
        seed = random.random()  # no secret

        def wrapped(template: str, caption: str, *, preview: bool = False) -> str:
            chance = random.Random(seed)
            environment = replace(self._choices.environment(session, image), random=chance)
            return wrap(template, caption, environment.apart() if preview else environment)

        return wrapped

    def _attempt(
        self,
        request: CaptionRequest,
        image: Image,
        session: ChatSession | None,
        preview: Callable[[str, str], str],
    ) -> Attempt:
        def expand(prompt: str) -> str:
            return macros.expand(prompt, self._choices.environment(session, image))

        means = Means(
            self._sources,
            self._cache,
            lambda: self.local_only(session),
            preview,
            expand,
            self._reader.crop,
            partial(self._journal.add, image),
            self._journal.reword,
        )
        return Attempt(means, request, image)

    def local_only(self, session: ChatSession | None) -> bool:
        """Whether pictures must not leave this machine."""
        here = session is not None and session.chat.local_only
        return here or self._settings.current.images.local_only

    async def _image(
        self, request: CaptionRequest, interaction: Interaction, session: ChatSession | None
    ) -> Image | None:
        if request.index is not None:
            message = _message(session, request.index)
            picture = picture_at(message, request.index, request.place)
            image = await self._kept(picture.digest, f"the picture of message #{request.index}")
            return replace(image, name=picture.name)
        if request.digest:
            image = await self._kept(request.digest, "the picture")
            return replace(image, name=request.waiting.name) if request.waiting else image
        path = request.path or await interaction.pick_image()
        return await self._reader.read(path) if path else None

    async def _kept(self, digest: str, what: str) -> Image:
        image = await self._images.get(digest)
        if image is None:
            raise CaptionError(
                f"{what} is gone from the data folder",
                hint="/caption file=PATH takes one from disk",
            )
        return image

    def _warning(self) -> str:
        """What is wrong with the template, or nothing."""
        if macros.uses(self._settings.current.captioning.template, "caption"):
            return ""
        return "the template has no {{caption}}: it was added at the end"


async def _chosen(attempt: Attempt, request: CaptionRequest) -> bool:
    """Find the source; what is only looked over does not need one. Raises AppError."""
    try:
        return await attempt.choose()
    except AppError:
        if not request.revise:
            raise
        return False


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


def _known(request: CaptionRequest, session: ChatSession | None) -> Attachment | None:
    """The picture as it is in its message, with the caption it has."""
    if request.index is None or session is None:
        return request.waiting
    return _message(session, request.index).attachments[request.place]

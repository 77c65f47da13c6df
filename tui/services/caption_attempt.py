"""One picture on its way to an accepted caption, as many tries as the person likes."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial

from tui.domain.caption import Asked, Caption
from tui.domain.errors import AppError, CaptionError, StorageError
from tui.domain.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    Progress,
    Restarted,
    TextDelta,
    Usage,
)
from tui.domain.image import Box, Image
from tui.domain.local_model import DownloadPlan, LocalMissing
from tui.domain.safetext import clean_line
from tui.services.bounded import MOST_CAPTION, bounded
from tui.services.caption_cache import CaptionCache
from tui.services.caption_chain import Chain, Step
from tui.services.caption_sources import CaptionRequest, Choice, SourceService
from tui.services.refinement import Refinement
from tui.services.written_caption import WrittenCaption


@dataclass(frozen=True, slots=True)
class Means:
    """What all tries on a picture work with."""

    sources: SourceService
    cache: CaptionCache
    local_only: Callable[[], bool]
    """Whether pictures must not leave this machine now."""
    preview: Callable[[str, str], str]
    """The message that a template makes of a caption."""
    expand: Callable[[str], str]
    """Puts in what the macros of a prompt stand for."""
    crop: Callable[[Image, Box], Awaitable[Image]]
    keep: Callable[[Caption], Awaitable[int]]
    """Writes a caption into the journal; gives its number there."""
    reword: Callable[[int, str], Awaitable[None]]
    """Gives an entry of the journal another text."""


class Attempt:
    """Captioning one picture, as often as the person likes."""

    def __init__(self, means: Means, request: CaptionRequest, image: Image) -> None:
        self._means = means
        self._request = request
        self._choice: Choice | None = None
        self._unused: Choice | None = None
        self._kept: list[tuple[Caption, int]] = []
        self.ended: FinishReason | None = None
        """How the last try ended; None: in an error, or not yet."""
        self.refinement = Refinement(
            image, "", self.stream, self._preview, "", position=request.position
        )
        self.written = WrittenCaption(self.refinement, self.caption, means.keep, means.reword)
        self.refinement.write = self.written.note
        self.refinement.beside = self._beside
        self.refinement.question = self._question

    def _preview(self, caption: str) -> str:
        return self._means.preview(self.refinement.template, caption)

    # -- whom to ask

    async def choose(self) -> bool:
        """Find the source, so that what cannot work fails before any question.

        Returns:
            Whether what is asked makes a difference.

        Raises:
            AppError: The source cannot be used.
        """
        sources, request = self._means.sources, self._request
        steps = sources.steps(request)
        if sources.wanted(request) == "chain":
            self.refinement.source_label = sources.name(steps[0])
            return sources.takes_prompt(steps)
        self._unused = await self._choose(request, strict=False)
        self._take(self._unused, self._unused.note)
        return self._unused.captioner.takes_prompt

    async def _choose(self, request: CaptionRequest, *, strict: bool) -> Choice:
        only_here = self._means.local_only()
        return await self._means.sources.choose(request, local_only=only_here, strict=strict)

    def _take(self, choice: Choice, note: str) -> None:
        """Show whose caption it is from now on."""
        self._choice = choice
        refinement = self.refinement
        refinement.source_label = choice.captioner.label
        refinement.takes_prompt = choice.captioner.takes_prompt
        refinement.note = note
        self._offer(choice.plan)

    def _offer(self, plan: DownloadPlan | None) -> None:
        self.refinement.download = self._means.sources.download_local if plan else None
        self.refinement.download_label = _label(plan) if plan else ""

    # -- what came of it

    def caption(self, text: str) -> Caption:
        """A text as a caption of the source that was chosen."""
        chosen, refinement = self._choice, self.refinement
        captioner = chosen.captioner if chosen else None
        return Caption(
            text,
            chosen.id if chosen else "",
            captioner.label if captioner else "",
            captioner.model if captioner else "",
            refinement.prompt,
            0.0,
            refinement.note,
        )

    async def accepted(self, text: str) -> tuple[Caption, int]:
        """The caption as the person left it, and its number in the journal.

        Raises:
            CaptionError: It is empty.
            StorageError: The journal cannot be written.
        """
        current = self.refinement.current
        if not text.strip():
            raise CaptionError("the caption is empty", hint="nothing was inserted; try again")
        for made, number in self._kept:
            if made == current and made.text == text:
                return made, number
        caption = replace(current or self.caption(text), text=text)
        return caption, await self.written.keep(caption)

    # -- asking

    def _beside(self) -> Refinement:
        other = Attempt(self._means, self._request, self.refinement.image)
        other._kept = self._kept
        mine, theirs = self.refinement, other.refinement
        theirs.prompt, theirs.template = mine.prompt, mine.template
        return theirs

    async def stream(self, asked: Asked) -> AsyncGenerator[GenerationEvent, None]:
        """Caption; what came is the last of `refinement.versions`, even when closed early."""
        async with aclosing(self._run(asked, keep=True)) as events:
            async for event in events:
                yield event

    async def _question(self, asked: Asked) -> AsyncGenerator[GenerationEvent, None]:
        lane = Attempt(self._means, self._request, self.refinement.image)
        request = lane._request_for(asked)
        if not self._means.sources.takes_prompt(self._means.sources.steps(request)):
            raise CaptionError(
                f"{self._means.sources.name(request)} cannot be asked anything",
                hint="choose a connection whose model sees (Ctrl+G)",
            )
        async with aclosing(lane._run(asked, keep=False)) as events:
            async for event in events:
                yield event

    async def _run(self, asked: Asked, *, keep: bool) -> AsyncGenerator[GenerationEvent, None]:
        self.ended = None
        run = _Run(self._request_for(asked), self._prompt_for(asked), asked.region)
        started = time.monotonic()
        pieces: list[str] = []
        # A remote source tells nothing until its first word.
        yield Progress(f"captioning {clean_line(self.refinement.image.name, 40)}")
        try:
            async with aclosing(bounded(self._events(run), MOST_CAPTION)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        pieces.append(event.text)
                    elif isinstance(event, Restarted):
                        pieces.clear()
                    elif isinstance(event, Finished):
                        self.ended, run.usage = event.reason, event.usage
                    yield event
        finally:
            text = "".join(pieces).strip()
            if text and keep:
                await self._made(run, text, time.monotonic() - started)

    async def _made(self, run: _Run, text: str, seconds: float) -> None:
        """Put a caption with the versions; it goes into the journal whatever becomes of it."""
        made = replace(
            self.caption(text),
            prompt=run.prompt,
            seconds=seconds,
            usage=run.usage,
            cached=run.cached,
            region=run.region,
        )
        self.refinement.current = made
        self.refinement.versions.append(made)
        # It is kept again when it is accepted; then a journal that cannot be written matters.
        with suppress(StorageError):
            self._kept.append((made, await self._means.keep(made)))

    def _request_for(self, asked: Asked) -> CaptionRequest:
        request = self._request
        if asked.source or asked.connection:
            request = replace(
                request, source=asked.source, connection=asked.connection, model=asked.model
            )
        elif asked.model:
            request = replace(request, source="", model=asked.model)
        return replace(request, fresh=request.fresh or asked.fresh)

    def _prompt_for(self, asked: Asked) -> str:
        return self._means.expand(asked.prompt) if asked.prompt else self.refinement.prompt

    def _events(self, run: _Run) -> AsyncGenerator[GenerationEvent, None]:
        chained = self._means.sources.wanted(run.request) == "chain"
        return self._in_turn(run) if chained else self._alone(run)

    async def _alone(self, run: _Run) -> AsyncGenerator[GenerationEvent, None]:
        choice, self._unused = self._unused, None
        if choice is None or run.asks_another(self._request):
            # A download may have changed it, too.
            choice = await self._choose(run.request, strict=False)
        self._take(choice, choice.note)
        async with aclosing(self._ask(choice, run)) as events:
            async for event in events:
                yield event

    async def _in_turn(self, run: _Run) -> AsyncGenerator[GenerationEvent, None]:
        try:
            async with aclosing(self._chain(run).events()) as events:
                async for event in events:
                    yield event
        except AppError:
            self.refinement.note = ""
            raise

    def _chain(self, run: _Run) -> Chain:
        sources = self._means.sources
        missing: list[DownloadPlan | None] = [None]

        async def ask(request: CaptionRequest) -> AsyncGenerator[GenerationEvent, None]:
            try:
                choice = await self._choose(request, strict=True)
            except LocalMissing as error:
                missing[0] = error.plan
                raise
            self._take(choice, chain.note(choice.captioner.label))
            self._offer(missing[0])
            async with aclosing(self._ask(choice, run)) as events:
                async for event in events:
                    yield event

        pairs = zip(sources.steps(run.request), sources.limits(run.request), strict=True)
        chain = Chain([Step(sources.name(one), limit, partial(ask, one)) for one, limit in pairs])
        return chain

    async def _ask(self, choice: Choice, run: _Run) -> AsyncGenerator[GenerationEvent, None]:
        image = self.refinement.image
        if run.region is not None:
            image = await self._means.crop(image, run.region)
        cache = self._means.cache
        found = None if run.request.fresh else await cache.find(choice, image, run.prompt)
        run.cached = found is not None
        if found is not None:
            yield TextDelta(found.caption)
            yield Finished("stop")
            return
        async with aclosing(cache.ask(choice, image, run.prompt)) as events:
            async for event in events:
                yield event


@dataclass(slots=True)
class _Run:
    """One try."""

    request: CaptionRequest
    prompt: str
    region: Box | None
    usage: Usage | None = None
    cached: bool = False

    def asks_another(self, usual: CaptionRequest) -> bool:
        """Whether somebody else is asked than at first."""
        return replace(self.request, fresh=usual.fresh) != usual


def _label(plan: DownloadPlan) -> str:
    size = "" if plan.total_bytes is None else f", {plan.total_bytes / 1e6:.0f} MB"
    return f"{plan.model}{size}"

"""One picture on its way to an accepted caption, as many tries as the person likes."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from tui.domain.caption import Caption
from tui.domain.errors import AppError, CaptionError
from tui.domain.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    Progress,
    Restarted,
    TextDelta,
    Usage,
)
from tui.domain.image import Image
from tui.domain.local_model import DownloadPlan
from tui.domain.safetext import clean_line
from tui.services.caption_cache import CaptionCache
from tui.services.caption_chain import Chain, Step
from tui.services.caption_sources import CaptionRequest, Choice, LocalMissing, SourceService
from tui.services.ports import Refinement

Keep = Callable[[Caption], Awaitable[object]]


class Attempt:
    """Captioning one picture, as often as the person likes."""

    def __init__(
        self,
        sources: SourceService,
        cache: CaptionCache,
        request: CaptionRequest,
        image: Image,
        local_only: Callable[[], bool],
        preview: Callable[[str], str],
    ) -> None:
        self._sources = sources
        self._cache = cache
        self._request = request
        self._local_only = local_only
        self._choice: Choice | None = None
        self._unused: Choice | None = None
        self._cached = False
        self._usage: Usage | None = None
        self.keep: Keep | None = None
        """Called with a caption that is about to be replaced by another try."""
        self.ended: FinishReason | None = None
        """How the last try ended; None: in an error, or not yet."""
        self.refinement = Refinement(image, "", self.stream, preview, "", position=request.position)

    async def choose(self) -> bool:
        """Find the source, so that what cannot work fails before any question.

        Returns:
            Whether what is asked makes a difference.

        Raises:
            AppError: The source cannot be used.
        """
        steps = self._sources.steps(self._request)
        if self._chained():
            self.refinement.source_label = self._sources.name(steps[0])
            return self._sources.takes_prompt(steps)
        self._unused = await self._choose(self._request, strict=False)
        self._take(self._unused, self._unused.note)
        return self._unused.captioner.takes_prompt

    def _chained(self) -> bool:
        return self._sources.wanted(self._request) == "chain"

    async def _choose(self, request: CaptionRequest, *, strict: bool) -> Choice:
        return await self._sources.choose(request, local_only=self._local_only(), strict=strict)

    def _take(self, choice: Choice, note: str) -> None:
        """Show whose caption it is from now on."""
        self._choice = choice
        refinement = self.refinement
        refinement.source_label = choice.captioner.label
        refinement.note = note
        self._offer(choice.plan)

    def _offer(self, plan: DownloadPlan | None) -> None:
        """Let the local model be fetched from the editor."""
        self.refinement.download = self._sources.download_local if plan else None
        self.refinement.download_label = _label(plan) if plan else ""

    def caption(self, text: str, seconds: float = 0.0) -> Caption:
        """A caption with where it came from."""
        chosen, refinement = self._choice, self.refinement
        if chosen is None:
            return Caption(text, "", "", "", refinement.prompt, seconds)
        return Caption(
            text,
            chosen.id,
            chosen.captioner.label,
            chosen.captioner.model,
            refinement.prompt,
            seconds,
            refinement.note,
            self._usage,
            self._cached,
        )

    def accepted(self, text: str | None) -> Caption | None:
        """The caption as the person left it; None: discarded. Raises CaptionError when empty."""
        current, left = self.refinement.current, self.refinement.left
        if text is not None and text.strip():
            return replace(current or self.caption(text), text=text)
        if text is not None and current is None and not left.strip():
            raise CaptionError("the caption is empty", hint="nothing was inserted; try again")
        return None

    async def stream(self, fresh: bool) -> AsyncGenerator[GenerationEvent, None]:
        """Caption (again); what came is in `refinement.current` even when closed early.

        Args:
            fresh: Ask the source even when it said something to the same before.
        """
        fresh = fresh or self._request.fresh
        before = self.refinement.current
        self.ended, self._usage, self._cached = None, None, False
        started = time.monotonic()
        pieces: list[str] = []
        # A remote source tells nothing until its first word.
        yield Progress(f"captioning {clean_line(self.refinement.image.name, 40)}")
        try:
            async with aclosing(self._events(fresh)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        await self._keep(before)
                        before = None
                        pieces.append(event.text)
                    elif isinstance(event, Restarted):
                        pieces.clear()
                    elif isinstance(event, Finished):
                        self.ended, self._usage = event.reason, event.usage
                    yield event
        finally:
            text = "".join(pieces).strip()
            if text:
                self.refinement.current = self.caption(text, time.monotonic() - started)

    async def _keep(self, replaced: Caption | None) -> None:
        """Let a caption be remembered that was paid for and will not be used."""
        if self.keep is not None and replaced is not None and not replaced.cached:
            await self.keep(replaced)

    def _events(self, fresh: bool) -> AsyncGenerator[GenerationEvent, None]:
        return self._in_turn(fresh) if self._chained() else self._alone(fresh)

    async def _alone(self, fresh: bool) -> AsyncGenerator[GenerationEvent, None]:
        choice, self._unused = self._unused, None
        if choice is None:
            # A download may have changed it.
            choice = await self._choose(self._request, strict=False)
            self._take(choice, choice.note)
        async with aclosing(self._ask(choice, fresh)) as events:
            async for event in events:
                yield event

    async def _in_turn(self, fresh: bool) -> AsyncGenerator[GenerationEvent, None]:
        try:
            async with aclosing(self._chain(fresh).events()) as events:
                async for event in events:
                    yield event
        except AppError:
            self.refinement.note = ""
            raise

    def _chain(self, fresh: bool) -> Chain:
        steps = self._sources.steps(self._request)
        limits = self._sources.limits(self._request)

        missing: list[DownloadPlan | None] = [None]

        async def ask(request: CaptionRequest) -> AsyncGenerator[GenerationEvent, None]:
            try:
                choice = await self._choose(request, strict=True)
            except LocalMissing as error:
                missing[0] = error.plan
                raise
            self._take(choice, chain.note(choice.captioner.label))
            self._offer(missing[0])
            async with aclosing(self._ask(choice, fresh)) as events:
                async for event in events:
                    yield event

        chain = Chain(
            [
                Step(self._sources.name(each), seconds, partial(ask, each))
                for each, seconds in zip(steps, limits, strict=True)
            ]
        )
        return chain

    async def _ask(self, choice: Choice, fresh: bool) -> AsyncGenerator[GenerationEvent, None]:
        image, prompt = self.refinement.image, self.refinement.prompt
        found = None if fresh else await self._cache.find(choice, image, prompt)
        if found is not None:
            self._cached = True
            yield TextDelta(found.caption)
            yield Finished("stop")
            return
        async with aclosing(self._cache.ask(choice, image, prompt)) as events:
            async for event in events:
                yield event


def _label(plan: DownloadPlan) -> str:
    if plan.total_bytes is None:
        return plan.model
    return f"{plan.model}, {plan.total_bytes / 1e6:.0f} MB"

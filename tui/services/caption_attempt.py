"""One picture on its way to an accepted caption, as many tries as the person likes."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from tui.domain.caption import Caption
from tui.domain.generation import GenerationEvent, Progress, TextDelta
from tui.domain.image import Image
from tui.domain.local_model import DownloadPlan
from tui.domain.safetext import clean_line
from tui.services.caption_sources import CaptionRequest, Choice, SourceService
from tui.services.ports import Captioner, Refinement


class Attempt:
    """Captioning one picture, as often as the person likes."""

    def __init__(
        self,
        sources: SourceService,
        request: CaptionRequest,
        image: Image,
        prompt: str,
        preview: Callable[[str], str],
    ) -> None:
        self._sources = sources
        self._request = request
        self._choice: Choice | None = None
        self._unused: Captioner | None = None
        self.refinement = Refinement(
            image, prompt, self.stream, preview, "", position=request.position
        )

    async def choose(self) -> Captioner:
        """Find the source; again at each start, since a download may have changed it."""
        choice = await self._sources.choose(self._request)
        self._choice = choice
        self._unused = choice.captioner
        refinement = self.refinement
        refinement.source_label = choice.captioner.label
        refinement.note = choice.note
        refinement.download = self._sources.download_local if choice.plan else None
        refinement.download_label = _label(choice.plan) if choice.plan else ""
        return choice.captioner

    def caption(self, text: str, seconds: float = 0.0) -> Caption:
        """A caption with where it came from."""
        chosen = self._choice
        if chosen is None:
            return Caption(text, "", "", "", self.refinement.prompt, seconds)
        source = chosen.captioner
        return Caption(
            text,
            chosen.id,
            source.label,
            source.model,
            self.refinement.prompt,
            seconds,
            chosen.note,
        )

    async def stream(self, _fresh: bool = False) -> AsyncGenerator[GenerationEvent, None]:
        """Caption (again); what came is in `refinement.current` even when closed early."""
        chosen, self._unused = self._unused, None
        source = chosen or await self.choose()
        started = time.monotonic()
        pieces: list[str] = []
        # A remote source tells nothing until its first word.
        yield Progress(f"captioning {clean_line(self.refinement.image.name, 40)}")
        try:
            stream = source.caption(self.refinement.image, self.refinement.prompt)
            async with aclosing(stream) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        pieces.append(event.text)
                    yield event
        finally:
            text = "".join(pieces).strip()
            if text:
                self.refinement.current = self.caption(text, time.monotonic() - started)


def _label(plan: DownloadPlan) -> str:
    if plan.total_bytes is None:
        return plan.model
    return f"{plan.model}, {plan.total_bytes / 1e6:.0f} MB"

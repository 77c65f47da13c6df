from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from tests.fakes.imagers import FakeImagineFront
from tui.domain.caption import Asked
from tui.domain.generation import Progress, TextDelta
from tui.services.refinement import Refined, Refinement


class FakeInteraction:
    """Answers questions from a list of prepared answers."""

    def __init__(
        self,
        *,
        prompt: str | None = None,
        path: Path | None = None,
        refine: Callable[[str], str | None] = lambda text: text,
    ) -> None:
        self.prompt = prompt
        self.path = path
        self._refine = refine
        self.refinements: list[Refinement] = []
        self.progressed: list[Progress | None] = []
        self.imagining = FakeImagineFront()

    async def ask_prompt(self, default: str) -> str | None:
        return self.prompt

    async def pick_image(self) -> Path | None:
        return self.path

    async def pick_images(self) -> tuple[Path, ...]:
        return (self.path,) if self.path else ()

    async def refine(self, refinements: Sequence[Refinement]) -> Refined:
        texts: list[str | None] = []
        for refinement in refinements:
            self.refinements.append(refinement)
            text = refinement.current.text if refinement.revises and refinement.current else ""
            if not refinement.revises:
                async with aclosing(refinement.start(Asked())) as events:
                    async for event in events:
                        if isinstance(event, TextDelta):
                            text += event.text
            texts.append(self._refine(text))
        return Refined(texts, cancelled=None in texts)

    def progress(self, event: Progress | None) -> None:
        self.progressed.append(event)

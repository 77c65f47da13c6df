from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from tui.domain.generation import Progress, TextDelta
from tui.services.ports import Refinement


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

    async def ask_prompt(self, default: str) -> str | None:
        return self.prompt

    async def pick_image(self) -> Path | None:
        return self.path

    async def pick_images(self) -> tuple[Path, ...]:
        return (self.path,) if self.path else ()

    async def refine(self, refinement: Refinement) -> str | None:
        self.refinements.append(refinement)
        text = ""
        async with aclosing(refinement.start(False)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    text += event.text
        return self._refine(text)

    def progress(self, event: Progress | None) -> None:
        self.progressed.append(event)

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from tests.fakes.imagers import FakeImagineFront
from tui.domain.caption import Asked
from tui.domain.generation import Progress, TextDelta
from tui.services.dialogs import ChoiceQuestion, Ending, Notice, Page, TextQuestion
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
        self.notices: list[Notice] = []
        self.questions: list[TextQuestion | ChoiceQuestion] = []
        self.pages: list[Page] = []
        self.beeps = 0
        self.texts: list[str | None] = []
        """What is typed when a text is asked for, in order; then the default."""
        self.choices: list[tuple[int, ...] | None] = []
        """What is chosen, in order; then nothing is."""
        self.ending: Ending = "ok"
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

    async def tell(self, notice: Notice, *, wait: bool = False) -> None:
        self.notices.append(notice)

    async def ask_text(self, question: TextQuestion) -> str | None:
        self.questions.append(question)
        return self.texts.pop(0) if self.texts else question.default

    async def ask_choice(self, question: ChoiceQuestion) -> tuple[int, ...] | None:
        self.questions.append(question)
        return self.choices.pop(0) if self.choices else None

    async def show(self, page: Page) -> Ending:
        self.pages.append(page)
        return self.ending

    def beep(self) -> None:
        self.beeps += 1

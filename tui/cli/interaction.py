"""The port to the person without a screen.

Captions are taken as they come. What a script asks is asked where stdin is a terminal, on stderr,
for stdout is the script's data; elsewhere every question has its default at once.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TextIO

from tui.cli.console import Console
from tui.domain.caption import Asked
from tui.domain.generation import Progress
from tui.domain.safetext import clean
from tui.services.dialogs import ChoiceQuestion, Ending, Notice, Page, TextQuestion
from tui.services.refinement import Refined, Refinement
from tui.services.unseen import Unseen


class SilentInteraction:
    """Tells on stderr what goes on; asks only for scripts, and only at a terminal.

    Args:
        console: Where it speaks.
        stdin: Where answers come from.
    """

    def __init__(self, console: Console, stdin: TextIO | None = None) -> None:
        self._console = console
        self._stdin = stdin or sys.stdin

    async def ask_prompt(self, default: str) -> str | None:
        """Take the default."""
        return default

    async def pick_image(self) -> Path | None:
        """Choose nothing: a command line names its files."""
        return None

    async def pick_images(self) -> tuple[Path, ...]:
        """Choose nothing."""
        return ()

    async def refine(self, refinements: Sequence[Refinement]) -> Refined:
        """Let the source finish and take its captions as they are."""
        return Refined([await self._whole(refinement) for refinement in refinements])

    async def _whole(self, refinement: Refinement) -> str:
        try:
            async with aclosing(refinement.start(Asked())) as events:
                async for event in events:
                    if isinstance(event, Progress):
                        self.progress(event)
        finally:
            self.progress(None)
        return refinement.caption(refinement.current.text) if refinement.current else ""

    @property
    def imagining(self) -> Unseen:
        """Ask nothing about pictures that are to be made."""
        return Unseen()

    def progress(self, event: Progress | None) -> None:
        """Draw the line of progress."""
        self._console.progress(event)

    # What scripts show and ask

    async def tell(self, notice: Notice, *, wait: bool = False) -> None:
        """Say it on stderr; nothing is there to wait for."""
        parts = (notice.severity if notice.severity != "info" else "", notice.title, notice.text)
        self._say(": ".join(part for part in parts if part))

    async def ask_text(self, question: TextQuestion) -> str | None:
        """Ask for a line; an empty one takes the default, the end of input cancels."""
        if not self._stdin.isatty():
            return question.default
        self._say(question.text)
        default = f" [{question.default}]" if question.default else ""
        answer = await self._line(f"{question.placeholder or question.ok}{default}>")
        return None if answer is None else answer or question.default

    async def ask_choice(self, question: ChoiceQuestion) -> tuple[int, ...] | None:
        """Ask for a number, or for several; without a terminal nothing is chosen."""
        if not self._stdin.isatty():
            return None
        self._say(question.text)
        for number, choice in enumerate(question.choices, 1):
            help_ = f" ({choice.help})" if choice.help else ""
            self._say(f"{number}. {choice.label}{help_}")
        many = "numbers, with spaces between" if question.several else "number"
        while (answer := await self._line(f"{many}; nothing cancels>")) is not None:
            words = answer.split()
            if not words:
                return None
            numbers = [int(word) - 1 if word.isdecimal() else -1 for word in words]
            fits = all(0 <= number < len(question.choices) for number in numbers)
            if fits and (question.several or len(numbers) == 1):
                return tuple(sorted(set(numbers)))
            self._say(f"from 1 to {len(question.choices)}, please")
        return None

    async def show(self, page: Page) -> Ending:
        """Say it; at a terminal ask for one of the two answers when there are two."""
        self._say(f"{page.header}\n{page.text}" if page.header else page.text)
        if not page.cancel:
            return "ok"
        if not self._stdin.isatty():
            return "dismissed"
        while (answer := await self._line(f"1 {page.ok}, 0 {page.cancel}>")) is not None:
            if answer in {"1", "0"}:
                return "ok" if answer == "1" else "cancel"
        return "dismissed"

    def beep(self) -> None:
        """Let the bell sound where somebody hears it."""
        self._console.beep()

    def _say(self, text: str) -> None:
        for line in text.splitlines():
            self._console.say(line)

    async def _line(self, prompt: str) -> str | None:
        """A line as typed; None at the end of input. Ctrl+C ends the waiting at once."""
        self._console.say(prompt)
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._stdin, _set, ready)
        try:
            await ready
        finally:
            loop.remove_reader(self._stdin)
        line = self._stdin.readline()
        return clean(line).strip() if line else None


def _set(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)

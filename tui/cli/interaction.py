"""The port to the person without a screen: nothing is asked, everything takes its default."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from tui.cli.console import Console
from tui.domain.caption import Asked
from tui.domain.generation import Progress
from tui.services.refinement import Refined, Refinement
from tui.services.unseen import Unseen


class SilentInteraction:
    """Never asks; tells on stderr what goes on."""

    def __init__(self, console: Console) -> None:
        self._console = console

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

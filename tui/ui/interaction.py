"""The Interaction port with screens: questions are modal, progress goes to the status line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from textual.app import App

from tui.domain.generation import Progress
from tui.services import Services
from tui.services.refinement import Refined, Refinement
from tui.ui.captions.ask_prompt import AskPrompt
from tui.ui.captions.editor import CaptionEditor
from tui.ui.imagine.asking import ScreenImagining
from tui.ui.widgets.file_picker import FilePicker
from tui.ui.widgets.pictures_picker import PicturesPicker
from tui.ui.widgets.progress import Speedometer


class ScreenInteraction:
    """Asks by pushing screens; must run inside a worker, which waits for the answer."""

    def __init__(
        self, app: App[None], services: Services, show_progress: Callable[[str], None]
    ) -> None:
        self._app = app
        self._services = services
        self._show_progress = show_progress
        self._folder = Path.cwd()
        self._meter = Speedometer()
        self.imagining = ScreenImagining(app, services)

    async def ask_prompt(self, default: str) -> str | None:
        """Ask what to ask about the picture."""
        return await self._app.push_screen_wait(AskPrompt(default))

    async def pick_image(self) -> Path | None:
        """Let a picture be chosen, with a preview."""
        picker = FilePicker(self._services.captions.read, self._folder)
        path = await self._app.push_screen_wait(picker)
        if path is not None:
            self._folder = path.parent
        return path

    async def pick_images(self) -> tuple[Path, ...]:
        """Let pictures be chosen, with a preview."""
        picker = PicturesPicker(self._services.captions.read, self._folder)
        path = await self._app.push_screen_wait(picker)
        if path is None:
            return ()
        self._folder = path.parent
        return picker.chosen(path)

    async def refine(self, refinements: Sequence[Refinement]) -> Refined:
        """Open the caption editor."""
        return await self._app.push_screen_wait(CaptionEditor(refinements))

    def progress(self, event: Progress | None) -> None:
        """Show it in the status line."""
        if event is None:
            self._meter = Speedometer()
            self._show_progress("")
        else:
            self._show_progress(self._meter.brief(event, monotonic()))

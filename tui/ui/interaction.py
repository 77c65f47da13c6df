"""The Interaction port with screens: questions are modal, progress goes to the status line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TypeVar

from textual.app import App
from textual.notifications import Notification, Notify, SeverityLevel

from tui.domain.generation import Progress
from tui.services import Services
from tui.services.dialogs import ChoiceQuestion, Ending, Notice, Page, Severity, TextQuestion
from tui.services.refinement import Refined, Refinement
from tui.slash.context import Aborted
from tui.ui.captions.ask_prompt import AskPrompt
from tui.ui.captions.editor import CaptionEditor
from tui.ui.dialogs.script_dialog import ScriptDialog
from tui.ui.imagine.asking import ScreenImagining
from tui.ui.widgets.file_picker import FilePicker
from tui.ui.widgets.pictures_picker import PicturesPicker
from tui.ui.widgets.progress import Speedometer

T = TypeVar("T")

_LEVELS: dict[Severity, SeverityLevel] = {
    "info": "information",
    "success": "information",
    "warning": "warning",
    "error": "error",
}
_LOOK_SECONDS = 0.05


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
        self.shown = 0
        """How often something was shown so far; what only asks does not count."""
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
        self.shown += 1
        return await self._app.push_screen_wait(CaptionEditor(refinements))

    def progress(self, event: Progress | None) -> None:
        """Show it in the status line."""
        if event is None:
            self._meter = Speedometer()
            self._show_progress("")
        else:
            self._show_progress(self._meter.brief(event, monotonic()))

    # What scripts show and ask

    async def tell(self, notice: Notice, *, wait: bool = False) -> None:
        """Show a toast; a click closes it, and so does time."""
        self.shown += 1
        there = self._app._notifications
        if notice.once and any((e.title, e.message) == (notice.title, notice.text) for e in there):
            return
        toast = Notification(
            notice.text,
            notice.title,
            _LEVELS[notice.severity],
            notice.seconds,
            markup=False,
        )
        self._app.post_message(Notify(toast))
        await asyncio.sleep(0)  # so that the next one finds it there
        is_there = False
        while wait and not toast.has_expired and (toast in there or not is_there):
            is_there = is_there or toast in there
            await asyncio.sleep(_LOOK_SECONDS)

    async def ask_text(self, question: TextQuestion) -> str | None:
        """Ask for a text."""
        from tui.ui.dialogs.ask_text import AskText  # noqa: PLC0415 - scripts only

        return await self._ask(AskText(question))

    async def ask_choice(self, question: ChoiceQuestion) -> tuple[int, ...] | None:
        """Let choose."""
        from tui.ui.dialogs.ask_choice import AskChoice  # noqa: PLC0415 - scripts only

        return await self._ask(AskChoice(question))

    async def show(self, page: Page) -> Ending:
        """Show a text."""
        from tui.ui.dialogs.script_page import ScriptPage  # noqa: PLC0415 - scripts only

        self.shown += 1
        return await self._ask(ScriptPage(page)) or "dismissed"

    async def _ask(self, dialog: ScriptDialog[T]) -> T | None:
        answer = await self._app.push_screen_wait(dialog)
        if dialog.ended:
            raise Aborted("ended by F10", quiet=False)
        return answer

    def beep(self) -> None:
        """Let the terminal's bell sound."""
        self._app.bell()

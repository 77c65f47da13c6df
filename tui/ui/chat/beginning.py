"""The first frame of a screen with a prompt: laid out and styled once."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.screen import Screen


class Beginning(Screen[None]):
    """Leaves out what Textual does again for a screen that was there from the start."""

    AUTO_FOCUS: ClassVar[str | None] = "PromptArea"
    """Else the transcript, which is the first to take it, would have the focus for a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.is_beginning = False
        """Whether nobody saw the screen yet; whoever opens it first sets and clears this."""

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """All widgets got their styles when they were mounted, a moment ago."""
        if self.is_beginning:
            event.refresh_styles = False

    def _screen_resized(self, size: Size) -> None:
        """Lay out unless that is done: at the start, one size is told several times."""
        if not (self.is_beginning and size == self._size):
            super()._screen_resized(size)

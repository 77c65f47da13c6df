"""The quick replies of a screen with a prompt; their row is loaded with the first of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui.domain.errors import AppError
from tui.ui.chat.taking_in import TakingIn

if TYPE_CHECKING:
    from tui.ui.chat.quick_bar import QuickBar


class QuickKeys(TakingIn):
    """A screen above whose prompt quick replies may stand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the prompt, where Textual would select a line.
        Binding("f6", "quick_replies", "Quick replies", id="chat.quick", show=False, priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._quick_bar: QuickBar | None = None
        self._quick_turn = asyncio.Lock()
        self._quick_problems: list[str] = []

    async def show_quick_replies(self) -> None:
        """Show the buttons that there are now, and say which files cannot be read."""
        async with self._quick_turn:
            try:
                buttons = await self.services.quick_replies.buttons()
            except AppError as error:
                self.fail(error)
                return
            if self._quick_bar is None and buttons:
                from tui.ui.chat.quick_bar import QuickBar  # noqa: PLC0415 - most have none

                self._quick_bar = QuickBar()
                await self.mount(self._quick_bar, before="#prompt")
            if self._quick_bar is not None:
                await self._quick_bar.show(buttons)
        problems = self.services.quick_replies.problems
        for problem in problems:
            if problem not in self._quick_problems:
                self.notify(problem, severity="warning", markup=False, timeout=15)
        self._quick_problems = problems

    def action_quick_replies(self) -> None:
        """Go to the first button, or back to the prompt."""
        bar = self._quick_bar
        if bar is None or not bar.buttons:
            self.notify(
                "No buttons yet: /qr-create makes one, /qr-set-on shows a set", markup=False
            )
        elif not bar.display:
            self.notify("No room for buttons here: /qr and a name does the same", markup=False)
        elif self.focused in bar.buttons:
            self.composer.focus()
        else:
            bar.buttons[0].focus()

    def on_resize(self, _event: events.Resize) -> None:
        """The buttons leave where there is no room."""
        if self._quick_bar is not None:
            self.call_after_refresh(self._quick_bar.refit)

    # Named after the messages of a class that is imported only when it is needed.

    def on_quick_bar_chosen(self, event: QuickBar.Chosen) -> None:
        """Do what a click on a button does."""
        from tui.slash.syntax import quote  # noqa: PLC0415 - with the first command

        self.post_message(self.CommandEntered(f"/qr {quote(event.name)}"))

    def on_quick_bar_closed(self, event: QuickBar.Closed) -> None:
        """Give the focus back."""
        self.composer.focus()
        if event.typed:
            self.composer.insert(event.typed)

"""A script shows a text."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button

from tui.services.dialogs import Ending, Page
from tui.ui.dialogs.script_dialog import ScriptDialog


class ScriptPage(ScriptDialog[Ending | None]):
    """Gives how it was left; None when neither button was pressed."""

    DEFAULT_CSS = """
    ScriptPage {
        & #answers { height: auto; align-horizontal: right; margin-top: 1; }
        & Button { margin-left: 2; }
        &.-short #answers { margin-top: 0; }
        & #text { max-height: 60vh; }
        &.-short #text { height: 1fr; max-height: 100%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,right", "app.focus_next", "Other answer", show=False),
        Binding("up", "scroll(-1)", "Scroll", show=False),
        Binding("down", "scroll(1)", "Scroll", show=False),
        Binding("pageup", "scroll(-4)", "Scroll", show=False),
        Binding("pagedown", "scroll(4)", "Scroll", show=False),
    ]
    TITLE = "A script says"
    HELP = "Enter presses the button, Left and Right choose it, Esc closes, F10 ends the script."

    def __init__(self, page: Page) -> None:
        super().__init__(page.text, page.help, wide=page.wide, large=page.large)
        self._page = page

    def answer(self) -> ComposeResult:
        """The buttons."""
        with Horizontal(id="answers"):
            yield Button(Content(self._page.ok), id="ok", variant="primary", compact=True)
            if self._page.cancel:
                yield Button(Content(self._page.cancel), id="cancel", compact=True)

    def on_mount(self) -> None:
        """Name the frame, and let Enter close it."""
        if self._page.header:
            self.set_title(self._page.header)
        self.query_one("#ok").focus()

    @on(Button.Pressed)
    def _by_button(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss("ok" if event.button.id == "ok" else "cancel")

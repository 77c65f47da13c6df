"""Asking what to ask about a picture."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static, TextArea

from tui.ui.widgets.dialog import Dialog


class AskPrompt(Dialog[str | None]):
    """Gives the prompt, or None."""

    DEFAULT_CSS = """
    AskPrompt > #frame {
        height: auto;
        max-width: 80;
        & #prompt {
            height: auto; min-height: 3; max-height: 8;
            border: none; padding: 0 1; background: $panel; margin: 1 0;
        }
        & #hint { height: auto; color: $text-muted; }
    }
    AskPrompt.-narrow > #frame { height: auto; }
    AskPrompt.-short > #frame { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Ask this", id="captions.ask", priority=True),
        Binding("ctrl+j", "newline", "New line", id="captions.newline", priority=True),
        Binding("escape", "close", "Cancel", id="captions.ask_cancel", priority=True),
    ]
    TITLE = "What to ask about the picture"
    HELP = "Enter asks this about the picture, Ctrl+J makes a new line, Esc cancels."

    def __init__(self, default: str) -> None:
        """Make the question.

        Args:
            default: The prompt of the settings; taken when the line is left empty.
        """
        super().__init__()
        self._default = default

    def body(self) -> ComposeResult:
        """The line to write in."""
        yield TextArea(self._default, id="prompt", highlight_cursor_line=False)
        yield Static(Content("Asked of the model together with the picture."), id="hint")

    def on_mount(self) -> None:
        """Select all, so that typing replaces it."""
        area = self.query_one("#prompt", TextArea)
        area.focus()
        area.select_all()

    def action_newline(self) -> None:
        """Begin a new line."""
        area = self.query_one("#prompt", TextArea)
        area.replace("\n", *area.selection)

    def action_accept(self) -> None:
        """Give the text back, or the default for an empty one."""
        self.dismiss(self.query_one("#prompt", TextArea).text.strip() or self._default)

"""Asking what to ask about a picture."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.ui.widgets.prompt_dialog import PromptDialog


class AskPrompt(PromptDialog):
    """Begins with the prompt of the settings, which is taken when the line is left empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Ask this", id="captions.ask", priority=True),
        Binding("ctrl+j", "newline", "New line", id="captions.newline", priority=True),
        Binding("escape", "close", "Cancel", id="captions.ask_cancel", priority=True),
    ]
    TITLE = "What to ask about the picture"
    HELP = "Enter asks this about the picture, Ctrl+J makes a new line, Esc cancels."
    HINT = "Asked of the model together with the picture."

    def on_mount(self) -> None:
        """Select all, so that typing replaces it."""
        self.area.select_all()

    def given(self, text: str) -> str | None:
        """The text, or the default for an empty one."""
        return text or self.prompt

"""Looking over a prompt that a model wrote, before a picture is made of it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.ui.widgets.prompt_dialog import PromptDialog


class EditPrompt(PromptDialog):
    """Begins at the end of the prompt; an empty one makes no picture."""

    DEFAULT_CSS = """
    EditPrompt {
        & > #frame { max-width: 84; }
        & #prompt { max-height: 10; }
        &.-short #prompt { max-height: 6; margin: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Make it", id="imagine.accept", priority=True),
        Binding("ctrl+j", "newline", "New line", id="imagine.newline", priority=True),
        Binding("escape", "close", "Cancel", id="imagine.cancel_edit", priority=True),
    ]
    TITLE = "The prompt of the picture"
    HELP = "Enter makes a picture of this prompt, Ctrl+J begins a new line, Esc makes none."
    HINT = "Written by the model that chats; nothing was made yet."

    def on_mount(self) -> None:
        """Begin at the end of it."""
        self.area.move_cursor(self.area.document.end)

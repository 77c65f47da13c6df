"""Looking over a prompt that a model wrote, before a picture is made of it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static, TextArea

from tui.ui.widgets.dialog import Dialog


class EditPrompt(Dialog[str | None]):
    """Gives the prompt, or None."""

    DEFAULT_CSS = """
    EditPrompt > #frame {
        height: auto;
        max-width: 84;
        & #prompt {
            height: auto; min-height: 3; max-height: 10;
            border: none; padding: 0 1; background: $panel; margin: 1 0;
        }
        & #hint { height: auto; color: $text-muted; }
    }
    EditPrompt.-narrow > #frame { height: auto; }
    EditPrompt.-short > #frame {
        height: auto;
        & #prompt { max-height: 6; margin: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Make it", id="imagine.accept", priority=True),
        Binding("ctrl+j", "newline", "New line", id="imagine.newline", priority=True),
        Binding("escape", "close", "Cancel", id="imagine.cancel_edit", priority=True),
    ]
    TITLE = "The prompt of the picture"
    HELP = "Enter makes a picture of this prompt, Ctrl+J begins a new line, Esc makes none."

    def __init__(self, prompt: str) -> None:
        """Show a prompt."""
        super().__init__()
        self._prompt = prompt

    def body(self) -> ComposeResult:
        """The text."""
        yield TextArea(self._prompt, id="prompt", highlight_cursor_line=False)
        yield Static(Content("Written by the model that chats; nothing was made yet."), id="hint")

    def on_mount(self) -> None:
        """Begin at the end of it."""
        area = self.query_one("#prompt", TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    def action_newline(self) -> None:
        """Begin a new line."""
        area = self.query_one("#prompt", TextArea)
        area.call_later(lambda: area.replace("\n", *area.selection))

    def action_accept(self) -> None:
        """Give the text back; an empty one makes no picture."""
        area = self.query_one("#prompt", TextArea)

        def done() -> None:
            if self.is_current:
                self.dismiss(area.text.strip() or None)

        # What was typed before may still be on its way: a key of the screen overtakes it.
        area.call_later(done)

"""A dialog in which one prompt is written."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static, TextArea

from tui.ui.widgets.dialog import Dialog


class PromptDialog(Dialog[str | None]):
    """Gives the prompt, or None.

    A subclass binds its keys to `accept`, `newline` and `close`, and says in `HINT` what the
    prompt is for.
    """

    DEFAULT_CSS = """
    PromptDialog {
        & > #frame { height: auto; max-width: 80; }
        &.-narrow > #frame { height: auto; }
        &.-short > #frame { height: auto; }
        & #prompt {
            height: auto; min-height: 3; max-height: 8;
            border: none; padding: 0 1; background: $panel; margin: 1 0;
        }
        & #hint { height: auto; color: $text-muted; }
    }
    """
    HINT: ClassVar[str] = ""

    def __init__(self, prompt: str) -> None:
        """Make the dialog.

        Args:
            prompt: Stands there in the beginning.
        """
        super().__init__()
        self.prompt = prompt

    def body(self) -> ComposeResult:
        """The text, and what it is for."""
        yield TextArea(self.prompt, id="prompt", highlight_cursor_line=False)
        yield Static(Content(self.HINT), id="hint")

    @property
    def area(self) -> TextArea:
        """Where it is written."""
        return self.query_one("#prompt", TextArea)

    def on_mount(self) -> None:
        """Let it be written at once."""
        self.area.focus()

    def action_newline(self) -> None:
        """Begin a new line."""
        self.area.replace("\n", *self.area.selection)

    def action_accept(self) -> None:
        """Give the text back."""
        self.dismiss(self.given(self.area.text.strip()))

    def given(self, text: str) -> str | None:
        """What a text comes to; None for an empty one."""
        return text or None

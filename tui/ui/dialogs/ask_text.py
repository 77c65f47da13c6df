"""A script asks for a text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import TextArea

from tui.services.dialogs import TextQuestion
from tui.ui.dialogs.script_dialog import ScriptDialog


class AskText(ScriptDialog[str | None]):
    """Gives what was written, be it nothing, or None."""

    DEFAULT_CSS = """
    AskText #answer {
        height: auto; min-height: 1; border: none; padding: 0 1; background: $panel; margin: 1 0;
    }
    AskText.-short #answer { margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "OK", id="script.accept", priority=True),
        Binding("ctrl+j", "newline", "New line", id="script.newline", priority=True),
    ]
    HELP = "Enter gives the text to the script, Ctrl+J makes a new line, Esc cancels, F10 ends it."

    def __init__(self, question: TextQuestion) -> None:
        enter = f"Enter: {question.ok}" if question.ok not in ("", "OK", "Ok") else ""
        help_ = " · ".join(part for part in (question.help, enter) if part)
        super().__init__(question.text, help_, wide=question.wide, large=question.large)
        self._question = question
        self._area = TextArea(
            question.default,
            id="answer",
            highlight_cursor_line=False,
            placeholder=Content(question.placeholder),
        )

    def answer(self) -> ComposeResult:
        """The box."""
        yield self._area

    def on_mount(self) -> None:
        """Let typing replace what stands there; a low screen has fewer lines for it."""
        room = max(1, self.app.size.height // 4)
        self._area.styles.height = min(self._question.rows, room)
        self._area.focus()
        self._area.select_all()

    def action_newline(self) -> None:
        """Begin a new line."""
        self.after_keys(self._area, lambda: self._area.replace("\n", *self._area.selection))

    def action_accept(self) -> None:
        """Give the text back."""
        self.after_keys(self._area, lambda: self.dismiss(self._area.text))

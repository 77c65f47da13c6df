"""The button beside the prompt that opens the extensions.

Not Textual's `Button`: reading the 57 rules of its looks was a twelfth of drawing the first frame.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static


class PlusButton(Static, can_focus=True):
    """A plus that can be clicked, or focused and pressed with Enter."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    PlusButton {
        width: 5;
        height: 3;
        line-pad: 1;
        text-align: center;
        content-align: center middle;
        color: $text-muted;
        text-style: bold;
        pointer: pointer;
        &:hover { color: $accent; }
        &:focus { color: $accent; background-tint: $foreground 5%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "press", show=False)]

    class Pressed(Message):
        """It was clicked, or Enter was pressed on it."""

    def __init__(self) -> None:
        super().__init__(Content("+"), id="extensions")
        self.tooltip = "Extensions (F3)"

    def action_press(self) -> None:
        """Say that it was pressed."""
        self.post_message(self.Pressed())

    def on_click(self, event: events.Click) -> None:
        """Count a click as pressing."""
        event.stop()
        self.action_press()

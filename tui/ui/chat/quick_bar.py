"""The row of quick replies above the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from tui.domain.quick_reply import Found
from tui.domain.safetext import clean_line

_LONGEST_LABEL = 24
_LOWEST_SCREEN = 16
"""Rows; with fewer the messages need the room."""


class QuickButton(Button):
    """One quick reply."""

    DEFAULT_CSS = """
    QuickButton {
        min-width: 3;
        margin: 0 1 0 0;
        padding: 0;
        background: $panel;
        color: $foreground;
        text-style: none !important;
        &:hover { background: $primary 30%; }
        &:focus {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold !important;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "walk(-1)", "Button before", id="quick.previous", show=False),
        Binding("right", "walk(1)", "Button behind", id="quick.next", show=False),
        Binding("up,down", "leave", "Back to the prompt", id="quick.leave", show=False),
    ]

    @dataclass
    class Left(Message):
        """The focus is to go elsewhere."""

        button: QuickButton
        step: int
        """1: to the one behind, -1: to the one before, 0: to the prompt."""
        typed: str = ""
        """A letter that was meant for the prompt."""

    def __init__(self, found: Found) -> None:
        label = Content(clean_line(found.reply.label, _LONGEST_LABEL))
        about = Content(found.reply.title or found.name)
        super().__init__(label, compact=True, tooltip=about)
        self.reply = found.name

    def action_walk(self, step: int) -> None:
        """Go to the button beside it."""
        self.post_message(self.Left(self, step))

    def action_leave(self) -> None:
        """Go back to the prompt."""
        self.post_message(self.Left(self, 0))

    def on_key(self, event: events.Key) -> None:
        """Type into the prompt although the focus is here."""
        if event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            self.post_message(self.Left(self, 0, event.character))


class QuickBar(HorizontalGroup):
    """All buttons, in order; takes no room where there is little."""

    DEFAULT_CSS = """
    QuickBar {
        height: 1;
        padding: 0 2;
        overflow-x: auto;
        scrollbar-size-horizontal: 0;
    }
    """

    @dataclass
    class Chosen(Message):
        """A quick reply was clicked, or chosen by key."""

        name: str
        """`Set.Label`."""

    @dataclass
    class Closed(Message):
        """The prompt is to have the focus again."""

        typed: str = ""
        """A letter for it."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[Found] = []

    @property
    def buttons(self) -> list[QuickButton]:
        """The buttons, first to last."""
        return list(self.query(QuickButton))

    async def show(self, replies: Sequence[Found]) -> None:
        """Show these, and nothing when there are none."""
        if self._shown != list(replies):
            self._shown = list(replies)
            await self.remove_children()
            await self.mount_all(QuickButton(found) for found in replies)
        self.refit()

    def refit(self) -> None:
        """The screen has another size, or the buttons are others."""
        self.display = bool(self._shown) and self.app.size.height >= _LOWEST_SCREEN

    @on(QuickButton.Left)
    def _walk(self, event: QuickButton.Left) -> None:
        event.stop()
        buttons = self.buttons
        to = buttons.index(event.button) + event.step if event.button in buttons else -1
        if not event.step:
            self.post_message(self.Closed(event.typed))
        elif 0 <= to < len(buttons):
            buttons[to].focus()

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        event.stop()
        if isinstance(event.button, QuickButton):
            self.post_message(self.Closed())
            self.post_message(self.Chosen(event.button.reply))

"""Keys on a focused message; whatever else is typed goes to the prompt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.ui.chat.beginning import Beginning
from tui.ui.chat.chips import Chip
from tui.ui.chat.composer import Composer
from tui.ui.chat.plus_button import PlusButton
from tui.ui.terminal.compositor import RowCompositor
from tui.ui.transcript.events import MessageFocused
from tui.ui.transcript.view import Transcript


class MessageKeys(Beginning):
    """A screen with a transcript and a prompt."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+up", "focus_message(-1)", "Message above", id="message.previous", show=False),
        Binding("alt+down", "focus_message(1)", "Message below", id="message.next", show=False),
        Binding("enter", "on_message('view')", "View picture", id="message.view", show=False),
        Binding("c", "on_message('copy')", "Copy", id="message.copy", show=False),
        Binding("e", "on_message('edit')", "Edit", id="message.edit", show=False),
        Binding("r", "on_message('retry')", "Regenerate", id="message.retry", show=False),
        Binding("g", "on_message('continue')", "Continue", id="message.continue", show=False),
        Binding("p", "on_message('caption')", "Caption", id="message.caption", show=False),
        Binding("h", "on_message('hide')", "Hide", id="message.hide", show=False),
        Binding(
            "left,left_square_bracket",
            "on_message('earlier')",
            "Version before",
            id="message.earlier",
            show=False,
        ),
        Binding(
            "right,right_square_bracket",
            "on_message('later')",
            "Next version",
            id="message.later",
            show=False,
        ),
        Binding("delete", "on_message('delete')", "Delete", id="message.delete", show=False),
        Binding("u", "on_message('undo')", "Undo", id="message.undo", show=False),
    ]

    @dataclass
    class CommandEntered(Message):
        """Something was typed or chosen that the command language understands."""

        text: str
        restore: bool = False
        """Whether the text goes back into the prompt when it cannot be run."""
        done: asyncio.Event = field(default_factory=asyncio.Event)
        """Set by whoever ran it."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = RowCompositor()

    @property
    def transcript(self) -> Transcript:
        """The messages."""
        return self.query_one(Transcript)

    @property
    def composer(self) -> Composer:
        """The prompt."""
        return self.query_one(Composer)

    def action_focus_message(self, step: int) -> None:
        """Move the cursor over the messages."""
        if step < 0:
            self.transcript.action_focus_previous()
        else:
            self.transcript.action_focus_next()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are keys of a message only while one has the focus."""
        if action == "on_message":
            return self.transcript.focused_index is not None
        return True

    def action_on_message(self, what: str) -> None:
        """Do something with the focused message."""
        index = self.transcript.focused_index
        message = None if index is None else self.transcript.message(index)
        commands = {
            "continue": "/continue",
            "delete": f"/cut {index}",
            "undo": "/undo",
            "retry": "/retry",
            "caption": f"/caption mesId={index} revise=true",
            "view": f"/view mesId={index}",
            "hide": f"/{'unhide' if message and message.hidden else 'hide'} {index}",
            "earlier": f"/swipe direction=left mesId={index}",
            "later": f"/swipe mesId={index}",
        }
        self.post_message(self.CommandEntered(commands.get(what, f"/{what} {index}")))

    @on(MessageFocused)
    def _left_messages(self) -> None:
        if self.transcript.focused_index is None:
            self.composer.focus()

    def on_key(self, event: events.Key) -> None:
        """Type into the prompt although the focus is elsewhere, where it has no other meaning."""
        beside = self.focused if isinstance(self.focused, Chip | PlusButton) else None
        bound = self.active_bindings.get(event.key)
        if beside and bound and bound.node is beside:
            return
        if not self._is_astray:
            return
        if event.key == "enter" and beside is None:
            self.composer.focus().submit()
        elif event.is_printable and event.character:
            self.composer.focus().insert(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    async def on_paste(self, event: events.Paste) -> None:
        """Paste into the prompt although a click went elsewhere."""
        if self._is_astray:
            event.stop()
            await self.composer.focus().paste(event.text)

    @property
    def _is_astray(self) -> bool:
        """Whether keys go beside the prompt, or among the messages while none has the cursor."""
        if isinstance(self.focused, Chip | PlusButton):
            return True
        return self.focused is self.transcript and self.transcript.focused_index is None

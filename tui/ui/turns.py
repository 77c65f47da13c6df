"""Keys in turn: each is done with before the next one is looked at.

Textual hands a key to the widget with the focus and goes on. What a binding does (Tab, Backspace,
Enter, Ctrl+S) is done when the key came back, by which time the keys behind it, if they came in one
burst as over a slow line, are in the widget already: in the wrong field, or before what was to be
taken away. So here a key waits until the one before has been all the way up, and what that posted
has, too. The prompt of the chat needs none of this: it does all that at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

LONGEST_SECONDS = 0.25
"""A widget that is busy for longer does not keep the keys any more."""
_ROUNDS = 2
"""First the key goes up, then what its binding posted, such as that a line is complete."""


class InTurn(App[None]):
    """An app that gives keys and pastes to the screens above the first one by one."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[events.Event] = deque()
        self._turn = 0
        """Counts the keys, so that a late answer ends no other's turn."""
        self._is_busy = False

    async def on_event(self, event: events.Event) -> None:
        """Let a key wait while another is being dealt with."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._is_busy:
            self._waiting.append(event)
        else:
            await self._give(event)

    async def _give(self, event: events.Event) -> None:
        """Give a key to whoever has the focus; above the first screen it has a turn."""
        if len(self.screen_stack) < 2:
            await super().on_event(event)
            return
        self._is_busy = True
        self._turn += 1
        turn = self._turn
        way = (self.focused or self.screen).ancestors_with_self
        await super().on_event(event)
        self.set_timer(LONGEST_SECONDS, lambda: self.call_later(self._over, turn))
        _go_up(way * _ROUNDS, lambda: self.call_later(self._over, turn))

    async def _over(self, turn: int) -> None:
        if turn != self._turn or not self._is_busy:
            return
        self._is_busy = False
        while self._waiting and not self._is_busy:
            await self._give(self._waiting.popleft())


def _go_up(way: Sequence[MessagePump], then: Callable[[], object]) -> None:
    """Go through the queues of widgets, one after the other, behind all that is in them."""
    for at, node in enumerate(way):
        if node.call_later(_go_up, way[at + 1 :], then):
            return
    then()

"""Toasts that get out of the way: they lie over what is being read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import time
from typing import Any

from textual import events
from textual.notifications import Notification, Notify, SeverityLevel
from textual.widgets._toast import ToastHolder

from tui.ui.turns import InTurn

READ_SECONDS = 2.0
"""How long one stands before a key takes it away; keys that were on their way must not."""
_READ = 50
"""Characters that are read meanwhile by somebody who types; more words stand longer."""
_JUST_NOW = 0.3
"""Seconds; one that is told and then a screen opened is meant for that screen."""
_SHORT = 18
"""Rows of the terminal below which there is room for one alone."""


_MOST = 4
"""Lines that are told together."""


class Toasting(InTurn):
    """An app whose toasts go with time, a click, a key once they could be read, or a new screen.

    The same words are not told twice at a time.
    """

    def tell_all(self, lines: Sequence[str]) -> None:
        """Say what is wrong in several places, in one toast: one would take another's room."""
        if lines:
            more = [f"and {len(lines) - _MOST} more: salon doctor"] if len(lines) > _MOST else []
            said = "\n".join((*lines[:_MOST], *more))
            self.notify(said, severity="warning", markup=False, timeout=15)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a toast, in place of one with the same words, or of all where there is no room."""
        is_short = self.size.height < _SHORT
        self._take_away(lambda each: is_short or (each.title, each.message) == (title, message))
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def on_notify(self, event: Notify) -> None:
        """Take away what was told in the same moment, and was not there yet to be taken away."""
        new = event.notification
        self._clear_places()
        self._take_away(lambda each: (each.title, each.message) == (new.title, new.message))

    async def on_event(self, event: events.Event) -> None:
        """A key was pressed: whoever presses it has read what stands there for a while."""
        if isinstance(event, events.Key):
            now = time()
            self._take_away(lambda each: each.raised_at + _seconds_to_read(each) < now)
        await super().on_event(event)

    def push_screen(self, *args: Any, **values: Any) -> Any:
        """Open a screen; what was told before is about what stood there before."""
        before = time() - _JUST_NOW
        self._take_away(lambda each: each.raised_at < before)
        return super().push_screen(*args, **values)

    def _clear_places(self) -> None:
        """Remove what toasts leave behind that did not go by themselves: a row for each."""
        for screen in self.screen_stack:
            for holder in screen.query(ToastHolder):
                if not holder.children:
                    holder.remove()

    def _take_away(self, is_meant: Callable[[Notification], bool]) -> None:
        there = self._notifications
        gone = [each for each in there if is_meant(each)] if len(there) else []
        for each in gone:
            self._unnotify(each, refresh=False)
        if gone:
            self._refresh_notifications()


def _seconds_to_read(toast: Notification) -> float:
    return READ_SECONDS * max(1.0, len(toast.message) / _READ)

"""Telling of what is not sent yet, a few times a second at most."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

_SECONDS = 0.4


class Drafting:
    """Watches over a draft.

    Args:
        owner: Has the timer.
        read: Gives the draft as it stands.
        tell: Is told when it is another one.
    """

    def __init__(
        self, owner: Widget, read: Callable[[], str], tell: Callable[[str], object]
    ) -> None:
        self._owner = owner
        self._read = read
        self._tell = tell
        self._timer: Timer | None = None
        self._told = ""

    def note_change(self) -> None:
        """Something may be different now."""
        if self._timer is None:
            self._timer = self._owner.set_timer(_SECONDS, self._save)

    def forget(self) -> None:
        """Take the draft for gone; whoever took it clears it on disk once it is safe."""
        self._told = ""
        self._stop()

    def _save(self) -> None:
        self._stop()
        draft = self._read()
        if draft != self._told:
            self._told = draft
            self._tell(draft)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

"""Keys that were typed before there was anything to type into.

Textual drops a key when no widget has the focus, which is so for the first moments of the app.
The parser gives keys and pastes to a `KeyHold`; when the prompt has the focus the app calls
`release`, which plays them in order. Should nobody call it, they come by themselves after a while:
the keyboard must never be dead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock
from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message

LONGEST_SECONDS = 10.0


class KeyHold:
    """Keeps keys and pastes until `release`; safe between the reading thread and the app's."""

    def __init__(self, longest: float = LONGEST_SECONDS) -> None:
        self._lock = Lock()
        self._held: list[Message] = []
        self._open = False
        self._until = monotonic() + longest

    @property
    def is_open(self) -> bool:
        """Whether keys go through."""
        return self._open

    def sift(self, found: Iterable[Message]) -> Iterator[Message]:
        """Let through what is no key, and everything once it is open."""
        for message in found:
            if self._open:
                yield message
            else:
                yield from self._sift_one(message)

    def keep(self, found: Iterable[Message]) -> None:
        """Hold what was read before there was an app."""
        self._held.extend(
            message for message in found if isinstance(message, events.Key | events.Paste)
        )

    def _sift_one(self, message: Message) -> list[Message]:
        with self._lock:
            if self._open or not isinstance(message, events.Key | events.Paste):
                return [message]
            self._held.append(message)
            if monotonic() < self._until:
                return []
            held, self._held = self._held, []
            self._open = True
            return held

    def release(self, app: App[Any]) -> None:
        """Let keys through from now on and play those held; call it in the app's thread.

        Does nothing when it is open already.
        """
        with self._lock:
            if self._open:
                return
            self._open = True
            held, self._held = self._held, []
            for message in held:
                message.set_sender(app)
                app.post_message(message)

"""Work that nobody waits for: some seconds after the start, and not while a reply streams in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

_AGAIN = 1.0
"""Seconds until it is tried again."""


def later(
    app: App[None], seconds: float, is_busy: Callable[[], bool], work: Callable[[], object]
) -> None:
    """Begin a work after so many seconds, or as soon after that as nothing is going on."""

    def look() -> None:
        if is_busy():
            app.set_timer(_AGAIN, look)
        else:
            work()

    app.set_timer(seconds, look)

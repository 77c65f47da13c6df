"""When to draw: at once if possible, at most 30 times a second, less if drawing is slow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

_GAP = 1 / 30
_SHARE = 3
"""Drawing may take a third of the time."""


class Pacer:
    """Turns many requests into few frames."""

    def __init__(self, frame: Callable[[], object]) -> None:
        self._frame = frame
        self._handle: asyncio.TimerHandle | None = None
        self._next = 0.0

    def request(self) -> None:
        """Ask for a frame; it comes now or soon."""
        if self._handle is None:
            wait = max(0.0, self._next - perf_counter())
            self._handle = asyncio.get_running_loop().call_later(wait, self._frame)

    @property
    def due(self) -> bool:
        """Whether a frame was asked for and is not drawn yet."""
        return self._handle is not None

    def run(self, draw: Callable[[], None]) -> None:
        """Draw a frame, and see how long it takes."""
        self.cancel()
        start = perf_counter()
        draw()
        now = perf_counter()
        self._next = start + max(_GAP, _SHARE * (now - start))

    def cancel(self) -> None:
        """Forget the frame that was asked for."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

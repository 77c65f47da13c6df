"""The transcript's pictures, drawn in a thread and kept for the sizes in which they were drawn."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from tui.ui.graphics.drawing import Colour, Drawing, draw
from tui.ui.graphics.easel import Easel

Loader = Callable[[str], Awaitable[bytes | None]]
Key = tuple[str, int, int]
"""Digest, columns, rows."""

_KEPT = 64


class Pictures:
    """Draws each picture once for a size.

    Args:
        ready: Called when one is drawn.
        lost: Called when one is no longer kept: what shows it must ask for it again.
    """

    def __init__(self, ready: Callable[[Key], None], lost: Callable[[], None]) -> None:
        self._ready = ready
        self._lost = lost
        self._loader: Loader | None = None
        self._easel: Easel | None = None
        self._drawn: OrderedDict[Key, Drawing | None] = OrderedDict()
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._one = asyncio.Lock()
        self._round = 0
        """Grows when everything is to be drawn anew, what is being drawn included."""

    def set_loader(self, loader: Loader | None) -> None:
        """Say where pictures come from; None: from nowhere."""
        self._loader = loader
        self.forget()

    def get(self, key: Key, ground: Colour, easel: Easel) -> Drawing | None:
        """A drawn picture, or None; then it is drawn soon, and `ready` is called."""
        if key in self._drawn:
            self._drawn.move_to_end(key)
            return self._drawn[key]
        if self._loader is not None and key not in self._tasks:
            self._easel = easel
            task = asyncio.create_task(self._draw(key, self._loader, ground, easel))
            self._tasks[key] = task
            task.add_done_callback(lambda _: self._tasks.pop(key, None))
        return None

    def failed(self, key: Key) -> bool:
        """Whether the picture is gone or cannot be decoded."""
        return key in self._drawn and self._drawn[key] is None

    async def _draw(self, key: Key, loader: Loader, ground: Colour, easel: Easel) -> None:
        digest, *size = key
        drawn: Drawing | None = None
        async with self._one:
            current = self._round
            data = await loader(digest)
            if data is not None:
                try:
                    drawn = await asyncio.to_thread(
                        draw, data, (size[0], size[1]), ground, easel.pen()
                    )
                except (OSError, ValueError, SyntaxError):
                    drawn = None
        if current == self._round:
            self._keep(key, drawn, easel)
        self._ready(key)

    def _keep(self, key: Key, drawn: Drawing | None, easel: Easel) -> None:
        if drawn is not None:
            easel.put(drawn)
        self._drawn[key] = drawn
        while len(self._drawn) > _KEPT:
            _, old = self._drawn.popitem(last=False)
            if old is not None and old.end:
                easel.take(old)
                self._lost()

    def forget(self) -> None:
        """Draw everything anew: in another way, or on another ground."""
        self._round += 1
        if self._easel is not None:
            self._easel.take(*filter(None, self._drawn.values()))
        self._drawn.clear()

    async def idle(self) -> None:
        """Wait for what is going on."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    def close(self) -> None:
        """Stop what is going on, and let the terminal forget what it was sent."""
        for task in self._tasks.values():
            task.cancel()
        self.forget()

"""Small pictures for a grid: one is made at a time, and only those in view."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from rich.segment import Segment

from tui.domain.errors import AppError
from tui.domain.image import Image
from tui.ui.widgets.image_view import half_blocks

Rows = list[list[Segment]]
Key = tuple[str, int, int]
"""Digest, columns, rows."""
_KEPT = 200
"""Thumbnails held at once, about 20 KB each."""


class Thumbnails:
    """Draws what is wanted, in the order wanted, and forgets what is not wanted any more.

    Args:
        load: Gives a stored picture by its digest, None when it is gone. Raises AppError.
        ready: Called with each that is drawn.
    """

    def __init__(
        self, load: Callable[[str], Awaitable[Image | None]], ready: Callable[[], None]
    ) -> None:
        self._load = load
        self._ready = ready
        self._drawn: OrderedDict[Key, Rows] = OrderedDict()
        self._wanted: list[Key] = []
        self._task: asyncio.Task[None] | None = None

    def get(self, key: Key) -> Rows | None:
        """The lines of a picture, none where it is gone or damaged; None: not drawn yet."""
        if key in self._drawn:
            self._drawn.move_to_end(key)
        return self._drawn.get(key)

    def want(self, keys: Sequence[Key]) -> None:
        """Say what is in view; what was wanted before and is not begun is left."""
        self._wanted = [key for key in keys if key not in self._drawn]
        if self._wanted and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._draw())

    @property
    def busy(self) -> bool:
        """Whether something in view is still to be drawn."""
        return self._task is not None and not self._task.done()

    def close(self) -> None:
        """Stop."""
        self._wanted = []
        if self._task is not None:
            self._task.cancel()

    async def _draw(self) -> None:
        while self._wanted:
            key = self._wanted.pop(0)
            self._drawn[key] = await self._rows(key)
            while len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
            self._ready()

    async def _rows(self, key: Key) -> Rows:
        digest, columns, rows = key
        try:
            image = await self._load(digest)
            if image is None:
                return []
            return await asyncio.to_thread(half_blocks, image.data, columns, rows)
        except (AppError, OSError, ValueError, SyntaxError):
            return []

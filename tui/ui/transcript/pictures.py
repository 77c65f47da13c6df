"""Pictures as half blocks, decoded in a thread and kept for the sizes in which they were drawn."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from rich.segment import Segment

Loader = Callable[[str], Awaitable[bytes | None]]
Rows = list[list[Segment]]
Key = tuple[str, int, int]
"""Digest, columns, rows."""

_KEPT = 64
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


def half_blocks(data: bytes, columns: int, rows: int, ground: tuple[int, int, int]) -> Rows:
    """Decode a picture and draw it with two pixels to a cell; blocking.

    Args:
        data: A picture file.
        columns: Cells across.
        rows: Cells down.
        ground: Colour behind transparent parts.

    Raises:
        OSError: The data is not a picture.
    """
    from io import BytesIO  # noqa: PLC0415 - all of this is only needed once a picture shows

    from PIL import Image  # noqa: PLC0415
    from rich_pixels import HalfcellRenderer  # noqa: PLC0415

    with Image.open(BytesIO(data), formats=_FORMATS) as opened:
        size = (columns, rows * 2)
        opened.draft("RGB", size)
        picture = opened.convert("RGBA").resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    canvas = Image.new("RGBA", picture.size, (*ground, 255))
    canvas.alpha_composite(picture)
    out: Rows = [[]]
    for segment in HalfcellRenderer().render(canvas, None):
        if segment.text == "\n":
            out.append([])
        else:
            out[-1].append(segment)
    return [row for row in out if row]


class Pictures:
    """Draws each picture once for a size."""

    def __init__(self, ready: Callable[[Key], None]) -> None:
        self._ready = ready
        self._loader: Loader | None = None
        self._drawn: OrderedDict[Key, Rows | None] = OrderedDict()
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._one = asyncio.Lock()

    def set_loader(self, loader: Loader | None) -> None:
        """Say where pictures come from; None: from nowhere."""
        self._loader = loader
        self._drawn.clear()

    def get(self, key: Key, ground: tuple[int, int, int]) -> Rows | None:
        """The rows of a picture, or None; then it is drawn soon, and `ready` is called."""
        if key in self._drawn:
            self._drawn.move_to_end(key)
            return self._drawn[key]
        if self._loader is not None and key not in self._tasks:
            task = asyncio.create_task(self._draw(key, self._loader, ground))
            self._tasks[key] = task
            task.add_done_callback(lambda _: self._tasks.pop(key, None))
        return None

    def failed(self, key: Key) -> bool:
        """Whether the picture is gone or cannot be decoded."""
        return key in self._drawn and self._drawn[key] is None

    async def _draw(self, key: Key, loader: Loader, ground: tuple[int, int, int]) -> None:
        digest, columns, rows = key
        async with self._one:
            data = await loader(digest)
            drawn: Rows | None = None
            if data is not None:
                try:
                    drawn = await asyncio.to_thread(half_blocks, data, columns, rows, ground)
                except (OSError, ValueError, SyntaxError):
                    drawn = None
        self._drawn[key] = drawn
        while len(self._drawn) > _KEPT:
            self._drawn.popitem(last=False)
        self._ready(key)

    def forget(self) -> None:
        """Draw everything anew: the ground behind the pictures changed."""
        self._drawn.clear()

    async def idle(self) -> None:
        """Wait for what is going on."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    def close(self) -> None:
        """Stop what is going on."""
        for task in self._tasks.values():
            task.cancel()

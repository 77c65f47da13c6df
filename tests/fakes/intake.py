"""Where pictures come from, besides files: prepared in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from tui.domain.clipping import Clipping
from tui.domain.errors import ClipboardError, ImageError


class FakeClipboard:
    """Holds what it was given; without anything it cannot be reached."""

    def __init__(self) -> None:
        self.held: Clipping | None = None

    async def read(self) -> Clipping:
        if self.held is None:
            raise ClipboardError("xclip is missing", hint="install it")
        return self.held


class FakeFetcher:
    """A web with a few pictures."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.limits: list[int] = []
        self.hold = False

    async def fetch(self, url: str, limit: int) -> bytes:
        self.asked.append(url)
        self.limits.append(limit)
        if self.hold:
            await asyncio.Event().wait()
        if url not in self.pages:
            raise ImageError("pics.example does not give the picture out")
        return self.pages[url]


class FakeWatcher:
    """A folder in which pictures turn up when `put` is called."""

    def __init__(self) -> None:
        self.watched: list[Path] = []
        self.listening = 0
        self._new: asyncio.Queue[Path] = asyncio.Queue()

    def put(self, path: Path) -> None:
        self._new.put_nowait(path)

    async def watch(self, folder: Path) -> AsyncGenerator[Path, None]:
        if folder.name == "missing":
            raise ImageError(f"{folder}: no such folder to watch")
        self.watched.append(folder)
        self.listening += 1
        try:
            while True:
                yield await self._new.get()
        finally:
            self.listening -= 1

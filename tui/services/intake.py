"""Pictures that come from elsewhere than a chosen file: the clipboard, the web, a folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from tui.domain.chat import Attachment
from tui.domain.clipping import Clipping
from tui.domain.safetext import clean_line
from tui.services.caption_delivery import attached
from tui.services.configuring import SettingsService
from tui.services.ports import ImageReader, ImageStore


class Clipboard(Protocol):
    """The system's clipboard."""

    async def read(self) -> Clipping:
        """Give a picture, else files, else text. Raises ClipboardError: it cannot be reached."""
        ...


class PictureFetcher(Protocol):
    """Fetches pictures from the web."""

    async def fetch(self, url: str, limit: int) -> bytes:
        """Fetch a picture's file of at most `limit` bytes.

        Raises:
            ImageError: Not https, not a public address, no picture, too large, or not there.
        """
        ...


class Watcher(Protocol):
    """Looks for new pictures in a folder."""

    def watch(self, folder: Path) -> AsyncGenerator[Path, None]:
        """Give each new picture's path when it is written whole, for as long as one listens.

        Raises:
            ImageError: There is no such folder.
        """
        ...


class IntakeService:
    """Takes in pictures that are not a chosen file."""

    def __init__(
        self,
        settings: SettingsService,
        reader: ImageReader,
        images: ImageStore,
        clipboard: Clipboard,
        fetcher: PictureFetcher,
        watcher: Watcher,
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._images = images
        self._clipboard = clipboard
        self._fetcher = fetcher
        self._watcher = watcher

    async def clipboard(self) -> Clipping:
        """What the system's clipboard holds. Raises ClipboardError."""
        return await self._clipboard.read()

    async def attach(self, data: bytes, name: str) -> Attachment:
        """Take in a picture's bytes; what they are, they say. Raises ImageError, StorageError."""
        image = await asyncio.to_thread(self._reader.decode, data, name)
        await self._images.put(image)
        return attached(image, None)

    async def fetch(self, url: str) -> Attachment:
        """Fetch a picture from the web; ask before. Raises ImageError, StorageError."""
        limit = self._settings.current.images.max_megabytes * 1_000_000
        data = await self._fetcher.fetch(url, limit)
        return await self.attach(data, picture_name(url))

    def watch(self, folder: Path) -> AsyncGenerator[Path, None]:
        """New pictures in a folder, each when it is complete. Raises ImageError."""
        return self._watcher.watch(folder)


def picture_name(url: str) -> str:
    """What to call a picture from the web: the end of its path."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    return clean_line(name, 120) or "picture"

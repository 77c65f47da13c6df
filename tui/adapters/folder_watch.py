"""Looks for new pictures in a folder, such as the one where screenshots go."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TypeAlias

from tui.domain.errors import ImageError
from tui.domain.image import SUFFIXES
from tui.domain.safetext import clean_line

SECONDS = 1.0
"""Between two looks: soon enough after a screenshot, and no work to speak of."""

_State: TypeAlias = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""


class FolderWatch:
    """Asks the folder itself, which works on every system and over a network too.

    Args:
        seconds: Between two looks.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    async def watch(self, folder: Path) -> AsyncGenerator[Path, None]:
        """Give each picture that comes or changes from now on, once it no longer grows.

        A folder that goes away is waited for. Raises ImageError: it is not there to begin with.
        """
        try:
            known = await asyncio.to_thread(_pictures, folder)
        except OSError as error:
            raise ImageError(
                f"{clean_line(str(folder), 80)}: no such folder to watch",
                hint="images.watch_folder names it",
            ) from error
        before = dict(known)
        while True:
            await asyncio.sleep(self._seconds)
            try:
                now = await asyncio.to_thread(_pictures, folder)
            except OSError:
                continue
            for path, state in now.items():
                # Two looks in a row find the same: nobody writes to it any more.
                if state[0] and before.get(path) == state != known.get(path):
                    known[path] = state
                    yield path
            before = now


def _pictures(folder: Path) -> dict[Path, _State]:
    found: dict[Path, _State] = {}
    with os.scandir(folder.expanduser()) as entries:
        for entry in entries:
            if entry.name.startswith(".") or not entry.name.lower().endswith(SUFFIXES):
                continue
            try:
                if entry.is_file():
                    about = entry.stat()
                    found[Path(entry.path)] = (about.st_size, about.st_mtime_ns)
            except OSError:
                continue
    return found

"""What is done once a day, in the background: a backup of the chats, then tidying up."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from tui.adapters.storage import backups, leftovers
from tui.adapters.storage.mending import note_doubt
from tui.adapters.storage.schema import connect, is_damage
from tui.domain.errors import StorageError
from tui.paths import Paths

logger = logging.getLogger(__name__)


class Upkeep:
    """Looks after the folders of Salon."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    async def run(self) -> None:
        """Do what is due; mostly nothing is.

        Raises:
            StorageError: The chats are damaged, or no backup could be made.
        """
        if self._paths.chats.exists() and backups.is_due(self._paths.chats):
            await asyncio.to_thread(self._run)

    def _run(self) -> None:
        chats = self._paths.chats
        try:
            backups.make(chats)
            with closing(connect(chats)) as database:
                unused = leftovers.sweep_pictures(self._paths.images, database)
        except (sqlite3.Error, OSError) as error:
            if is_damage(error):
                note_doubt(chats)
                raise StorageError(
                    "the file of the chats is damaged",
                    hint="leave all Salons and start one, which mends what it can",
                ) from error
            raise _no_backup(error, chats.parent) from error
        folders = (self._paths.config, self._paths.data, self._paths.state, self._paths.cache)
        half = sum(leftovers.sweep(folder) for folder in folders)
        if unused or half:
            logger.info("removed %d unused and %d half-written files", unused, half)


def _no_backup(error: sqlite3.Error | OSError, folder: Path) -> StorageError:
    said = getattr(error, "strerror", None) or str(error)
    hint = f"let yourself write in {folder}" if isinstance(error, PermissionError) else ""
    return StorageError(f"no backup of the chats: {said.lower()}", hint=hint)

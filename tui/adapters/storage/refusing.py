"""Files in the place of the database that Salon must neither open nor write into."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

from tui.domain.errors import StorageError


def refuse_no_file(database: Path) -> None:
    """Refuse what SQLite would open and fail on in words of its own, or wait for.

    Raises:
        StorageError: The database or a file that SQLite keeps beside it is a folder, a pipe or a
            device.
    """
    for name in (database.name, f"{database.name}-wal", f"{database.name}-shm"):
        try:
            mode = database.with_name(name).stat().st_mode
        except OSError:
            continue
        if not stat.S_ISREG(mode):
            raise StorageError(
                f"{name} is not a file", hint=f"move it out of {database.parent}, and start again"
            )


def refuse_foreign(connection: sqlite3.Connection, database: Path) -> None:
    """Refuse a database that has tables, but not ours: it is another program's.

    Raises:
        StorageError: It is.
    """
    found, ours = connection.execute(
        "SELECT count(*), total(name IN ('chats', 'messages')) FROM sqlite_master"
        " WHERE type = 'table'"
    ).fetchone()
    if found and ours < 2:
        raise StorageError(
            f"{database.name} holds no chats: it is a database of another program",
            hint=f"move it out of {database.parent}, and start again",
        )

"""Copies of the database beside it, for the day on which it cannot be read."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from pathlib import Path

from tui.adapters.storage.atomic import aside
from tui.domain.errors import StorageError

KEPT = 2
"""Copies, number 1 the newest; numbers, because a clock can be wrong."""
OLD_SECONDS = 24 * 3600.0
"""Age at which the newest copy is no longer enough."""


def place(database: Path, number: int) -> Path:
    """Where a copy is."""
    return database.with_name(f"{database.name}.{number}.backup")


def is_due(database: Path) -> bool:
    """Whether a new copy is wanted: the newest is old, or from a time that is still to come."""
    try:
        age = time.time() - place(database, 1).stat().st_mtime
    except OSError:
        return True
    return not 0 <= age < OLD_SECONDS


def make(database: Path) -> None:
    """Copy the database as it is now, without keeping anybody from writing; takes a while.

    A copy that is damaged takes no sound one's place.

    Raises:
        StorageError: There is not enough room, or the copy could not be written.
        sqlite3.DatabaseError: The database is damaged, see `schema.is_damage`.
    """
    size = database.stat().st_size
    if shutil.disk_usage(database.parent).free < 2 * size:
        raise StorageError("there is no room for a backup of the chats", hint="free some space")
    newest = place(database, 1)
    source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)
    try:
        copy(source, newest, older=place(database, KEPT))
    finally:
        source.close()


def copy(source: sqlite3.Connection, target: Path, older: Path | None = None) -> None:
    """Copy a database into a file, whole or not at all.

    Args:
        source: An open connection.
        target: Where the copy goes.
        older: Where to put what has been at `target`; None: nowhere.

    Raises:
        sqlite3.DatabaseError: It is damaged or cannot be copied; what was there is untouched.
        OSError: The file cannot be written.
    """
    fresh = aside(target)
    os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        writing = sqlite3.connect(fresh)
        try:
            source.backup(writing)
        finally:
            writing.close()
        refuse_damaged(fresh)
        if older is not None:
            with contextlib.suppress(FileNotFoundError):
                target.replace(older)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def refuse_damaged(file: Path) -> None:
    """Read all of a file that nobody writes. Raises sqlite3.DatabaseError: it is damaged."""
    database = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        look_over(database)
    finally:
        database.close()


def look_over(database: sqlite3.Connection) -> None:
    """Check the order of all pages. Raises sqlite3.DatabaseError, see `schema.is_damage`."""
    [(said, *_), *_] = database.execute("PRAGMA quick_check(1)").fetchall()
    if said != "ok":
        raise damage(str(said))


def damage(said: str) -> sqlite3.DatabaseError:
    """The error that SQLite raises for a file that is broken."""
    error = sqlite3.DatabaseError(said)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def sound(database: Path) -> Path | None:
    """The newest copy that can be read whole, or None."""
    numbered = [place(database, number) for number in range(1, KEPT + 1)]
    before_migrations = sorted(database.parent.glob(f"{database.name}.version-*.backup"))
    for each in (*numbered, *reversed(before_migrations)):
        with contextlib.suppress(sqlite3.Error, OSError):
            if each.stat().st_size:
                refuse_damaged(each)
                return each
    return None

"""What to do about a damaged database: set it aside, and go on with the last backup.

What came after the backup and can still be read is taken over, so that a single bad page costs
little.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

from tui.adapters.storage import backups
from tui.adapters.storage.atomic import aside
from tui.adapters.storage.presence import Presence
from tui.adapters.storage.schema import doubt, is_damage, is_empty, open_database
from tui.domain.errors import StorageError

_FOUND = "Found again"
"""Title of a chat of which only messages could be read."""


def note_doubt(database: Path) -> None:
    """Let the file be looked over when it is opened next: a page of it was damaged."""
    with contextlib.suppress(OSError):
        os.close(os.open(doubt(database), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))


def open_sound(database: Path, presence: Presence) -> tuple[sqlite3.Connection, str]:
    """Open the database; one that is damaged is replaced first.

    Returns:
        The connection, and what had to be done about the file, a line; empty: nothing.

    Raises:
        StorageError: It is damaged, and another process has it open.
        sqlite3.Error: It cannot be opened, for another reason.
        OSError: There is no room for another one.
    """
    is_doubtful = doubt(database).exists()
    done = ""
    try:
        if is_empty(database) and backups.sound(database) is not None:
            raise backups.damage("the file is empty")
        connection = open_database(database)
        if is_doubtful:
            done = _examine(connection)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        if not presence.alone():
            raise StorageError(
                "the file of the chats is damaged",
                hint="close the other Salon that has it open, and start again",
            ) from error
        try:
            done = _replace(database)
            connection = open_database(database)
        finally:
            presence.let_in()
    if is_doubtful:
        doubt(database).unlink(missing_ok=True)
    return connection, done


def _examine(connection: sqlite3.Connection) -> str:
    """Read all of it; an index of words that is damaged is made again."""
    try:
        backups.look_over(connection)
        try:
            command = "INSERT INTO messages_index (messages_index) VALUES (?)"
            connection.execute(command, ("integrity-check",))
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            connection.execute(command, ("rebuild",))
            return "the index of words was damaged and was made again"
    except BaseException:
        connection.close()
        raise
    return ""


def _replace(database: Path) -> str:
    backup = backups.sound(database)
    fresh = aside(database)
    said = "there was no backup, so they begin anew"
    try:
        if backup is not None:
            when = datetime.fromtimestamp(backup.stat().st_mtime)
            said = f"the backup of {when:%Y-%m-%d %H:%M} took its place"
            shutil.copyfile(backup, fresh)
            fresh.chmod(0o600)
        taken = _take_over(database, fresh)
        kept = _set_aside(database)
        fresh.replace(database)
    finally:
        for left in database.parent.glob(f"{fresh.name}*"):
            left.unlink(missing_ok=True)
    if taken:
        said += f", with {taken} later message{'s' * (taken != 1)} that could be read"
    return f"the file of the chats was damaged: {said}; it is kept as {kept.name}"


def _take_over(damaged: Path, fresh: Path) -> int:
    """Copy what the backup has not; whatever cannot be read is left out.

    Returns:
        How many messages were copied.
    """
    with contextlib.closing(open_database(fresh)) as into:
        try:
            source = sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=rw", uri=True)
        except sqlite3.Error:
            return 0
        with contextlib.closing(source):
            source.text_factory = lambda data: data.decode("utf-8", "replace")
            into.execute("PRAGMA foreign_keys = OFF")
            into.execute("BEGIN")
            last = into.execute("SELECT coalesce(max(place), 0) FROM messages").fetchone()[0]
            _copy(source, into, "chats", "1")
            _copy(source, into, "messages", f"place > {last}")
            _copy(source, into, "messages", f"place > {last} ORDER BY place DESC")
            count = into.execute(
                "SELECT count(*) FROM messages WHERE place > ?", (last,)
            ).fetchone()[0]
            into.execute(
                "INSERT INTO chats (id, title, character, persona, draft, created, updated)"
                " SELECT chat, ?, 'salon', 'you', '', min(created), max(created) FROM messages"
                " WHERE chat NOT IN (SELECT id FROM chats) GROUP BY chat",
                (_FOUND,),
            )
            into.execute("COMMIT")
    return int(count)


def _copy(source: sqlite3.Connection, into: sqlite3.Connection, table: str, which: str) -> None:
    """Copy rows until one cannot be read; rows that are there stay as they are."""
    try:
        found = source.execute(f"SELECT * FROM {table} WHERE {which}")
        names = [column[0] for column in found.description]
        marks = ", ".join("?" * len(names))
        sql = f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({marks})"
        for row in found:
            into.execute(sql, row)
    except sqlite3.DatabaseError:
        return


def _set_aside(database: Path) -> Path:
    """Keep the damaged file under another name; its own stays until the new one takes it."""
    number = 1
    while (kept := database.with_name(f"{database.name}.damaged-{number}")).exists():
        if kept.samefile(database):
            return kept  # somebody was killed right behind this
        number += 1
    # The log first: one that lies beside another file than its own would be replayed into it.
    with contextlib.suppress(FileNotFoundError):
        database.with_name(database.name + "-wal").replace(kept.with_name(kept.name + "-wal"))
    database.with_name(database.name + "-shm").unlink(missing_ok=True)
    try:
        os.link(database, kept)
    except OSError:  # a file system without links
        shutil.copyfile(database, kept)
        kept.chmod(0o600)
    return kept

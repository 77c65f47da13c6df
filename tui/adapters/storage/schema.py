"""The tables of the database of chats, and how an older file becomes the present one."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tui.domain.errors import StorageError

PATIENCE = 5.0
"""Seconds that a write waits for another program that holds the file."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PRIMARY = 0xFF
"""What of an extended result code says the kind of error."""
_FIRST = (
    """CREATE TABLE chats (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        character TEXT NOT NULL,
        persona TEXT NOT NULL,
        draft TEXT NOT NULL,
        created REAL NOT NULL,
        updated REAL NOT NULL,
        hidden REAL
    ) WITHOUT ROWID""",
    "CREATE INDEX chats_by_use ON chats (updated DESC) WHERE hidden IS NULL",
    # `place` never changes, so an undone deletion returns to where it was. characters, lines
    # and pictures make the outline without the texts.
    """CREATE TABLE messages (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        created REAL NOT NULL,
        attachments TEXT NOT NULL,
        captions TEXT NOT NULL,
        templated INTEGER NOT NULL,
        reasoning TEXT NOT NULL,
        status TEXT NOT NULL,
        error TEXT NOT NULL,
        model TEXT NOT NULL,
        input_tokens INTEGER,
        output_tokens INTEGER,
        characters INTEGER NOT NULL,
        lines INTEGER NOT NULL,
        pictures INTEGER NOT NULL,
        writer INTEGER NOT NULL,
        hidden REAL
    )""",
    """CREATE INDEX messages_outline
        ON messages (chat, place, id, characters, lines, pictures, hidden)
        WHERE hidden IS NULL""",
    "CREATE INDEX messages_streaming ON messages (writer) WHERE status = 'streaming'",
    "CREATE INDEX messages_hidden ON messages (hidden) WHERE hidden IS NOT NULL",
    """CREATE VIRTUAL TABLE messages_index USING fts5 (
        text, captions, content='messages', content_rowid='place',
        tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER messages_added AFTER INSERT ON messages BEGIN
        INSERT INTO messages_index (rowid, text, captions)
        VALUES (new.place, new.text, new.captions);
    END""",
    """CREATE TRIGGER messages_removed AFTER DELETE ON messages BEGIN
        INSERT INTO messages_index (messages_index, rowid, text, captions)
        VALUES ('delete', old.place, old.text, old.captions);
    END""",
    """CREATE TRIGGER messages_changed AFTER UPDATE OF text, captions ON messages
    WHEN old.text IS NOT new.text OR old.captions IS NOT new.captions BEGIN
        INSERT INTO messages_index (messages_index, rowid, text, captions)
        VALUES ('delete', old.place, old.text, old.captions);
        INSERT INTO messages_index (rowid, text, captions)
        VALUES (new.place, new.text, new.captions);
    END""",
    """CREATE TABLE journal (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        digest TEXT NOT NULL,
        name TEXT NOT NULL,
        caption TEXT NOT NULL,
        source TEXT NOT NULL,
        model TEXT NOT NULL,
        prompt TEXT NOT NULL,
        seconds REAL NOT NULL,
        created REAL NOT NULL,
        used INTEGER NOT NULL
    )""",
)
_SECOND = (
    "ALTER TABLE chats ADD COLUMN local_only INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE journal ADD COLUMN input_tokens INTEGER",
    "ALTER TABLE journal ADD COLUMN output_tokens INTEGER",
    "ALTER TABLE journal ADD COLUMN cost REAL",
    "ALTER TABLE journal ADD COLUMN cached INTEGER NOT NULL DEFAULT 0",
    """CREATE TABLE caption_cache (
        key TEXT PRIMARY KEY,
        caption TEXT NOT NULL,
        source_label TEXT NOT NULL,
        seconds REAL NOT NULL,
        input_tokens INTEGER,
        output_tokens INTEGER,
        cost REAL,
        created REAL NOT NULL
    )""",
)
_THIRD = (
    "ALTER TABLE chats ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE chats ADD COLUMN draft_pictures TEXT NOT NULL DEFAULT '[]'",
)
_FOURTH = (
    # `place` names a message for the index of words, `position` orders it: one that is put
    # between two others gets a number between theirs. `withheld` is what people call hidden;
    # `hidden` was the name of what is deleted.
    "ALTER TABLE messages ADD COLUMN position REAL NOT NULL DEFAULT 0",
    "ALTER TABLE messages ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE messages ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE messages ADD COLUMN swipes TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE messages ADD COLUMN swipe INTEGER NOT NULL DEFAULT 0",
    "UPDATE messages SET position = place",
    "DROP INDEX messages_outline",
    """CREATE INDEX messages_outline ON messages
        (chat, position, place, id, characters, lines, pictures, kind, withheld, hidden)
        WHERE hidden IS NULL""",
    "ALTER TABLE chats ADD COLUMN variables TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE chats ADD COLUMN injections TEXT NOT NULL DEFAULT '[]'",
    "CREATE TABLE variables (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
_FIFTH = (
    # No longer for messages alone that are not deleted: what is deleted with its chat is found by
    # this index too, and without it all messages of all chats were looked at.
    "DROP INDEX messages_outline",
    """CREATE INDEX messages_outline ON messages
        (chat, position, place, id, characters, lines, pictures, kind, withheld, hidden)""",
    "CREATE INDEX messages_pictured ON messages (chat) WHERE pictures > 0",
    "CREATE INDEX journal_pictures ON journal (digest)",
)


def _to_1(connection: sqlite3.Connection) -> None:
    for statement in _FIRST:
        connection.execute(statement)


def _to_2(connection: sqlite3.Connection) -> None:
    for statement in _SECOND:
        connection.execute(statement)


def _to_3(connection: sqlite3.Connection) -> None:
    """Number the pictures of each chat in their order, those of deleted messages too."""
    for statement in _THIRD:
        connection.execute(statement)
    given: Counter[str] = Counter()
    found = connection.execute(
        "SELECT place, chat, attachments FROM messages WHERE pictures > 0 ORDER BY place"
    )
    for place, chat, kept in found.fetchall():
        pictures = json.loads(kept)
        for picture in pictures:
            given[chat] += 1
            picture["number"] = given[chat]
        connection.execute(
            "UPDATE messages SET attachments = ? WHERE place = ?",
            (json.dumps(pictures, ensure_ascii=False), place),
        )
    connection.executemany(
        "UPDATE chats SET pictures = ? WHERE id = ?", [(n, chat) for chat, n in given.items()]
    )


def _to_4(connection: sqlite3.Connection) -> None:
    for statement in _FOURTH:
        connection.execute(statement)


def _to_5(connection: sqlite3.Connection) -> None:
    for statement in _FIFTH:
        connection.execute(statement)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_to_1, _to_2, _to_3, _to_4, _to_5)
"""Entry N brings a file of version N to version N + 1, inside the caller's transaction."""


def is_damage(error: BaseException) -> bool:
    """Whether SQLite says that the file itself is broken, and not that something failed."""
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(error, sqlite3.DatabaseError) and code & _PRIMARY in _DAMAGED


def doubt(path: Path) -> Path:
    """A file that is there while the database must be looked over before it is used again."""
    return path.with_name(path.name + ".doubtful")


def is_empty(path: Path) -> bool:
    """Whether there is a file, but nothing in it, as after a power failure."""
    with contextlib.suppress(OSError):
        return stat.S_ISREG((found := path.stat()).st_mode) and not found.st_size
    return False


def open_database(path: Path) -> sqlite3.Connection:
    """Open the database, made or brought to the present version first.

    The caller owns the connection; transactions are begun explicitly.

    Raises:
        StorageError: Written by a newer Salon, or another program's.
        sqlite3.Error: Anything else.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = connect(path)
    try:
        _refuse_others(connection, path)
        _use_wal(connection)
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, unless another process is about to do just that."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise


def connect(path: Path) -> sqlite3.Connection:
    """Open a database that exists; usable from any one thread at a time."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refuse_others(connection: sqlite3.Connection, path: Path) -> None:
    found = _version(connection)
    if found > len(MIGRATIONS):
        raise StorageError(
            f"{path.name} was written by a newer Salon"
            f" (version {found}, this one knows {len(MIGRATIONS)})",
            hint="update Salon, or set SALON_HOME to another folder",
        )
    if found < len(MIGRATIONS):
        from tui.adapters.storage.refusing import refuse_foreign

        refuse_foreign(connection, path)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    latest, found = len(MIGRATIONS), _version(connection)
    if found == latest:
        return
    if found:
        from tui.adapters.storage import backups

        backups.copy(connection, path.with_name(f"{path.name}.version-{found}.backup"))
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for the lock.
        for version in range(_version(connection), latest):
            MIGRATIONS[version](connection)
            connection.execute(f"PRAGMA user_version = {version + 1}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise

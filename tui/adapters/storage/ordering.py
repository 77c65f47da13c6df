"""The order of a chat's messages: numbers with room between them for those that come later."""

from __future__ import annotations

import sqlite3
from typing import Any

from tui.domain.errors import StorageError

_LAST = "UPDATE messages SET position = place WHERE place = ?"
# A new place is above all that were ever given, and a position is never above its place.
_BEFORE = """
    SELECT position FROM messages WHERE chat = ? AND hidden IS NULL
        AND (position, place) < (?, ?) ORDER BY position DESC, place DESC LIMIT 1"""
_RENUMBER = """
    UPDATE messages SET position = numbered.number
    FROM (SELECT place, row_number() OVER (ORDER BY position, place) AS number
        FROM messages WHERE chat = ?1) AS numbered
    WHERE messages.place = numbered.place AND messages.chat = ?1"""


def add(database: sqlite3.Connection, row: dict[str, Any], before: str = "") -> None:
    """Put a message at the end of its chat, or before another one.

    Args:
        database: Within a transaction.
        row: Column values, with those of `id` and `chat`.
        before: Id of a message of the same chat; empty for the end.

    Raises:
        StorageError: That message is gone.
    """
    marks = ", ".join(f":{name}" for name in row)
    insert = f"INSERT INTO messages ({', '.join(row)}) VALUES ({marks})"
    if not before:
        place = database.execute(insert, row).lastrowid
        database.execute(_LAST, (place,))
        return
    position = _between(database, row["chat"], before)
    if position is None:
        database.execute(_RENUMBER, (row["chat"],))
        position = _between(database, row["chat"], before)
    place = database.execute(insert, row).lastrowid
    database.execute("UPDATE messages SET position = ? WHERE place = ?", (position, place))


def _between(database: sqlite3.Connection, chat: str, before: str) -> float | None:
    """A position right before a message; None where numbers leave no room."""
    sql = "SELECT position, place FROM messages WHERE id = ? AND chat = ? AND hidden IS NULL"
    found = database.execute(sql, (before, chat)).fetchone()
    if found is None:
        raise StorageError("that message is gone")
    upper = float(found[0])
    above = database.execute(_BEFORE, (chat, *found)).fetchone()
    if above is None:
        return upper - 1
    middle = (float(above[0]) + upper) / 2
    return middle if above[0] < middle < upper else None

"""What is read to open a chat: the chat itself, and a line about each message."""

from __future__ import annotations

import json
import sqlite3

from tui.adapters.storage import rows
from tui.domain.chat import Chat, Outline

# One row for all messages: while SQLite looks for the next row, Python must not run elsewhere, so
# 10,000 rows would let nothing happen beside them. Answered from an index alone.
_OUTLINE = """
    SELECT json_group_array(id), json_group_array(characters), json_group_array(lines),
        json_group_array(pictures), json_group_array(is_sent)
    FROM (
        SELECT id, characters, lines, pictures, NOT withheld AND kind != 'comment' AS is_sent
        FROM messages WHERE chat = ? AND hidden IS NULL ORDER BY position, place)"""
_CHAT = f"SELECT {rows.CHAT_COLUMNS} FROM chats WHERE hidden IS NULL"
_LATEST = f"{_CHAT} ORDER BY updated DESC, created DESC LIMIT 1"


def outline(database: sqlite3.Connection, chat_id: str) -> list[Outline]:
    """One entry for each message in order."""
    columns = database.execute(_OUTLINE, (chat_id,)).fetchone()
    return list(map(Outline, *map(json.loads, columns)))


def chat(database: sqlite3.Connection, chat_id: str) -> Chat | None:
    """The chat without messages, or None when there is none or it is deleted."""
    row = database.execute(f"{_CHAT} AND id = ?", (chat_id,)).fetchone()
    return rows.to_chat(row) if row else None


def latest(database: sqlite3.Connection) -> tuple[Chat, list[Outline]] | None:
    """The chat used last, with its outline, or None when there is none."""
    row = database.execute(_LATEST).fetchone()
    if row is None:
        return None
    found = rows.to_chat(row)
    return found, outline(database, found.id)

"""Where pictures are used: the messages of a chat, or of all, that have some."""

from __future__ import annotations

import sqlite3

from tui.adapters.storage import rows
from tui.domain.chat import PictureUse

# The numbers come from the index of the outline alone, and for chats with pictures only; texts are
# read only where pictures are.
_SQL = """
    WITH numbered AS (
        SELECT place, pictures,
            row_number() OVER (PARTITION BY chat ORDER BY position, place) - 1 AS number
        FROM {messages} AND hidden IS NULL)
    SELECT m.chat, c.title, m.id, n.number, m.created, m.attachments
    FROM numbered n JOIN messages m ON m.place = n.place JOIN chats c ON c.id = m.chat
    WHERE n.pictures > 0 AND c.hidden IS NULL
    ORDER BY m.created DESC, m.place DESC"""
_ALL = """messages WHERE chat IN
    (SELECT chat FROM messages INDEXED BY messages_pictured WHERE pictures > 0)"""


def pictures(database: sqlite3.Connection, chat_id: str | None) -> list[PictureUse]:
    """Every use of a picture, the newest first.

    Args:
        database: Read only.
        chat_id: The chat whose pictures are wanted; None for all chats.
    """
    messages = _ALL if chat_id is None else "messages WHERE chat = ?"
    values = () if chat_id is None else (chat_id,)
    found: list[PictureUse] = []
    for chat, title, id_, position, created, kept in database.execute(
        _SQL.format(messages=messages), values
    ):
        each = enumerate(rows.attachments(kept), start=1)
        uses = [PictureUse(chat, title, id_, position, at, a, created) for at, a in each]
        found += reversed(uses)
    return found

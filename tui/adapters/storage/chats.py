"""Chats in SQLite: one writing thread, readers that never wait for it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from tui.adapters.storage import merging, ordering, outlines, pictures, rows, searching
from tui.adapters.storage.database import Database
from tui.domain.chat import (
    CachedCaption,
    Chat,
    ChatSummary,
    JournalEntry,
    Message,
    Outline,
    PictureUse,
    SearchHit,
    Variables,
)
from tui.domain.errors import StorageError
from tui.domain.safetext import clean_line

_MOST_IDS = 500
KEEP_JOURNAL = 10_000
"""Captions that the journal holds; the oldest go first."""
KEEP_CACHED = 5_000
"""Captions that are given again; those kept longest go first."""
_SUMMARIES = """
    SELECT id, title, character,
        (SELECT count(*) FROM messages m WHERE m.chat = c.id AND m.hidden IS NULL),
        updated,
        coalesce((SELECT substr(text, 1, 200) FROM messages m
            WHERE m.chat = c.id AND m.hidden IS NULL
            ORDER BY position DESC, place DESC LIMIT 1), '')
    FROM chats c WHERE hidden IS NULL ORDER BY updated DESC, created DESC"""


class SqliteChats:
    """Keeps chats, messages and the caption journal in one file.

    The file is opened on first use. Every coroutine raises StorageError when the disk or the
    file fails; what was acknowledged before stays.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self._read = self._database.read
        self._write = self._database.write
        self._ahead: Future[tuple[Chat, list[Outline]] | None] | None = None

    @property
    def problems(self) -> list[str]:
        """What was wrong with the file when it was opened, and what was done; a line each."""
        return self._database.problems

    def show(self, chat_id: str) -> bool:
        """Say which chat is on the screen here; whether it is on that of another Salon, too."""
        return self._database.show(chat_id)

    def is_stirred(self) -> bool:
        """Whether somebody may have written, this Salon too, since the last call."""
        return self._database.is_stirred()

    async def has_news(self) -> bool:
        """Whether another process wrote since the last call, or died while it wrote a message."""
        return await self._database.has_news()

    async def chats(self) -> list[ChatSummary]:
        """All chats, the last used first."""

        def ask(db: sqlite3.Connection) -> list[ChatSummary]:
            found = [ChatSummary(*row) for row in db.execute(_SUMMARIES)]
            return [replace(each, last=clean_line(each.last, 120)) for each in found]

        return await self._read(ask)

    async def create(self, chat: Chat) -> None:
        """Keep a new chat."""
        row = rows.from_chat(chat)
        sql = f"INSERT INTO chats ({', '.join(row)}) VALUES ({_marks(row)})"
        await self._write(lambda db: db.execute(sql, tuple(row.values())) and None)

    async def load(self, chat_id: str) -> Chat | None:
        """The chat without messages, or None when there is none or it is deleted."""
        return await self._read(lambda db: outlines.chat(db, chat_id))

    def read_ahead(self) -> None:
        """Read in a thread what `latest` will be asked for, before which nothing is written."""
        self._ahead = self._database.begin(outlines.latest)

    async def latest(self) -> tuple[Chat, list[Outline]] | None:
        """The chat used last and its outline, or None when there is no chat."""
        ahead, self._ahead = self._ahead, None
        return await (asyncio.wrap_future(ahead) if ahead else self._read(outlines.latest))

    async def save(self, chat: Chat, known: Chat) -> None:
        """Keep what of a chat is different from how it was known; the rest may be another's."""
        await self._write(lambda db: merging.save_chat(db, chat, known))

    async def number(self, chat_id: str, count: int) -> int:
        """Give out numbers for pictures, once and for all; the last of them."""
        return await self._write(lambda db: merging.number(db, chat_id, count))

    async def delete(self, chat_id: str) -> None:
        """Hide the chat; `restore` brings it back for 30 days."""
        sql = "UPDATE chats SET hidden = ? WHERE id = ? AND hidden IS NULL"
        await self._write(lambda db: db.execute(sql, (time.time(), chat_id)) and None)

    async def restore(self, chat_id: str) -> None:
        """Undo `delete`."""
        sql = "UPDATE chats SET hidden = NULL WHERE id = ?"
        await self._write(lambda db: _one(db.execute(sql, (chat_id,)), "that chat is gone"))

    async def forget(self, chat_id: str) -> None:
        """Remove a deleted chat with its messages; nothing brings it back."""
        sql = "DELETE FROM chats WHERE id = ? AND hidden IS NOT NULL"
        await self._write(lambda db: db.execute(sql, (chat_id,)) and None)

    async def outline(self, chat_id: str) -> list[Outline]:
        """One entry for each message in order; answered from an index alone."""
        return await self._read(lambda db: outlines.outline(db, chat_id))

    def read(self, ids: Sequence[str]) -> list[Message]:
        """Messages by id, in the order asked; those that are gone are left out. Blocking."""

        def ask(db: sqlite3.Connection) -> list[Message]:
            found: dict[str, Message] = {}
            for start in range(0, len(ids), _MOST_IDS):
                part = ids[start : start + _MOST_IDS]
                sql = f"SELECT {rows.MESSAGE_COLUMNS} FROM messages WHERE id IN ({_marks(part)})"
                for row in db.execute(sql, part):
                    found[row[0]] = rows.to_message(row)
            return [found[each] for each in ids if each in found]

        return self._database.read_now(ask) if ids else []

    async def append(self, chat_id: str, message: Message) -> None:
        """Put a message at the end; it survives a crash once this returns."""
        await self._add(chat_id, message, "")

    async def insert(self, chat_id: str, message: Message, before: str) -> None:
        """Put a message before another one, given by its id."""
        await self._add(chat_id, message, before)

    async def _add(self, chat_id: str, message: Message, before: str) -> None:
        def add(db: sqlite3.Connection) -> None:
            row = {**rows.from_message(message, self._database.id), "chat": chat_id}
            ordering.add(db, row, before)
            sql = "UPDATE chats SET updated = max(updated, ?) WHERE id = ?"
            _one(db.execute(sql, (message.created, chat_id)), "that chat is gone")

        await self._write(add)

    async def update(self, *messages: Message) -> list[Message]:
        """Keep the present state of messages, of all of them or of none; what they were before."""
        asked = f"SELECT {rows.MESSAGE_COLUMNS} FROM messages WHERE id = ? AND hidden IS NULL"

        def change(db: sqlite3.Connection) -> list[Message]:
            before: list[Message] = []
            for message in messages:
                before += map(rows.to_message, db.execute(asked, (message.id,)))
                row = rows.from_message(message, self._database.id)
                sets = ", ".join(f"{name} = :{name}" for name in row if name != "id")
                sql = f"UPDATE messages SET {sets} WHERE id = :id"
                _one(db.execute(sql, row), "that message is gone")
            return before

        return await self._write(change)

    async def delete_message(self, *message_ids: str) -> None:
        """Take messages out; `restore_message` brings them back to their places."""
        sql = "UPDATE messages SET hidden = ? WHERE id = ? AND hidden IS NULL"
        now = time.time()
        values = [(now, each) for each in message_ids]
        await self._write(lambda db: db.executemany(sql, values) and None)

    async def restore_message(self, *message_ids: str) -> None:
        """Undo `delete_message`."""
        sql = "UPDATE messages SET hidden = NULL WHERE id = ?"

        def restore(db: sqlite3.Connection) -> None:
            for each in message_ids:
                _one(db.execute(sql, (each,)), "that message is gone")

        await self._write(restore)

    async def globals(self) -> Variables:
        """The variables that belong to no chat."""
        sql = "SELECT name, value FROM variables ORDER BY name"
        return await self._read(
            lambda db: {name: json.loads(value) for name, value in db.execute(sql)}
        )

    async def save_globals(self, variables: Variables, known: Variables) -> None:
        """Keep what of them is different from how they were known."""
        changed, gone = merging.differences(variables, known)
        kept = [(rows.text(name), rows.as_json(value)) for name, value in changed.items()]

        def change(db: sqlite3.Connection) -> None:
            db.executemany("DELETE FROM variables WHERE name = ?", [(n,) for n in gone])
            db.executemany("INSERT OR REPLACE INTO variables VALUES (?, ?)", kept)

        await self._write(change)

    async def search(self, text: str, limit: int = 50) -> list[SearchHit]:
        """Messages and captions with all the words, best first."""
        return await self._read(lambda db: searching.search(db, text, limit))

    async def pictures(self, chat_id: str | None = None) -> list[PictureUse]:
        """Pictures in the messages of a chat, or of all chats, the newest first."""
        return await self._read(lambda db: pictures.pictures(db, chat_id))

    async def log_caption(self, entry: JournalEntry) -> int:
        """Add to the caption journal; gives the entry's number."""
        values = rows.from_entry(entry)
        sql = f"INSERT INTO journal ({rows.JOURNAL_COLUMNS}) VALUES ({_marks(values)})"

        def add(db: sqlite3.Connection) -> int:
            number = db.execute(sql, values).lastrowid or 0
            db.execute("DELETE FROM journal WHERE id <= ?", (number - KEEP_JOURNAL,))
            return number

        return await self._write(add)

    async def reword_caption(self, number: int, text: str) -> None:
        """Give an entry of the caption journal another text."""
        sql = "UPDATE journal SET caption = ? WHERE id = ?"
        await self._write(lambda db: db.execute(sql, (text, number)) and None)

    async def caption_used(self, number: int) -> None:
        """Say of an entry of the journal that it went into a message."""
        sql = "UPDATE journal SET used = 1 WHERE id = ?"
        await self._write(lambda db: db.execute(sql, (number,)) and None)

    async def journal(self, limit: int = 100, digest: str = "") -> list[JournalEntry]:
        """The last captions, of all pictures or of one, newest first."""
        of_one, values = ("WHERE digest = ?", (digest,)) if digest else ("", ())
        sql = f"SELECT {rows.JOURNAL_COLUMNS} FROM journal {of_one} ORDER BY id DESC LIMIT ?"
        return await self._read(
            lambda db: [rows.to_entry(row) for row in db.execute(sql, (*values, limit))]
        )

    async def cached_caption(self, key: str) -> CachedCaption | None:
        """What was kept under a key, or None."""
        sql = f"SELECT {rows.CACHE_COLUMNS} FROM caption_cache WHERE key = ?"

        def ask(db: sqlite3.Connection) -> CachedCaption | None:
            row = db.execute(sql, (key,)).fetchone()
            return rows.to_cached(row) if row else None

        return await self._read(ask)

    async def cache_caption(self, key: str, made: CachedCaption) -> None:
        """Keep a complete caption under a key, in place of what was there."""
        values = (*rows.from_cached(made), key, time.time())
        columns = f"{rows.CACHE_COLUMNS}, key, created"
        sql = f"INSERT OR REPLACE INTO caption_cache ({columns}) VALUES ({_marks(values)})"

        def keep(db: sqlite3.Connection) -> None:
            # A row that replaces another gets a new rowid, so the oldest have the lowest.
            number = db.execute(sql, values).lastrowid or 0
            db.execute("DELETE FROM caption_cache WHERE rowid <= ?", (number - KEEP_CACHED,))

        await self._write(keep)

    async def aclose(self) -> None:
        """Finish what is pending and close; a second time does nothing."""
        await self._database.aclose()


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _one(cursor: sqlite3.Cursor, otherwise: str) -> None:
    if cursor.rowcount != 1:
        raise StorageError(otherwise)

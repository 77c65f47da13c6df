"""What SQLite does for what the app asks: it finds rows by an index, and looks through no table."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.storage.test_chats import CAT, ENTRY, chat, message
from tui.adapters.storage import database
from tui.adapters.storage.chats import SqliteChats
from tui.adapters.storage.schema import connect

_TABLES = re.compile(r"SCAN (messages|m|chats|c|journal|caption_cache|variables)\b")
Ask = Callable[[SqliteChats], Awaitable[object]]

WHOLE = {
    "chats": ["SCAN c USING INDEX chats_by_use"],
    "latest": ["SCAN chats USING INDEX chats_by_use"],
    "last captions": ["SCAN journal"],
    "all pictures": ["SCAN messages USING INDEX messages_pictured"],
}
"""What is listed whole, or begins at the end and stops at its limit."""
ASKED: dict[str, Ask] = {
    "chats": lambda store: store.chats(),
    "load": lambda store: store.load("c1"),
    "latest": lambda store: store.latest(),
    "save": lambda store: store.save(chat(title="New"), chat()),
    "delete": lambda store: store.delete("c1"),
    "restore": lambda store: store.restore("c1"),
    "forget": lambda store: store.forget("c1"),
    "outline": lambda store: store.outline("c1"),
    "append": lambda store: store.append("c1", message("new")),
    "insert": lambda store: store.insert("c1", message("new"), "m1"),
    "update": lambda store: store.update(message("m1", "changed")),
    "delete a message": lambda store: store.delete_message("m1"),
    "bring a message back": lambda store: store.restore_message("m1"),
    "search": lambda store: store.search("hello"),
    "pictures of a chat": lambda store: store.pictures("c1"),
    "all pictures": lambda store: store.pictures(),
    "keep a caption": lambda store: store.log_caption(ENTRY),
    "captions of a picture": lambda store: store.journal(digest=ENTRY.digest),
    "last captions": lambda store: store.journal(),
    "a known caption": lambda store: store.cached_caption("key"),
}


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All statements that the store gives to SQLite from now on."""
    said: list[str] = []

    def listening(open_it: Callable[[Path], sqlite3.Connection]) -> Callable[[Path], object]:
        def opened(path: Path) -> sqlite3.Connection:
            connection = open_it(path)
            connection.set_trace_callback(said.append)
            return connection

        return opened

    for name in ("connect", "open_database"):
        monkeypatch.setattr(database, name, listening(getattr(database, name)))
    return said


def scans(path: Path, statements: list[str]) -> list[str]:
    """What reads a table, or an index, from its beginning to its end."""
    with closing(connect(path)) as asking:
        plans = [
            row[3]
            for each in map(str.strip, statements)
            if each.startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"))
            if "'messages_index" not in each  # what the index of words asks of its own tables
            for row in asking.execute(f"EXPLAIN QUERY PLAN {each}")
        ]
    return [each for each in plans if _TABLES.match(each)]


@pytest.mark.parametrize("name", ASKED)
async def test_nothing_asked_often_reads_a_whole_table(
    name: str, tmp_path: Path, statements: list[str]
) -> None:
    store = SqliteChats(tmp_path / "chats.db")
    await store.create(chat())
    await store.append("c1", message("m0", attachments=(CAT,)))
    await store.append("c1", message("m1"))
    if name == "forget":
        await store.delete("c1")
    statements.clear()

    await ASKED[name](store)
    store.read(["m0", "m1"])
    await store.aclose()

    assert scans(tmp_path / "chats.db", statements) == WHOLE.get(name, [])

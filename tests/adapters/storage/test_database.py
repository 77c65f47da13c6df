from __future__ import annotations

import asyncio
import signal
import sqlite3
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.adapters.storage import database, schema
from tui.adapters.storage.chats import SqliteChats
from tui.domain.chat import Chat, Message
from tui.domain.errors import StorageError

CHAT = Chat("c1", "", "salon", "you", 1.0, 1.0)

WRITER = """
import asyncio, sys
from pathlib import Path
from tui.adapters.storage.chats import SqliteChats
from tui.domain.chat import Chat, Message

async def main():
    store = SqliteChats(Path(sys.argv[1]))
    await store.create(Chat("c1", "", "salon", "you", 1.0, 1.0))
    reply = Message("r", "assistant", "Salon", "", 1.0, status="streaming")
    await store.append("c1", reply)
    for number in range(100_000):
        await store.append("c1", Message(f"m{number}", "user", "You", f"word{number} " * 20, 2.0))
        reply.text += "more "
        await store.update(reply)
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chats.db"


async def writer(path: Path, until: int) -> tuple[asyncio.subprocess.Process, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    acknowledged = -1
    while acknowledged < until:
        acknowledged = int(await process.stdout.readline())
    return process, acknowledged


async def kill(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.communicate()


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(path: Path) -> None:
    process, acknowledged = await writer(path, 60)
    await kill(process)

    store = SqliteChats(path)
    outline = await store.outline("c1")
    hits = await store.search(f"word{acknowledged}")
    [reply] = store.read(["r"])
    await store.aclose()

    assert len(outline) >= acknowledged + 2
    assert hits[0].message_id == f"m{acknowledged}"
    assert (reply.status, reply.error) == ("partial", database.INTERRUPTED)
    assert reply.text.count("more") >= acknowledged + 1
    check = sqlite3.connect(path)
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.execute("INSERT INTO messages_index (messages_index) VALUES ('integrity-check')")
    check.close()


async def test_two_processes_share_a_database(path: Path) -> None:
    process, _ = await writer(path, 5)

    store = SqliteChats(path)
    for number in range(20):
        await store.append("c1", Message(f"x{number}", "user", "You", "from here", 3.0))
    [reply] = store.read(["r"])
    hits = await store.search("from here")
    await store.aclose()
    await kill(process)

    assert reply.status == "streaming"
    assert len(hits) == 20


async def test_files_are_private(path: Path) -> None:
    store = SqliteChats(path)
    await store.create(CHAT)

    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    await store.aclose()

    assert set(modes.values()) == {0o600}
    assert "chats.db-wal" in modes


async def test_a_newer_file_is_refused_and_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()

    store = SqliteChats(path)
    with pytest.raises(StorageError, match="newer Salon"):
        await store.chats()
    await store.aclose()

    assert path.read_bytes() == before


async def test_a_migration_is_preceded_by_a_backup(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteChats(path)
    await store.create(CHAT)
    await store.aclose()

    def to_next(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE chats ADD COLUMN colour TEXT NOT NULL DEFAULT ''")

    now = len(schema.MIGRATIONS)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, to_next))
    store = SqliteChats(path)
    kept = await store.load("c1")
    await store.aclose()

    backup = sqlite3.connect(path.with_name(f"chats.db.version-{now}.backup"))
    assert kept == CHAT
    assert backup.execute("PRAGMA user_version").fetchone() == (now,)
    assert backup.execute("SELECT id FROM chats").fetchall() == [("c1",)]
    backup.close()


async def test_a_migration_that_fails_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteChats(path)
    await store.create(CHAT)
    await store.aclose()

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE journal")
        connection.execute("no such statement")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
        store = SqliteChats(path)
        with pytest.raises(StorageError):
            await store.chats()
        await store.aclose()

    store = SqliteChats(path)
    assert await store.journal() == []
    assert await store.load("c1") == CHAT
    await store.aclose()


async def test_a_folder_in_the_way_is_one_line(path: Path) -> None:
    path.mkdir()
    store = SqliteChats(path)

    with pytest.raises(StorageError):
        await store.latest()
    await store.aclose()


async def test_what_cannot_be_read_ahead_is_said_when_it_is_asked_for(path: Path) -> None:
    path.mkdir()
    store = SqliteChats(path)
    store.read_ahead()

    with pytest.raises(StorageError):
        await store.latest()
    path.rmdir()
    assert await store.latest() is None
    await store.aclose()


async def test_a_closed_store_says_so(path: Path) -> None:
    store = SqliteChats(path)
    await store.create(CHAT)
    await store.aclose()
    await store.aclose()

    with pytest.raises(StorageError, match="closed"):
        await store.chats()
    with pytest.raises(StorageError, match="closed"):
        store.read(["m"])


async def test_what_was_deleted_long_ago_is_forgotten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteChats(path)
    await store.create(CHAT)
    await store.append("c1", Message("m1", "user", "You", "old news", 1.0))
    await store.append("c1", Message("m2", "user", "You", "kept", 1.0))
    await store.delete_message("m1")
    await store.aclose()

    store = SqliteChats(path)
    await store.restore_message("m1")
    await store.delete_message("m1")
    await store.aclose()
    monkeypatch.setattr(database, "KEEP_HIDDEN_SECONDS", -1.0)
    store = SqliteChats(path)

    with pytest.raises(StorageError, match="gone"):
        await store.restore_message("m1")
    assert [m.id for m in store.read(["m1", "m2"])] == ["m2"]
    await store.aclose()


async def test_the_outline_is_answered_from_its_index(path: Path) -> None:
    store = SqliteChats(path)
    await store.create(CHAT)
    await store.aclose()

    connection = sqlite3.connect(path)
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT id, characters, lines, pictures,"
        " NOT withheld AND kind != 'comment' FROM messages"
        " WHERE chat = 'c1' AND hidden IS NULL ORDER BY position, place"
    ).fetchall()
    connection.close()

    assert "COVERING INDEX messages_outline" in plan[0][3]
    assert len(plan) == 1


async def test_a_full_disk_loses_nothing_that_was_saved(path: Path) -> None:
    file = database.Database(path)

    def add(name: str, size: int) -> Callable[[sqlite3.Connection], object]:
        sql = "INSERT INTO chats VALUES (?, ?, '', '', '', 1, 1, NULL, 0, 0, '[]', '{}', '[]')"
        return lambda db: db.execute(sql, (name, "x" * size))

    await file.write(add("kept", 10))
    await file.write(lambda db: db.execute("PRAGMA max_page_count = 50").fetchone())
    with pytest.raises(StorageError) as caught:
        await file.write(add("too much", 1_000_000))
    await file.write(add("small", 10))

    names = await file.read(lambda db: db.execute("SELECT id FROM chats").fetchall())
    await file.aclose()
    assert "make room" in caught.value.hint
    assert sorted(names) == [("kept",), ("small",)]


async def test_a_file_that_another_program_holds_is_one_line_and_comes_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "PATIENCE", 0.05)
    store = SqliteChats(path)
    await store.create(CHAT)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StorageError) as caught:
        await store.append("c1", Message("m1", "user", "You", "hello", 1.0))
    while_held = await store.chats()
    holder.execute("ROLLBACK")
    holder.close()
    await store.append("c1", Message("m1", "user", "You", "hello", 1.0))
    outline = await store.outline("c1")
    await store.aclose()

    assert "another program holds the file" in caught.value.hint
    assert [chat.id for chat in while_held] == ["c1"]
    assert [entry.id for entry in outline] == ["m1"]


async def test_writes_from_many_tasks_all_arrive(path: Path) -> None:
    store = SqliteChats(path)
    await store.create(CHAT)

    messages = [Message(f"m{n}", "user", "You", "x\ud800", 1.0) for n in range(200)]
    await asyncio.gather(*(store.append("c1", message) for message in messages))

    assert len(await store.outline("c1")) == 200
    assert store.read(["m7"])[0].text == "x?"
    await store.aclose()

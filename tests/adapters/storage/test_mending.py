from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.storage.test_migrations import first_version
from tui.adapters.storage import backups, mending, schema
from tui.adapters.storage.chats import SqliteChats
from tui.adapters.storage.presence import Presence
from tui.domain.chat import Chat, Message
from tui.domain.errors import StorageError

CHAT = Chat("c1", "Tea", "salon", "you", 1.0, 1.0)
LONG = "so that it fills pages " * 40

HOLDER = """
import asyncio, sys
from pathlib import Path
from tui.adapters.storage.chats import SqliteChats

async def main():
    store = SqliteChats(Path(sys.argv[1]))
    await store.chats()
    print("open", flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chats.db"


def message(number: int) -> Message:
    return Message(f"m{number}", "user", "You", f"word{number} {LONG}", float(number))


async def fill(path: Path, start: int, end: int) -> None:
    store = SqliteChats(path)
    if start == 0:
        await store.create(CHAT)
    for number in range(start, end):
        await store.append("c1", message(number))
    await store.aclose()


def spoil(path: Path, start: int, end: int) -> None:
    """Overwrite pages of a file, counted from the first."""
    with path.open("r+b") as file:
        file.seek(start * 4096)
        file.write(b"\xee" * (end - start) * 4096)


async def ids(path: Path) -> tuple[list[str], list[str]]:
    """The messages that a fresh Salon finds, and what it says."""
    store = SqliteChats(path)
    try:
        found = [entry.id for entry in await store.outline("c1")]
        return found, store.problems
    finally:
        await store.aclose()


@pytest.mark.parametrize("content", [b"this is no database at all\n" * 200, b"\0" * 5000])
async def test_what_is_no_database_is_set_aside(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    found, said = await ids(path)

    assert found == []
    assert len(said) == 1
    assert "no backup" in said[0]
    assert "chats.db.damaged-1" in said[0]
    assert "\n" not in said[0]
    assert path.with_name("chats.db.damaged-1").read_bytes() == content


async def test_the_backup_takes_the_place_of_a_damaged_file(path: Path) -> None:
    await fill(path, 0, 30)
    backups.make(path)
    damaged = b"nothing of it is left " * 1000
    path.write_bytes(damaged)

    found, said = await ids(path)
    again, said_again = await ids(path)

    assert found == again == [f"m{number}" for number in range(30)]
    assert "the backup of" in said[0]
    assert said_again == []
    assert path.with_name("chats.db.damaged-1").read_bytes() == damaged
    assert [each.name for each in path.parent.glob(".*")] == []
    assert {each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {0o600}


async def test_later_messages_that_can_be_read_are_taken_over(path: Path) -> None:
    await fill(path, 0, 30)
    backups.make(path)
    await fill(path, 30, 60)
    spoil(path, 5, 8)  # pages of the first messages, or of an index
    mending.note_doubt(path)

    found, said = await ids(path)

    expected = [f"m{number}" for number in range(60)]
    assert found[:30] == expected[:30]
    assert len(found) > 30, said
    assert "later message" in said[0]
    store = SqliteChats(path)
    assert [hit.message_id for hit in await store.search("word59")] == ["m59"]
    await store.aclose()


async def test_damage_that_is_met_while_running_is_mended_at_the_next_start(path: Path) -> None:
    await fill(path, 0, 40)
    backups.make(path)
    pages = path.stat().st_size // 4096
    store = SqliteChats(path)
    await store.chats()
    spoil(path, pages // 2, pages)

    with pytest.raises(StorageError) as caught:
        for number in range(40):
            store.read([f"m{number}"])
        await store.outline("c1")
        await store.search("word1")
    await store.aclose()
    found, said = await ids(path)

    assert "mends what it can" in caught.value.hint
    assert found == [f"m{number}" for number in range(40)]
    assert "damaged" in said[0]
    assert not schema.doubt(path).exists()


async def test_a_doubt_that_is_unfounded_changes_nothing(path: Path) -> None:
    await fill(path, 0, 5)
    mending.note_doubt(path)

    found, said = await ids(path)

    assert len(found) == 5
    assert said == []
    assert not schema.doubt(path).exists()


async def test_an_index_that_is_damaged_is_made_again(path: Path) -> None:
    await fill(path, 0, 5)
    database = sqlite3.connect(path)
    database.execute("DELETE FROM messages_index_data WHERE id > 10")
    database.commit()
    database.close()
    mending.note_doubt(path)

    found, said = await ids(path)
    store = SqliteChats(path)
    hits = await store.search("word3")
    await store.aclose()

    assert len(found) == 5
    assert "index of words" in said[0]
    assert [hit.message_id for hit in hits] == ["m3"]


async def test_a_backup_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    first_version(path, [])
    backups.make(path)
    path.write_bytes(b"gone" * 5000)

    found, said = await ids(path)

    assert found == ["m1"]
    assert "the backup of" in said[0]
    assert list(tmp_path.glob(".*")) == []


async def test_who_was_killed_while_mending_left_one_damaged_file(path: Path) -> None:
    await fill(path, 0, 3)
    path.write_bytes(b"gone" * 5000)
    kept = mending._set_aside(path)  # and then the power went off

    found, said = await ids(path)

    assert found == []
    assert kept.name in said[0]
    assert len(list(path.parent.glob("*.damaged-*"))) == 1


async def test_messages_without_their_chat_get_one(path: Path) -> None:
    await fill(path, 0, 3)
    backups.make(path)
    database = sqlite3.connect(path)
    database.execute(
        "INSERT INTO messages (id, chat, role, name, text, created, attachments, captions,"
        " templated, reasoning, status, error, model, characters, lines, pictures, writer)"
        " VALUES ('lone', 'c9', 'user', 'You', 'hello', 5, '[]', '', 0, '', 'complete', '', '',"
        " 5, 1, 0, 0)"
    )
    database.commit()
    database.close()

    mending._replace(path)
    store = SqliteChats(path)
    titles = {chat.title for chat in await store.chats()}
    outline = await store.outline("c9")
    await store.aclose()

    assert titles == {"Tea", "Found again"}
    assert [entry.id for entry in outline] == ["lone"]


async def test_a_damaged_file_that_another_salon_has_open_is_left_alone(path: Path) -> None:
    await fill(path, 0, 3)
    holder = subprocess.Popen(  # noqa: ASYNC220 - waited for by its pipe
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    path.write_bytes(b"no database" * 1000)

    store = SqliteChats(path)
    with pytest.raises(StorageError) as caught:
        await store.chats()
    await store.aclose()
    holder.communicate()

    assert "close the other Salon" in caught.value.hint
    assert not path.with_name("chats.db.damaged-1").exists()


def test_who_is_alone_keeps_others_waiting_only_until_they_are_let_in(tmp_path: Path) -> None:
    first = Presence(tmp_path / "lock")
    code = (
        "import sys; from pathlib import Path; from tui.adapters.storage.presence import Presence\n"
        "p = Presence(Path(sys.argv[1])); print(p.alone(), flush=True); sys.stdin.read()"
    )
    assert first.alone()
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    first.let_in()
    assert other.stdout is not None

    said = other.stdout.readline()
    is_alone = first.alone()
    other.communicate()
    is_alone_again = first.alone()
    first.close()

    assert said == "False\n"
    assert not is_alone
    assert is_alone_again


async def test_a_file_of_which_nothing_is_left_comes_back_from_its_backup(path: Path) -> None:
    await fill(path, 0, 30)
    backups.make(path)
    path.write_bytes(b"")

    found, said = await ids(path)

    assert len(found) == 30
    assert len(said) == 1
    assert "took its place" in said[0]


async def test_an_empty_file_without_a_backup_is_a_beginning(path: Path) -> None:
    path.write_bytes(b"")

    assert await ids(path) == ([], [])


@pytest.mark.parametrize("version", [0, 1, 3])
async def test_the_database_of_another_program_is_left_as_it_is(path: Path, version: int) -> None:
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (title TEXT)")
        other.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()

    with pytest.raises(StorageError, match="another program"):
        await ids(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
async def test_what_is_no_file_is_named_as_such(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")

    with pytest.raises(StorageError) as raised:
        await ids(path)

    assert raised.value.line().startswith("chats.db is not a file: move it out of ")


@pytest.mark.parametrize("beside", ["wal", "shm"])
async def test_what_lies_in_place_of_the_log_is_named(path: Path, beside: str) -> None:
    store = SqliteChats(path)
    await store.create(Chat("one", "", "a", "b", 1.0, 1.0))
    await store.aclose()
    os.mkfifo(path.with_name(f"chats.db-{beside}"))
    store = SqliteChats(path)

    with pytest.raises(StorageError) as raised:
        await store.create(Chat("two", "", "a", "b", 1.0, 1.0))
    await store.aclose()

    assert raised.value.line().startswith(f"chats.db-{beside} is not a file: move it out of ")

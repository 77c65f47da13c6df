from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tui.adapters.storage import schema
from tui.adapters.storage.chats import SqliteChats
from tui.domain.chat import Attachment, CachedCaption, Chat, JournalEntry, Outline

FIRST_CHAT = "INSERT INTO chats VALUES ('c1', 'Tea', 'salon', 'you', 'half', 1, 2, NULL)"
FIRST_ENTRY = (
    "INSERT INTO journal VALUES (7, 'dd', 'a.png', 'a boat', 'local', 'm', 'what?', 1.5, 3, 1)"
)
OLD_PICTURE = {
    "digest": "ab", "name": "cat.jpg", "mime": "image/jpeg", "width": 4, "height": 2,
    "caption": "a cat", "source": "local", "model": "m", "seconds": 2.0,
}  # fmt: skip


def first_version(path: Path, attachments: list[dict[str, object]]) -> None:
    """A file as the first Salon made it."""
    connection = sqlite3.connect(path)
    for statement in schema._FIRST:
        connection.execute(statement)
    connection.execute(FIRST_CHAT)
    connection.execute(FIRST_ENTRY)
    connection.execute(
        "INSERT INTO messages (id, chat, role, name, text, created, attachments, captions,"
        " templated, reasoning, status, error, model, characters, lines, pictures, writer)"
        " VALUES ('m1', 'c1', 'user', 'You', 'look', 1, ?, 'a cat', 0, '', 'complete', '', '',"
        " 4, 1, 1, 0)",
        (json.dumps(attachments),),
    )
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()


async def test_a_file_of_the_first_version_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    first_version(path, [OLD_PICTURE])

    store = SqliteChats(path)
    chat = await store.load("c1")
    [message] = store.read(["m1"])
    journal = await store.journal()
    number = await store.log_caption(journal[0])
    await store.cache_caption("k", CachedCaption("a cat", "local", 1.0))
    await store.aclose()

    assert chat == Chat("c1", "Tea", "salon", "you", 1, 2, "half", local_only=False, pictures=1)
    assert message.attachments == (
        Attachment("ab", "cat.jpg", "image/jpeg", 4, 2, "a cat", "local", "m", 2.0, number=1),
    )
    assert journal == [
        JournalEntry("dd", "a.png", "a boat", "local", "m", "what?", 1.5, 3, used=True)
    ]
    assert number == 8
    backup = sqlite3.connect(tmp_path / "chats.db.version-1.backup")
    assert backup.execute("SELECT title FROM chats").fetchall() == [("Tea",)]
    assert backup.execute("PRAGMA user_version").fetchone() == (1,)
    backup.close()


async def test_a_file_of_the_fourth_version_gets_its_indices(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    first_version(path, [OLD_PICTURE])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:4])
        schema.open_database(path).close()

    store = SqliteChats(path)
    outline = await store.outline("c1")
    uses = await store.pictures()
    await store.aclose()

    assert outline == [Outline("m1", 4, 1, 1, True)]
    assert [use.message_id for use in uses] == ["m1"]
    connection = sqlite3.connect(path)
    there = {row[1] for row in connection.execute("PRAGMA index_list(messages)")}
    assert connection.execute("PRAGMA user_version").fetchone() == (5,)
    connection.close()
    assert {"messages_outline", "messages_pictured"} <= there
    assert (tmp_path / "chats.db.version-4.backup").exists()


@pytest.mark.parametrize("fate", ["", "perhaps", None, 3, ["both"]])
async def test_an_unknown_choice_for_a_picture_becomes_auto(tmp_path: Path, fate: object) -> None:
    path = tmp_path / "chats.db"
    first_version(path, [{**OLD_PICTURE, "fate": fate, "of the future": 1}])

    store = SqliteChats(path)
    [message] = store.read(["m1"])
    await store.aclose()

    assert message.attachments[0].fate == "auto"


async def test_pictures_of_older_versions_are_numbered_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    first_version(path, [OLD_PICTURE, {**OLD_PICTURE, "name": "dög.jpg", "number": 9}])
    connection = sqlite3.connect(path)
    for number, (chat, hidden) in enumerate((("c1", time.time()), ("c1", None), ("c2", None)), 2):
        connection.execute(
            "INSERT INTO messages (id, chat, role, name, text, created, attachments, captions,"
            " templated, reasoning, status, error, model, characters, lines, pictures, writer,"
            " hidden) VALUES (?, ?, 'user', 'You', '', 1, ?, '', 0, '', 'complete', '', '',"
            " 0, 1, 1, 0, ?)",
            (f"m{number}", chat, json.dumps([OLD_PICTURE]), hidden),
        )
    connection.execute(FIRST_CHAT.replace("'c1'", "'c2'"))
    connection.commit()
    connection.close()

    store = SqliteChats(path)
    messages = store.read(["m1", "m2", "m3", "m4"])
    chats = [await store.load("c1"), await store.load("c2")]
    await store.aclose()

    numbers = [[each.number for each in message.attachments] for message in messages]
    assert numbers == [[1, 2], [3], [4], [1]]
    assert messages[0].attachments[1].name == "dög.jpg"
    assert [chat.pictures for chat in chats if chat] == [4, 1]


async def test_what_waits_beside_the_prompt_is_kept_with_the_chat(tmp_path: Path) -> None:
    waiting = (
        Attachment("ab", "cat \ud800.jpg", "image/jpeg", 4, 2, fate="both", number=3),
        Attachment("cd", "dog.jpg", "image/jpeg", 4, 2, "a dog", number=5, unchecked=True),
    )
    store = SqliteChats(tmp_path / "chats.db")
    await store.create(Chat("c1", "Tea", "salon", "you", 1, 2))
    empty = await store.load("c1")
    now = Chat("c1", "Tea", "salon", "you", 1, 2, pictures=5, draft_pictures=waiting)
    await store.save(now, Chat("c1", "", "", "", 1, 1))
    chat = await store.load("c1")
    await store.aclose()

    assert empty is not None
    assert empty.draft_pictures == ()
    assert chat is not None
    assert chat.pictures == 5
    assert chat.draft_pictures == (replace(waiting[0], name="cat ?.jpg"), waiting[1])


async def test_messages_of_older_versions_keep_their_order_and_are_sent(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    first_version(path, [])
    connection = sqlite3.connect(path)
    connection.execute(FIRST_CHAT.replace("'c1'", "'c2'"))
    for number, of_chat in enumerate(("c2", "c1", "c1"), 2):
        connection.execute(
            "INSERT INTO messages (id, chat, role, name, text, created, attachments, captions,"
            " templated, reasoning, status, error, model, characters, lines, pictures, writer)"
            " VALUES (?, ?, 'user', 'You', '', 1, '[]', '', 0, '', 'complete', '', '', 0, 1, 0, 0)",
            (f"m{number}", of_chat),
        )
    connection.commit()
    connection.close()

    store = SqliteChats(path)
    outline = await store.outline("c1")
    await store.insert("c1", replace(store.read(["m1"])[0], id="new"), "m3")
    order = [entry.id for entry in await store.outline("c1")]
    [message] = store.read(["m3"])
    chat = await store.load("c1")
    variables = await store.globals()
    await store.aclose()

    assert [entry.id for entry in outline] == ["m1", "m3", "m4"]
    assert all(entry.is_sent for entry in outline)
    assert order == ["m1", "new", "m3", "m4"]
    assert (message.kind, message.hidden, message.swipes, message.swipe) == ("", False, (), 0)
    assert chat is not None
    assert (chat.variables, variables) == ({}, {})


async def test_a_kind_of_the_future_is_shown_as_a_message(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    first_version(path, [])
    store = SqliteChats(path)
    await store.load("c1")
    await store.aclose()
    connection = sqlite3.connect(path)
    swipes = [
        {"text": text, "created": 1, "attachments": [], "status": "?", "x": 1} for text in "ab"
    ]
    connection.execute("UPDATE messages SET kind = 'song', swipes = ?", (json.dumps(swipes),))
    connection.commit()
    connection.close()

    store = SqliteChats(path)
    [message] = store.read(["m1"])
    await store.aclose()

    assert message.kind == ""
    assert [(each.text, each.status) for each in message.versions] == [
        *(("look", "complete"), ("b", "complete")),
    ]

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.chats import InMemoryChats
from tui.adapters.storage import chats, searching
from tui.adapters.storage.chats import SqliteChats
from tui.domain.chat import (
    Attachment,
    CachedCaption,
    Chat,
    JournalEntry,
    Message,
    Outline,
    PictureUse,
    Swipe,
)
from tui.domain.errors import StorageError
from tui.services.chat_store import ChatStore

CAT = Attachment(
    "ab" * 32, "cat.jpg", "image/jpeg", 640, 480, "a tabby cat asleep", "local", "m", 2,
    "kitchen: no answer; so: local", "both",
)  # fmt: skip
ENTRY = JournalEntry("d" * 64, "a.png", "a boat", "local", "m", "what?", 1.5, 3.0, False)


def chat(id_: str = "c1", **more: object) -> Chat:
    values = {"title": "", "character": "salon", "persona": "you", "created": 1, "updated": 1}
    return Chat(id=id_, **{**values, **more})  # type: ignore[arg-type]  # mixed keywords


def message(id_: str, text: str = "hello", **more: object) -> Message:
    values = {"role": "user", "name": "You", "created": 2.0}
    return Message(id=id_, text=text, **{**values, **more})  # type: ignore[arg-type]  # mixed keywords


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[ChatStore, None]:
    sqlite = request.param == "sqlite"
    made = SqliteChats(tmp_path / "d" / "chats.db") if sqlite else InMemoryChats()
    yield made
    await made.aclose()


async def test_an_empty_store_has_nothing(store: ChatStore) -> None:
    assert await store.chats() == []
    assert await store.latest() is None
    assert await store.load("nope") is None
    assert await store.outline("nope") == []
    assert store.read(["nope"]) == []
    assert await store.search("x") == []


async def test_a_chat_comes_back_as_it_was_saved(store: ChatStore) -> None:
    one = chat(title="Tea")
    await store.create(one)
    one.draft, one.persona, one.updated, one.local_only = "half a th", "me", 9.0, True

    await store.save(one, chat())

    assert await store.load("c1") == one


async def test_a_message_comes_back_with_everything(store: ChatStore) -> None:
    await store.create(chat())
    sent = message(
        "m1", "see\nthis", attachments=(CAT,), templated=True, reasoning="hm", model="x",
        status="failed", error="no net", input_tokens=3, output_tokens=4,
    )  # fmt: skip

    await store.append("c1", sent)

    assert store.read(["m1"]) == [sent]


async def test_messages_come_in_the_order_asked_for(store: ChatStore) -> None:
    await store.create(chat())
    for number in range(5):
        await store.append("c1", message(f"m{number}"))

    assert [m.id for m in store.read(["m3", "gone", "m0"])] == ["m3", "m0"]


async def test_the_outline_tells_sizes(store: ChatStore) -> None:
    await store.create(chat())
    await store.append("c1", message("m1", "one\ntwo", attachments=(CAT,)))
    await store.append("c1", message("m2", ""))

    assert await store.outline("c1") == [Outline("m1", 7, 2, 1), Outline("m2", 0, 1, 0)]


async def test_an_update_changes_message_and_outline(store: ChatStore) -> None:
    await store.create(chat())
    reply = message("m1", "", role="assistant", status="streaming")
    await store.append("c1", reply)
    reply.text, reply.status = "done now", "complete"

    await store.update(reply)

    assert store.read(["m1"]) == [reply]
    assert (await store.outline("c1"))[0].characters == 8


async def test_a_message_undeleted_returns_to_its_place(store: ChatStore) -> None:
    await store.create(chat())
    for number in range(3):
        await store.append("c1", message(f"m{number}"))

    await store.delete_message("m1")
    shown = [entry.id for entry in await store.outline("c1")]
    await store.restore_message("m1")

    assert shown == ["m0", "m2"]
    assert [entry.id for entry in await store.outline("c1")] == ["m0", "m1", "m2"]


async def test_messages_go_and_return_together(store: ChatStore) -> None:
    await store.create(chat())
    for number in range(4):
        await store.append("c1", message(f"m{number}"))

    await store.delete_message("m0", "m2", "m3")
    shown = [entry.id for entry in await store.outline("c1")]
    await store.restore_message("m3", "m0")

    assert shown == ["m1"]
    assert [entry.id for entry in await store.outline("c1")] == ["m0", "m1", "m3"]


async def test_a_message_is_put_before_another(store: ChatStore) -> None:
    await store.create(chat())
    await store.create(chat("c2"))
    for number in range(3):
        await store.append("c1", message(f"m{number}"))
        await store.append("c2", message(f"n{number}"))

    await store.insert("c1", message("first"), "m0")
    await store.insert("c1", message("between", attachments=(CAT,)), "m2")
    await store.append("c1", message("last", "the last words"))

    order = [entry.id for entry in await store.outline("c1")]
    assert order == ["first", "m0", "m1", "between", "m2", "last"]
    assert [entry.id for entry in await store.outline("c2")] == ["n0", "n1", "n2"]
    assert [(use.message_id, use.position) for use in await store.pictures()] == [("between", 3)]
    assert {each.last for each in await store.chats()} == {"hello", "the last words"}
    for gone in ("no", "n1"):
        with pytest.raises(StorageError, match="gone"):
            await store.insert("c1", message("lost"), gone)
    assert store.read(["lost"]) == []


async def test_a_deleted_message_returns_among_those_put_there_meanwhile(store: ChatStore) -> None:
    await store.create(chat())
    for number in range(3):
        await store.append("c1", message(f"m{number}"))
    await store.delete_message("m1")

    await store.insert("c1", message("new"), "m2")
    await store.restore_message("m1")

    assert [entry.id for entry in await store.outline("c1")] == ["m0", "m1", "new", "m2"]


async def test_what_is_not_for_the_model_comes_back_and_stands_in_the_outline(
    store: ChatStore,
) -> None:
    await store.create(chat())
    told = message("m1", "It rains.", role="system", kind="narrator")
    comment = message("m2", "a note", role="system", kind="comment")
    hidden = message("m3", "secret", hidden=True)
    for each in (told, comment, hidden):
        await store.append("c1", each)

    assert store.read(["m1", "m2", "m3"]) == [told, comment, hidden]
    assert [entry.is_sent for entry in await store.outline("c1")] == [True, False, False]
    hidden.hidden = False
    await store.update(hidden)
    assert [entry.is_sent for entry in await store.outline("c1")] == [True, False, True]


async def test_versions_come_back_with_their_pictures(store: ChatStore) -> None:
    await store.create(chat())
    reply = message("m1", "one", role="assistant", model="m", reasoning="hm", input_tokens=3)
    second = Swipe("two \ud800", 5.0, "Ada", (CAT,), templated=True, status="stopped", error="why")
    reply.show((*reply.versions, second, Swipe("three", 6.0, "Ada")), 0)
    await store.append("c1", reply)
    reply.text = "one, longer"

    await store.update(reply)
    [kept] = store.read(["m1"])

    first, other, third = kept.versions
    assert (kept.text, kept.swipe, first.text, first.model, third.text) == (
        *("one, longer", 0, "one, longer", "m", "three"),
    )
    assert (other.attachments, other.templated, other.status) == ((CAT,), True, "stopped")
    assert [hit.message_id for hit in await store.search("longer")] == ["m1"]


async def test_several_messages_are_kept_together_or_not_at_all(store: ChatStore) -> None:
    await store.create(chat())
    one, two = message("m1"), message("m2")
    await store.append("c1", one)
    await store.append("c1", two)
    one.text = two.text = "changed"

    with pytest.raises(StorageError, match="gone"):
        await store.update(one, message("no"), two)
    unchanged = [each.text for each in store.read(["m1", "m2"])]
    await store.update(one, two)

    assert unchanged == ["hello", "hello"]
    assert [each.text for each in store.read(["m1", "m2"])] == ["changed", "changed"]


async def test_variables_are_kept_with_their_chat_and_for_all(store: ChatStore) -> None:
    kept = {"x": "1", "größe": 2.5, "list": [1, {"a": None}], "on": True}
    await store.create(chat())
    empty = await store.load("c1")
    await store.save(chat(variables=kept), chat())
    found = await store.load("c1")
    before = await store.globals()
    await store.save_globals({"old": 1, **kept}, {})
    await store.save_globals(kept, {"old": 1, **kept})

    assert empty is not None
    assert (empty.variables, before) == ({}, {})
    assert found is not None
    assert found.variables == kept
    assert await store.globals() == kept


async def test_a_chat_undeleted_has_its_messages(store: ChatStore) -> None:
    await store.create(chat())
    await store.append("c1", message("m1", "needle"))

    await store.delete("c1")
    gone = (await store.load("c1"), await store.chats(), await store.search("needle"))
    await store.restore("c1")

    assert gone == (None, [], [])
    assert (await store.chats())[0].messages == 1


async def test_the_list_begins_with_the_chat_used_last(store: ChatStore) -> None:
    await store.create(chat("old", title="Old", created=1, updated=1))
    await store.create(chat("new", title="New", created=5, updated=5))
    await store.append("old", message("m1", "line one\nline two", created=9.0))

    listed = await store.chats()

    assert [(row.id, row.messages, row.last) for row in listed] == [
        ("old", 1, "line one line two"),
        ("new", 0, ""),
    ]
    found = await store.latest()
    assert found == (await store.load("old"), await store.outline("old"))


async def test_the_chat_used_last_is_read_ahead_once(store: ChatStore) -> None:
    await store.create(chat("c1"))
    await store.append("c1", message("m1", "hello"))

    store.read_ahead()
    ahead = await store.latest()
    await store.append("c1", message('a "strange"\n[id]', "more"))
    now = await store.latest()

    first = Outline("m1", 5, 1)
    assert ahead and ahead[1] == [first]
    assert now and now[1] == [first, Outline('a "strange"\n[id]', 4, 1)]


async def test_what_was_read_ahead_and_not_asked_for_is_in_nobodys_way(store: ChatStore) -> None:
    await store.create(chat("c1"))

    store.read_ahead()
    await store.append("c1", message("m1", "hello"))

    assert await store.outline("c1") == [Outline("m1", 5, 1)]


async def test_what_is_gone_cannot_be_changed(store: ChatStore) -> None:
    for change in (
        store.save(chat("no"), chat("no")),
        store.restore("no"),
        store.append("no", message("m")),
        store.update(message("no")),
        store.restore_message("no"),
    ):
        with pytest.raises(StorageError):
            await change


async def test_search_finds_texts_and_captions(store: ChatStore) -> None:
    await store.create(chat(title="Pets"))
    await store.append("c1", message("m1", "Look at this", attachments=(CAT,)))
    await store.append("c1", message("m2", "nothing here"))

    hits = await store.search("tabby asleep")

    assert [(hit.chat_title, hit.message_id) for hit in hits] == [("Pets", "m1")]
    assert "tabby" in hits[0].snippet


async def test_words_of_most_messages_give_the_newest_and_rank_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_MOST_RANKED", 2)
    store = SqliteChats(tmp_path / "chats.db")
    await store.create(chat())
    await store.append("c1", message("m0", "water, water and water"))
    for each in ("m1", "m2", "m3"):
        await store.append("c1", message(each, "a long sentence about water" + "ing plants" * 9))
    await store.append("c1", message("m4", "plants " * 20))

    many = await store.search("water", limit=2)
    few = await store.search("water and")
    await store.aclose()

    assert [hit.message_id for hit in many] == ["m3", "m2"]
    assert [hit.message_id for hit in few] == ["m0"]
    database = sqlite3.connect(tmp_path / "chats.db")
    plans = [
        [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {sql}", ("x", 9))]
        for sql in (searching._BEST, searching._NEWEST)
    ]
    database.close()
    assert ["USE TEMP B-TREE FOR ORDER BY" in plan for plan in plans] == [True, False]


async def test_search_follows_edits_and_deletions(store: ChatStore) -> None:
    await store.create(chat())
    one = message("m1", "before")
    await store.append("c1", one)
    one.text = "after"
    await store.update(one)

    assert await store.search("before") == []
    assert len(await store.search("after")) == 1
    await store.delete_message("m1")
    assert await store.search("after") == []


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("世界地図を見る", "地"),
        ("안녕하세요 여러분", "세요"),
        ("sounds unfinished", "unfin"),
        ("100% sure_thing", "%"),
        ("a smile 🙂 here", "🙂"),
        ('say "hi" now', '"hi"'),
    ],
)
async def test_search_takes_any_script(store: ChatStore, text: str, query: str) -> None:
    await store.create(chat())
    await store.append("c1", message("m1", text))
    await store.append("c1", message("m2", "another one entirely"))

    assert [hit.message_id for hit in await store.search(query)] == ["m1"]


@pytest.mark.parametrize(
    "query", ['"', "a AND", "foo(", "-a", "x:y", "NOT", "*", "^a", "a*b", "\0", "\ud800", "{", "'"]
)
async def test_search_takes_anything_typed(store: ChatStore, query: str) -> None:
    await store.create(chat())
    await store.append("c1", message("m1"))

    await store.search(query)


async def test_pictures_are_listed_newest_first_with_their_places(store: ChatStore) -> None:
    dog = replace(CAT, digest="d" * 64, name="dog.jpg")
    await store.create(chat("c1", title="Tea"))
    await store.create(chat("c2"))
    await store.append("c1", message("m0"))
    await store.append("c1", message("m1", attachments=(CAT, dog), created=3.0))
    await store.append("c2", message("n0", attachments=(CAT,), created=4.0))
    await store.append("c1", message("m2", attachments=(dog,), created=3.0))

    listed = await store.pictures()
    assert [(u.message_id, u.number, u.attachment.name) for u in listed] == [
        ("n0", 1, "cat.jpg"),
        ("m2", 1, "dog.jpg"),
        ("m1", 2, "dog.jpg"),
        ("m1", 1, "cat.jpg"),
    ]
    assert await store.pictures("c1") == listed[1:]
    assert listed[-1] == PictureUse("c1", "Tea", "m1", 1, 1, CAT, 3.0)
    assert await store.pictures("nope") == []


async def test_pictures_of_deleted_messages_and_chats_are_not_listed(store: ChatStore) -> None:
    await store.create(chat("c1"))
    await store.create(chat("c2"))
    for number in range(3):
        await store.append("c1", message(f"m{number}", attachments=(CAT,)))
    await store.append("c2", message("n0", attachments=(CAT,)))

    await store.delete_message("m1")
    await store.delete("c2")

    assert [(u.message_id, u.position) for u in await store.pictures()] == [("m2", 1), ("m0", 0)]


async def test_the_journal_is_newest_first(store: ChatStore) -> None:
    later = replace(
        ENTRY, caption="a ship", used=True, input_tokens=9, output_tokens=2, cost=0.5, cached=True
    )

    await store.log_caption(ENTRY)
    await store.log_caption(later)

    assert await store.journal() == [later, ENTRY]
    assert len(await store.journal(limit=1)) == 1
    assert await store.journal(digest=ENTRY.digest) == [
        each for each in (later, ENTRY) if each.digest == ENTRY.digest
    ]
    assert await store.journal(digest="of another") == []


async def test_a_caption_that_is_written_on_stays_one_entry(store: ChatStore) -> None:
    numbers = [await store.log_caption(replace(ENTRY, name=name)) for name in ("a", "b")]

    await store.reword_caption(numbers[0], "a longer one")
    await store.reword_caption(99, "of nobody")

    assert [(entry.name, entry.caption) for entry in await store.journal()] == [
        ("b", ENTRY.caption),
        ("a", "a longer one"),
    ]


async def test_a_caption_is_marked_as_used_later(store: ChatStore) -> None:
    numbers = [await store.log_caption(replace(ENTRY, name=name)) for name in ("a", "b")]

    await store.caption_used(numbers[0])
    await store.caption_used(99)

    assert [(entry.name, entry.used) for entry in await store.journal()] == [
        ("b", False),
        ("a", True),
    ]


async def test_a_kept_caption_is_given_until_another_takes_its_place(store: ChatStore) -> None:
    first = CachedCaption("a boat", "Ollama: moondream", 1.5, 700, 8, 0.002)

    await store.cache_caption("k", first)
    found = await store.cached_caption("k")
    await store.cache_caption("k", CachedCaption("a ship", "x", 1.0))
    second = await store.cached_caption("k")

    assert found == first
    assert second == CachedCaption("a ship", "x", 1.0)
    assert await store.cached_caption("another") is None


async def test_journal_and_cache_do_not_grow_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chats, "KEEP_JOURNAL", 3)
    monkeypatch.setattr(chats, "KEEP_CACHED", 3)
    store = SqliteChats(tmp_path / "chats.db")
    keys = ("a", "b", "c", "a", "d")

    for key in keys:
        await store.log_caption(replace(ENTRY, name=key))
        await store.cache_caption(key, CachedCaption(key, "", 0.0))

    kept = [key for key in "abcd" if await store.cached_caption(key)]
    names = [entry.name for entry in await store.journal()]
    await store.aclose()
    assert names == ["d", "a", "c"]
    assert kept == ["a", "c", "d"]


async def test_only_a_deleted_chat_can_be_forgotten(store: ChatStore) -> None:
    for id_ in ("c1", "c2"):
        await store.create(chat(id_))
        await store.append(id_, message(f"m-{id_}"))
    await store.delete("c2")

    await store.forget("c1")
    await store.forget("c2")
    await store.forget("c3")

    assert [each.id for each in await store.chats()] == ["c1"]
    assert len(store.read(["m-c1", "m-c2"])) == 1
    with pytest.raises(StorageError):
        await store.restore("c2")

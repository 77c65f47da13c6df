"""Two Salons with one file: each with a store, a library and sessions of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.fakes.house import FakePeople, House
from tui.adapters.storage.chats import SqliteChats
from tui.adapters.storage.presence import Presence
from tui.domain.chat import Attachment, Message
from tui.domain.errors import AppError
from tui.domain.generation import TextDelta
from tui.services import message_edits, swipes
from tui.services.chatting import ChatService
from tui.services.growing_reply import GrowingReply
from tui.services.library import Library, new_id
from tui.services.session import ChatSession


class Salon:
    """One of the two, with the chat open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.house = House()
        self.store = SqliteChats(path)
        self.library = Library(self.store, FakePeople(), self.house.settings)
        self.chats: ChatService = self.house.services.chats
        self.session: ChatSession
        self.told: list[str] = []

    async def open(self) -> None:
        self.session = await self.library.resume()
        self.session.tell = self.told.append
        await self.store.has_news()

    async def say(self, text: str, role: str = "user") -> Message:
        said = Message(new_id(), role, "Ada", text, 1.0)  # type: ignore[arg-type]
        await self.session.append(said)
        return said

    async def look(self) -> None:
        assert await self.store.has_news()
        assert await self.library.catch_up(self.session) is not None

    @property
    def texts(self) -> list[str]:
        return [self.session.message(at).text for at in range(1, len(self.session))]


@pytest.fixture
async def two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[tuple[Salon, Salon], None]:
    # Locks tell processes apart, and here is but one.
    monkeypatch.setattr(Presence, "alive", lambda *_: True)
    both = Salon(tmp_path / "chats.db"), Salon(tmp_path / "chats.db")
    for each in both:
        await each.open()
    assert both[0].session.chat.id == both[1].session.chat.id
    yield both
    for each in both:
        await each.store.aclose()


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Let nobody write for a while, as another program may."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


async def test_news_are_what_the_other_one_wrote(two: tuple[Salon, Salon]) -> None:
    a, b = two
    await a.say("mine")

    assert not await a.store.has_news()
    assert await b.store.has_news()
    assert not await b.store.has_news()


async def test_a_look_at_the_file_tells_whether_to_ask(two: tuple[Salon, Salon]) -> None:
    a, b = two
    while b.store.is_stirred():
        pass
    assert not b.store.is_stirred()
    await a.say("hello")

    assert [b.store.is_stirred() for _ in range(4)] == [True, True, False, False]


async def test_messages_come_go_and_change_in_both(two: tuple[Salon, Salon]) -> None:
    a, b = two
    for text in ("one", "two", "three"):
        await a.say(text)
    await b.look()
    assert b.texts == ["one", "two", "three"]
    kept = b.session.message(1)
    revisions = b.session.revision, kept.revision

    await a.chats.edit(a.session, 1, "ONE")
    await a.chats.delete(a.session, 2)
    await message_edits.hide(a.session, [2])
    await b.look()

    assert b.texts == ["ONE", "three"]
    assert b.session.message(1) is kept
    assert b.session.message(2).hidden
    assert not b.session.outline[2].is_sent
    assert b.session.revision > revisions[0]
    assert kept.revision > revisions[1]
    await a.chats.undo(a.session)
    await a.chats.undo(a.session)
    await b.look()
    assert b.texts == ["ONE", "two", "three"]


async def test_versions_are_seen(two: tuple[Salon, Salon]) -> None:
    a, b = two
    await a.say("first", "assistant")
    await b.look()
    assert b.texts == ["first"]
    await swipes.add_swipe(a.session, "second", switch=True)
    await b.look()

    assert b.texts == ["second"]
    assert [each.text for each in b.session.message(1).versions] == ["first", "second"]
    await swipes.swipe(b.session, "left")
    await a.look()
    assert a.texts == ["first"]


async def test_title_and_people_are_those_of_the_last_who_chose_them(
    two: tuple[Salon, Salon],
) -> None:
    a, b = two
    await a.library.rename(a.session.chat.id, "Tea")
    await b.look()
    assert b.session.chat.title == "Tea"
    await b.library.set_character(b.session, "Ada Lovelace")
    await b.session.save()
    await a.look()

    assert a.session.character.id == "ada"
    assert a.session.chat.title == "Tea"


async def test_a_prompt_is_never_taken_from_the_other(two: tuple[Salon, Salon]) -> None:
    a, b = two
    await a.chats.note_draft(a.session, "what a types")
    await b.chats.note_draft(b.session, "what b types")
    await a.look()
    assert a.session.chat.draft == "what a types"
    await b.chats.note_draft(b.session, "")
    await a.look()
    await a.session.save()  # as on leaving
    await b.look()
    await b.session.save()

    kept = await b.store.load(b.session.chat.id)
    assert kept is not None
    assert kept.draft == "what a types"
    assert b.session.chat.draft == ""


async def test_variables_are_kept_one_by_one(two: tuple[Salon, Salon]) -> None:
    a, b = two
    for salon, name in ((a, "x"), (b, "y")):
        salon.session.variables.set(name, 1)
        salon.session.shared.set(f"shared {name}", 1)
        await salon.session.keep_variables()
    await a.look()
    await b.look()
    for salon in two:
        assert salon.session.variables.values == {"x": 1, "y": 1}
        assert salon.session.shared.values == {"shared x": 1, "shared y": 1}

    a.session.variables.delete("y")
    b.session.variables.set("x", 2)
    a.session.shared.delete("shared y")
    for salon in two:
        await salon.session.keep_variables()
    await a.look()
    await b.look()

    for salon in two:
        assert salon.session.variables.values == {"x": 2}
        assert salon.session.shared.values == {"shared x": 1}


async def test_pictures_never_get_the_same_number(two: tuple[Salon, Salon]) -> None:
    a, b = two
    pictures = [Attachment(c * 64, c, "image/png", 1, 1) for c in "abc"]
    first = await a.session.numbered(pictures)
    second = await b.session.numbered(pictures[:1])

    assert [each.number for each in (*first, *second)] == [1, 2, 3, 4]


async def test_of_two_edits_the_later_stands_and_the_earlier_can_be_had(
    two: tuple[Salon, Salon],
) -> None:
    a, b = two
    await a.say("as it was")
    await b.look()
    assert b.texts == ["as it was"]
    await a.chats.edit(a.session, 1, "by a")
    await b.chats.edit(b.session, 1, "by b")

    assert b.told == ["Another Salon changed #1 just before: /undo brings its words back"]
    await a.look()
    assert a.texts == b.texts == ["by b"]
    assert await b.chats.undo(b.session) == "the text of #1 as it was"
    assert await b.chats.undo(b.session) == "#1 as another Salon wrote it"
    assert b.texts == ["by a"]
    assert len(b.told) == 1


async def test_an_edit_of_what_was_deleted_there_says_so(two: tuple[Salon, Salon]) -> None:
    a, b = two
    await a.say("one")
    await b.look()
    assert b.texts == ["one"]
    await a.chats.delete(a.session, 1)
    with pytest.raises(AppError, match="#1 was deleted in another Salon"):
        await b.chats.edit(b.session, 1, "changed")
    await b.look()

    assert b.texts == []
    await a.chats.undo(a.session)
    await b.look()
    assert b.texts == ["changed"]


async def test_what_is_not_written_yet_is_not_taken_back(two: tuple[Salon, Salon]) -> None:
    a, b = two
    said = await b.say("a reply", "assistant")
    await a.look()
    assert a.texts == ["a reply"]
    await a.chats.edit(a.session, 1, "changed there")
    said.text += ", longer"
    await b.look()

    assert b.texts == ["a reply, longer"]


async def test_a_look_while_something_is_written_is_repeated(two: tuple[Salon, Salon]) -> None:
    a, b = two
    await a.say("there")
    looking = asyncio.create_task(b.library.catch_up(b.session))
    await asyncio.sleep(0)
    await b.say("here")

    assert await looking is None
    assert await b.library.catch_up(b.session) is not None
    assert b.texts == ["there", "here"]


async def test_a_reply_is_seen_growing_and_can_not_be_changed(two: tuple[Salon, Salon]) -> None:
    a, b = two
    growing = GrowingReply(a.session, None)
    async with growing.kept():
        await growing.take(TextDelta("Once"))
        await b.look()
        seen = b.session.message(1)
        assert (seen.text, seen.elsewhere) == ("Once", True)
        assert b.session.is_written_elsewhere
        assert b.session.growing() == len(b.session) - 1
        with pytest.raises(AppError, match="being written in another Salon"):
            await b.chats.edit(b.session, 1, "no")
        with pytest.raises(AppError, match="being written in another Salon"):
            await swipes.add_swipe(b.session, "no")
        async for _ in _nothing(b.chats.continue_reply(b.session)):
            pass
        await growing.take(TextDelta(" upon a time"))
        assert a.session.message(1).text == "Once upon a time"
    await b.look()

    assert (seen.text, seen.elsewhere, seen.status) == ("Once upon a time", False, "partial")
    assert not b.session.is_written_elsewhere
    assert a.told == b.told == []


async def _nothing(stream: AsyncGenerator[object, None]) -> AsyncGenerator[object, None]:
    with pytest.raises(AppError, match="being written in another Salon"):
        async for each in stream:
            yield each


async def test_a_reply_whose_salon_died_ends_as_cut_off(
    two: tuple[Salon, Salon], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = two
    await a.session.append(Message(new_id(), "assistant", "A", "Half", 1.0, status="streaming"))
    await b.look()
    assert b.session.message(1).elsewhere
    assert not await b.store.has_news()
    monkeypatch.setattr(Presence, "alive", lambda *_: False)
    await b.look()

    assert b.session.message(1).status == "partial"
    assert "stopped while this was being written" in b.session.message(1).error


async def test_a_chat_deleted_there_returns_with_the_next_message(
    two: tuple[Salon, Salon],
) -> None:
    a, b = two
    await a.library.delete(a.session.chat.id)
    assert await b.store.has_news()
    news = await b.library.catch_up(b.session)
    assert news is not None
    assert news.is_deleted
    again = await b.library.catch_up(b.session)
    assert not again
    assert await b.library.summaries() == []
    await b.say("still here")

    assert [each.last for each in await a.library.summaries()] == ["still here"]


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_what_is_written_there_behind_what_was_read_ahead_is_caught_up_with(
    two: tuple[Salon, Salon], is_deleted: bool
) -> None:
    a, _ = two
    await a.say("before")
    third = Salon(a.path)
    third.store.read_ahead()
    ahead = third.store._ahead
    assert ahead is not None
    await asyncio.wrap_future(ahead)
    if is_deleted:
        await a.library.delete(a.session.chat.id)
    else:
        await a.say("behind it")

    third.session = await third.library.resume()
    shown = third.texts
    assert await third.store.has_news()
    news = await third.library.catch_up(third.session)
    now = third.texts
    await third.store.aclose()

    assert shown == ["before"]
    assert news is not None
    assert news.is_deleted == is_deleted
    assert now == (["before"] if is_deleted else ["before", "behind it"])


async def test_a_reply_here_is_not_disturbed_by_what_is_written_there(
    two: tuple[Salon, Salon],
) -> None:
    a, b = two
    await b.house.settings.change("chat.connection", "kitchen")
    b.house.connector.model.script = [TextDelta("One "), TextDelta("two "), TextDelta("three")]
    stream = b.chats.reply(b.session)
    await b.say("count")
    await anext(stream)
    await a.say("meanwhile")
    await b.look()
    async for _ in stream:
        pass
    await a.look()

    assert sorted(a.texts) == sorted(b.texts)
    assert "One two three" in a.texts
    assert b.told == []


async def test_a_draft_taken_back_while_it_was_being_kept_stays_away(
    two: tuple[Salon, Salon],
) -> None:
    a, _ = two
    with _held(a.path):
        a.session.chat.draft = "half a thought"
        first = asyncio.create_task(a.session.save())
        await asyncio.sleep(0)
        a.session.chat.draft = ""
        second = asyncio.create_task(a.session.save())
        await asyncio.sleep(0)
    await asyncio.gather(first, second)

    kept = await a.store.load(a.session.chat.id)
    assert kept is not None
    assert kept.draft == ""


async def test_what_was_kept_though_nobody_waited_for_it_is_known(
    two: tuple[Salon, Salon],
) -> None:
    a, b = two
    message = await a.say("one")
    with _held(a.path):
        message.text, a.session.chat.draft = "two", "half a thought"
        tasks = [asyncio.create_task(a.session.update(message))]
        tasks.append(asyncio.create_task(a.session.save()))
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    message.text, a.session.chat.draft = "three", ""
    await a.session.update(message)
    await a.session.save()

    kept = await a.store.load(a.session.chat.id)
    assert kept is not None
    assert (kept.draft, a.told, a.session.undos) == ("", [], [])
    await b.look()
    assert b.texts == ["three"]


async def test_numbers_and_truths_of_variables_are_told_apart(two: tuple[Salon, Salon]) -> None:
    a, b = two
    a.session.variables.set("door", 1)
    await a.session.keep_variables()
    await b.look()
    b.session.variables.set("door", True)
    await b.session.keep_variables()
    await a.look()

    assert a.session.chat.variables["door"] is True


@pytest.mark.parametrize("scope", ["shared", "variables"])
async def test_what_was_set_last_stands_also_when_it_was_so_before(
    two: tuple[Salon, Salon], scope: str
) -> None:
    a, b = two
    mine, theirs = getattr(a.session, scope), getattr(b.session, scope)
    mine.set("door", "shut")
    await a.session.keep_variables()
    await b.look()
    mine.set("door", "open")
    await a.session.keep_variables()
    theirs.set("door", "open")
    theirs.set("door", "shut")  # between two writes, so that nothing is different from before
    theirs.set("lamp", "lit")
    theirs.delete("lamp")
    await b.look()
    assert theirs.values == {"door": "shut"}
    await b.session.keep_variables()
    await a.look()

    assert mine.values == {"door": "shut"}


async def test_a_command_that_fails_writes_over_nothing(two: tuple[Salon, Salon]) -> None:
    a, b = two
    mine, theirs = a.session.shared, b.session.shared
    mine.set("door", "shut")
    await a.session.keep_variables()
    await b.look()
    mine.set("door", "open")
    await a.session.keep_variables()
    with theirs.noted() as take_back:
        theirs.set("door", "ajar")
        take_back()
    await b.session.keep_variables()
    await b.look()

    assert theirs.values == {"door": "open"}


async def test_what_a_failing_command_had_written_is_taken_back_there_too(
    two: tuple[Salon, Salon],
) -> None:
    a, b = two
    mine = a.session.shared
    mine.set("door", "shut")
    await a.session.keep_variables()
    with mine.noted() as take_back:
        mine.set("door", "ajar")
        await a.session.keep_variables()
        mine.set("door", "open")
        take_back()
    await a.session.keep_variables()
    await b.look()

    assert b.session.shared.values == {"door": "shut"}


async def test_two_writes_of_a_global_variable_at_once_leave_the_later(
    two: tuple[Salon, Salon],
) -> None:
    a, b = two
    shared = a.session.shared
    with _held(a.path):
        shared.set("door", "open")
        first = asyncio.create_task(a.session.keep_variables())
        await asyncio.sleep(0.01)
        shared.delete("door")
        second = asyncio.create_task(a.session.keep_variables())
        await asyncio.sleep(0.01)
    await asyncio.gather(first, second)
    await b.look()

    assert b.session.shared.values == {}
    assert await a.store.globals() == {}


async def test_global_variables_are_taken_over_while_others_wait_to_be_written(
    two: tuple[Salon, Salon],
) -> None:
    a, b = two
    a.session.shared.set("theirs", 1)
    await a.session.keep_variables()
    b.session.shared.set("mine", 2)
    await b.look()

    assert b.session.shared.values == {"mine": 2, "theirs": 1}


async def test_what_the_other_did_is_told_from_the_moment_a_chat_is_open(
    two: tuple[Salon, Salon],
) -> None:
    a, b = two
    told: list[str] = []
    b.library.tell = told.append
    await a.say("as it was")
    await b.store.has_news()
    fresh = await b.library.open(a.session.chat.id)
    assert fresh.message(1).text == "as it was"
    await a.chats.edit(a.session, 1, "by a")
    await b.chats.edit(fresh, 1, "by b")

    assert told == ["Another Salon changed #1 just before: /undo brings its words back"]

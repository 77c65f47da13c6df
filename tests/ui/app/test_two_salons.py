"""Two apps over one home, as in two terminals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.fakes.house import House
from tests.ui.app.stage import Stage, opened
from tests.ui.app.test_for_real import services
from tui.adapters.storage.presence import Presence
from tui.domain.chat import Message
from tui.services.library import new_id
from tui.ui import following
from tui.ui.following import DELETED, LOST, SHARED
from tui.ui.library.chats import ChatsScreen


@pytest.fixture
async def two(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Stage, Stage]]:
    monkeypatch.setattr(following, "SECONDS", 0.02)
    # Locks tell processes apart, and here is but one.
    monkeypatch.setattr(Presence, "alive", lambda *_: True)
    async with AsyncExitStack() as open_ones:
        a = await open_ones.enter_async_context(opened(services=services()))
        b = await open_ones.enter_async_context(opened(services=services()))
        yield a, b


async def _said(stage: Stage, text: str) -> Message:
    message = Message(new_id(), "assistant", "Salon", text, 1.0)
    await stage.app.chat.session.append(message)
    stage.app.chat.sync()
    return message


async def test_what_one_writes_the_other_shows_and_keeps_its_prompt_and_place(
    two: tuple[Stage, Stage],
) -> None:
    a, b = two
    await b.write("half a thought")
    for number in range(12):
        await _said(a, f"a message of some length, number {number}\n\nand more")
    await b.until(lambda: "number 11" in b.screen)
    transcript = b.app.chat.transcript
    transcript.focus_message(4)
    await b.quiet()
    top, focused = b.rows[0], transcript.focused_index
    message = await _said(a, "the newest")
    await a.app.services.chats.edit(a.app.chat.session, 12, "changed there")
    await b.until(lambda: "the newest" in b.texts and "changed there" in b.texts)

    assert (b.rows[0], transcript.focused_index) == (top, focused)
    assert b.prompt == "half a thought"
    assert a.prompt == ""
    message.status = "streaming"
    await a.app.chat.session.update(message)
    await b.press("escape", "end")
    transcript.action_scroll_end()
    await b.until(lambda: "being written in another Salon" in b.screen)
    message.status = "complete"
    await a.app.chat.session.update(message)
    await b.until(lambda: "being written in another Salon" not in b.screen)


async def test_an_edit_stays_with_its_message_when_others_come_and_go(
    two: tuple[Stage, Stage],
) -> None:
    a, b = two
    for text in ("one", "two", "three"):
        await _said(a, text)
    await b.until(lambda: b.texts[1:] == ["one", "two", "three"])
    await b.enter("/edit 3")
    await b.until(lambda: b.prompt == "/edit 3 three")
    await b.write(" and a half")
    session = a.app.chat.session
    await a.app.services.chats.delete(session, 1)
    await b.until(lambda: b.prompt == "/edit 2 three and a half")
    await a.app.services.chats.edit(session, 2, "drei")
    await b.until(lambda: any("#2 was changed in another Salon" in each for each in b.notices))
    assert b.prompt == "/edit 2 three and a half"

    await a.app.services.chats.delete(session, 2)
    await b.until(lambda: LOST in b.notices)

    assert b.prompt == "three and a half"
    assert b.texts[1:] == ["two"]


async def test_a_chat_deleted_in_the_other_is_said_and_kept_on_the_screen(
    two: tuple[Stage, Stage],
) -> None:
    a, b = two
    await _said(a, "one")
    await b.until(lambda: "one" in b.texts)
    await a.app.services.library.delete(a.app.chat.session.chat.id)
    await b.until(lambda: DELETED in b.notices)

    assert "one" in b.texts
    assert b.notices.count(DELETED) == 1


async def test_that_the_chat_is_open_elsewhere_is_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "SECONDS", 0.01)
    house = House()
    async with opened(house) as stage:
        await stage.write("hello")
        assert stage.notices == []
        house.store.is_shown_elsewhere = True
        await stage.until(lambda: stage.notices == [SHARED])
        await stage.quiet()
        await stage.quiet()

        assert stage.notices == [SHARED]


async def test_a_chat_that_one_returns_to_has_heard_of_what_came_meanwhile(
    two: tuple[Stage, Stage],
) -> None:
    a, b = two
    library, left = b.app.services.library, b.app.chat.session
    other = await library.new()
    await b.app.desk.front.open_chat(other)
    await _said(a, "while you were away")
    await a.app.services.library.rename(other.chat.id, "news")
    await b.until(lambda: other.chat.title == "news")
    assert await library.enter(left.chat.id) is left
    await b.app.desk.front.open_chat(left)

    await b.until(lambda: "while you were away" in b.texts)


async def test_what_another_did_is_told_before_any_news_came(two: tuple[Stage, Stage]) -> None:
    a, b = two
    message = b.app.chat.session.message(0)
    theirs = a.app.chat.session.message(0)
    theirs.text = "theirs"
    await a.app.chat.session.update(theirs)
    message.text = "mine"
    await b.app.chat.session.update(message)

    await b.until(lambda: any("Another Salon changed #0" in each for each in b.notices))


def _ids(screen: ChatsScreen) -> list[str]:
    return [row.id for row in screen._rows.rows]


async def test_the_list_of_chats_shows_what_the_other_does(two: tuple[Stage, Stage]) -> None:
    a, b = two
    library = a.app.services.library
    first = a.app.chat.session.chat.id
    other = (await library.new()).chat.id
    await library.rename(other, "Another one")
    await b.press("ctrl+s")
    screen = b.app.screen
    assert isinstance(screen, ChatsScreen)
    await b.until(lambda: len(_ids(screen)) == 2)
    assert screen._rows.row is not None
    assert screen._rows.row.id == first

    newest = (await library.new()).chat.id
    await library.rename(newest, "The newest")
    await b.until(lambda: "The newest" in b.screen)
    assert _ids(screen) == [newest, other, first]
    assert screen._rows.row.id == first
    await library.rename(other, "Renamed there")
    await b.until(lambda: "Renamed there" in b.screen)
    await library.delete(newest)
    await b.until(lambda: "The newest" not in b.screen)

    assert screen._rows.row.id == first


async def test_the_list_of_chats_keeps_its_filter_and_what_was_found(
    two: tuple[Stage, Stage],
) -> None:
    a, b = two
    await _said(a, "a needle in the hay")
    await b.press("ctrl+s", "slash", *"needle")
    screen = b.app.screen
    assert isinstance(screen, ChatsScreen)
    await b.until(lambda: len(_ids(screen)) == 2)
    chosen = screen._rows.row
    assert chosen is not None
    chat = await a.app.services.library.new()
    await a.app.services.library.rename(chat.chat.id, "Also a needle")
    await b.until(lambda: "Also a needle" in b.screen)

    assert screen._query.value == "needle"
    assert screen._rows.row == chosen
    await a.app.services.library.delete(a.app.chat.session.chat.id)
    await b.until(lambda: "in the hay" not in b.screen)
    assert _ids(screen) == [chat.chat.id]

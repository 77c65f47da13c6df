from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from textual.widgets import Input, Static

from tests.fakes.house import House
from tests.ui.widgets.harness import UNSET, Harness, wait_until
from tui.domain.chat import Chat, ChatSummary, Message, SearchHit
from tui.services.library import Library
from tui.ui.library.chats import NEW, ChatsScreen
from tui.ui.widgets.ago import ago

NOW = datetime(2026, 11, 22, 18, 0).timestamp()
CHATS = [
    ("lake", "The lake house", "salon", "It stands below a mountain."),
    ("ada", "Numbers [/] and engines", "ada", "A bracket \x1b[2J is plain text."),
    ("none", "", "salon", "Hello."),
]


async def library() -> Library:
    house = House()
    for hours, (chat_id, title, character, text) in enumerate(CHATS):
        when = NOW - hours * 3600
        await house.store.create(Chat(chat_id, title, character, "you", when, when))
        await house.store.append(chat_id, Message(f"m{hours}", "user", "You", text, when))
    return house.services.library


async def open_chats(current: str = "") -> tuple[Harness, ChatsScreen]:
    screen = ChatsScreen(await library(), current=current, now=lambda: NOW)
    return Harness(screen), screen


def listed(screen: ChatsScreen) -> list[str]:
    return [row.id for row in screen._rows.rows]


async def loaded(screen: ChatsScreen) -> None:
    await wait_until(lambda: len(listed(screen)) == 3)


async def test_each_chat_says_who_how_much_and_when() -> None:
    app, screen = await open_chats("lake")
    async with app.run_test(size=(100, 30)):
        await loaded(screen)
        row = screen._rows.rows[0]

        assert row.label == "● The lake house"
        assert row.detail == "just now · 1 message · Salon"
        assert row.below == "It stands below a mountain."
        assert screen._rows.rows[2].label == "Untitled, with Salon"


async def test_enter_opens_the_chat_under_the_cursor() -> None:
    app, screen = await open_chats()
    async with app.run_test() as pilot:
        await loaded(screen)
        await pilot.press("down", "enter")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == "ada"


@pytest.mark.parametrize(("key", "result"), [("n", NEW), ("escape", None)])
async def test_keys_that_leave_the_list(key: str, result: str | None) -> None:
    app, screen = await open_chats()
    async with app.run_test() as pilot:
        await loaded(screen)
        await pilot.press(key)
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == result


async def test_search_finds_titles_and_what_was_said() -> None:
    app, screen = await open_chats()
    async with app.run_test() as pilot:
        await loaded(screen)
        await pilot.press("slash", *"bracket")
        await wait_until(lambda: any(row.heading for row in screen._rows.rows))
        await pilot.press("enter")
        await wait_until(lambda: app.result is not UNSET)

    assert isinstance(app.result, SearchHit)
    assert app.result.chat_id == "ada"


async def test_a_chat_is_renamed_in_place() -> None:
    app, screen = await open_chats()
    async with app.run_test() as pilot:
        await loaded(screen)
        await pilot.press("r")
        screen.query_one("#naming", Input).value = ""
        await pilot.press(*"Holiday", "enter")
        await wait_until(lambda: screen._rows.rows[0].label == "Holiday")

        assert app.result is UNSET
        assert screen.focused is screen._rows


async def test_esc_leaves_the_title_as_it_was() -> None:
    app, screen = await open_chats()
    async with app.run_test() as pilot:
        await loaded(screen)
        await pilot.press("r", "x", "escape")
        await pilot.pause()

        assert screen._rows.rows[0].label == "The lake house"
        assert app.result is UNSET


async def test_a_deleted_chat_comes_back() -> None:
    app, screen = await open_chats()
    async with app.run_test() as pilot:
        await loaded(screen)
        await pilot.press("delete")
        await wait_until(lambda: listed(screen) == ["ada", "none"])
        assert "U brings it back" in str(screen.query_one("#note", Static).content)
        await pilot.press("u")
        await loaded(screen)

        assert screen._rows.row is not None
        assert screen._rows.row.id == "lake"


async def test_other_chats_come_and_go_around_the_cursor() -> None:
    app, screen = await open_chats()
    async with app.run_test(size=(80, 12)) as pilot:
        await loaded(screen)
        await pilot.press("down")
        store = screen._library
        newest = await store.new()
        screen.stirred()
        await wait_until(lambda: len(listed(screen)) == 4)
        assert screen._rows.row is not None
        assert (screen._rows.row.id, listed(screen)[0]) == ("ada", newest.chat.id)

        await store.delete("ada")
        screen.stirred()
        await wait_until(lambda: len(listed(screen)) == 3)
        assert screen._rows.row.id == "none"


async def test_the_cursor_is_on_the_chat_that_is_open_whatever_comes_while_the_list_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, screen = await open_chats("ada")
    read = screen._library.summaries

    async def stirred_meanwhile() -> list[ChatSummary]:
        monkeypatch.setattr(screen._library, "summaries", read)
        screen.stirred()
        await asyncio.sleep(0)
        return await read()

    monkeypatch.setattr(screen._library, "summaries", stirred_meanwhile)
    async with app.run_test():
        await loaded(screen)

        assert screen._rows.row is not None
        assert screen._rows.row.id == "ada"


async def test_a_title_is_for_the_chat_that_had_the_cursor() -> None:
    app, screen = await open_chats()
    async with app.run_test() as pilot:
        await loaded(screen)
        await pilot.press("r")
        screen.query_one("#naming", Input).value = "Holiday"
        await screen._library.delete("lake")
        screen.stirred()
        await wait_until(lambda: len(listed(screen)) == 2)
        await pilot.press("enter")
        await wait_until(lambda: "gone" in str(screen.query_one("#note", Static).content))

        assert screen._rows.rows[0].label == "Numbers [/] and engines"


async def test_the_place_in_the_list_stays_when_others_come() -> None:
    app, screen = await open_chats()
    async with app.run_test(size=(80, 16)) as pilot:
        await loaded(screen)
        for _ in range(20):
            await screen._library.new()
        screen.stirred()
        await wait_until(lambda: len(listed(screen)) == 23)
        await pilot.press("down", "down", "pageup", "up", "up")
        await pilot.pause()
        rows = screen._rows

        def place() -> int:
            assert rows.highlighted is not None
            return rows.highlighted * 2 - round(rows.scroll_offset.y)

        before, chosen = place(), rows.row
        await screen._library.new()
        screen.stirred()
        await wait_until(lambda: len(listed(screen)) == 24)
        await pilot.pause()

        assert (place(), rows.row) == (before, chosen)


async def test_what_was_said_is_drawn_clean() -> None:
    app, screen = await open_chats()
    async with app.run_test(size=(80, 24)):
        await loaded(screen)
        drawn = "".join(screen._rows.render_line(y).text for y in range(6))

        assert "\x1b" not in drawn
        assert "Numbers [/] and engines" in drawn


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "just now"), (300, "5 min ago"), (4 * 3600, "14:00"), (86400, "yesterday 18:00")],
)
def test_times_are_short(seconds: float, text: str) -> None:
    assert ago(NOW - seconds, NOW) == text

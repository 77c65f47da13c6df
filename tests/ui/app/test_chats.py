from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.fakes.house import House
from tests.ui.app.stage import Stage, connected, opened
from tui.domain.chat import Message
from tui.domain.errors import ConfigError
from tui.ui.chat.composer import Composer
from tui.ui.library.chats import ChatsScreen


async def two_chats(stage: Stage) -> None:
    await stage.say("first words")
    await stage.press("ctrl+n")
    await stage.say("second words")


async def listing(stage: Stage) -> ChatsScreen:
    await stage.press("ctrl+s")
    await stage.until(lambda: isinstance(stage.app.screen, ChatsScreen))
    screen = stage.app.screen
    assert isinstance(screen, ChatsScreen)
    await stage.until(lambda: bool(screen._rows.rows))
    await stage.quiet()
    return screen


async def test_a_new_chat_begins_with_the_greeting_and_keeps_the_other() -> None:
    async with opened(await connected()) as stage:
        await two_chats(stage)
        assert stage.texts == ["Welcome, You.", "second words", "Hello there."]

        await listing(stage)
        assert "first words" in stage.screen
        await stage.press("down", "enter")
        await stage.closed()

        assert stage.texts[1] == "first words"


async def test_each_chat_keeps_its_own_draft() -> None:
    async with opened(await connected()) as stage:
        await stage.say("first words")
        await stage.write("a draft")
        await stage.press("ctrl+n")
        assert stage.prompt == ""

        await stage.enter("/chats first words")

        assert stage.prompt == "a draft"


async def test_a_draft_that_is_told_late_does_not_go_into_the_next_chat() -> None:
    async with opened(await connected()) as stage:
        chat, other = stage.app.chat, await stage.app.services.library.new()
        await stage.write("for this one")
        chat.post_message(Composer.DraftChanged("for this one"))
        chat.show_session(other)
        await stage.quiet()

        assert other.chat.draft == ""


async def test_a_chat_is_renamed_in_the_list() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        screen = await listing(stage)
        await stage.press("r")
        screen.query_one("#naming", Input).value = "Tea with Salon"
        await stage.press("enter")
        await stage.until(lambda: "Tea with Salon" in stage.screen)
        await stage.press("escape")
        await stage.closed()

        assert [s.title for s in await stage.house.services.library.summaries()] == [
            "Tea with Salon"
        ]


async def test_a_name_given_in_the_list_survives_the_next_message() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        screen = await listing(stage)
        await stage.press("r")
        screen.query_one("#naming", Input).value = "Tea with Salon"
        await stage.press("enter")
        await stage.until(lambda: "Tea with Salon" in stage.screen)
        await stage.press("escape")
        await stage.closed()
        await stage.say("more")

        assert [s.title for s in await stage.house.services.library.summaries()] == [
            "Tea with Salon"
        ]


async def test_a_chat_is_named_by_command() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        await stage.enter("/rename Tea with Salon")

        assert [s.title for s in await stage.house.services.library.summaries()] == [
            "Tea with Salon"
        ]


async def test_a_chat_is_deleted_in_the_list_and_brought_back() -> None:
    async with opened(await connected()) as stage:
        await two_chats(stage)
        screen = await listing(stage)
        await stage.press("delete")
        await stage.until(lambda: len(screen._rows.rows) == 1)
        await stage.press("u")
        await stage.until(lambda: len(screen._rows.rows) == 2)
        await stage.press("escape")
        await stage.closed()

        assert stage.texts[1] == "second words"


async def test_deleting_the_open_chat_shows_the_one_before() -> None:
    async with opened(await connected()) as stage:
        await two_chats(stage)
        screen = await listing(stage)
        await stage.press("delete")
        await stage.until(lambda: len(screen._rows.rows) == 1)
        await stage.press("escape")
        await stage.closed()
        await stage.until(lambda: stage.texts[1] == "first words")


async def test_deleting_by_command_can_be_undone() -> None:
    async with opened(await connected()) as stage:
        await two_chats(stage)
        await stage.enter("/delete-chat")
        assert stage.texts[1] == "first words"

        await stage.enter("/restore-chat")

        assert stage.texts[1] == "second words"


async def test_opening_another_chat_stops_the_reply_and_keeps_its_part() -> None:
    house = await connected(hold=True)
    async with opened(house) as stage:
        await stage.enter("hello")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")
        await stage.press("ctrl+n")
        await stage.until(lambda: stage.texts == ["Welcome, You."])
        await stage.enter("/chats hello")

        assert stage.texts == ["Welcome, You.", "hello", "Hello there."]
        assert not stage.app.chat.replying.is_running


async def test_another_character_and_persona_take_part() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/character Ada Lovelace")
        await stage.enter("/persona Bob")
        await stage.say("who are you?")

        assert [message.name for message in stage.messages[1:]] == ["Bob", "Ada Lovelace"]
        assert "Ada Lovelace" in stage.rows[-1]


async def test_words_are_found_in_all_chats() -> None:
    async with opened(await connected()) as stage:
        await two_chats(stage)
        await stage.enter("/search words")

        assert "second words" in stage.notes[-1]
        assert "first words" in stage.notes[-1]


async def test_with_every_chat_deleted_a_new_one_begins() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        screen = await listing(stage)
        await stage.press("delete")
        await stage.until(lambda: not screen._rows.rows)
        await stage.press("escape")
        await stage.closed()

        await stage.until(lambda: stage.texts == ["Welcome, You."])


async def test_a_search_in_the_list_opens_the_chat_where_it_was_said() -> None:
    async with opened(await connected()) as stage:
        await two_chats(stage)
        await listing(stage)
        await stage.press("slash")
        await stage.write_in_dialog("first words")
        await stage.until(lambda: "In messages" in stage.screen)
        await stage.press("enter")
        await stage.closed()

        assert stage.texts[1] == "first words"


async def said(stage: Stage, count: int) -> None:
    """A chat of so many messages; each is some lines, and none like another."""
    store, session = stage.house.store, stage.app.chat.session
    for number in range(1, count):
        words = f"number {number} is here\n\nand more\n\nand more"
        await store.append(session.chat.id, Message(f"m{number}", "user", "You", words, 1.0))
    await stage.app.services.library.catch_up(session)
    stage.app.chat.sync()


async def find(stage: Stage, words: str) -> None:
    await listing(stage)
    await stage.press("slash")
    await stage.write_in_dialog(words)
    await stage.until(lambda: "In messages" in stage.screen)
    await stage.press("enter")
    await stage.closed()


@pytest.mark.parametrize(("size", "count"), [((100, 30), 10_000), ((80, 24), 100), ((40, 12), 100)])
async def test_what_was_found_is_gone_to_and_has_the_cursor(
    size: tuple[int, int], count: int
) -> None:
    async with opened(await connected(), size=size) as stage:
        await said(stage, count)
        there = stage.app.chat.session
        await stage.enter("/new")
        await stage.until(lambda: stage.app.chat.session is not there)
        where = count // 3
        await find(stage, f"number {where} is")

        assert stage.app.chat.session is there
        assert stage.app.chat.transcript.focused_index == where
        assert f"number {where} is here" in stage.screen
        assert stage.app.chat.focused is stage.app.chat.transcript

        await stage.press("escape", "end")
        await find(stage, f"number {where} is")
        assert f"number {where} is here" in stage.screen, "a chat that is open goes there as well"


async def test_a_message_that_is_gone_by_then_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(await connected()) as stage:
        await said(stage, 5)
        monkeypatch.setattr(stage.app.chat.session, "index_of", lambda _: None)
        await find(stage, "number 3 is")

        assert stage.notes == ["that message is gone"]


async def test_a_name_is_kept_clean() -> None:
    async with opened() as stage:
        library = stage.house.services.library
        await library.rename(stage.app.chat.session.chat.id, "a\x1b[2Jb\u202e")

        assert "\x1b" not in stage.app.chat.session.chat.title
        assert "\x1b" not in (await library.summaries())[0].title


async def test_a_character_file_that_is_broken_is_told_where_characters_are_chosen() -> None:
    house = House()
    house.people.problems = [ConfigError("torn.yaml line 1, column 7: open quote")]
    async with opened(house) as stage:
        await stage.enter("/character")
        await stage.until(lambda: stage.top == "ChoiceList")

        assert stage.notices == ["torn.yaml line 1, column 7: open quote"]

"""What is entered in a row, or while something else goes on: all of it arrives, or comes back."""

from __future__ import annotations

import asyncio

import pytest

from tests.ui.app.stage import connected, opened
from tests.ui.app.test_bursts import burst
from tests.ui.app.test_held_file import LOCKED, Held, enter
from tui.domain.chat import Message
from tui.ui.chat import sending


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer for a command than a person would wait."""
    monkeypatch.setattr(sending, "_AHEAD_SECONDS", 20)


async def test_messages_that_cannot_be_written_come_back_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        held = Held(house, monkeypatch)
        for text in ("one", "two", "three"):
            await enter(stage, text)
        await stage.write("and this")
        held.let_go(LOCKED)
        await stage.until(lambda: "one" in stage.prompt)
        await stage.quiet()

        assert stage.prompt == "one\ntwo\nthree\nand this"
        assert held.appending == 1, "what stands behind it may be about it"
        held.error = None
        await stage.press("enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")
        assert stage.texts[1] == "one\ntwo\nthree\nand this"


async def test_a_message_whose_chat_is_not_saved_stands_in_the_chat_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()

    async def locked(*_args: object) -> None:
        raise LOCKED

    async with opened(house) as stage:
        with monkeypatch.context() as patched:
            patched.setattr(house.store, "save", locked)
            await stage.enter("hello there")
            await stage.until(lambda: stage.texts[-1] == "Hello there.")
            await stage.quiet()

        assert stage.texts[1:] == ["hello there", "Hello there."]
        assert stage.prompt == ""
        assert any("database is locked" in line for line in stage.notices)


async def test_a_bug_gives_a_message_back_too(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await connected()

    async def broken(*_args: object) -> None:
        raise RuntimeError

    async with opened(house) as stage:
        with monkeypatch.context() as patched:
            patched.setattr(house.store, "append", broken)
            await stage.enter("hello there")
            await stage.until(lambda: stage.prompt == "hello there")
        await stage.until(lambda: "Unexpected RuntimeError" in "".join(stage.notices))
        await stage.press("enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")
        assert stage.texts[1] == "hello there"


async def test_a_bug_while_a_named_picture_is_taken_in_gives_the_message_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened(await connected()) as stage:

        async def broken(_text: str) -> bool:
            raise RuntimeError

        monkeypatch.setattr(stage.app.chat, "take_mentioned", broken)
        await stage.enter("see @cat.png")
        await stage.until(lambda: stage.prompt == "see @cat.png")


async def test_what_was_typed_behind_a_message_stays_with_its_chat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        written = stage.app.chat.session
        appended = house.store.append
        free = asyncio.Event()

        async def slow(chat_id: str, message: Message) -> None:
            if message.text == "hello there":
                await free.wait()
            await appended(chat_id, message)

        monkeypatch.setattr(house.store, "append", slow)
        await enter(stage, "hello there")
        await stage.write("and another thing")
        await stage.press("ctrl+n")
        await stage.until(lambda: stage.app.chat.session is not written)
        free.set()
        await stage.until(lambda: len(written) == 2)
        await stage.quiet()

        assert written.message(1).text == "hello there"
        kept = await house.store.load(written.chat.id)
        assert kept is not None
        assert kept.draft == "and another thing"


async def test_a_message_that_names_a_picture_goes_to_the_chat_it_was_written_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        screen = stage.app.chat
        written, free = screen.session, asyncio.Event()

        async def slow(_text: str) -> bool:
            await free.wait()
            return True

        monkeypatch.setattr(screen, "take_mentioned", slow)
        await enter(stage, "see @cat.png")
        await stage.press("ctrl+n")
        await stage.until(lambda: screen.session is not written)
        free.set()
        await stage.until(lambda: written.chat.draft == "see @cat.png")

        assert len(screen.session) == 1
        assert stage.prompt == ""


async def test_esc_right_after_enter_asks_nobody() -> None:
    house = await connected()
    async with opened(house) as stage:
        stage.app.chat.composer.area.insert_text("hello there")
        burst(stage, "enter", "escape")
        await stage.until(lambda: stage.texts[-1] == "hello there")
        await stage.quiet()

        assert house.connector.model.requests == []


async def test_an_end_that_cannot_wait_keeps_what_is_being_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        screen = stage.app.chat
        held = Held(house, monkeypatch)
        await enter(stage, "hello there")
        await stage.until(lambda: held.appending == 1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await screen.sent()

        assert stage.prompt == "hello there"
        held.let_go(LOCKED)
        await stage.quiet()
        assert stage.prompt == "hello there"


async def test_a_message_that_is_being_written_does_not_stop_with_who_asked_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        screen = stage.app.chat
        held = Held(house, monkeypatch)
        asked = screen.app.run_worker(screen.send(screen.attaching.take("hello there")))
        await stage.until(lambda: held.appending == 1)
        asked.cancel()
        await stage.until(lambda: asked.is_finished)
        held.let_go()
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        assert stage.texts[1] == "hello there"
        assert screen.attaching.leaving == []


async def test_a_message_behind_a_command_goes_by_what_it_changes() -> None:
    house = await connected()
    async with opened(house) as stage:
        burst(stage, *"/delay 50 | /connect Attic", "enter", *"hello there", "enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        assert stage.messages[-1].model == "text-only"


async def test_a_message_does_not_wait_for_a_long_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_AHEAD_SECONDS", 0.02)
    async with opened(await connected()) as stage:
        await stage.enter("/delay 60000")
        await stage.say("hello there")

        assert stage.texts[1:] == ["hello there", "Hello there."]


@pytest.mark.parametrize("first", ["see @cat.png", "hello there"])
async def test_messages_that_name_pictures_follow_a_command_that_opens_a_chat(first: str) -> None:
    house = await connected()
    async with opened(house) as stage:
        await stage.say("first words")
        written = stage.app.chat.session
        messages = (*first, "enter", *"and @dog.png", "enter", *"see @bird.png", "enter")
        burst(stage, *"/delay 20 | /new", "enter", *messages)
        await stage.until(lambda: "see @bird.png" in stage.texts)

        said = [each.text for each in stage.messages if each.role == "user"]
        assert said == [first, "and @dog.png", "see @bird.png"]
        assert len(written) == 3
        assert written.chat.draft == ""


async def test_a_message_behind_a_command_that_opens_a_chat_goes_into_that() -> None:
    house = await connected()
    async with opened(house) as stage:
        await stage.say("first words")
        written = stage.app.chat.session
        burst(stage, *"/delay 20 | /new", "enter", *"hello there", "enter", *"and you", "enter")
        await stage.until(lambda: "and you" in stage.texts and stage.texts[-1] == "Hello there.")

        assert stage.texts[1] == "hello there"
        assert len(written) == 3

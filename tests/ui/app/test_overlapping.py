"""Two things at once: what was begun goes on where it began, and nothing typed is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from functools import partial

import pytest

from tests.fakes.house import House
from tests.fakes.models import FakeLocal
from tests.ui.app.stage import Stage, connected, opened
from tui.domain.chat import Chat
from tui.domain.errors import StorageError
from tui.domain.generation import Finished, GenerationEvent, TextDelta
from tui.domain.image import Image


class Patient(FakeLocal):
    """A source that waits until it may go on."""

    def __init__(self) -> None:
        super().__init__("/models")
        self.may_go_on = asyncio.Event()

    async def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        self.asked.append((image, prompt))
        await self.may_go_on.wait()
        yield TextDelta("a red circle")
        yield Finished("stop")


async def captioning_without_editor() -> tuple[House, Patient]:
    house = await connected()
    await house.settings.change("connections.kitchen.vision", "no")
    await house.settings.change("captioning.edit_before_saving", False)
    source = house.sources.local_source = Patient()
    return house, source


async def send_with_picture(stage: Stage, source: Patient) -> None:
    await stage.enter("/attach cat.png")
    await stage.until(lambda: bool(stage.app.chat.composer.pictures))
    await stage.enter("who is this?")
    await stage.until(lambda: bool(source.asked))


async def test_esc_while_the_picture_of_a_message_is_captioned_gives_it_back() -> None:
    house, source = await captioning_without_editor()
    async with opened(house) as stage:
        await send_with_picture(stage, source)
        await stage.press("escape")

        assert stage.prompt == "who is this?"
        assert stage.app.chat.composer.pictures != []
        assert stage.texts == ["Welcome, You."]


async def test_what_was_typed_while_a_picture_was_captioned_stays_behind_what_comes_back() -> None:
    house, source = await captioning_without_editor()
    async with opened(house) as stage:
        await send_with_picture(stage, source)
        await stage.write("and more")
        await stage.press("escape")

        assert stage.prompt == "who is this?\nand more"


async def test_leaving_while_a_picture_is_captioned_keeps_the_message_as_a_draft() -> None:
    house, source = await captioning_without_editor()
    async with opened(house) as stage:
        await send_with_picture(stage, source)
        await stage.pilot.press("ctrl+q")
        await stage.pilot.pause()

    async with opened(house) as stage:
        assert stage.prompt == "who is this?"


async def test_a_message_whose_picture_is_captioned_goes_to_the_chat_it_was_written_in() -> None:
    house, source = await captioning_without_editor()
    async with opened(house) as stage:
        first = stage.app.chat.session
        await send_with_picture(stage, source)
        await stage.press("ctrl+n")
        await stage.until(lambda: stage.app.chat.session is not first)
        source.may_go_on.set()
        await stage.until(lambda: len(first) == 2)
        await stage.closed()

        assert first.message(1).text == "who is this?"
        assert first.message(1).attachments[0].caption == "a red circle"
        assert stage.texts == ["Welcome, You."]
        assert stage.model.requests == []
        assert stage.app.chat.composer.pictures == []


async def test_a_caption_that_comes_after_another_chat_was_opened_asks_for_no_reply_there() -> None:
    house, source = await captioning_without_editor()
    async with opened(house) as stage:
        first = stage.app.chat.session
        await stage.enter("/caption cat.png")
        await stage.until(lambda: bool(source.asked))
        await stage.press("ctrl+n")
        await stage.until(lambda: stage.app.chat.session is not first)
        source.may_go_on.set()
        await stage.until(lambda: len(first) == 2)
        await stage.closed()

        assert stage.texts == ["Welcome, You."]
        assert stage.model.requests == []


async def test_a_disk_that_is_full_does_not_end_the_app_at_a_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:

        async def full(chat: Chat, known: Chat) -> None:
            raise StorageError("the disk is full")

        await stage.write("/he")
        await stage.until(lambda: stage.app.chat.session.chat.draft == "/he")
        monkeypatch.setattr(house.store, "save", full)
        await stage.enter("lp")
        await stage.until(lambda: stage.top == "HelpScreen")

        assert "the disk is full" in "\n".join(stage.notices)


async def test_asking_again_while_a_reply_streams_ends_the_first_before_the_second() -> None:
    house = await connected((TextDelta("One"),), hold=True)
    async with opened(house) as stage:
        await stage.enter("hi")
        await stage.until(lambda: "One" in stage.texts)
        house.connector.model.script = (TextDelta("Two"),)
        await stage.enter("/reply")
        await stage.until(lambda: "Two" in stage.texts)

        assert stage.replying
        assert [m.status for m in stage.messages[2:]] == ["stopped", "streaming"]
        assert "Esc stops" in stage.screen


async def test_a_picture_that_cannot_be_read_counts_as_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = House()
    async with opened(house) as stage:

        async def unreadable(digest: str) -> Image | None:
            raise StorageError("a stored picture cannot be read")

        monkeypatch.setattr(house.images, "get", unreadable)

        assert await stage.app.chat._load_image("d" * 64) is None


def _ends_with(tries: Sequence[str], word: str) -> bool:
    return bool(tries) and tries[-1].endswith(word)


async def test_a_draft_that_cannot_be_kept_is_told_once_and_again_before_it_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        tries: list[str] = []

        async def full(chat: Chat, known: Chat) -> None:
            tries.append(chat.draft)
            raise StorageError("the disk is full", hint="make room")

        monkeypatch.setattr(house.store, "save", full)
        for word in ("one ", "two ", "three"):
            await stage.write(word)
            await stage.until(partial(_ends_with, tries, word))
        assert stage.notices == ["the disk is full: make room"]

        await stage.press("ctrl+q")
        assert stage.app.is_running
        assert stage.prompt == "one two three"
        assert stage.notices[-1] == (
            "the prompt is not kept, the disk is full: make room;"
            " Ctrl+Q once more leaves without it"
        )
        await stage.pilot.press("ctrl+q")
        await stage.until(lambda: stage.app._exit)


async def test_keys_are_taken_while_a_draft_waits_for_the_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        free, waits = asyncio.Event(), asyncio.Event()
        save = house.store.save

        async def locked(chat: Chat, known: Chat) -> None:
            waits.set()
            await free.wait()
            await save(chat, known)

        monkeypatch.setattr(house.store, "save", locked)
        await stage.write("one")
        await stage.until(waits.is_set)
        await stage.pilot.press("!", "pageup")

        assert stage.prompt == "one!"
        free.set()
        chat = stage.app.chat.session.chat.id
        await stage.until(lambda: house.store._chats[chat].draft == "one!")

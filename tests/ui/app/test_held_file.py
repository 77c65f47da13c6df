"""Another program holds the file of the chats: the keys work, and no message is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events

from tests.fakes.house import House
from tests.ui.app.stage import Stage, connected, opened
from tui.domain.errors import StorageError


class Held:
    """Lets nothing be written until it is let go, and then perhaps fails."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = asyncio.Event()
        self.error: StorageError | None = None
        self.appending = 0
        for name in ("append", "save"):
            monkeypatch.setattr(house.store, name, self._held(getattr(house.store, name)))

    def _held(self, write: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def wait(*args: Any) -> None:
            self.appending += write.__name__ == "append"
            await self.free.wait()
            if self.error is not None:
                raise self.error
            await write(*args)

        return wait

    def let_go(self, error: StorageError | None = None) -> None:
        self.error = error
        self.free.set()


LOCKED = StorageError("the chats on disk: database is locked", hint="try again")


async def enter(stage: Stage, text: str) -> None:
    """Type and press Enter; nothing is waited for."""
    stage.app.chat.composer.area.insert_text(text)
    await stage.pilot.press("enter")


async def test_keys_are_shown_while_a_message_waits_for_the_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        held = Held(house, monkeypatch)
        await enter(stage, "hello there")
        await stage.until(lambda: held.appending == 1)
        await stage.pilot.press("n", "e", "x", "t")
        await stage.until(lambda: "next" in stage.screen)

        assert "hello there" not in stage.texts, "shown as sent, and not on the disk"
        await stage.until(lambda: "“hello there” waits" in stage.hint)
        held.let_go()
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        assert stage.texts[1] == "hello there"
        assert stage.prompt == "next"
        assert "waits" not in stage.hint


async def test_a_message_that_cannot_be_written_comes_back_before_what_was_typed_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        held = Held(house, monkeypatch)
        await enter(stage, "hello there")
        await stage.until(lambda: held.appending == 1)
        await stage.pilot.press("n", "e", "x", "t")
        held.let_go(LOCKED)
        await stage.until(lambda: stage.prompt == "hello there\nnext")

        assert stage.notices[0] == "the chats on disk: database is locked: try again"
        assert stage.texts == ["Welcome, You."]


async def test_two_messages_come_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await connected()
    async with opened(house) as stage:
        held = Held(house, monkeypatch)
        await enter(stage, "one")
        await enter(stage, "two")
        await stage.until(lambda: held.appending == 1)
        held.let_go()
        await stage.until(lambda: len(stage.texts) >= 4 and not stage.replying)

        assert [text for text in stage.texts if text in ("one", "two")] == ["one", "two"]
        assert stage.texts[-1] == "Hello there."


async def test_esc_while_a_message_waits_keeps_it_and_asks_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        held = Held(house, monkeypatch)
        await enter(stage, "hello there")
        await stage.until(lambda: held.appending == 1)
        await stage.press("escape")
        held.let_go()
        await stage.until(lambda: stage.texts[-1] == "hello there")
        await stage.quiet()

        assert not stage.replying
        assert house.connector.model.requests == []


async def test_leaving_waits_for_a_message_and_keeps_one_that_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    with monkeypatch.context() as patched:
        async with opened(house) as stage:
            held = Held(house, patched)
            await enter(stage, "hello there")
            await stage.until(lambda: held.appending == 1)
            leaving = asyncio.create_task(stage.app.action_leave())
            await stage.until(lambda: stage.app._leaving)
            held.let_go(LOCKED)
            await stage.until(lambda: stage.prompt == "hello there")
            held.error = None
            await leaving
    async with opened(house) as stage:
        assert stage.prompt == "hello there"


async def test_enter_and_ctrl_q_in_one_burst_lose_no_message() -> None:
    house = await connected()
    async with opened(house) as stage:
        area = stage.app.chat.composer.area
        area.insert_text("hello there")
        area.post_message(events.Key("enter", None))
        await stage.app.action_leave()
    async with opened(house) as stage:
        assert "hello there" in (stage.prompt, *stage.texts)


async def test_a_draft_that_waits_does_not_hold_up_a_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:
        Held(house, monkeypatch)
        await enter(stage, "/theme")
        await stage.until(lambda: stage.top == "ChoiceList")


async def test_a_picture_waits_although_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await connected()
    full = StorageError("the chats on disk: disk is full", hint="make room on the disk")
    async with opened(house) as stage:
        held = Held(house, monkeypatch)
        held.let_go(full)
        attaching = stage.app.chat.attaching
        attach = partial(house.services.captions.attach, Path("cat.png"))
        keys = await attaching.take_in([attach, partial(attach)])
        await stage.quiet()

        assert keys is not None, "what it was pasted as would come into the prompt beside it"
        assert stage.app.chat.composer.pictures == [*dict.fromkeys(keys)]
        assert stage.notices == [full.line()]
        held.error = None
        await stage.say("who is this?")
        assert stage.messages[1].attachments[0].name == "cat.png"
        assert stage.app.chat.composer.pictures == []

"""Macros in what is typed: sent once as what they stand for, given back as they were typed."""

from __future__ import annotations

import pytest

from tests.ui.app.stage import connected, opened
from tui.domain.chat import Message
from tui.domain.errors import StorageError
from tui.ui.help.reading import Reading


async def test_a_typed_macro_is_sent_as_what_it_stands_for_and_stored_so() -> None:
    async with opened(await connected()) as stage:
        await stage.say("{{user}} to {{char}}: {{random::yes}}, {{nothing}} {{lastMessage}}")

        sent = "You to Salon: yes, {{nothing}} Welcome, You."
        assert stage.texts[1] == sent
        assert [turn.text for turn in stage.model.requests[0].turns][-1] == sent

        await stage.say(r"\{\{user\}\} and {{unclosed")
        assert stage.texts[3] == "{{user}} and {{unclosed"
        turns = [turn.text for turn in stage.model.requests[1].turns]
        assert turns[-1] == "{{user}} and {{unclosed"
        assert sent in turns


async def test_a_message_that_could_not_be_kept_is_back_as_it_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected()
    async with opened(house) as stage:

        async def full(_chat: str, _message: Message) -> None:
            raise StorageError("the disk is full")

        monkeypatch.setattr(house.store, "append", full)
        await stage.enter("I am {{user}}")

        assert stage.prompt == "I am {{user}}"
        assert any("the disk is full" in notice for notice in stage.notices)


async def test_a_large_paste_is_sent_as_it_is() -> None:
    pasted = "{{user}} <user> " * 3000
    async with opened(await connected()) as stage:
        await stage.app.chat.composer.paste(pasted)
        await stage.say("{{user}} pastes:")

        assert stage.texts[1] == f"You pastes:\n\n{pasted}"


async def test_a_setting_leaves_messages_alone() -> None:
    house = await connected()
    await house.settings.change("chat.macros", False)
    async with opened(house) as stage:
        await stage.say("I am {{user}}")

        assert stage.texts[1] == "I am {{user}}"


async def test_the_guide_lists_them() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/macros")
        await stage.until(lambda: isinstance(stage.app.screen, Reading))

        assert "Macros" in stage.screen
        await stage.press("escape")
        assert stage.app.screen is stage.app.chat

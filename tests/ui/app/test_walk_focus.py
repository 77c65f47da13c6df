from __future__ import annotations

from textual import events

from tests.ui.app.stage import connected, opened


async def test_typing_goes_to_the_prompt_after_a_click_among_the_messages() -> None:
    async with opened(await connected()) as stage:
        await stage.pilot.click(stage.app.chat.transcript, offset=(10, 10))
        assert stage.app.chat.transcript.has_focus
        await stage.press("c", "u", "slash")

        assert stage.prompt == "cu/"


async def test_enter_sends_after_a_click_among_the_messages() -> None:
    async with opened(await connected()) as stage:
        await stage.write("hello")
        await stage.pilot.click(stage.app.chat.transcript, offset=(10, 10))
        await stage.press("enter")
        await stage.closed()

        assert stage.texts[1:] == ["hello", "Hello there."]


async def test_a_paste_goes_to_the_prompt_after_a_click_among_the_messages() -> None:
    async with opened() as stage:
        await stage.pilot.click(stage.app.chat.transcript, offset=(10, 10))
        stage.app.chat.transcript.post_message(events.Paste("two words"))
        await stage.until(lambda: stage.prompt == "two words")


async def test_after_a_deletion_the_next_message_has_the_focus_and_u_brings_it_back() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        await stage.press("alt+up", "alt+up")
        await stage.press("delete")
        await stage.until(lambda: bool(stage.notes))
        assert stage.app.chat.transcript.focused_index == 1
        await stage.press("u")
        await stage.until(lambda: len(stage.messages) == 3)


async def test_below_the_last_message_is_the_prompt() -> None:
    async with opened() as stage:
        await stage.press("alt+up", "alt+down", "x")

        assert stage.prompt == "x"


async def test_typing_goes_to_the_prompt_after_the_extensions_were_opened_by_the_plus() -> None:
    async with opened(await connected()) as stage:
        await stage.press("tab", "enter")
        await stage.until(lambda: stage.top == "ChoiceList")
        await stage.press("escape", "h", "i", "enter")
        await stage.closed()

        assert stage.texts[1:] == ["hi", "Hello there."]

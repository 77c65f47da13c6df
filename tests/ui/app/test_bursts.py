"""Keys that come all at once, as over a slow line, do what they do one by one."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.widgets import Input, TextArea

from tests.ui.app.stage import Stage, caption_of, connected, opened
from tests.ui.widgets.harness import wait_until
from tui.ui import turns

WORDS = "a quick brown fox jumps"


def burst(stage: Stage, *keys: str) -> None:
    """Let keys arrive in one piece; what is one letter is typed."""
    for key in keys:
        name = {" ": "space"}.get(key, key)
        stage.app.post_message(events.Key(name, key if len(key) == 1 else None))


async def test_the_caption_editor() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/caption cat.png")
        before = caption_of(await stage.editor())
        await stage.press("ctrl+end")
        burst(stage, *" xyz", "backspace", "backspace", *WORDS, "ctrl+s")
        await stage.closed()

        message = next(each for each in stage.messages if each.attachments)
        assert message.attachments[0].caption == f"{before} x{WORDS}"
        assert stage.prompt == ""


async def test_the_fields_of_a_form() -> None:
    async with opened(await connected()) as stage:
        stage.app.run_worker(stage.app.desk.screens.connection("kitchen"))
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        url = ("ctrl+u", *"http://127.0.0.1:8x", "backspace")
        burst(stage, *url, "tab", "tab", "ctrl+u", *"another", "ctrl+s")
        await stage.closed()

        kept = stage.app.services.settings.current.connections["kitchen"]
        assert (kept.url, kept.model) == ("http://127.0.0.1:8", "another")


async def test_a_question_of_a_script() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/input What? | /setvar key=answer {{pipe}}")
        await stage.until(lambda: isinstance(stage.app.focused, TextArea))
        burst(stage, *"onex", "backspace", "home", *WORDS, "enter", *"afterwards")
        await stage.closed()
        await stage.until(lambda: "answer" in stage.app.chat.session.variables.values)

        assert stage.app.chat.session.variables.values["answer"] == f"{WORDS}one"
        await stage.until(lambda: stage.prompt == "afterwards")


async def test_renaming_a_chat() -> None:
    async with opened(await connected()) as stage:
        await stage.say("first words")
        await stage.press("ctrl+s")
        await stage.until(lambda: "first words" in stage.screen)
        burst(stage, "r", "ctrl+u", *"new name", "enter")
        await stage.until(lambda: stage.app.chat.session.chat.title == "new name")

        assert stage.top == "ChatsScreen", "a letter of the name was taken for a key of the list"


async def test_a_filter_is_followed_by_what_it_found() -> None:
    async with opened(await connected()) as stage:
        for words in ("apples", "pears", "plums"):
            await stage.say(words)
            await stage.press("ctrl+n")
        await stage.press("ctrl+s")
        await stage.until(lambda: "apples" in stage.screen)
        burst(stage, "slash", *"applex", "backspace", *"s", "enter")
        await stage.closed()

        assert stage.texts[1] == "apples"


async def test_a_widget_that_is_busy_does_not_keep_the_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "LONGEST_SECONDS", 0.02)
    async with opened(await connected()) as stage:
        await stage.enter("/input What?")
        await stage.until(lambda: isinstance(stage.app.focused, TextArea))
        held = asyncio.Event()
        stage.app.screen.call_later(held.wait)
        burst(stage, *"abc")
        asked = stage.app.screen.query_one(TextArea)
        await wait_until(lambda: asked.text == "abc")
        held.set()

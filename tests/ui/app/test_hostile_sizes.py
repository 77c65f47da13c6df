"""Texts of a size that nobody means: the app shows them and takes the next message."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.ui.app.stage import Stage, connected, opened
from tests.ui.terminal.test_line_filter import leftovers
from tui.domain.character import Character
from tui.domain.errors import ProviderError
from tui.domain.generation import Finished, GenerationEvent, TextDelta
from tui.services import chatting
from tui.services.bounded import MOST_CAPTION

SCROLLS = re.compile(r"\x1b\[(\d+;\d+)?r")
"""With which the transcript has the terminal scroll."""
LONGEST_STALL = 5.0
"""Seconds on a machine that others use too; tried: 0.2 to 1.5."""
HUGE = {
    "one word": "a" * 300_000,
    "one word of emoji": "👨\u200d👩\u200d👧" * 30_000,
    "quotes in quotes": ">" * 50_000 + " x",
    "open brackets": "![" * 5_000,
    "a table": "|a|b|\n|-|-|\n" + "|x|y|\n" * 1_500,
    "short lines": "a\n" * 8_000,
    "sequences": "\x1b]52;c;eA==\x07\x1b[2J\u202e" * 4_000,
}


@pytest.fixture(autouse=True)
def home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield


@asynccontextmanager
async def awake() -> AsyncIterator[None]:
    """Fail when the event loop gets to nothing else for too long."""
    worst = 0.0

    async def tick() -> None:
        nonlocal worst
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.01)
            worst = max(worst, time.perf_counter() - last)
            last = time.perf_counter()

    task = asyncio.create_task(tick())
    try:
        yield
    finally:
        task.cancel()
    assert worst < LONGEST_STALL


async def goes_on(stage: Stage) -> None:
    """The next message works, and nothing reached the terminal that it would obey."""
    stage.model.script = (TextDelta("All is well."), Finished("stop"))
    await stage.say("and now?")
    assert stage.texts[-1] == "All is well."
    assert "All is well." in stage.screen
    assert leftovers(SCROLLS.sub("", stage.app.written)) == ""


@pytest.mark.parametrize("what", HUGE)
async def test_in_a_reply(what: str) -> None:
    text = HUGE[what]
    pieces = [text[at : at + len(text) // 8 + 1] for at in range(0, len(text), len(text) // 8 + 1)]
    script: list[GenerationEvent] = [*[TextDelta(piece) for piece in pieces], Finished("stop")]
    async with opened(await connected(script)) as stage:
        async with awake():
            await stage.say("hello")
        assert len(stage.texts[-1]) >= len(text) * 0.9
        await stage.press("pageup", "pagedown", "alt+up", "escape")
        await goes_on(stage)


async def test_a_reply_without_end_is_kept_as_far_as_it_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chatting, "MOST_REPLY", 10_000)
    script: list[GenerationEvent] = [*[TextDelta("word ")] * 5_000, Finished("stop")]
    async with opened(await connected(script)) as stage:
        await stage.say("hello")
        assert len(stage.texts[-1]) == 10_000
        assert stage.status == "partial"
        assert "does not end" in stage.messages[-1].error
        await goes_on(stage)


async def test_in_a_caption() -> None:
    house = await connected()
    house.sources.local_source.script = (TextDelta("ж" * 200_000), Finished("stop"))
    async with opened(house) as stage:
        async with awake():
            await stage.enter("/caption cat.png")
            editor = await stage.editor()
        assert len(editor.query_one("#caption").text) == MOST_CAPTION  # type: ignore[attr-defined]
        await stage.press("escape")
        await stage.until(lambda: stage.top != "CaptionEditor" or "Discard" in stage.screen)


async def test_in_an_error() -> None:
    long = "x" * 20_000 + "[/]\x1b[2J"
    async with opened(await connected((ProviderError(long, hint=long),))) as stage:
        async with awake():
            await stage.say("hello")
        await goes_on(stage)


async def test_in_the_name_and_the_words_of_a_character() -> None:
    house = await connected()
    name = "n\u202e" * 10_000
    house.people.cast[0] = Character(name, "d" * 100_000, first_message="hello ", id="salon")
    async with awake(), opened(house) as stage:
        await goes_on(stage)
        await stage.enter("/character")
        await stage.until(lambda: stage.top == "ChoiceList")
        await stage.press("escape")
        await goes_on(stage)


async def test_in_what_is_pasted() -> None:
    async with opened(await connected()) as stage:
        for text in ("/" * 300_000, "'" * 100_000, "file://" + "a" * 100_000, "\\ " * 100_000):
            async with awake():
                await stage.app.chat.composer.paste(text)
                await stage.quiet()
            stage.app.chat.composer.area.clear()
        await goes_on(stage)


@pytest.mark.parametrize(
    "line",
    [
        "/" + "x" * 100_000,
        "/echo " + "{{" * 20_000,
        "/echo " + "{:" * 5_000,
        "/echo " + "| /echo " * 3_000,
        "/let a " + "x" * 50_000 + " | /echo {{var::a}}",
    ],
    ids=["a name", "open macros", "open blocks", "a long pipe", "a long value"],
)
async def test_in_a_line(line: str) -> None:
    async with opened(await connected()) as stage:
        async with awake():
            stage.app.chat.composer.area.text = line
            await stage.quiet()
            await stage.press("escape", "enter")
        await stage.press("escape")
        stage.app.chat.composer.area.clear()
        await stage.quiet()
        await goes_on(stage)

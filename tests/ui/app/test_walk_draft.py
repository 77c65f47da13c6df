from __future__ import annotations

import pytest

from tests.ui.app.stage import Stage, connected, opened


async def edit_last(stage: Stage) -> None:
    await stage.press("alt+up", "e")
    await stage.until(lambda: stage.prompt.startswith("/edit 2 "))


async def test_the_draft_is_back_after_an_edit() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        await stage.write("my draft")
        await edit_last(stage)
        await stage.enter(" Really.")
        await stage.until(lambda: stage.texts[-1] == "Hello there. Really.")

        assert stage.prompt == "my draft"


@pytest.mark.parametrize("draft", ["my draft", ""])
async def test_esc_gives_an_edit_up_and_the_draft_back(draft: str) -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        await stage.write(draft)
        await edit_last(stage)
        await stage.write(" Really.")
        await stage.press("escape")

        assert stage.prompt == draft
        assert stage.texts[-1] == "Hello there."
        await stage.press("up")
        assert stage.prompt == "/edit 2 Hello there. Really."


async def test_leaving_during_an_edit_keeps_the_draft() -> None:
    house = await connected()
    async with opened(house) as stage:
        await stage.say("hello")
        await stage.write("my draft")
        await edit_last(stage)
        await stage.press("ctrl+q")
    async with opened(house) as stage:
        assert stage.prompt == "my draft"

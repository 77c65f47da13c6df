"""Looking at pictures: from a message to the viewer, from the gallery to a message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.house import House
from tests.ui.app.stage import Stage, connected, opened
from tests.ui.widgets.harness import scene
from tui.domain.chat import Attachment
from tui.domain.image import Image, ImageFacts
from tui.ui.pictures.gallery import Gallery
from tui.ui.pictures.viewer import Viewer
from tui.ui.settings.screen import SettingsScreen
from tui.ui.transcript.events import ImageActivated


def attachment(name: str, caption: str = "") -> Attachment:
    return Attachment(name.ljust(64, "0"), f"{name}.png", "image/png", 64, 40, caption)


async def furnished() -> House:
    """A house with pictures in two chats; the one used last is open."""
    house = await connected()
    library, chats = house.services.library, house.services.chats
    for title, names in (("Old", ("barn",)), ("New", ("cat", "dog"))):
        session = await library.new()
        await chats.send(session, f"words of {title}")
        for name in names:
            made = attachment(name, f"a {name} outside")
            facts = ImageFacts("PNG", 64, 40, 999)
            await house.images.put(
                Image(scene(64, 40), "image/png", 64, 40, made.digest, made.name, facts)
            )
            await chats.send(session, f"look, a {name}", (made, replace(made, name="copy.png")))
        await library.rename(session.chat.id, title)
    return house


async def looked_at(stage: Stage) -> str:
    """Wait for the viewer and name its picture."""
    await stage.until(lambda: isinstance(stage.app.screen, Viewer))
    screen = stage.app.screen
    assert isinstance(screen, Viewer)
    await stage.until(lambda: "64 × 40, 1 KB" in stage.shown("#facts"))
    return screen.picture.name


async def test_enter_on_a_message_shows_its_picture_and_the_next_one() -> None:
    async with opened(await furnished()) as stage:
        await stage.press("alt+up", "alt+up", "enter")
        assert await looked_at(stage) == "cat.png"
        assert stage.shown("#facts").startswith("1 of 4")

        await stage.press("n", "n")
        assert await looked_at(stage) == "dog.png"

        await stage.press("escape")
        await stage.closed()
        assert stage.app.chat.transcript.focused_index == 2


async def test_asking_twice_opens_one_viewer() -> None:
    async with opened(await furnished()) as stage:
        stage.app.run_line("/view")
        stage.app.run_line("/view mesId=2")
        assert await looked_at(stage) == "copy.png"

        await stage.press("escape")
        await stage.closed()


async def test_a_click_on_a_picture_shows_that_one() -> None:
    async with opened(await furnished()) as stage:
        transcript = stage.app.chat.transcript
        picture = stage.messages[-1].attachments[1]
        transcript.post_message(ImageActivated(len(stage.messages) - 1, picture))

        assert await looked_at(stage) == "copy.png"
        assert stage.shown("#facts").startswith("4 of 4")


async def test_enter_on_a_message_without_a_picture_says_so() -> None:
    async with opened(await furnished()) as stage:
        await stage.press("alt+up", "alt+up", "alt+up", "enter")
        await stage.until(lambda: bool(stage.notices))

        assert stage.notices == ["#1 has no picture"]
        assert stage.app.screen is stage.app.chat


async def test_enter_in_the_prompt_still_sends() -> None:
    async with opened(await furnished()) as stage:
        await stage.press("alt+up", "escape", *"hello", "enter")
        await stage.until(lambda: "hello" in stage.texts)

        assert stage.app.screen is stage.app.chat


async def test_view_shows_the_newest_picture() -> None:
    async with opened(await furnished()) as stage:
        await stage.enter("/view")

        assert await looked_at(stage) == "copy.png"


async def test_view_says_what_it_cannot_find_and_gives_the_line_back() -> None:
    async with opened(await connected()) as stage:
        await stage.enter("/view")
        await stage.until(lambda: bool(stage.notices))

        assert stage.notices[0].startswith("this chat has no picture yet")
        assert stage.prompt == "/view"


async def gallery(stage: Stage) -> Gallery:
    await stage.until(lambda: isinstance(stage.app.screen, Gallery))
    screen = stage.app.screen
    assert isinstance(screen, Gallery)
    await stage.until(lambda: screen._all is not None)
    return screen


async def test_the_gallery_goes_to_the_message() -> None:
    async with opened(await furnished()) as stage:
        await stage.enter("/gallery")
        screen = await gallery(stage)
        assert len(screen.grid.uses) == 4

        await stage.press(*"cat", "enter")
        await stage.closed()

        assert stage.app.chat.transcript.focused_index == 2


async def test_the_gallery_goes_to_another_chat() -> None:
    async with opened(await furnished()) as stage:
        await stage.write("unsent")
        stage.app.run_line("/gallery")
        screen = await gallery(stage)
        await stage.press("ctrl+a")
        await stage.until(lambda: len(screen.grid.uses) == 6)

        await stage.press(*"barn", "enter")
        await stage.closed()

        session = stage.app.chat.session
        assert session.chat.title == "Old"
        assert stage.app.chat.transcript.focused_index == 2
        assert stage.prompt == ""
        new = next(s for s in await stage.house.services.library.summaries() if s.title == "New")
        kept = await stage.house.store.load(new.id)
        assert kept is not None
        assert kept.draft == "unsent"


async def test_a_message_deleted_meanwhile_is_told() -> None:
    async with opened(await furnished()) as stage:
        stage.app.run_line("/gallery")
        await gallery(stage)
        await stage.app.chat.session.remove(3)

        await stage.press("enter")
        await stage.closed()

        assert stage.notes[-1] == "the message of that picture is gone"


async def test_the_gallery_is_in_the_extensions_menu() -> None:
    async with opened(await furnished()) as stage:
        await stage.press("f3")
        await stage.until(lambda: stage.top == "ChoiceList")
        await stage.press(*"gallery", "enter")

        await gallery(stage)


@pytest.mark.parametrize("size", [(100, 30), (40, 12)])
async def test_the_extensions_lead_to_the_settings_of_captioning(size: tuple[int, int]) -> None:
    async with opened(await connected(), size) as stage:
        await stage.press("f3")
        await stage.until(lambda: stage.top == "ChoiceList")
        await stage.press(*"settings of", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, SettingsScreen))
        screen = stage.app.screen
        assert isinstance(screen, SettingsScreen)
        await stage.until(lambda: bool(screen.rows.row and "captioning" in screen.rows.row.id))

        assert screen.rows.row is not None
        assert screen.rows.row.id == "captioning.source"
        assert screen.rows.rows[(screen.rows.highlighted or 0) - 1].label == "Captioning"
        assert "Captioning" in stage.rows[2] + stage.rows[5]


async def test_f2_still_begins_at_the_top() -> None:
    async with opened(await connected()) as stage:
        await stage.press("f2")
        await stage.until(lambda: isinstance(stage.app.screen, SettingsScreen))
        screen = stage.app.screen
        assert isinstance(screen, SettingsScreen)

        assert screen.rows.highlighted == 1

"""Pictures in pixels over the whole app: in the chat, in dialogs, and when it leaves."""

from __future__ import annotations

import re

import pytest

from tests.fakes.house import House
from tests.ui.app.stage import Stage, connected, opened
from tests.ui.app.test_snapshots import Reader
from tests.ui.terminal.test_line_filter import EVIL
from tui.domain.generation import Finished, TextDelta
from tui.ui.graphics.strip import PixelStrip
from tui.ui.widgets.image_view import ImageView

UPLOAD = re.compile(r"\x1b_Ga=T,U=1,q=2,f=24,o=z,i=(\d+),")
DELETE = re.compile(r"\x1b_Ga=d,d=I,i=(\d+),q=2\x1b\\")
PLACEHOLDER = "\U0010eeee"


async def house_with(mode: str, *, edited: bool = False) -> House:
    house = House(reader=Reader())
    house.connector.model.script = (TextDelta("A lake."), Finished("stop"))
    house.sources.local_source.script = (TextDelta("a lake"), Finished("stop"))
    await house.settings.change("chat.connection", "kitchen")
    await house.settings.change("captioning.edit_before_saving", edited)
    await house.settings.change("ui.images", mode)
    return house


async def show(stage: Stage) -> None:
    """Put a picture into the chat and wait until it is drawn."""
    await stage.enter("/caption lake.jpg")
    await stage.until(lambda: len(stage.texts) == 3 and not stage.replying)
    await drawn(stage)


async def drawn(stage: Stage) -> None:
    await stage.app.chat.transcript.pictures_drawn()
    await stage.quiet()


def since(stage: Stage, before: str) -> str:
    return stage.app.written[len(before) :]


async def test_kitty_gets_a_picture_once_however_often_it_is_drawn() -> None:
    async with opened(await house_with("kitty")) as stage:
        await show(stage)
        before = stage.app.written
        assert len(UPLOAD.findall(before)) == 1
        assert PLACEHOLDER in before

        stage.app.chat.transcript.refresh()
        await stage.quiet()

        again = since(stage, before)
        assert PLACEHOLDER in again
        assert not UPLOAD.findall(again)


async def test_kitty_forgets_what_is_no_longer_shown_that_way() -> None:
    async with opened(await house_with("kitty")) as stage:
        await show(stage)
        sent = UPLOAD.findall(stage.app.written)

        await stage.enter("/images blocks")
        await drawn(stage)

        assert DELETE.findall(stage.app.written) == sent
        assert "▄" in stage.screen


async def test_kitty_forgets_everything_when_the_app_leaves() -> None:
    async with opened(await house_with("kitty")) as stage:
        await show(stage)
        app = stage.app

    assert sorted(DELETE.findall(app.written)) == sorted(UPLOAD.findall(app.written))


@pytest.mark.parametrize(
    ("mode", "begin"), [("sixel", "\x1bP0;1;0q"), ("iterm2", "\x1b]1337;File=inline=1")]
)
async def test_each_row_is_drawn_alone(mode: str, begin: str) -> None:
    async with opened(await house_with(mode)) as stage:
        await show(stage)
        before = stage.app.written
        stage.app.chat.transcript.refresh()
        await stage.quiet()

        strips = [
            strip
            for strips in stage.app.screen._compositor.render_full_update().strips
            for strip in strips
            if isinstance(strip, PixelStrip)
        ]
        assert since(stage, before).count(begin) == len(strips) > 3


async def test_a_dialog_over_a_picture_dims_its_half_blocks() -> None:
    async with opened(await house_with("sixel")) as stage:
        await show(stage)
        before = stage.app.written

        await stage.press("f1")

        assert "\x1bP" not in since(stage, before)
        before = stage.app.written
        await stage.press("escape")
        await stage.until(lambda: "\x1bP0;1;0q" in since(stage, before))


async def test_the_mode_is_switched_while_it_runs_and_the_note_says_what_comes_of_it() -> None:
    async with opened(await house_with("auto")) as stage:
        await show(stage)
        assert "\x1bP" not in stage.app.written
        before = stage.app.written

        await stage.enter("/images sixel")
        await drawn(stage)

        assert "\x1bP0;1;0q" in since(stage, before)
        assert stage.notes[-1] == (
            "pictures: sixel, drawn in sixels: as the settings say, though the terminal did not "
            "offer them; /images auto where nothing or garbage shows"
        )

        await stage.enter("/images off")
        before = stage.app.written
        stage.app.chat.transcript.refresh()
        await stage.quiet()
        assert "\x1bP" not in since(stage, before)
        assert stage.notes[-1] == "pictures: off"
        assert "a lake" in stage.screen


async def test_a_mistyped_mode_changes_nothing() -> None:
    async with opened(await house_with("auto")) as stage:
        await stage.enter("/images sixl")

        assert stage.app.services.settings.current.ui.images == "auto"
        assert "sixel" in stage.notices[-1]


async def test_a_picture_in_a_dialog_is_drawn_and_forgotten_with_it() -> None:
    async with opened(await house_with("kitty", edited=True)) as stage:
        await stage.enter("/caption lake.jpg")
        editor = await stage.editor()
        await stage.until(lambda: editor.query_one(ImageView).ready)
        await stage.quiet()
        sent = UPLOAD.findall(stage.app.written)
        assert sent
        assert PLACEHOLDER in stage.app.written

        await stage.press("escape")
        await stage.closed()

        assert set(DELETE.findall(stage.app.written)) >= set(sent)


async def test_placeholders_from_elsewhere_reach_no_terminal() -> None:
    house = await connected((TextDelta(f"{EVIL}{PLACEHOLDER}\u0305\u0305"), Finished("stop")))
    await house.settings.change("ui.images", "kitty")
    async with opened(house) as stage:
        await stage.say(f"show {PLACEHOLDER}\u0305\u0305")

        assert PLACEHOLDER not in stage.app.written
        assert "\x1b_G" not in stage.app.written


@pytest.mark.parametrize(("mode", "scrolls"), [("blocks", True), ("kitty", True), ("sixel", False)])
async def test_the_terminal_scrolls_text_but_no_pixels(mode: str, scrolls: bool) -> None:
    async with opened(await house_with(mode)) as stage:
        await show(stage)
        stage.app.refresh()
        await stage.quiet()
        transcript = stage.app.chat.transcript

        assert transcript._scroll_terminal(1, []) == scrolls
        transcript._terminal_scroll.cancel()

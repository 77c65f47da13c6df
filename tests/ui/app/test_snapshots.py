"""How the app looks; run with `--snapshot-update` after looking at the report."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from tests.fakes.house import House
from tests.fakes.models import Script
from tests.ui.app.stage import Recorded, Stage
from tests.ui.widgets.harness import picture, read_picture
from tui.domain.generation import Finished, ReasoningDelta, TextDelta, Usage
from tui.domain.image import Box, Image
from tui.services.ports import ImageReader
from tui.ui.widgets.image_view import ImageView

Compare = Callable[..., bool]
Scene = Callable[[Stage], Awaitable[None]]

ANSWER: Script = (
    ReasoningDelta("A lake, a mountain, a red house. What would be nice to say?"),
    TextDelta(
        "What a quiet place! The **red house** is the only thing that speaks up.\n\n"
        "- Is the water cold?\n- Who lives there?\n\n"
        "```python\nfor day in range(7):\n    swim()\n```\n"
    ),
    Finished("stop", usage=Usage(1310, 58)),
)
CAPTION: Script = (TextDelta("a red house by a lake below a mountain"), Finished("stop"))


class Reader:
    """Every file is the same landscape."""

    read = staticmethod(read_picture)

    def decode(self, data: bytes, name: str) -> Image:
        return picture(name)

    async def crop(self, image: Image, box: Box) -> Image:
        return image


@pytest.fixture(autouse=True)
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.services.caption_attempt.time", SimpleNamespace(monotonic=lambda: 0.0))


def app_of(
    theme: str = "salon-dark", *, edited: bool = False, reader: ImageReader | None = None
) -> tuple[Recorded, House]:
    house = House(reader=reader or Reader())
    house.connector.model.script = ANSWER
    house.sources.local_source.script = CAPTION

    async def furnish() -> None:
        for path, value in {
            "chat.connection": "kitchen",
            "captioning.edit_before_saving": edited,
            "ui.theme": theme,
        }.items():
            await house.settings.change(path, value)

    asyncio.run(furnish())
    return Recorded(house.services), house


async def still(stage: Stage) -> None:
    """Hold what blinks, and wait until the screen no longer changes."""
    for area in stage.app.screen.query(TextArea):
        area.cursor_blink = False
        area.notify_style_update()  # a line that was drawn before it had the focus is kept so
        area.refresh()
    before, now = "", "-"
    while before != now:
        views = stage.app.screen.query(ImageView)
        await stage.until(lambda: all(not view.size or view.ready for view in views))  # noqa: B023
        await stage.app.chat.transcript.pictures_drawn()
        await stage.pilot.pause(0.05)
        before, now = now, stage.app.export_screenshot()


async def talk(stage: Stage) -> None:
    await stage.until(lambda: hasattr(stage.app, "chat") and stage.app.screen is stage.app.chat)
    await stage.enter("/caption lake.jpg")
    await stage.until(lambda: len(stage.texts) == 3 and not stage.replying)
    await still(stage)


async def edit(stage: Stage) -> None:
    await stage.until(lambda: hasattr(stage.app, "chat") and stage.app.screen is stage.app.chat)
    await stage.enter("/caption lake.jpg")
    await stage.editor()
    await still(stage)


def before(app: Recorded, house: House, scene: Scene) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def run(pilot: Pilot[Any]) -> None:
        await scene(Stage(house, app, pilot))

    return run


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
def test_the_chat(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, house = app_of()

    assert snap_compare(app, terminal_size=size, run_before=before(app, house, talk))


def test_a_light_theme(snap_compare: Compare) -> None:
    app, house = app_of("paper")

    assert snap_compare(app, terminal_size=(80, 24), run_before=before(app, house, talk))


def test_without_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, house = app_of()

    assert snap_compare(app, terminal_size=(80, 24), run_before=before(app, house, talk))


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
def test_the_editor_over_the_chat(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, house = app_of(edited=True)

    assert snap_compare(app, terminal_size=size, run_before=before(app, house, edit))


def test_the_first_minute(snap_compare: Compare) -> None:
    house = House()
    app = Recorded(house.services)

    async def open_popup(stage: Stage) -> None:
        await stage.until(lambda: hasattr(stage.app, "chat"))
        await stage.quiet()
        await stage.pilot.press("slash", "c")
        await still(stage)

    assert snap_compare(app, terminal_size=(80, 24), run_before=before(app, house, open_popup))

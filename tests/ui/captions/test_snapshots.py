"""How the caption editor looks; run with `--snapshot-update` after looking at the report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from tests.ui.captions.test_editor import FakeSource, text_of
from tests.ui.captions.test_several import ALL, all_there, editing
from tests.ui.captions.test_tools import Told, comparing
from tests.ui.widgets.harness import Harness, wait_until
from tui.ui.captions.compare import CompareScreen
from tui.ui.captions.editor import CaptionEditor
from tui.ui.captions.region import RegionScreen, RegionView
from tui.ui.widgets.choice_list import ChoiceList
from tui.ui.widgets.image_view import ImageView

Compare = Callable[..., bool]
Settle = Callable[[Pilot[Any]], Awaitable[None]]
SIZES = [(120, 36), (80, 24), (40, 12)]


def several(theme: str = "textual-dark") -> tuple[Harness, Settle]:
    """The first of three pictures, in its second version."""
    sources = [FakeSource(), FakeSource(["A cat."]), FakeSource(["A dog."])]
    _, editor = editing(*sources)
    app = Harness(editor, theme)

    async def settle(pilot: Pilot[Any]) -> None:
        await wait_until(lambda: all_there(editor) and text_of(editor) == ALL[0])
        sources[0].pieces = ["The image shows a lake, and a red house on its shore."]
        await pilot.press("ctrl+r")
        await wait_until(lambda: "red house" in text_of(editor) and not editor.streaming)
        await drawn(editor, pilot)

    return app, settle


async def drawn(editor: CaptionEditor, pilot: Pilot[Any]) -> None:
    short = editor.has_class("-short")
    await wait_until(lambda: short or editor.query_one(ImageView).ready)
    facts = editor.query_one("#facts", Static)
    await wait_until(lambda: (" · 4032" in str(facts.content)) == short)
    for area in editor.query(TextArea):
        area.cursor_blink = False
        area.notify_style_update()  # a line that was drawn before it had the focus is kept so
        area.refresh()
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
def test_one_of_several(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, settle = several()

    assert snap_compare(app, terminal_size=size, run_before=settle)


def test_in_light(snap_compare: Compare) -> None:
    app, settle = several("textual-light")

    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)


def test_without_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, settle = several()

    assert snap_compare(app, terminal_size=(80, 24), run_before=settle)


@pytest.mark.parametrize("size", SIZES)
def test_two_side_by_side(snap_compare: Compare, size: tuple[int, int]) -> None:
    told = Told(FakeSource(["A red cat sits on a wall."]))
    comparing(told, FakeSource(["A red dog sits on the wall."]))

    async def settle(pilot: Pilot[Any]) -> None:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "kitchen", opened="f6")
        await wait_until(lambda: isinstance(told.app.screen, CompareScreen))
        right = told.app.screen.query_one("#facts-right", Static)
        await wait_until(lambda: "1.0 s" in str(right.content))
        await pilot.pause()

    assert snap_compare(told.app, terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", SIZES)
def test_a_part_is_marked(snap_compare: Compare, size: tuple[int, int]) -> None:
    told = Told(FakeSource(["One."]))

    async def settle(pilot: Pilot[Any]) -> None:
        await wait_until(lambda: told.ready)
        await pilot.press("f8")
        await wait_until(lambda: isinstance(told.app.screen, RegionScreen))
        await wait_until(lambda: told.app.screen.query_one(RegionView).ready)
        await pilot.press("right", "down")
        await pilot.pause()

    assert snap_compare(told.app, terminal_size=size, run_before=settle)


def test_what_there_is_to_caption_with(snap_compare: Compare) -> None:
    told = Told(FakeSource(["One."]))

    async def settle(pilot: Pilot[Any]) -> None:
        await wait_until(lambda: told.ready)
        await pilot.press("ctrl+g")
        await wait_until(lambda: isinstance(told.app.screen, ChoiceList))
        told.app.screen.line.cursor_blink = False  # type: ignore[attr-defined]
        await pilot.pause()

    assert snap_compare(told.app, terminal_size=(80, 24), run_before=settle)

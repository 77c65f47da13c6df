"""How viewer and gallery look; run with `--snapshot-update` after looking at the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.ui.pictures.album import DAY, NOW, Album, attachment, uses
from tests.ui.widgets.harness import Harness, wait_until
from tui.domain.chat import PictureUse
from tui.ui.pictures.gallery import Gallery
from tui.ui.pictures.viewer import Viewer
from tui.ui.widgets.image_view import ImageView

Compare = Callable[..., bool]
SIZES = [(120, 36), (80, 24), (40, 12)]
THEMES = ["textual-dark", "textual-light"]
TOLD = "A lake under a blue sky, with a red house on its shore and a mountain behind. " * 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_the_viewer(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    viewer = Viewer([attachment(number, TOLD) for number in range(3)], 1, Album().means)

    async def settle(pilot: Pilot[Any]) -> None:
        facts = viewer.query_one("#facts", Static)
        await wait_until(lambda: "MB" in str(facts.content))
        await pilot.press("plus", "plus", "right")
        await pilot.pause()
        await wait_until(lambda: viewer.query_one(ImageView).ready)
        await pilot.pause()

    assert snap_compare(Harness(viewer, theme), terminal_size=size, run_before=settle)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_the_gallery(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    async def listed(_everywhere: bool) -> list[PictureUse]:
        return uses(12)

    gallery = Gallery(listed, Album().means, now=lambda: NOW - DAY + 5)

    async def settle(pilot: Pilot[Any]) -> None:
        gallery.line.cursor_blink = False
        await wait_until(lambda: bool(gallery.grid.uses))
        await pilot.press("down", "up")
        await pilot.pause()
        await wait_until(lambda: not gallery.grid.thumbnails.busy)
        await pilot.pause()

    assert snap_compare(Harness(gallery, theme), terminal_size=size, run_before=settle)


def test_an_empty_gallery(snap_compare: Compare) -> None:
    async def listed(_everywhere: bool) -> list[PictureUse]:
        return []

    gallery = Gallery(listed, Album().means)

    async def settle(pilot: Pilot[Any]) -> None:
        gallery.line.cursor_blink = False
        await wait_until(lambda: gallery._all is not None)
        await pilot.pause()

    assert snap_compare(Harness(gallery), terminal_size=(80, 24), run_before=settle)

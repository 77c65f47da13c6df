from __future__ import annotations

import pytest

from tests.ui.widgets.harness import Harness
from tui.paths import shipped
from tui.ui.help.sources import SourcesGuide


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
async def test_the_guide_is_gone_through_chapter_by_chapter(size: tuple[int, int]) -> None:
    screen = SourcesGuide(shipped("docs/sources.md").read_text("utf-8"))
    app = Harness(screen)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        places = [screen._scroll.scroll_y]
        for key in "nnp":
            await pilot.press(key)
            await pilot.pause()
            places.append(screen._scroll.scroll_y)

        assert places[0] < places[1] < places[2]
        assert places[3] == places[1]
        await pilot.press("escape")

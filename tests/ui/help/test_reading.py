from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ui.widgets.harness import Harness
from tui.domain.macros.document import markdown
from tui.paths import shipped
from tui.ui.help.reading import Reading


def sources() -> str:
    return shipped("docs/sources.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("size", "text"), [((120, 36), sources), ((80, 24), markdown), ((40, 12), sources)]
)
async def test_a_guide_is_gone_through_chapter_by_chapter(
    size: tuple[int, int], text: Callable[[], str]
) -> None:
    screen = Reading("A guide", text())
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


async def test_a_guide_is_read_without_what_the_transcript_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What finds addresses is missing in a Markdown parser that was loaded for messages."""
    monkeypatch.setattr("markdown_it.main.linkify_it", None)
    screen = Reading("A guide", sources())
    app = Harness(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        assert screen.query("MarkdownH2")

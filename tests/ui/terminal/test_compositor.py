from __future__ import annotations

from collections import Counter

import pytest
from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tui.ui.terminal.compositor import RowCompositor, paint_at_once


class Board(Screen[None]):
    CSS = """
    #left { width: 9; border: solid red; }
    #over { layer: over; offset: 3 2; width: 6; height: 2; }
    Board { layers: base over; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = RowCompositor()

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("left\n" * 4, id="left")
            yield Static("right 漢字\n" * 6, id="right")
        yield Static("over", id="over")


class Small(App[None]):
    def on_mount(self) -> None:
        self.push_screen(Board())


def drawn(compositor: Compositor, screen: Screen[None], rows: range) -> list[list[str]]:
    crop = Region(0, rows.start, screen.size.width, len(rows))
    chops = type(compositor)._render_chops(screen._compositor, crop, rows.__contains__)
    return [[strip.text for strip in chops[y].values() if strip] for y in rows]


@pytest.mark.parametrize("rows", [range(12), range(1, 4), range(11, 12)])
async def test_rows_are_what_textual_makes_of_them(rows: range) -> None:
    app = Small()
    async with app.run_test(size=(30, 12)) as pilot:
        await pilot.pause()
        board = app.screen
        assert isinstance(board, Board)
        ours = drawn(RowCompositor(), board, rows)

        assert ours == drawn(Compositor(), board, rows)
        assert [len("".join(row).encode("utf-16")) for row in ours]


async def test_only_what_stands_in_the_changed_rows_is_rendered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Small()
    async with app.run_test(size=(30, 12)) as pilot:
        await pilot.pause()
        rendered: Counter[str] = Counter()
        real = Widget.render_lines

        def counted(widget: Widget, crop: Region) -> list[Strip]:
            rendered[widget.id or type(widget).__name__] += crop.height
            return real(widget, crop)

        monkeypatch.setattr(Widget, "render_lines", counted)
        right = app.screen.query_one("#right", Static)
        assert paint_at_once(right, Region(0, 5, 4, 1))

        assert rendered["right"] == 1
        assert "left" not in rendered
        assert "over" not in rendered


async def test_what_stands_in_some_columns_is_what_textual_makes_of_it() -> None:
    app = Small()
    async with app.run_test(size=(30, 12)) as pilot:
        await pilot.pause()
        board = app.screen
        for left in range(30):
            for right in range(left + 1, 31):
                crop = Region(left, 2, right - left, 2)
                ours, theirs = (
                    each._render_chops(board._compositor, crop, range(2, 4).__contains__)
                    for each in (RowCompositor, Compositor)
                )
                for y in range(2, 4):
                    ends = board._compositor.cuts[y][1:]
                    for (place, strip), end in zip(theirs[y].items(), ends, strict=True):
                        if place < right and end > left:
                            assert ours[y][place] == strip


async def test_what_must_be_laid_out_first_is_left_to_textual() -> None:
    app = Small()
    async with app.run_test(size=(30, 12)) as pilot:
        await pilot.pause()
        right = app.screen.query_one("#right", Static)
        right.update("another text, of another height")

        assert not paint_at_once(right)
        await pilot.pause()
        assert "another" in str(right.render())

from __future__ import annotations

import time

import pytest
from textual.app import App, ComposeResult

from tui.ui.widgets.row_list import Row, RowList, cut


class ListApp(App[None]):
    def __init__(self, rows: list[Row], lines: int = 1) -> None:
        super().__init__()
        self.list = RowList(rows, lines=lines, empty="No rows")
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_row_list_selected(self, event: RowList.Selected) -> None:
        self.chosen.append(event.row.id)


def rows(count: int) -> list[Row]:
    return [Row(str(i), f"row {i}", f"detail {i}") for i in range(count)]


def line(app: ListApp, y: int) -> str:
    return app.list.render_line(y).text


async def test_keys_move_and_enter_chooses() -> None:
    app = ListApp(rows(5))
    async with app.run_test() as pilot:
        await pilot.press("down", "down", "up", "enter", "end", "enter", "down", "enter")

    assert app.chosen == ["1", "4", "0"]


async def test_the_cursor_is_brought_into_view() -> None:
    app = ListApp(rows(200))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("end")
        await pilot.pause()

        assert line(app, 9).startswith("› row 199")


async def test_headings_are_passed_over() -> None:
    app = ListApp([Row("h", "Head", heading=True), *rows(2)])
    async with app.run_test() as pilot:
        await pilot.press("up", "enter", "home", "enter")

    assert app.chosen == ["1", "0"]


async def test_a_click_chooses_the_row_under_it() -> None:
    app = ListApp(rows(9), lines=2)
    async with app.run_test() as pilot:
        await pilot.click(RowList, offset=(3, 5))

    assert app.chosen == ["2"]


async def test_an_empty_list_says_so() -> None:
    app = ListApp([])
    async with app.run_test() as pilot:
        await pilot.press("down", "enter", "end", "pageup")

        assert line(app, 0).strip() == "No rows"


async def test_control_characters_are_never_drawn() -> None:
    app = ListApp([Row("x", "a\x1b]2;t\x07b", "\u202ec", "d\ne")], lines=2)
    async with app.run_test():
        drawn = line(app, 0) + line(app, 1)

    assert not set(drawn) & {"\x1b", "\x07", "\u202e", "\n"}


@pytest.mark.parametrize("width", [8, 16, 30, 80])
async def test_every_line_is_exactly_as_wide_as_the_list(width: int) -> None:
    app = ListApp([Row("x", "世界" * 20, "1.2 MB", "below " * 30), *rows(30)], lines=2)
    async with app.run_test(size=(width, 14)):
        for y in range(14):
            assert app.list.render_line(y).cell_length == app.list.scrollable_content_region.width


async def test_ten_thousand_rows_are_quick() -> None:
    app = ListApp([])
    async with app.run_test() as pilot:
        many = rows(10_000)
        began = time.process_time()
        app.list.set_rows(many)
        await pilot.press("down", "end", "pageup")
        spent = time.process_time() - began

    assert spent < 1.0


def test_cutting_leaves_whole_characters() -> None:
    assert cut("世界世界", 5) == "世界…"
    assert cut("abc", 3) == "abc"
    assert cut("abc", 0) == ""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from textual.app import App, ComposeResult

from tests.ui.widgets.harness import picture, wait_until
from tui.domain.settings import Images
from tui.ui.graphics.easel import Easel
from tui.ui.graphics.strip import PixelStrip
from tui.ui.terminal.probe import Terminal
from tui.ui.widgets.image_view import ImageView, facts_line, fit, half_blocks

sides = st.integers(1, 3000)


@given(sides, sides, st.integers(1, 200), st.integers(1, 60))
def test_a_fitted_picture_stays_in_its_room(
    width: int, height: int, columns: int, rows: int
) -> None:
    across, down = fit(width, height, columns, rows)

    assert 1 <= across <= columns
    assert 2 <= down <= 2 * rows
    assert down % 2 == 0


@pytest.mark.parametrize(
    ("size", "room", "expected"),
    [
        ((400, 400), (40, 40), (40, 40)),
        ((640, 400), (40, 10), (32, 20)),
        ((100, 0), (40, 10), (0, 0)),
    ],
)
def test_the_shape_is_kept(
    size: tuple[int, int], room: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert fit(*size, *room) == expected


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P"])
def test_pictures_of_every_mode_are_drawn(mode: str) -> None:
    file = io.BytesIO()
    Pillow.new(mode, (64, 64)).save(file, "PNG")

    lines = half_blocks(file.getvalue(), 20, 10)

    assert len(lines) == 10
    assert {sum(len(segment.text) for segment in line) for line in lines} == {20}


def test_a_part_of_a_picture_fills_the_room() -> None:
    both = Pillow.new("RGB", (64, 64), "red")
    both.paste("blue", (32, 0, 64, 64))
    file = io.BytesIO()
    both.save(file, "PNG")

    lines = half_blocks(file.getvalue(), 20, 10, (32, 0, 64, 64))

    assert {str(segment.style) for segment in lines[0]} == {"rgb(0,0,255) on rgb(0,0,255)"}
    assert (len(lines), sum(len(segment.text) for segment in lines[0])) == (10, 10)


class ViewApp(App[None]):
    def compose(self) -> ComposeResult:
        yield ImageView(picture(), id="view")


async def test_it_is_drawn_again_when_there_is_more_room() -> None:
    app = ViewApp()
    async with app.run_test(size=(40, 10)) as pilot:
        view = app.query_one(ImageView)
        await wait_until(lambda: view.ready)
        await pilot.resize_terminal(80, 30)
        await wait_until(lambda: view.ready and view.size.width == 80)

        assert view.render_line(15).text.count("▄") == 80
        view.show(None)
        assert not view.render_line(15).text.strip()


class PixelApp(ViewApp):
    def __init__(self, mode: Images) -> None:
        super().__init__()
        self.easel = Easel(Terminal(cell_width=8, cell_height=16), mode, self)


def rows_in_pixels(view: ImageView) -> list[int]:
    """Rows of the view, which is as large as the screen, that go to the terminal as pixels."""
    strips = view.render_lines(view.size.region)
    return [y for y, strip in enumerate(strips) if isinstance(strip, PixelStrip)]


@pytest.mark.parametrize(("mode", "count"), [("kitty", 12), ("sixel", 11), ("blocks", 0)])
async def test_no_pixels_that_would_scroll_go_into_the_last_row(mode: Images, count: int) -> None:
    app = PixelApp(mode)
    async with app.run_test(size=(40, 12)) as pilot:
        view = app.query_one(ImageView)
        view.show(picture(), (0, 0, 300, 300))
        await wait_until(lambda: view.ready)
        await pilot.pause()

        assert rows_in_pixels(view) == list(range(count))


async def test_another_way_of_drawing_is_taken_with_the_next_picture() -> None:
    app = PixelApp("blocks")
    async with app.run_test(size=(40, 12)):
        view = app.query_one(ImageView)
        await wait_until(lambda: view.ready)

        app.easel.choose("sixel")
        view.show(picture())
        await wait_until(lambda: view.ready)

        assert rows_in_pixels(view)


def test_cells_of_another_shape_are_another_room() -> None:
    assert fit(400, 400, 40, 10, (10, 20)) == (20, 20)
    assert fit(400, 400, 40, 10, (10, 10)) == (10, 20)


def test_the_facts_are_those_of_the_file() -> None:
    assert facts_line(picture()) == "4032 × 2520, 2.1 MB"
